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
from suyuan.store.steps import Step, StepOutput
from suyuan.store.tables import Tables


def _trace_case(tables: Tables) -> StepOutput:
    outcome = trace(tables, tuple(METHODS))
    by_default = outcome.exits.filter(pc.equal(outcome.exits["method"], DEFAULT))
    inputs, graph = outcome.inputs, outcome.graph
    return {
        "traces": outcome.traces,
        "exits": outcome.exits,
        "freeze_list": freeze_list(inputs, graph, outcome.steps[DEFAULT], by_default),
        "statements_wanted": statements_wanted(inputs, graph, outcome.steps[DEFAULT], by_default),
        "exit_ranges": exit_ranges(outcome.exits, DEFAULT),
        "trace_doubts": doubts(inputs, graph, _unclear(tables, outcome.card_payments)),
        "card_payments": outcome.card_payments,
    }


def _unclear(tables: Tables, card_links: ir.Table) -> int:
    """Cards of which it cannot be told which of several payments bought them."""
    return tables.engine.fetch(card_links.filter(card_links.how == AMBIGUOUS)).num_rows


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
    run=_trace_case,
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
