"""Traces as tables in the terminal."""

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from suyuan.face.api import Results
from suyuan.face.masking import Masking
from suyuan.face.wording import yuan
from suyuan.model.errors import InputError
from suyuan.model.text import Language, Text
from suyuan.money.methods import DEFAULT, METHODS
from suyuan.money.whose import whose
from suyuan.store.duck import DuckEngine
from suyuan.store.records import open_records

#: Steps that fit on a screen; what is left out is said.
SHOWN = 60


def print_trace(
    results: Results,
    column: str,
    value: str,
    method: str | None,
    to: Console,
    language: Language,
    shown: Masking,
) -> None:
    """The steps in which `column` of ``traces`` is `value`, and the exits of their reports."""
    traces = results["traces"]
    own = traces.filter(pc.equal(traces[column], value))
    if own.num_rows == 0:
        raise InputError(
            Text("No traced money is found there.", "没有追踪到相关资金。"),
            value=shown.text(value),
            hint=Text(
                "Ids stand in traces.parquet; run investigate first.",
                "编号见 traces.parquet;请先运行 investigate。",
            ),
        )
    methods = _methods(method)
    to.print(_steps(own.filter(pc.equal(own["method"], methods[0])), methods[0], language, shown))
    exits = results["exits"]
    of = exits.filter(pc.is_in(exits["report_id"], pc.unique(own["report_id"])))
    for each in methods:
        to.print(_exits(of.filter(pc.equal(of["method"], each)), each, language, shown))


def _methods(asked: str | None) -> list[str]:
    if asked == "all":
        return [DEFAULT, *(name for name in METHODS if name != DEFAULT)]
    if asked is not None and asked not in METHODS:
        raise InputError(
            Text("There is no such method.", "没有这种方法。"),
            value=asked,
            hint=Text(f"One of: {', '.join(METHODS)}, all.", f"可用:{'、'.join(METHODS)}、all。"),
        )
    return [asked or DEFAULT]


def _steps(rows: pa.Table, method: str, language: Language, shown: Masking) -> Table:
    table = Table(title=f"{Text('Steps', '步骤').in_(language)} ({method})", title_justify="left")
    for head in ("report", "hop", "at", "from", "to", "amount"):
        table.add_column(head)
    ordered = rows.sort_by([("report_id", "ascending"), ("hop", "ascending"), ("at", "ascending")])
    for row in ordered.slice(0, SHOWN).to_pylist():
        ends = (shown.subject(row["from"]), shown.subject(row["to"]))
        at = f"{row['at']:%Y-%m-%d %H:%M:%S}"
        table.add_row(row["report_id"], str(row["hop"]), at, *ends, yuan(row["amount"], language))
    if rows.num_rows > SHOWN:
        more = Text("{n} further steps in traces.parquet", "其余{n}步见 traces.parquet")
        table.caption = more.format(n=rows.num_rows - SHOWN).in_(language)
    return table


def _exits(rows: pa.Table, method: str, language: Language, shown: Masking) -> Table:
    title = Text("Where it rests", "资金去向").in_(language)
    table = Table(title=f"{title} ({method})", title_justify="left")
    for head in ("report", "exit", "reason", "amount", "recoverable"):
        table.add_column(head)
    for row in rows.sort_by([("amount", "descending")]).slice(0, SHOWN).to_pylist():
        money = (yuan(row["amount"], language), yuan(row["recoverable"], language))
        table.add_row(row["report_id"], shown.subject(row["exit"]), row["reason"], *money)
    return table


def print_whose(
    results: Results,
    account: str,
    method: str | None,
    to: Console,
    language: Language,
    shown: Masking,
) -> None:
    """Whose money lies in `account`: each first payer's share, by one method."""
    with DuckEngine() as engine:
        tables = open_records(engine, results.layout, zone=results.case.zone)
        found = whose(tables, account, _methods(method)[0])
    table = Table(title=Text("Whose money is it?", "这是谁的钱?").in_(language))
    for column in found.column_names:
        table.add_column(column, overflow="fold")
    for row in found.slice(0, SHOWN).to_pylist():
        table.add_row(*(shown.text(str(value)) for value in row.values()))
    to.print(table)
