"""Traces as tables in the terminal."""

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from suyuan.face.cli.screen import add, grid, subject
from suyuan.face.display import Shown
from suyuan.face.terms import REASONS
from suyuan.face.wording import yuan, yuan_of_fen
from suyuan.model.errors import InputError
from suyuan.model.text import Language, Text
from suyuan.money.backward_trace import trace_back
from suyuan.money.methods import DEFAULT, METHODS
from suyuan.store.case import Results
from suyuan.store.decisions import DECISIONS_STEP
from suyuan.store.duck import DuckEngine
from suyuan.store.records import open_records
from suyuan.store.steps import execute

#: Steps that fit on a screen; what is left out is said.
SHOWN = 60


def print_trace(
    results: Results,
    column: str,
    value: str,
    method: str | None,
    to: Console,
    language: Language,
    shown: Shown,
) -> None:
    """The steps in which `column` of ``traces`` is `value`, and the exits of their reports."""
    traces = results["traces"]
    own = traces.filter(pc.equal(traces[column], value))
    if own.num_rows == 0:
        raise InputError(
            Text("No traced money was found there.", "没有追踪到相关资金。"),
            value=shown.masking.identifier(value),
            hint=Text(
                "Ids are in traces.parquet; run investigate first.",
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
            Text("No such method.", "没有这种方法。"),
            value=asked,
            hint=Text(f"One of: {', '.join(METHODS)}, all.", f"可用:{'、'.join(METHODS)}、all。"),
        )
    return [asked or DEFAULT]


def _steps(rows: pa.Table, method: str, language: Language, shown: Shown) -> Table:
    heads = (
        *(Text("report", "报案"), Text("hop", "层"), Text("at", "时间")),
        *(Text("from", "付款方"), Text("to", "收款方"), Text("amount", "金额")),
    )
    table = grid(f"{Text('Steps', '步骤').in_(language)} ({method})", heads, language)
    ordered = rows.sort_by([("report_id", "ascending"), ("hop", "ascending"), ("at", "ascending")])
    for row in ordered.slice(0, SHOWN).to_pylist():
        ends = (subject(shown, row[end], language) for end in ("from", "to"))
        money = yuan(row["amount"], language)
        add(table, row["report_id"], row["hop"], shown.second(row["at"]), *ends, money)
    if rows.num_rows > SHOWN:
        more = Text("{n} further steps in traces.parquet", "其余{n}步见 traces.parquet")
        table.caption = more.format(n=rows.num_rows - SHOWN).in_(language)
    return table


def _exits(rows: pa.Table, method: str, language: Language, shown: Shown) -> Table:
    heads = (
        *(Text("report", "报案"), Text("where", "去向"), Text("why", "原因")),
        *(Text("amount", "金额"), Text("recoverable", "可追回")),
    )
    table = grid(f"{Text('Where it rests', '资金去向').in_(language)} ({method})", heads, language)
    for row in rows.sort_by([("amount", "descending")]).slice(0, SHOWN).to_pylist():
        money = (yuan(row["amount"], language), yuan(row["recoverable"], language))
        reason = REASONS.get(row["reason"], Text(row["reason"], row["reason"])).in_(language)
        add(table, row["report_id"], subject(shown, row["exit"], language), reason, *money)
    return table


def print_whose(
    results: Results,
    account: str,
    method: str | None,
    to: Console,
    language: Language,
    shown: Shown,
) -> None:
    """Whose money lies in `account`: each first payer's share, by one method."""
    with DuckEngine() as engine:
        tables = open_records(engine, results.layout, zone=results.case.zone)
        execute(DECISIONS_STEP, tables)
        found = trace_back(tables, account, _methods(method)[0])
    heads = (
        *(Text("from", "来源"), Text("what", "性质"), Text("came", "流入")),
        Text("still lies there", "尚存"),
    )
    held = shown.subject(f"bank_account:{account}").in_(language)
    title = Text("Whose money is it? {account}", "这是谁的钱? {account}").format(account=held)
    table = grid(title, heads, language)
    for row in found.slice(0, SHOWN).to_pylist():
        source = subject(shown, row["source"], language)
        kind = _SOURCES.get(row["kind"], Text(row["kind"], row["kind"])).in_(language)
        add(table, source, kind, *(yuan_of_fen(row[c], language) for c in ("came", "lies")))
    if found.num_rows > SHOWN:
        more = Text("{n} further sources", "其余{n}个来源")
        table.caption = more.format(n=found.num_rows - SHOWN).in_(language)
    to.print(table)


_SOURCES = {
    "report": Text("a report's loss", "报案损失"),
    "opening": Text("held when the records begin", "记录开始时已有"),
    "beyond": Text("not looked into", "未再追查"),
}
