"""Leave out, in the engine, what stolen money cannot have reached.

A relation for each step away from the victims, so that it runs where the data is (on Spark as well)
and only what is left comes into this process. It keeps more than a trace needs and never less:
the walk over the arrays gives the same with it and without it.
"""

from dataclasses import replace
from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suyuan.money.owners import SHOPS
from suyuan.money.trace_scope import TraceScope

#: So many payments fit into memory as they are.
FITS: Final = 5_000_000
#: Money is not sought further away from its victim than this many steps.
STEPS: Final = 60


def reachable(on: TraceScope, starts: pa.Table, *, fits: int = FITS) -> TraceScope:
    """The same ground, with only those payments that touch an account money can have reached.

    `starts` has row_id, at and amount of the origins. Nothing is left out of up to `fits` payments.
    """
    engine = on.tables.engine
    if int(engine.fetch(on.moved.aggregate(n=on.moved.count()))["n"][0].as_py()) <= fits:
        return on
    rows = engine.arrow(starts.select(["row_id"]).drop_null())
    first = on.moved.semi_join(rows, "row_id")
    inside = _inside(on, first)
    rows_in_reach = ibis.union(
        on.moved.semi_join(inside, on.moved.payer == inside.account_no).select("row_id"),
        on.moved.semi_join(inside, on.moved.payee == inside.account_no).select("row_id"),
        rows,
        distinct=True,
    )
    return replace(on, moved=engine.keep(on.moved.semi_join(engine.keep(rows_in_reach), "row_id")))


def _inside(on: TraceScope, first: ir.Table) -> ir.Table:
    """Accounts that money of the payments `first` can have passed through: (account_no)."""
    keep, fetch = on.tables.engine.keep, on.tables.engine.fetch
    payments, stops = on.moved, keep(_stops(on))
    graph = front = keep(
        first.group_by(account_no="payee").agg(since=first.at.min()).anti_join(stops, "account_no")
    )
    for _ in range(STEPS):
        steps = payments.inner_join(
            front, [payments.payer == front.account_no, payments.at >= front.since]
        )
        payees = steps.group_by("payee").agg(first_at=steps["at"].min())
        payees = payees.rename(account="payee").anti_join(stops, ibis._.account == stops.account_no)
        arrivals = payees.left_join(graph, payees.account == graph.account_no)
        newer = arrivals.filter(arrivals.since.isnull() | (arrivals.first_at < arrivals.since))
        front = keep(newer.select(account_no="account", since="first_at"))
        if fetch(front.limit(1)).num_rows == 0:
            break
        every = ibis.union(graph, front)
        graph = keep(every.group_by("account_no").agg(since=every.since.min()))
    return graph.select("account_no")


def _stops(on: TraceScope) -> ir.Table:
    """Shops, lenders and victims: money is never followed through them."""
    accounts = on.tables["bank_accounts"]
    shops = accounts.filter(accounts.kind.isin((*SHOPS, "loan"))).select("account_no")
    victims = on.own.select("account_no").anti_join(on.ring.select("account_no"), "account_no")
    return ibis.union(shops, victims, distinct=True)
