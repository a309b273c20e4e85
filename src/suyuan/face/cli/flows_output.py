"""Paths and counterparties as tables in the terminal."""

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from suyuan.face.cli.screen import add, grid, subject
from suyuan.face.display import Display
from suyuan.face.wording import yuan_of_fen
from suyuan.model.text import Language, Text
from suyuan.money.queries import (
    TimeWindow,
    accounts_of,
    counterparties,
    gatherings,
    paths,
    payments_in,
    reach,
    total,
)
from suyuan.store.case import Results
from suyuan.store.duck import DuckEngine
from suyuan.store.records import open_records

#: Rows that fit on a screen; what is left out is said.
ROWS_SHOWN = 60
_DIRECTIONS = {"in": Text("from", "来自"), "out": Text("to", "付给")}


def print_paths(
    results: Results,
    ends: tuple[str, str],
    window: TimeWindow,
    hops: int,
    to: Console,
    language: Language,
    display: Display,
) -> None:
    """Every way of money from one account to the other, payments in time order."""
    with DuckEngine() as engine:
        tables = open_records(engine, results.layout, zone=results.case.zone)
        paths_found = paths(payments_in(tables, window), *ends, hops=hops)
    heads = (
        *(Text("path", "路径"), Text("at", "时间"), Text("from", "付款方")),
        *(Text("to", "收款方"), Text("amount", "金额"), Text("payment", "流水号")),
    )
    title = Text("Paths: {n}", "路径：{n}条").format(n=paths_found.count)
    table = grid(title, heads, language)
    for row in paths_found.steps.slice(0, ROWS_SHOWN).to_pylist():
        two = (subject(display, f"bank_account:{row[end]}", language) for end in ("from", "to"))
        add(
            table,
            row["path"] + 1,
            display.second(row["at"]),
            *two,
            yuan_of_fen(row["amount"], language),
            display.masking.identifier(row["payment_id"]),
        )
    _caption(table, paths_found.steps.num_rows, paths_found.complete, language)
    to.print(table)


def _caption(table: Table, rows: int, complete: bool, language: Language) -> None:
    notes = []
    if rows > ROWS_SHOWN:
        notes.append(
            Text("{n} further rows", "其余{n}行").format(n=rows - ROWS_SHOWN).in_(language)
        )
    if not complete:
        more = Text("There are more paths: narrow the window.", "还有更多路径：请缩小时段。")
        notes.append(more.in_(language))
    table.caption = " · ".join(notes) or None


def _sides(rows: pa.Table, direction: str) -> int:
    return rows.filter(pc.equal(rows["direction"], direction)).num_rows


def print_gatherings(
    results: Results,
    identifier: str,
    window: TimeWindow,
    payers: int,
    to: Console,
    language: Language,
    display: Display,
) -> None:
    """Who collected from many and then paid the account or person."""
    with DuckEngine() as engine:
        tables = open_records(engine, results.layout, zone=results.case.zone)
        collectors = gatherings(
            payments_in(tables, window), accounts_of(tables, identifier), payers
        )
    heads = (
        *(Text("collector", "归集账户"), Text("payers", "付款方数"), Text("gathered", "归集金额")),
        *(Text("then paid", "随后付出"), Text("first", "首笔"), Text("last", "末笔")),
    )
    title = Text("Collected, then paid: {n}", "先归集后付出：{n}个账户").format(
        n=collectors.num_rows
    )
    table = grid(title, heads, language)
    for row in collectors.slice(0, ROWS_SHOWN).to_pylist():
        add(
            table,
            subject(display, f"bank_account:{row['account']}", language),
            row["payers"],
            *(yuan_of_fen(row[name], language) for name in ("gathered", "paid")),
            *(display.second(row[name]) for name in ("first_at", "last_at")),
        )
    _caption(table, collectors.num_rows, True, language)
    to.print(table)


def print_reach(
    results: Results,
    identifier: str,
    window: TimeWindow,
    to: Console,
    language: Language,
    display: Display,
    *,
    back: bool,
) -> None:
    """Every account that the money can have come to, or from, with the moment."""
    with DuckEngine() as engine:
        tables = open_records(engine, results.layout, zone=results.case.zone)
        arrivals = reach(payments_in(tables, window), accounts_of(tables, identifier), back=back)
    moment = Text("latest", "最晚时间") if back else Text("earliest", "最早时间")
    title = (
        Text("Its money may have come from {n} accounts", "其资金可能来自{n}个账户")
        if back
        else Text("Its money may have reached {n} accounts", "其资金可能流向{n}个账户")
    )
    table = grid(title.format(n=arrivals.num_rows), (Text("account", "账户"), moment), language)
    for row in arrivals.slice(0, ROWS_SHOWN).to_pylist():
        name = subject(display, f"bank_account:{row['account']}", language)
        add(table, name, display.second(row["at"]))
    _caption(table, arrivals.num_rows, True, language)
    to.print(table)


def print_flows(
    results: Results,
    identifier: str,
    window: TimeWindow,
    to: Console,
    language: Language,
    display: Display,
) -> None:
    """Who paid the account or person, whom it paid, and how far its money can have gone."""
    with DuckEngine() as engine:
        tables = open_records(engine, results.layout, zone=results.case.zone)
        payments = payments_in(tables, window)
        own = accounts_of(tables, identifier)
        partners, onward = counterparties(payments, own), reach(payments, own)
        behind = reach(payments, own, back=True)
    heads = (
        *(Text("direction", "方向"), Text("account", "账户"), Text("payments", "笔数")),
        *(Text("amount", "金额"), Text("first", "首笔"), Text("last", "末笔")),
    )
    inflow, outflow = total(partners, "in"), total(partners, "out")
    heading = Text(
        "In {came} from {payers}, out {went} to {payees} (out/in {share})",
        "流入{came}（{payers}个付款方），流出{went}（{payees}个收款方），流出/流入{share}",
    )
    title = heading.format(
        came=yuan_of_fen(inflow, language),
        went=yuan_of_fen(outflow, language),
        payers=_sides(partners, "in"),
        payees=_sides(partners, "out"),
        share=f"{outflow / inflow:.0%}" if inflow else "-",
    )
    table = grid(title, heads, language)
    for row in partners.slice(0, ROWS_SHOWN).to_pylist():
        add(
            table,
            _DIRECTIONS[row["direction"]].in_(language),
            subject(display, f"bank_account:{row['account']}", language),
            row["payments"],
            yuan_of_fen(row["amount"], language),
            display.second(row["first_at"]),
            display.second(row["last_at"]),
        )
    _caption(table, partners.num_rows, True, language)
    to.print(table)
    sentence = Text(
        "Its money may have reached {on} accounts and may have come from {back}.",
        "其资金可能流向{on}个账户，可能来自{back}个账户。",
    )
    to.print(sentence.format(on=onward.num_rows, back=behind.num_rows).in_(language))
