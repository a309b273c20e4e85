"""Traces as tables in the terminal."""

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from suyuan.face.cli.screen import add, grid, subject
from suyuan.face.display import Display
from suyuan.face.terms import REASONS
from suyuan.face.wording import yuan
from suyuan.model.errors import InputError
from suyuan.model.text import Language, Text
from suyuan.money.methods import DEFAULT, METHODS
from suyuan.store.case import Results

#: Steps that fit on a screen; what is left out is said.
ROWS_SHOWN = 60


def print_trace(
    results: Results,
    column: str,
    value: str,
    method: str | None,
    to: Console,
    language: Language,
    display: Display,
) -> None:
    """The steps in which `column` of ``traces`` is `value`, and the exits of their reports."""
    traces = results["traces"]
    own = traces.filter(pc.equal(traces[column], value))
    if own.num_rows == 0:
        raise InputError(
            Text("No traced money was found there.", "没有追踪到相关资金。"),
            value=display.masking.identifier(value),
            hint=Text(
                "Ids are in traces.parquet; run investigate first.",
                "编号见 traces.parquet；请先运行 investigate。",
            ),
        )
    methods = methods_of(method)
    to.print(_steps(own.filter(pc.equal(own["method"], methods[0])), methods[0], language, display))
    exits = results["exits"]
    of = exits.filter(pc.is_in(exits["report_id"], pc.unique(own["report_id"])))
    for name in methods:
        to.print(_exits(of.filter(pc.equal(of["method"], name)), name, language, display))


def methods_of(method: str | None) -> list[str]:
    """The methods asked for by name, ``all`` of them, or the usual one."""
    if method == "all":
        return [DEFAULT, *(name for name in METHODS if name != DEFAULT)]
    if method is not None and method not in METHODS:
        raise InputError(
            Text("No such method.", "没有这种方法。"),
            value=method,
            hint=Text(f"One of: {', '.join(METHODS)}, all.", f"可用：{'、'.join(METHODS)}、all。"),
        )
    return [method or DEFAULT]


def _steps(rows: pa.Table, method: str, language: Language, display: Display) -> Table:
    heads = (
        *(Text("report", "报案"), Text("hop", "层"), Text("at", "时间")),
        *(Text("from", "付款方"), Text("to", "收款方"), Text("amount", "金额")),
    )
    table = grid(f"{Text('Steps', '步骤').in_(language)} ({method})", heads, language)
    steps = rows.sort_by([("report_id", "ascending"), ("hop", "ascending"), ("at", "ascending")])
    for row in steps.slice(0, ROWS_SHOWN).to_pylist():
        ends = (subject(display, row[end], language) for end in ("from", "to"))
        money = yuan(row["amount"], language)
        add(table, row["report_id"], row["hop"], display.second(row["at"]), *ends, money)
    if rows.num_rows > ROWS_SHOWN:
        more = Text("{n} further steps in traces.parquet", "其余{n}步见 traces.parquet")
        table.caption = more.format(n=rows.num_rows - ROWS_SHOWN).in_(language)
    return table


def _exits(rows: pa.Table, method: str, language: Language, display: Display) -> Table:
    heads = (
        *(Text("report", "报案"), Text("where", "去向"), Text("why", "原因")),
        *(Text("amount", "金额"), Text("recoverable", "可追回")),
    )
    table = grid(f"{Text('Where it rests', '资金去向').in_(language)} ({method})", heads, language)
    for row in rows.sort_by([("amount", "descending")]).slice(0, ROWS_SHOWN).to_pylist():
        money = (yuan(row["amount"], language), yuan(row["recoverable"], language))
        reason = REASONS.get(row["reason"], Text(row["reason"], row["reason"])).in_(language)
        add(table, row["report_id"], subject(display, row["exit"], language), reason, *money)
    return table
