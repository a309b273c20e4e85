"""Result tables as CSV or XLSX, neutralised and masked."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from suyuan.model.results import RESULTS
from suyuan.model.spreadsheet_cells import neutral
from suyuan.privacy.masking import Masking
from suyuan.privacy.tables import mask_table
from suyuan.store.case import Results
from suyuan.store.drafts import draft_of

BATCH = 50_000


def export(
    results: Results, to: Path, form: str, tables: Sequence[str] | None, masking: Masking
) -> list[Path]:
    """Write `tables` (all, if none is named) into folder `to`; the paths written."""
    to.mkdir(parents=True, exist_ok=True)
    write: Callable[[pa.Table, Path], None] = write_csv if form == "csv" else _xlsx
    paths = []
    for name in tables or RESULTS:
        path = to / f"{name}.{form}"
        write(mask_table(results[name], RESULTS[name], masking), path)
        paths.append(path)
    return paths


def write_csv(rows: pa.Table, path: Path) -> None:
    """`rows` as CSV that a spreadsheet reads as text; whole or not at all."""
    with draft_of(path) as draft, draft.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(rows.column_names)
        writer.writerows(_cells(rows))


def _xlsx(rows: pa.Table, path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(path.stem[:31])
    sheet.append(rows.column_names)
    for cells in _cells(rows):
        sheet.append(
            [ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", cell) for cell in cells]
        )
    with draft_of(path) as draft:
        book.save(draft)


def _cells(rows: pa.Table) -> Iterator[list[str]]:
    for batch in rows.to_batches(max_chunksize=BATCH):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield [_cell(value) for value in row]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        value = ";".join(map(str, value))
    return neutral(value) if isinstance(value, str) else str(value)
