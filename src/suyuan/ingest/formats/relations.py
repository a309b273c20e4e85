"""Pieces as one relation that DuckDB selects from: ``origin``, ``line``, ``c0``, ``c1`` …

Several small pieces of one layout become one relation, in which `origin` is the place of the
piece in the list: a thousand files of twenty rows must not cost a thousand plans.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from suyuan.ingest.formats.pieces import ArrowRows, CsvRows, Piece, literal

_LINE_LIMIT: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class StagedRows:
    """`sql` is a query that holds no text from a file; `arrow` are the tables that it names.

    `row_count` is how many rows must come out, and `otherwise` reads them another way if they
    don't.
    """

    sql: str
    arrow: dict[str, pa.Table] = field(default_factory=dict)
    trim: bool = True
    extra: int = 0
    has_wrappers: bool = False
    row_count: int | None = None
    otherwise: Callable[[], "StagedRows"] | None = None


def relation(pieces: Sequence[Piece], scratch: Path) -> StagedRows:
    """The rows of `pieces`, which are all alike; text is written to `scratch` for the reader."""
    texts = [piece for piece in pieces if isinstance(piece, CsvRows)]
    if len(texts) == len(pieces):
        return _of_text(texts, scratch)
    return _of_tables([piece for piece in pieces if isinstance(piece, ArrowRows)])


def _of_tables(pieces: Sequence[ArrowRows]) -> StagedRows:
    tables = [piece.table for piece in pieces]
    table = tables[0] if len(tables) == 1 else pa.concat_tables(tables)
    origin = _origins([piece.num_rows for piece in tables])
    return StagedRows(
        "SELECT * FROM arrow_rows",
        {"arrow_rows": table.append_column("origin", pa.array(origin))},
        trim=any(piece.trim for piece in pieces),
        extra=max(piece.extra for piece in pieces),
        has_wrappers=any(piece.has_wrappers for piece in pieces),
    )


def _of_text(pieces: Sequence[CsvRows], scratch: Path) -> StagedRows:
    with scratch.open("wb") as file:
        file.writelines(piece.data for piece in pieces)
    first, extra = pieces[0], max(piece.extra for piece in pieces)
    names = [f"c{n}" for n in range(first.width + extra)]
    rows = _read_csv(scratch, first, names, max(piece.longest for piece in pieces))
    lines, arrow = np.concatenate([piece.lines for piece in pieces]), {}
    if len(pieces) == 1 and _consecutive(lines):
        place = f"0 AS origin, row_number() OVER () + {int(lines[0]) - 1} AS line"
    else:
        place = "origin, line"
        origin = _origins([piece.lines.size for piece in pieces])
        arrow["places"] = pa.table({"origin": origin, "line": lines})
        rows += " POSITIONAL JOIN places"
    return StagedRows(
        f"SELECT {place}, {', '.join(names)} FROM {rows}",
        arrow,
        trim=any(piece.trim for piece in pieces),
        extra=extra,
        has_wrappers=any(piece.has_wrappers for piece in pieces),
        row_count=lines.size,
        otherwise=lambda: _of_tables([piece.slowly(len(names)) for piece in pieces]),
    )


def _read_csv(scratch: Path, like: CsvRows, names: Sequence[str], longest: int) -> str:
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    quote = "'\"'" if like.has_quotes else "''"
    limit = f", max_line_size={longest + 1024}" if longest > _LINE_LIMIT else ""
    return (
        f"read_csv({literal(scratch)}, header=false, auto_detect=false, skip=0, "
        f"delim={literal(like.delimiter)}, quote={quote}, escape={quote}, null_padding=true, "
        f"strict_mode=false, parallel=false, new_line='\\n'{limit}, columns={{{types}}})"
    )


def _consecutive(lines: np.ndarray) -> bool:
    return int(lines[-1]) - int(lines[0]) == lines.size - 1


def _origins(counts: Sequence[int]) -> np.ndarray:
    return np.repeat(np.arange(len(counts), dtype=np.int32), counts)
