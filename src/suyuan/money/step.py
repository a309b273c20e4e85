"""The step of an investigation that follows the money."""

from typing import Final

import ibis.expr.types as ir
import pyarrow.compute as pc

from suyuan.model.text import Text
from suyuan.money.card_payments import AMBIGUOUS
from suyuan.money.freeze import freeze_list
from suyuan.money.methods import DEFAULT, METHODS
from suyuan.money.ranges import exit_ranges
from suyuan.money.statement_requests import doubts, statements_wanted
from suyuan.money.trace import trace
from suyuan.store.steps import Step, Written
from suyuan.store.tables import Tables


def _run(tables: Tables) -> Written:
    found = trace(tables, tuple(METHODS))
    by_default = found.exits.filter(pc.equal(found.exits["method"], DEFAULT))
    inputs, graph = found.inputs, found.graph
    return {
        "traces": found.traces,
        "exits": found.exits,
        "freeze_list": freeze_list(inputs, graph, found.steps[DEFAULT], by_default),
        "statements_wanted": statements_wanted(inputs, graph, found.steps[DEFAULT], by_default),
        "exit_ranges": exit_ranges(found.exits, DEFAULT),
        "trace_doubts": doubts(inputs, graph, _unclear(tables, found.card_payments)),
        "card_payments": found.card_payments,
    }


def _unclear(tables: Tables, added: ir.Table) -> int:
    """Cards of which it cannot be told which of several payments bought them."""
    return tables.engine.fetch(added.filter(added.how == AMBIGUOUS)).num_rows


MONEY: Final = Step(
    name="money",
    title=Text("Following the money", "资金穿透"),
    reads=(
        "payments",
        "bank_accounts",
        "vouchers",
        "reports",
        "parties",
        "confirmed_accounts",
        "measures",
        "owners",
        "aliases",
        "hubs",
    ),
    writes=(
        "traces",
        "exits",
        "freeze_list",
        "statements_wanted",
        "exit_ranges",
        "trace_doubts",
        "card_payments",
    ),
    run=_run,
    without={
        "payments": Text("no money is traced", "无法追踪资金"),
        "reports": Text("there is nothing to trace from", "没有追踪的起点"),
        "bank_accounts": Text(
            "whose accounts are whose is unknown; no origin is found",
            "不知账户归属，无法确定赃款起点",
        ),
        "vouchers": Text("money that became cards is lost from sight", "转为卡券的资金无法追踪"),
    },
)
