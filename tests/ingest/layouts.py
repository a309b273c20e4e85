"""Files in the layouts that real exports have, with invented contents, and what is right of them.

Each ``layouts/*.yml`` holds ``files`` (``text`` with an ``encoding``, or the rows of a ``sheet``,
or of ``sheets`` by name, with areas that are ``merged``),
what a person says of them (``case``: case.toml), and what is right: ``rows`` as (local time, out,
in, inside or any, amount in yuan or seconds, any of the names of the other side, status), or
``records`` as whole columns; the rows ``quarantined``, and what must be ``said``.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import xlwt
import yaml

from suyuan.ingest import CaseImport, import_case

FOLDER = Path(__file__).parent / "layouts"


@dataclass
class Layout:
    """One case of the folder, as written."""

    what: str
    seen: str
    files: list[dict[str, Any]]
    table: str = "payments"
    own: list[str] = field(default_factory=list)
    case: str = ""
    rows: list[list[Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    quarantined: int = 0
    said: list[str] = field(default_factory=list)
    profile: str | None = None


def load(path: Path) -> Layout:
    return Layout(**yaml.safe_load(path.read_text(encoding="utf-8")))


def put(layout: Layout, case: Path) -> None:
    """Write the files of the case as an export would be."""
    case.mkdir(parents=True, exist_ok=True)
    for file in layout.files:
        target = case / file["name"]
        target.parent.mkdir(parents=True, exist_ok=True)
        if "sheet" in file or "sheets" in file:
            _workbook(target, file.get("sheets") or {"Sheet1": file["sheet"]}, file)
        else:
            text = ("\ufeff" if file.get("bom") else "") + file["text"]
            target.write_bytes(text.encode(file.get("encoding", "utf-8")))
    if layout.case:
        (case / "case.toml").write_text(layout.case, encoding="utf-8")


def _workbook(target: Path, sheets: dict[str, list[list[Any]]], file: dict[str, Any]) -> None:
    if target.suffix == ".xls":
        book = xlwt.Workbook(encoding="utf-8")
        for name, rows in sheets.items():
            sheet = book.add_sheet(name)
            for n, row in enumerate(rows):
                for m, cell in enumerate(row):
                    sheet.write(n, m, cell)
        book.save(str(target))
        return
    opened = openpyxl.Workbook()
    opened.remove(opened.active)
    for name, rows in sheets.items():
        page = opened.create_sheet(name)
        for row in rows:
            page.append(row)
        for area in file.get("merged", ()):
            page.merge_cells(area)
    opened.save(target)


def stored(imported: CaseImport, out: Path, table: str) -> list[dict[str, Any]]:
    """The rows of `table` that count."""
    if table not in imported.tables:
        return []
    con = duckdb.connect()
    return (
        con.execute(
            f"SELECT * FROM (SELECT *, source_key || ':' || line AS row_id FROM "
            f"'{out}/records/{table}/*.parquet') ANTI JOIN "
            f"'{out}/records/_excluded/{table}.parquet' USING (row_id) ORDER BY file, line"
        )
        .to_arrow_table()
        .to_pylist()
    )


def faults(layout: Layout, imported: CaseImport, out: Path) -> list[str]:
    """What is not as it should be."""
    rows = stored(imported, out, layout.table)
    wrong = _of_records(layout, rows) if layout.records else _of_rows(layout, rows)
    aside = sum(imported.quality_summary.column("quarantined").to_pylist())
    if aside != layout.quarantined:
        wrong.append(f"{aside} rows set aside, not {layout.quarantined}")
    words = " ".join(imported.quality.column("problem").to_pylist())
    wrong += [f"not said: {text}" for text in layout.said if text not in words]
    known = imported.quality_summary.column("profile").to_pylist()
    if layout.profile and {layout.profile} != {*known}:
        wrong.append(f"read as {known}")
    return wrong


def _of_records(layout: Layout, rows: list[dict[str, Any]]) -> list[str]:
    made = [_local(row) for row in rows]
    wrong = [
        f"{want} is {[{k: row.get(k) for k in want} for row in made]}"
        for want in layout.records
        if not any(all(row.get(k) == v for k, v in want.items()) for row in made)
    ]
    return wrong + ([f"{len(made)} rows"] if len(made) != len(layout.records) else [])


def _local(row: dict[str, Any]) -> dict[str, Any]:
    """The row with times as a clock in China shows them."""
    return {
        k: (v + timedelta(hours=8)).isoformat() if hasattr(v, "isoformat") else v
        for k, v in row.items()
    }


def _of_rows(layout: Layout, rows: list[dict[str, Any]]) -> list[str]:
    left, wrong = [_told(layout, row) for row in rows], []
    for want in layout.rows:
        found = next((row for row in left if _is(want, row, layout.own)), None)
        if found is None:
            wrong.append(f"{want} is not among {left}")
        else:
            left.remove(found)
    return wrong + [f"extra {row}" for row in left]


def _told(layout: Layout, row: dict[str, Any]) -> tuple[str, str, str, str, str | None]:
    """(local time, who gave, who got, how much, status)."""
    clock, giver, taker = ("at", "payer", "payee")
    if layout.table == "calls":
        clock, giver, taker = ("started_at", "caller", "callee")
    amount = str(row["duration"]) if layout.table == "calls" else f"{row['amount'] / 100:.2f}"
    at = (row[clock] + timedelta(hours=8)).isoformat()
    return at, row[giver], row[taker], amount, row.get("status")


def _is(want: list[Any], row: tuple[str, str, str, str, str | None], own: list[str]) -> bool:
    at, way, amount, other, *status = want
    others = other if isinstance(other, list) else [other]
    giver, taker = row[1], row[2]
    told = {
        "out": giver in own and taker in others,
        "in": taker in own and giver in others,
        "inside": giver == taker and giver in own,
        "any": {giver, taker} & {*own} and {giver, taker} & {*others},
    }
    return (
        (at, amount) == (row[0], row[3]) and bool(told[way]) and (not status or status[0] == row[4])
    )


def outcome(path: Path, folder: Path) -> tuple[Layout, CaseImport, list[str]]:
    """Import the case of `path` in `folder`, and say what is wrong with it."""
    layout = load(path)
    put(layout, folder / "case")
    imported = import_case(folder / "case", folder / "out")
    return layout, imported, faults(layout, imported, folder / "out")
