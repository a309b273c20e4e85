"""Text tables into pieces, through DuckDB's CSV reader with nothing left to its guessing."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from suyuan.ingest.layout import Layout
from suyuan.ingest.pieces import Piece

_BLOCK = 1 << 22


def read_csv(path: Path, layout: Layout, work: Path) -> Iterator[Piece]:
    """The rows under the header of the text table at `path`."""
    utf8 = path if layout.encoding == "utf-8" else _transcoded(path, layout, work)
    width = len(layout.headers)
    cells = ", ".join(f"c{n}" for n in range(width))
    types = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(width))
    quoted = _holds_quotes(utf8)
    # A line break inside quotes moves every later record down; without quotes there is none.
    breaks = " + ".join(f"coalesce(length(c{n}) - length(replace(c{n}, chr(10), '')), 0)"
                        for n in range(width))
    above = (
        f" + coalesce(sum({breaks}) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)"
        if quoted
        else ""
    )
    yield Piece(
        f"SELECT CAST(row_number() OVER () + {layout.body_line - 1}{above} AS BIGINT) AS line, "
        f"{cells} FROM read_csv(?, header=false, auto_detect=false, skip={layout.body_line - 1}, "
        f"delim=?, quote='\"', escape='\"', null_padding=true, strict_mode=false, "
        f"parallel={'false' if quoted else 'true'}, max_line_size=33554432, columns={{{types}}})",
        [str(utf8), layout.delimiter],
    )


def _transcoded(path: Path, layout: Layout, work: Path) -> Path:
    target = work / "utf8.csv"
    decoder = codecs.getincrementaldecoder(layout.encoding)("replace")
    with path.open("rb") as source, target.open("wb") as sink:
        while block := source.read(_BLOCK):
            sink.write(decoder.decode(block).encode())
        sink.write(decoder.decode(b"", final=True).encode())
    return target


def _holds_quotes(path: Path) -> bool:
    with path.open("rb") as file:
        return any(b'"' in block for block in iter(lambda: file.read(_BLOCK), b""))
