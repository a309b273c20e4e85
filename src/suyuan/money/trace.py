"""Follow the money of every report from where it left its owner to where it rests."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.errors import InputError
from suyuan.model.results import EXITS, TRACES
from suyuan.model.text import Text
from suyuan.money.arrays import Limits, Steps
from suyuan.money.card_payments import card_payments, with_payments
from suyuan.money.exits import Rest, exits, not_located, poison_rests, rests, traces
from suyuan.money.flow_graph import TraceGraph, TraceInputs
from suyuan.money.graph_building import build_graph
from suyuan.money.methods import DEFAULT, POISON, Method, method
from suyuan.money.origins import origins
from suyuan.money.poison import poison
from suyuan.money.reachable_scope import reachable
from suyuan.money.settlement import settled_and_drawn
from suyuan.money.sweep import sweep
from suyuan.money.trace_inputs import gather_inputs
from suyuan.money.trace_scope import TraceScope, trace_scope
from suyuan.store.tables import Tables

_OWN: Final = {"report_id": pa.string(), "account_no": pa.string()}
#: Amounts under one yuan, and money that came further than this, are given up, and it is said so.
LIMITS: Final = Limits(dust=100, hops=50)
#: Poison reaches everybody in the end: it is not followed further than this, and it is said so.
POISON_HOPS: Final = 4


@dataclass(frozen=True, slots=True)
class TraceResult:
    """Traces and exits of all methods asked for, and the origins they began with.

    `inputs`, `graph` and `steps` (by method) are what they were made of, for whoever goes on;
    `card_payments` are what paid for cards that do not say so.
    """

    traces: pa.Table
    exits: pa.Table
    origins: pa.Table
    inputs: TraceInputs
    graph: TraceGraph
    steps: dict[str, Steps]
    card_payments: ir.Table


def trace(
    tables: Tables,
    methods: Sequence[str] = (DEFAULT,),
    *,
    ring: ir.Table | None = None,
    limits: Limits = LIMITS,
) -> TraceResult:
    """Trace all reports at once, by each of `methods`.

    `ring` (account_no) names accounts that other evidence ties to a ring. Raises
    :class:`suyuan.model.errors.InputError` for a method there is not.
    """
    chosen_methods = [method(name) for name in methods]
    on = trace_scope(tables, ring)
    starts = tables.engine.fetch(origins(on))
    outcome = _follow(on, starts, chosen_methods, limits)
    reports = tables.engine.fetch(tables["reports"].select("report_id", "loss"))
    located_ids = pc.unique(starts["report_id"].combine_chunks())
    missing_exits = [not_located(reports, located_ids, method_.name) for method_ in chosen_methods]
    return replace(outcome, exits=pa.concat_tables([outcome.exits, *missing_exits]))


def trace_payments(
    tables: Tables,
    payment_ids: Sequence[str],
    methods: Sequence[str] = (DEFAULT,),
    *,
    limits: Limits = LIMITS,
) -> TraceResult:
    """Trace payments, whoever made them: `report_id` of the outcome holds the payment's id.

    Raises :class:`InputError` where none of the payments moved money.
    """
    chosen_methods = [method(name) for name in methods]
    payments = tables.engine.keep(settled_and_drawn(tables))
    start_rows = payments.filter(payments.payment_id.isin(list(payment_ids)))
    starts = tables.engine.fetch(
        start_rows.select(
            "row_id", "payment_id", "at", "amount", report_id="payment_id", account_no="payer"
        )
    )
    if starts.num_rows == 0:
        raise InputError(
            Text("No such payment moved money.", "没有这样的已结算交易。"),
            value=", ".join(payment_ids),
            hint=Text(
                "Give the payment_id of a settled payment.", "请给出已结算交易的 payment_id。"
            ),
        )
    starts = starts.append_column("voucher_id", pa.nulls(starts.num_rows, pa.string()))
    no_accounts = tables.engine.arrow(pa.schema(_OWN).empty_table())
    card_links = tables.engine.arrow(card_payments(tables, payments))
    vouchers = tables.engine.keep(with_payments(tables, card_links))
    on = TraceScope(tables, payments, no_accounts, no_accounts, vouchers, card_links)
    return _follow(on, starts, chosen_methods, limits)


def _follow(
    on: TraceScope, starts: pa.Table, chosen_methods: Sequence[Method], limits: Limits
) -> TraceResult:
    inputs = gather_inputs(reachable(on, starts), starts)
    on.tables.engine.trim()
    graph = build_graph(inputs)
    steps: dict[str, Steps] = {}
    ends = []
    for method_ in chosen_methods:
        steps[method_.name], rest = run_method(graph, len(inputs.claims.reports), method_, limits)
        ends.append(exits(inputs, graph, rest, method_.name))
    paths = [
        traces(inputs, graph, steps_of_method, name) for name, steps_of_method in steps.items()
    ]
    return TraceResult(
        pa.concat_tables([TRACES.empty(), *paths]),
        pa.concat_tables([EXITS.empty(), *ends]),
        starts,
        inputs,
        graph,
        steps,
        on.card_payments,
    )


def run_method(graph: TraceGraph, labels: int, by: Method, limits: Limits) -> tuple[Steps, Rest]:
    """One method's pass over a flow graph: its steps, and where the money rests."""
    if by.code == POISON:
        outcome = poison(graph.flow, labels, limits._replace(hops=min(limits.hops, POISON_HOPS)))
        return outcome.steps, poison_rests(graph, outcome)
    steps = sweep(graph.flow, labels, by.code, limits)
    return steps, rests(graph, steps)
