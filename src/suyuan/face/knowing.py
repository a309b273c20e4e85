"""All that is known of one identifier: findings, edges, and the rows of every table."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from suyuan.face.api import Results
from suyuan.face.masking import Masking
from suyuan.model.errors import InputError
from suyuan.model.records import RECORDS
from suyuan.model.roles import ROLES
from suyuan.model.text import Language, Text
from suyuan.store.index import Index

#: Rows of one table that fit on a screen; what is left out is said.
SHOWN = 8


def print_known(
    results: Results, identifier: str, to: Console, language: Language, shown: Masking
) -> None:
    """Findings and chain edges of `identifier`, then its rows table by table."""
    rows = known_rows(results, identifier)
    told = _print_findings(results, identifier, to, language, shown)
    if not rows and not told:
        raise InputError(
            Text("Nothing is known of this identifier.", "没有该标识的任何记录。"),
            value=shown.text(identifier),
            hint=Text(
                "Write it as in the files: 13800001234, qq:123456, a card number, a person's id.",
                "请按文件中的写法输入:13800001234、qq:123456、卡号或人员编号。",
            ),
        )
    for name, table in rows.items():
        to.print(_rows_table(name, table, language, shown))


def known_rows(results: Results, identifier: str) -> dict[str, pa.Table]:
    """For each standard table the rows that mention `identifier`, by the index."""
    results["quality_summary"]  # an error that says what to run, where nothing was imported
    with Index(results.layout) as index:
        return {hit.table: hit.rows for hit in index.find(identifier)}


def _print_findings(
    results: Results, identifier: str, to: Console, language: Language, shown: Masking
) -> bool:
    findings = results["findings"]
    ends = pc.or_(
        pc.equal(findings["subject"], identifier),
        pc.ends_with(findings["subject"], f":{identifier}"),
    )
    own = findings.filter(ends).sort_by([("score", "descending")])
    for row in own.to_pylist():
        role = ROLES[row["role"]].title.in_(language)
        to.print(
            f"{row['score']:.2f}  {role}  {shown.text(row[f'because_{language}'])}"
            f"  [{row['finding_id'][:10]}]",
            markup=False,
        )
    return own.num_rows > 0


def _rows_table(name: str, rows: pa.Table, language: Language, shown: Masking) -> Table:
    said = Text("{name}: {n} rows", "{name}:{n}行")
    title = said.format(name=name, n=rows.num_rows).in_(language)
    table = Table(title=title, title_justify="left")
    table.add_column(Text("row", "行").in_(language))
    names = [column.name for column in RECORDS[name]]
    filled = [c for c in names if rows[c].null_count < rows.num_rows][:9]
    for column in filled:
        table.add_column(column, overflow="fold")
    for row in rows.slice(0, SHOWN).to_pylist():
        table.add_row(f"{row['file']}:{row['line']}", *(_cell(row[c], shown) for c in filled))
    if rows.num_rows > SHOWN:
        table.caption = Text("first {n} shown", "只显示前{n}行").format(n=SHOWN).in_(language)
    return table


def _cell(value: Any, shown: Masking) -> str:
    if value is None:
        return ""
    written = ";".join(map(str, value)) if isinstance(value, list) else str(value)
    return shown.text(written)
