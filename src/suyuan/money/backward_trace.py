"""Backward: whose money lies in an account, and whose came through it.

The same sweep as forward, with other labels: money that a report claims bears the report, what an
account held at the start bears that account, and what comes in from beyond the walk (too many steps
back, a shop, an employer) bears the account it came from.
"""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.money.arrays import Flags, Flow, Ints32, Limits
from suyuan.money.flow_graph import TraceInputs
from suyuan.money.graph_building import resting_places
from suyuan.money.methods import DEFAULT, METHODS, Method, method
from suyuan.money.order import NO_BALANCE, openings
from suyuan.money.origins import origins
from suyuan.money.owners import ACCOUNT
from suyuan.money.sweep import sweep
from suyuan.money.trace_inputs import gather_inputs
from suyuan.money.trace_scope import trace_scope
from suyuan.store.tables import Tables

#: How many payments back sources are sought.
HOPS: Final = 6
SCHEMA: Final = pa.schema(
    {
        "account": pa.string(),
        "method": pa.string(),
        "source": pa.string(),
        "kind": pa.string(),
        "came": pa.int64(),
        "lies": pa.int64(),
    }
)


def trace_back(tables: Tables, account: str, by: str = DEFAULT, *, hops: int = HOPS) -> pa.Table:
    """Whose money came into the account (account number) and what of it still lies there, in fen.

    Columns: account, method, source (subject), kind (report; opening: what the source held when
    the records begin; beyond: what came from the source, which is not looked into), came, lies.
    Ordered by what lies there. Raises :class:`InputError` for an unknown account, or for a method
    that does not conserve.
    """
    tracing_method = method(by)
    on = trace_scope(tables)
    inputs = gather_inputs(on, tables.engine.fetch(origins(on)))
    seat = int(inputs.book.codes(pa.array([account], pa.string()))[0])
    if seat < 0 or not tracing_method.conserves:
        fit = ", ".join(name for name, allocation in METHODS.items() if allocation.conserves)
        raise InputError(
            Text("This cannot be traced back.", "无法反向追踪。"),
            value=f"{account}, {by}",
            hint=Text(
                f"Give an account of a payment, and one of: {fit}.",
                f"请给出有交易的账户，方法取：{fit}。",
            ),
        )
    stops = resting_places(inputs)[0] | inputs.claims.own
    stops[seat] = False
    inside = ancestors(inputs.book.payer, inputs.book.payee, seat, hops, stops)
    return _answer(inputs, seat, inside, tracing_method)


@njit(cache=True)
def ancestors(source: Ints32, target: Ints32, seat: int, hops: int, stops: Flags) -> Flags:
    """Accounts whose money can have come to `seat` in at most `hops` payments, itself among them.

    Payments are in order, and are walked from the last to the first.
    """
    steps = np.full(stops.size, hops + 1, np.int32)
    steps[seat] = 0
    for event in range(source.size - 1, -1, -1):
        behind = steps[target[event]] + 1
        if behind < steps[source[event]] and not stops[target[event]]:
            steps[source[event]] = behind
    inside = (steps < hops) & ~stops
    inside[seat] = True
    return inside


def _answer(inputs: TraceInputs, seat: int, inside: Flags, by: Method) -> pa.Table:
    """Sweep with every source under a label of its own: reports, borders, opening balances."""
    book, claims = inputs.book, inputs.claims
    reports, accounts = len(claims.reports), len(book.accounts)
    rows = np.flatnonzero(inside[book.payer] | inside[book.payee])
    source, target = book.payer[rows], book.payee[rows]
    claim_of_row = claims.payment[rows]
    border = np.where(inside[source], -1, reports + source)
    label = np.where(claim_of_row >= 0, claim_of_row, border).astype(np.int32)
    amount, has_statement = book.amount[rows], inside.copy()
    no_balances = np.full(accounts, NO_BALANCE)
    # what an account paid it had, whatever its statement says it began with
    opening = openings(
        source, target, amount, book.after[rows], inputs.known.opening, has_statement
    )
    least = openings(
        source, target, amount, np.full(rows.size, NO_BALANCE), no_balances, has_statement
    )
    flow = Flow(
        source,
        target,
        amount,
        label,
        inside,
        np.where(inside, np.maximum(opening, least), 0),
        np.arange(reports + accounts, reports + 2 * accounts, dtype=np.int32),
    )
    steps = sweep(flow, reports + 2 * accounts, by.code, Limits(dust=0, hops=accounts + 1))
    inflow, lies = (np.zeros(reports + 2 * accounts, np.int64) for _ in range(2))
    arrives, leaves = target[steps.event] == seat, source[steps.event] == seat
    np.add.at(inflow, steps.label[arrives], steps.amount[arrives])
    inflow[reports + accounts + seat] += flow.opening[seat]
    lies += inflow
    np.subtract.at(lies, steps.label[leaves], (steps.amount - steps.fresh)[leaves])
    return _table(inputs, seat, inflow, lies, by)


def _table(
    inputs: TraceInputs, seat: int, inflow: np.ndarray, lies: np.ndarray, by: Method
) -> pa.Table:
    names = pc.binary_join_element_wise(ACCOUNT, inputs.book.accounts, "")
    reports = pc.binary_join_element_wise("report:", inputs.claims.reports, "")
    rows_with_money = np.flatnonzero(inflow > 0)
    sizes = [len(reports), len(names), len(names)]
    kinds = np.repeat(np.array(["report", "beyond", "opening"], dtype=object), sizes)
    columns = {
        "account": pa.repeat(names[seat], rows_with_money.size),
        "method": pa.repeat(by.name, rows_with_money.size),
        "source": pa.concat_arrays([reports, names, names]).take(pa.array(rows_with_money)),
        "kind": pa.array(kinds[rows_with_money], pa.string()),
        "came": inflow[rows_with_money],
        "lies": lies[rows_with_money],
    }
    order = [("lies", "descending"), ("came", "descending"), ("source", "ascending")]
    return pa.table(columns).cast(SCHEMA).sort_by(order)
