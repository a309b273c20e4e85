"""How often each source's orders are called about, and after how long: learnt from the case."""

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from suyuan.detect.leaks.call_rates import PRIOR_ORDERS, PRIOR_RATE, Meetings, going, rates
from suyuan.detect.leaks.exposed_orders import ELSEWHERE, latest_moment
from suyuan.detect.leaks.lags import EDGES, Lags
from suyuan.store.tables import Tables

#: What parts a source's orders: each part has a rate.
GROUP = ["source", "copied", "seen", "late"]
#: Younger orders may not have passed under the hand's eyes yet.
LOOKED_AT_HOURS = 24.0
LAG_COLUMNS = tuple(f"lag_{place}" for place in range(len(EDGES) - 1))


def within(curve: ir.Table, hours: ir.FloatingValue) -> ir.FloatingValue:
    """Share of the calls that came within so many hours of their order.

    `curve` has the columns of :func:`lag_columns` beside its own: numbers that each case learns
    stand in a table, so that the plan is the same for all of them.
    """
    total: ir.FloatingValue = ibis.literal(0.0)
    for name, low, high in zip(LAG_COLUMNS, EDGES[:-1], EDGES[1:], strict=True):
        part = (hours - float(low)) / float(high - low)
        total = total + curve[name] * ibis.greatest(ibis.least(part, 1.0), 0.0)
    return total


def lag_columns(lags: Lags) -> pa.Table:
    """The learnt lags in one row: the share of the calls between each two edges."""
    shares = zip(LAG_COLUMNS, lags.mass, strict=True)
    return pa.table({name: pa.array([float(mass)]) for name, mass in shares})


def rated_orders(tables: Tables, aged: ir.Table, reached: ir.Table) -> ir.Table:
    """Each exposed order with its source's rate of being reached, and the lags in columns.

    A source's orders are parted by whether they were found in seized data, and whether a hand that
    is named had seen them; each part has its rate. What the hand has not seen may be too young for
    that, and has the rate of both.
    """
    engine = tables.engine
    groups = engine.gather(_groups, aged, by=(latest_moment(tables),))
    groups = groups.append_column("group", pa.array(np.arange(len(groups))))
    known = engine.arrow(groups)
    orders = engine.gather(_ages, aged, known)
    meeting = engine.gather(_meeting_groups, aged, reached, known)
    follows = _followed(groups)
    found = rates(
        Meetings(
            meeting["contact"].combine_chunks().dictionary_encode().indices.to_numpy(),
            meeting["group"].to_numpy(),
            meeting["hours"].to_numpy(),
            meeting["sure"].to_numpy(),
        ),
        orders["group"].to_numpy(),
        orders["age"].to_numpy(),
        len(groups),
        follows,
    )
    open_ = going(found, follows, *(groups[name].to_numpy() for name in ("lasted", "since")))
    facts = groups.drop(["group", "lasted", "since"]).append_column("rate", pa.array(found.rate))
    facts = facts.append_column("going", pa.array(open_))
    facts = facts.append_column("reached", pa.array(found.reached))
    facts = facts.append_column("ripe", pa.array(found.ripe))
    lags = engine.arrow(lag_columns(found.lags))
    return engine.derive(_rated, aged, engine.arrow(facts), lags)


def _rated(aged: ir.Table, facts: ir.Table, lags: ir.Table) -> ir.Table:
    rated = aged.inner_join(_pooled(facts), GROUP)
    young = (rated["seen"] == 0) & (rated["late"] == 0) & (rated["age"] < LOOKED_AT_HOURS)
    rated = rated.mutate(
        rate=ibis.ifelse(young, rated["pooled"], rated["rate"]),
        leaked=rated["leaked"] * rated["going"],
    )
    return rated.cross_join(lags)


def _groups(aged: ir.Table, now: int) -> ir.Table:
    found = aged.group_by(GROUP).aggregate(exposed=aged.count(), **_course(aged, now))
    return found.order_by(GROUP)


def _ages(aged: ir.Table, known: ir.Table) -> ir.Table:
    return aged.inner_join(known, GROUP).select("group", "age")


def _meeting_groups(aged: ir.Table, reached: ir.Table, known: ir.Table) -> ir.Table:
    return _meetings(aged, reached).inner_join(known, GROUP)


def _meetings(exposed: ir.Table, reached: ir.Table) -> ir.Table:
    """Exposed orders of each person reached, by ``contact``, from which the call can have come.

    Where the caller quoted an order, none but that.
    """
    by_phone = exposed.inner_join(reached, exposed["buyer_phone"] == reached["phone"])
    by_person = exposed.inner_join(reached, exposed["buyer_id"] == reached["person"])
    pairs = ibis.union(
        *(
            p.select(
                *GROUP, "order_id", "ordered_at", "called_at", "contact",
                "quoted_order_id", "reported", sure=p["leaked"] * p["sure"],
            )
            for p in (by_phone, by_person)
        ),
        distinct=True,
    )  # fmt: skip
    gap = pairs["called_at"].epoch_seconds() - pairs["ordered_at"].epoch_seconds()
    pairs = pairs.mutate(hours=gap.cast("float64") / 3600.0)
    quoted = pairs["quoted_order_id"]
    return pairs.filter(
        (pairs["hours"] >= EDGES[0]) & (pairs["hours"] < EDGES[-1]),
        quoted.isnull() | (quoted == pairs["order_id"]),
        # Whom a known number rang for any reason tells nothing of a leak that nobody knows.
        pairs["reported"] | (pairs["source"] != ELSEWHERE),
    )


def _course(aged: ir.Table, now: int) -> dict[str, ir.FloatingValue]:
    """How long the source is known to have leaked, and how long ago that was, in seconds."""
    first, last = aged["leaked_from"].min(), aged["leaked_to"].max()
    lasted = last.epoch_seconds() - first.epoch_seconds()
    since = ibis.literal(now) - last.epoch_seconds()
    return {
        "lasted": lasted.cast("float64").fill_null(0.0),
        "since": since.cast("float64").fill_null(0.0),
    }


def _followed(groups: pa.Table) -> NDArray[np.int64]:
    """For each part of late orders its source's largest part before; -1 for the others."""
    rows = groups.select([*GROUP, "exposed"]).to_pylist()
    before: dict[str, int] = {}
    for place, row in enumerate(rows):
        if not row["late"] and not row["copied"]:
            best = before.setdefault(row["source"], place)
            if row["exposed"] > rows[best]["exposed"]:
                before[row["source"]] = place
    return np.array([before.get(row["source"], -1) if row["late"] else -1 for row in rows])


def _pooled(facts: ir.Table) -> ir.Table:
    """Rates with ``pooled``: the rate of a source's orders, seen by a named hand or not."""
    over = {"group_by": ["source", "copied", "late"]}
    reached = facts["reached"].sum().over(**over) + PRIOR_RATE * PRIOR_ORDERS
    return facts.mutate(pooled=reached / (facts["ripe"].sum().over(**over) + PRIOR_ORDERS))
