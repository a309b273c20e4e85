"""Result tables as CSV or XLSX, neutralised and masked."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
from openpyxl import Workbook

from suyuan.face.api import Results
from suyuan.face.masking import Masking
from suyuan.model.results import RESULTS

#: A cell that begins with one of these would run as a formula in a spreadsheet (OWASP).
FORMULA = ("=", "+", "-", "@", "\t", "\r")
BATCH = 50_000


def export(
    results: Results, to: Path, form: str, tables: Sequence[str] | None, shown: Masking
) -> list[Path]:
    """Write `tables` (all, if none is named) into folder `to`; the paths written."""
    to.mkdir(parents=True, exist_ok=True)
    write: Callable[[pa.Table, Path, Masking], None] = write_csv if form == "csv" else _xlsx
    written = []
    for name in tables or RESULTS:
        path = to / f"{name}.{form}"
        write(results[name], path, shown)
        written.append(path)
    return written


def write_csv(rows: pa.Table, path: Path, shown: Masking) -> None:
    """`rows` as CSV that a spreadsheet reads as text, masked as `shown` says."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(rows.column_names)
        writer.writerows(_cells(rows, shown))


def _xlsx(rows: pa.Table, path: Path, shown: Masking) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(path.stem[:31])
    sheet.append(rows.column_names)
    for cells in _cells(rows, shown):
        sheet.append(cells)
    book.save(path)


def _cells(rows: pa.Table, shown: Masking) -> Iterator[list[str]]:
    for batch in rows.to_batches(max_chunksize=BATCH):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield [_cell(value, shown) for value in row]


def _cell(value: object, shown: Masking) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        value = ";".join(map(str, value))
    if not isinstance(value, str):
        return str(value)
    text = shown.subject(value) if ":" in value and " " not in value else shown.text(value)
    return "'" + text if text.startswith(FORMULA) else text
