"""All that is known of one identifier: its chain, findings, and the rows of every table."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from suyuan.face.cli.record_cells import record_cell
from suyuan.face.cli.screen import add, grid, plain
from suyuan.face.cli.who_tree import chain_tree, scores
from suyuan.face.display import Display
from suyuan.face.evidence_rows import place
from suyuan.lookup.index import Hits, Index
from suyuan.lookup.walk import walk
from suyuan.model.errors import InputError
from suyuan.model.identifier_input import masked_number
from suyuan.model.records import RECORDS
from suyuan.model.results import FINDINGS
from suyuan.model.roles import ROLES
from suyuan.model.text import Language, Text
from suyuan.store.case import Results

#: Rows of one table that fit on a screen; what is left out is said.
ROWS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class IdentifierQuery:
    """What is asked of an identifier, and how the answer is to be told."""

    identifier: str
    depth: int
    rows: bool
    language: Language
    display: Display


def print_known(results: Results, query: IdentifierQuery, to: Console) -> None:
    """The chain of an identifier, its findings, then its rows table by table."""
    results["quality_summary"]  # an error that says what to run, where nothing was imported
    language, display = query.language, query.display
    with Index(results.layout) as index:
        tree = walk(index, query.identifier, depth=query.depth)
        hits = index.find(query.identifier, limit=ROWS_SHOWN) if query.rows else []
    findings = results["findings"] if results.layout.result("findings").exists() else None
    if tree is not None:
        leads = {} if findings is None else scores(findings)
        to.print(chain_tree(tree, leads, results.case.zone, language, display), soft_wrap=True)
    any_finding = findings is not None and _print_findings(findings, query, to)
    if tree is None and not any_finding and "*" in query.identifier:
        raise masked_number(query.identifier)
    if tree is None and not any_finding:
        raise InputError(
            Text("No record of this identifier.", "没有该标识的任何记录。"),
            value=display.masking.identifier(query.identifier),
            hint=Text(
                "Write it as in the files: 13800001234, qq:123456, a card number, a person's id.",
                "请按文件中的写法输入：13800001234、qq:123456、卡号或人员编号。",
            ),
        )
    for hit in hits:
        to.print(_rows_table(hit, language, display))


def _print_findings(findings: pa.Table, query: IdentifierQuery, to: Console) -> bool:
    identifier, language, display = query.identifier, query.language, query.display
    ends = pc.or_(
        pc.equal(findings["subject"], identifier),
        pc.ends_with(findings["subject"], f":{identifier}"),
    )
    own = findings.filter(ends).sort_by([("score", "descending")])
    for row in own.to_pylist():
        role = ROLES[row["role"]].title.in_(language)
        sentence = display.sentence(FINDINGS, row, "because").in_(language)
        id_ = display.masking.id(row["finding_id"])[:10]
        to.print(plain(f"{row['score']:.2f}  {role}  {sentence}  [{id_}]"), soft_wrap=True)
    return own.num_rows > 0


def _rows_table(hit: Hits, language: Language, display: Display) -> Table:
    name, rows = hit.table, hit.rows
    sentence = Text("{name}: {n} rows", "{name}：{n}行")
    title = sentence.format(name=name, n=f"{hit.count:,}").in_(language)
    names = [column.name for column in RECORDS[name]]
    columns = [c for c in names if rows[c].null_count < rows.num_rows][:9]
    table = grid(title, (Text("row", "行"), *columns), language)
    for row in rows.slice(0, ROWS_SHOWN).to_pylist():
        cells = (record_cell(RECORDS[name], row, c, display, language) for c in columns)
        add(table, place(row, display), *cells)
    if hit.count > ROWS_SHOWN:
        table.caption = Text("first {n} shown", "只显示前{n}行").format(n=ROWS_SHOWN).in_(language)
    return table
