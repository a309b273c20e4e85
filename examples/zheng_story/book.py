"""A book of rows: tables by name, opaque ids, and files that come out byte for byte the same."""

import csv
import random
import re
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook

SEED = 20190428
#: Tables written as a workbook instead of CSV, for variety.
WORKBOOKS = frozenset({"reports"})
_STAMP = (2020, 1, 1, 0, 0, 0)

Cell = str | int | datetime | Sequence[str] | None


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


class Book:
    """Rows of every table, and the one source of chance behind them."""

    def __init__(self, seed: int = SEED) -> None:
        self.chance = random.Random(seed)
        self.tables: dict[str, list[dict[str, str]]] = defaultdict(list)
        self._used: set[str] = set()

    def digits(self, length: int, before: str = "") -> str:
        """An id never given before: `before` and then random digits, `length` in all."""
        while True:
            rest = length - len(before)
            made = before + "".join(self.chance.choice("0123456789") for _ in range(rest))
            if made not in self._used:
                self._used.add(made)
                return made

    def add(self, table: str, **cells: Cell) -> None:
        self.tables[table].append({name: _written(cell) for name, cell in cells.items()})

    def between(self, first: datetime, last: datetime) -> datetime:
        """A random second between two moments."""
        return first + timedelta(
            seconds=self.chance.randint(0, int((last - first).total_seconds()))
        )

    def after(self, moment: datetime, low: float, high: float) -> datetime:
        """`low` to `high` minutes later, to the second."""
        return moment + timedelta(seconds=self.chance.randint(int(low * 60), int(high * 60)))

    def some(self, items: Sequence[str], share: float) -> list[str]:
        return [item for item in items if self.chance.random() < share]

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.tables.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            lines = sorted([row.get(column, "") for column in columns] for row in rows)
            by_time = [c for c in ("reported_at", "ordered_at", "at", "started_at") if c in columns]
            if by_time:
                lines.sort(key=lambda line: line[columns.index(by_time[0])])
            if name in WORKBOOKS:
                (folder / f"{name}.xlsx").write_bytes(_workbook(name, columns, lines))
            else:
                _csv(folder / f"{name}.csv", columns, lines)


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, str | int):
        return str(cell)
    return ";".join(cell)


def _csv(path: Path, columns: list[str], lines: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(lines)


def _workbook(name: str, columns: list[str], lines: list[list[str]]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = name
    for line in (columns, *lines):
        sheet.append(line)
    raw = BytesIO()
    book.save(raw)
    return _without_clock(raw)


def _without_clock(raw: BytesIO) -> bytes:
    """The same workbook with every date of its making replaced by a fixed one."""
    out = BytesIO()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2020-01-01T00:00:00Z", data)
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, data)
    return out.getvalue()
