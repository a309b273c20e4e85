"""Readers under bytes that coverage leads to: ``python tests/ingest/fuzzing.py csv --seconds 120``.

Needs atheris (dependency group ``fuzz``; Linux). A reader may refuse what it is given, with one of
the errors that the import turns into a problem; anything else is a finding. A finding is written to
``tests/ingest/found/<reader>/`` and from then on replayed by ``test_found.py``.
"""

import argparse
import contextlib
import hashlib
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa

FOUND = Path(__file__).parent / "found"
_CON: list[duckdb.DuckDBPyConnection] = []


def refusals() -> tuple[type[Exception], ...]:
    """What :func:`suyuan.ingest.source_reader.read_source` turns into a problem of the file."""
    from suyuan.model.errors import InputError

    return (InputError, OSError, duckdb.Error, pa.ArrowException, UnicodeError)


def text(data: bytes, folder: Path) -> None:
    """Sniffed, cut into tables, and read both ways with the same number of rows."""
    from suyuan.ingest.formats.csv_reader import Finder, read_csv
    from suyuan.ingest.formats.layout import sniff
    from suyuan.ingest.formats.pieces import CsvRows
    from suyuan.ingest.formats.relations import relation
    from suyuan.ingest.settings import CaseSettings, FileSettings
    from suyuan.ingest.source_reader import Reader

    if not _CON:
        _CON.append(duckdb.connect(config={"threads": 1}))
    known = Reader.of(CaseSettings(), (), None).known
    assert isinstance(known, Finder)
    layout = sniff(data, FileSettings("x.csv"), known.words)
    if layout is None:
        return
    for one, pieces in read_csv(written(data, folder), "x.csv", layout, known, []):
        for piece in pieces:
            if not isinstance(piece, CsvRows):
                assert piece.table.num_columns >= len(one.headers) + 1
                continue
            rows = relation([piece], folder / "scratch")
            for name, table in rows.arrow.items():
                _CON[0].register(name, table)
            (count,) = _CON[0].execute(f"SELECT count(*) FROM ({rows.sql})").fetchone()
            if count != rows.row_count:
                rows.otherwise()


def workbook(data: bytes, folder: Path) -> None:
    from suyuan.ingest.formats.xlsx_reader import read_sheets, sheet_piece

    for sheet in read_sheets(written(data, folder), frozenset({"at", "amount", "交易日期"}), None):
        sheet_piece(sheet)


def archive(data: bytes, folder: Path) -> None:
    from suyuan.ingest.formats.archives import is_archive, members_of

    path = written(data, folder)
    if is_archive(path):
        for member in members_of("x.zip", path, folder, []):
            assert member.path.parent == folder


def parquet(data: bytes, folder: Path) -> None:
    from suyuan.ingest.formats.parquet_reader import headers_of, read_parquet

    headers_of(written(data, folder))
    for piece in read_parquet(folder / "input"):
        assert piece.table.num_columns


def statement(data: bytes, folder: Path) -> None:
    from suyuan.ingest.formats.statements import format_of, read_statement

    kind = format_of(data)
    if kind is not None:
        list(read_statement(written(data, folder), kind))


def settings(data: bytes, folder: Path) -> None:
    from suyuan.ingest.settings import read_settings

    (folder / "case.toml").write_bytes(data)
    read_settings(folder)


def profile(data: bytes, folder: Path) -> None:
    from suyuan.ingest.mapping.profile_files import parse
    from suyuan.model.errors import CatalogError

    with contextlib.suppress(CatalogError):
        parse(data.decode("utf-8", "replace"), "x")


READERS: dict[str, Callable[[bytes, Path], None]] = {
    one.__name__: one for one in (text, workbook, archive, parquet, statement, settings, profile)
}


def written(data: bytes, folder: Path) -> Path:
    path = folder / "input"
    path.write_bytes(data)
    return path


def attempt(reader: str, data: bytes, folder: Path) -> None:
    """Read `data`; raises whatever is no refusal."""
    with contextlib.suppress(*refusals()):
        READERS[reader](data, folder)


def main() -> None:
    import atheris

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("reader", choices=READERS)
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--seeds", type=Path)
    given = asked.parse_args()
    # Numba compiles the kernel's bytecode, and cannot compile what atheris makes of it.
    kernel = ["suyuan.ingest.formats.scanning"]
    watched = ["suyuan.ingest", "mt940", "ofxparse"]
    with atheris.instrument_imports(include=watched, exclude=kernel):
        import suyuan.ingest
        import suyuan.ingest.formats.statements  # noqa: F401
    target = FOUND / given.reader

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def once(data: bytes) -> None:
            try:
                attempt(given.reader, data, folder)
            except BaseException as error:
                target.mkdir(parents=True, exist_ok=True)
                digest = hashlib.sha256(data).hexdigest()[:12]
                (target / digest).write_bytes(data)
                sys.stderr.write(f"found {digest}: {type(error).__name__}: {error}\n")
                raise

        corpus = folder / "corpus"
        corpus.mkdir()
        seeds = [str(given.seeds)] if given.seeds else []
        flags = [f"-max_total_time={given.seconds}", "-rss_limit_mb=4096", "-max_len=20000"]
        flags.append(f"-artifact_prefix={folder}/")
        atheris.Setup([sys.argv[0], str(corpus), *seeds, *flags, "-print_final_stats=1"], once)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
