"""From the steps of a sweep to the result tables ``traces`` and ``exits``."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.exits import (
    BALANCE,
    DISSIPATION,
    NOT_LOCATED,
    REVERSAL,
    TRUNCATION,
    VOUCHER,
)
from suyuan.model.results import EXITS, TRACES
from suyuan.money.arrays import DUST, RESTS, TOO_FAR, Flags, Ints, Ints32, Steps
from suyuan.money.cards import priced_in
from suyuan.money.flow_graph import TraceGraph, TraceInputs
from suyuan.money.order import closings
from suyuan.money.poison import PoisonOutcome


@dataclass(frozen=True, slots=True)
class Rest:
    """Where money of each label rests: place, why it was given up there (or KEPT), how much,
    since when.
    """

    label: Ints32
    place: Ints32
    fate: Ints32
    amount: Ints
    at: Ints


def traces(inputs: TraceInputs, graph: TraceGraph, steps: Steps, method: str) -> pa.Table:
    """One row for each report and payment or card event that moved its money."""
    event = steps.event
    source = np.where(
        graph.shown_from[event] >= 0, graph.shown_from[event], graph.flow.source[event]
    )
    target = np.where(graph.shown_to[event] >= 0, graph.shown_to[event], graph.flow.target[event])
    payment, card = graph.payment[event], graph.card[event]
    columns = {
        "report_id": inputs.claims.reports.take(pa.array(steps.label)),
        "method": pa.repeat(method, event.size),
        "hop": pa.array(steps.hop, pa.int64()),
        "payment_id": inputs.book.payment_id.take(pa.array(payment, mask=payment < 0)),
        "voucher_id": inputs.cards.voucher_id.take(pa.array(card, mask=card < 0)),
        "from": graph.places.subjects(source),
        "to": graph.places.subjects(target),
        "amount": pa.array(steps.amount),
        "at": pa.array(graph.at[event]).cast(pa.timestamp("us")),
    }
    return pa.table([columns[name] for name in TRACES.names], schema=TRACES.schema)


def rests(graph: TraceGraph, steps: Steps) -> Rest:
    """What came in less what went out again, for each label and place.

    Money inputs up on arrival (dust, too far) stays apart from what is followed there.
    """
    event, nodes = steps.event, graph.places.count
    source, target = graph.flow.source[event], graph.flow.target[event]
    into = (steps.label.astype(np.int64) * nodes + target) * 3 + steps.fate
    outof = (steps.label.astype(np.int64) * nodes + source) * 3 + RESTS
    follow_on = graph.flow.follow[source]
    keys, where = np.unique(np.concatenate([into, outof[follow_on]]), return_inverse=True)
    amount, at = np.zeros(keys.size, np.int64), np.full(keys.size, np.iinfo(np.int64).min)
    np.add.at(amount, where[: into.size], steps.amount)
    np.add.at(amount, where[into.size :], (steps.fresh - steps.amount)[follow_on])
    np.maximum.at(at, where[: into.size], graph.at[event])
    return _positive(keys, amount, at, nodes)


def poison_rests(graph: TraceGraph, outcome: PoisonOutcome) -> Rest:
    """What poison finds at rest: payments in full where they end, balances in full where not."""
    steps, flow, nodes = outcome.steps, graph.flow, graph.places.count
    target = flow.target[steps.event]
    into = (steps.label.astype(np.int64) * nodes + target) * 3 + steps.fate
    keys_held = (outcome.label.astype(np.int64) * nodes + outcome.node) * 3 + RESTS
    balance = closings(flow.source, flow.target, flow.amount, flow.opening)
    keys, where = np.unique(np.concatenate([into, keys_held]), return_inverse=True)
    amount, at = np.zeros(keys.size, np.int64), np.full(keys.size, np.iinfo(np.int64).min)
    ends = ~flow.follow[target] | (steps.fate != RESTS)
    np.add.at(amount, where[: into.size][ends], steps.amount[ends])
    np.add.at(amount, where[into.size :], balance[outcome.node])
    np.maximum.at(at, where[: into.size], graph.at[steps.event])
    return _positive(keys, amount, at, nodes)


def _positive(keys: Ints, amount: Ints, at: Ints, nodes: int) -> Rest:
    stays = amount > 0
    keys = keys[stays]
    return Rest(
        (keys // 3 // nodes).astype(np.int32),
        (keys // 3 % nodes).astype(np.int32),
        (keys % 3).astype(np.int32),
        amount[stays],
        at[stays],
    )


def exits(inputs: TraceInputs, graph: TraceGraph, rest: Rest, method: str) -> pa.Table:
    """One row for each report and place where its money rests, with what can still be frozen."""
    reasons = graph.places.reasons(rest.place)
    reasons = pc.if_else(pa.array(_home_again(inputs, rest)), REVERSAL, reasons)
    reasons = pc.if_else(pa.array(rest.fate == DUST), DISSIPATION, reasons)
    reasons = pc.if_else(pa.array(rest.fate == TOO_FAR), TRUNCATION, reasons)
    lies = _recoverable(inputs, graph, rest, reasons)
    frozen_amounts = _held_amounts(inputs, rest, lies)
    table = pa.table(
        {
            "report_id": inputs.claims.reports.take(pa.array(rest.label)),
            "exit": graph.places.subjects(rest.place),
            "reason": reasons,
            "amount": rest.amount,
            "at": pa.array(rest.at).cast(pa.timestamp("us")),
            "recoverable": lies - frozen_amounts,
            "held": frozen_amounts,
        }
    )
    table = table.group_by(["report_id", "exit", "reason"]).aggregate(
        [("amount", "sum"), ("at", "max"), ("recoverable", "sum"), ("held", "sum")]
    )
    columns = ["report_id", "exit", "reason", "amount", "at", "recoverable", "held"]
    table = table.rename_columns(columns)
    table = table.append_column("method", pa.repeat(method, table.num_rows))
    table = table.append_column("loss", pa.nulls(table.num_rows, pa.int64()))
    return table.select(EXITS.names).cast(EXITS.schema)


def _home_again(inputs: TraceInputs, rest: Rest) -> Flags:
    """Money that lies in an account of the very victim it came from."""
    accounts = len(inputs.book.accounts)
    pairs = rest.label.astype(np.int64) * accounts + rest.place
    return (rest.place < accounts) & np.isin(pairs, inputs.claims.own_pairs)


def _recoverable(inputs: TraceInputs, graph: TraceGraph, rest: Rest, reasons: pa.Array) -> Ints:
    """What still lies there: the balance of an open account, a card not yet used.

    The shares of all reports in one account are never more than its balance.
    """
    balance = closings(graph.flow.source, graph.flow.target, graph.flow.amount, graph.flow.opening)
    out = np.zeros(rest.amount.size, np.int64)
    card = np.asarray(pc.equal(reasons, VOUCHER), dtype=np.bool_)
    out[card] = rest.amount[card]
    lies = np.asarray(pc.equal(reasons, BALANCE), dtype=np.bool_)
    lies &= rest.place < len(inputs.book.accounts)
    lies[lies] = graph.flow.follow[rest.place[lies]] & ~inputs.known.closed[rest.place[lies]]
    rows = np.flatnonzero(lies)
    rows = rows[np.argsort(rest.place[rows], kind="stable")]
    distinct_places, group = np.unique(rest.place[rows], return_inverse=True)
    out[rows] = priced_in(group.astype(np.int32), rest.amount[rows], balance[distinct_places])
    return out


def _held_amounts(inputs: TraceInputs, rest: Rest, lies: Ints) -> Ints:
    """Of what lies there, what running measures hold: no more than their amount in all."""
    out = np.zeros(lies.size, np.int64)
    inside = rest.place < len(inputs.book.accounts)
    most = np.zeros(lies.size, np.int64)
    most[inside] = inputs.known.held.most[rest.place[inside]]
    rows = np.flatnonzero((most > 0) & (lies > 0))
    rows = rows[np.argsort(rest.place[rows], kind="stable")]
    _, first, group = np.unique(rest.place[rows], return_index=True, return_inverse=True)
    out[rows] = priced_in(group.astype(np.int32), lies[rows], most[rows][first])
    return out


def not_located(reports: pa.Table, located_ids: pa.Array, method: str) -> pa.Table:
    """One exit of nothing for every report whose origins were not found, its loss beside it."""
    open_reports = reports.filter(pc.invert(pc.is_in(reports["report_id"], value_set=located_ids)))
    zeros, count = pa.repeat(0, open_reports.num_rows), open_reports.num_rows
    columns = {
        "report_id": open_reports["report_id"],
        "method": pa.repeat(method, count),
        "exit": pc.binary_join_element_wise("report:", open_reports["report_id"], ""),
        "reason": pa.repeat(NOT_LOCATED, count),
        "amount": zeros,
        "at": pa.nulls(count, pa.timestamp("us")),
        "recoverable": zeros,
        "held": zeros,
        "loss": open_reports["loss"],
    }
    return pa.table([columns[name] for name in EXITS.names], schema=EXITS.schema)
