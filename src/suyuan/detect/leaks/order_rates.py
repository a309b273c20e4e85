"""How often each source's orders are called about, and after how long: learnt from the case.

The organisations that no finding names are learnt beside the named ones; those that explain a call
have their orders among the others.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from suyuan.detect.leaks.call_rates import (
    PRIOR_ORDERS,
    PRIOR_RATE,
    Meetings,
    Rates,
    Sources,
    going,
    rates,
)
from suyuan.detect.leaks.chance_calls import Contacted
from suyuan.detect.leaks.exposed_orders import latest_moment
from suyuan.detect.leaks.lags import EDGES, Lags
from suyuan.detect.leaks.order_groups import (
    GROUP,
    UNNAMED,
    contact_rows,
    firm_groups,
    group_ages,
    group_meetings,
    order_groups,
    sizes,
)
from suyuan.detect.leaks.unnamed_sources import unnamed_orders
from suyuan.detect.leaks.watching import Placed
from suyuan.store.programs import derive_table
from suyuan.store.tables import Tables

#: Younger orders may not have passed under the hand's eyes yet.
LOOKED_AT_HOURS = 24.0
#: Of fewer calls than this no organisation is told apart from all others.
EXPLAINING = 1.0
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


@dataclass(frozen=True, slots=True)
class LearntRates:
    """What the case's calls say: ``found`` for each of ``groups`` (a row each), from ``meetings``
    (:func:`suyuan.detect.leaks.order_groups.group_meetings`) of ``contacts``.

    ``handled`` are the orders of organisations that nobody named.
    """

    groups: pa.Table
    contacts: pa.Table
    meetings: pa.Table
    handled: ir.Table
    pairs: Meetings
    people: Contacted
    before: Sources
    found: Rates


@dataclass(frozen=True, slots=True)
class RatedOrders:
    """``orders`` with their rates, and ``doubts``: per ``contact``, whether it was about an order.

    ``doubts`` has ``about``, the probability that one of the person's exposed orders was behind it.
    """

    orders: ir.Table
    doubts: ir.Table


def learnt_rates(tables: Tables, aged: ir.Table, reached: ir.Table) -> LearntRates:
    """Rates of the sources of `aged` and of all organisations beside them, from people `reached`.

    A source's orders are parted by whether they were found in seized data, and whether a hand that
    is named had seen them; those of the others by whether they went through a source as well.
    """
    engine, now = tables.engine, latest_moment(tables)
    handled = derive_table(tables, unnamed_orders, tables, aged, now)
    groups = _grouped(
        engine.gather(order_groups, aged, by=(now,)), engine.gather(firm_groups, handled)
    )
    known = engine.arrow(groups.select([*GROUP, "nested", "unnamed", "group"]))
    contacts = engine.gather(contact_rows, reached, tables["orders"])
    before = Sources(_followed(groups), groups["unnamed"].to_numpy() == 1)
    meetings = engine.gather(group_meetings, aged, handled, reached, known)
    pairs = _pairs(meetings, contacts)
    people = _contacted(contacts, engine.gather(sizes, tables["orders"]))
    ages = engine.gather(group_ages, aged, handled, known)
    found = rates(pairs, people, _placed(ages, _watched(contacts, now)), before)
    return LearntRates(groups, contacts, meetings, handled, pairs, people, before, found)


def rated_orders(tables: Tables, aged: ir.Table, reached: ir.Table) -> RatedOrders:
    """Each exposed order with its source's rate of being reached, and the lags in columns.

    What a named hand has not seen may be too young for that, and has the rate of both.
    """
    engine, learnt = tables.engine, learnt_rates(tables, aged, reached)
    groups, found = learnt.groups, learnt.found
    course = (groups[name].to_numpy() for name in ("lasted", "since"))
    open_ = going(found, learnt.before.follows, *course)
    facts = groups.drop(["group", "lasted", "since"])
    for name, values in (
        ("rate", found.rate), ("going", open_), ("reached", found.reached), ("ripe", found.ripe)
    ):  # fmt: skip
        facts = facts.append_column(name, pa.array(values))
    doubts = learnt.contacts.select(["contact"]).append_column("about", pa.array(found.about))
    lags, rated = engine.arrow(lag_columns(found.lags)), engine.arrow(_explaining(facts))
    orders = engine.derive(_rated, aged, learnt.handled, rated, lags)
    return RatedOrders(orders, engine.arrow(doubts))


def _grouped(named: pa.Table, unnamed: pa.Table) -> pa.Table:
    """All parts in one table, with ``unnamed`` (1 where no finding names it) and ``group``."""
    none = pa.array(np.zeros(len(unnamed), np.int64))
    apart = {"copied": none, "seen": none, "late": none}
    still = {name: pa.array(np.zeros(len(unnamed))) for name in ("lasted", "since")}
    columns = {n: unnamed[n] for n in ("source", "exposed", "nested")} | apart | still
    columns["unnamed"] = pa.array(np.ones(len(unnamed), np.int64))
    for name in ("nested", "unnamed"):
        named = named.append_column(name, pa.array(np.zeros(len(named), np.int64)))
    more = pa.table(columns).select(named.column_names).cast(named.schema)
    both = pa.concat_tables([named, more])
    return both.append_column("group", pa.array(np.arange(len(both))))


def _explaining(facts: pa.Table) -> pa.Table:
    """`facts` without the organisations that explain no call: their orders are as all others."""
    explain = pc.greater_equal(facts["reached"], EXPLAINING)
    return facts.filter(pc.or_(pc.equal(facts["unnamed"], 0), explain))


def _pairs(meeting: pa.Table, contacts: pa.Table) -> Meetings:
    return Meetings(
        pc.index_in(meeting["contact"], value_set=contacts["contact"]).to_numpy().astype(np.int64),
        meeting["group"].to_numpy(),
        meeting["hours"].to_numpy(),
        meeting["sure"].to_numpy(),
    )


def _contacted(contacts: pa.Table, sizes: pa.Table) -> Contacted:
    call = contacts["reported"].to_numpy().astype(float) == 0.0
    at = contacts["second"].to_numpy()[call].astype(float)
    return Contacted(
        contacts["sure"].to_numpy(),
        call,
        contacts["orders"].to_numpy().astype(float),
        float(at.max() - at.min()) / 3600.0 if len(at) else 0.0,
        float(sizes["buyers"][0].as_py()),
        float(sizes["placed"][0].as_py()),
    )


def _watched(contacts: pa.Table, now: int) -> float:
    """Hours since the first contact known."""
    at = contacts["second"].to_numpy()
    return float(now - at.min()) / 3600.0 if len(at) else 0.0


def _placed(ages: pa.Table, watched: float) -> Placed:
    return Placed(
        ages["group"].to_numpy(),
        ages["hour"].to_numpy(),
        ages["orders"].to_numpy().astype(float),
        watched,
    )


def _rated(aged: ir.Table, handled: ir.Table, facts: ir.Table, lags: ir.Table) -> ir.Table:
    named = facts.filter(facts["unnamed"] == 0)
    rated = aged.inner_join(_pooled(named), GROUP)
    young = (rated["seen"] == 0) & (rated["late"] == 0) & (rated["age"] < LOOKED_AT_HOURS)
    rated = rated.mutate(
        rate=ibis.ifelse(young, rated["pooled"], rated["rate"]),
        leaked=rated["leaked"] * rated["going"],
    )
    unnamed = facts.filter(facts["unnamed"] == 1).mutate(pooled=ibis._["rate"])
    more = handled.inner_join(unnamed, UNNAMED).mutate(
        leaked_from=ibis.null("timestamp(6)"),
        leaked_to=ibis.null("timestamp(6)"),
        shop=ibis.null("string"),
    )
    return ibis.union(rated, more.select(*rated.columns)).cross_join(lags)


def _followed(groups: pa.Table) -> NDArray[np.int64]:
    """For each part of late orders its source's largest part before; -1 for the others.

    Of those that a hand had seen, or had not, where there is such a part.
    """
    rows = groups.select([*GROUP, "exposed", "unnamed"]).to_pylist()
    before: dict[tuple[str, int | None], int] = {}
    for place, row in enumerate(rows):
        if not row["late"] and not row["copied"] and not row["unnamed"]:
            for part in (row["seen"], None):
                best = before.setdefault((row["source"], part), place)
                if row["exposed"] > rows[best]["exposed"]:
                    before[row["source"], part] = place
    parts = ((row["source"], row["seen"], row["late"]) for row in rows)
    whole = {source: place for (source, part), place in before.items() if part is None}
    return np.array(
        [
            before.get((source, sight), whole.get(source, -1)) if late else -1
            for source, sight, late in parts
        ]
    )


def _pooled(facts: ir.Table) -> ir.Table:
    """Rates with ``pooled``: the rate of a source's orders, seen by a named hand or not."""
    over = {"group_by": ["source", "copied", "late"]}
    reached = facts["reached"].sum().over(**over) + PRIOR_RATE * PRIOR_ORDERS
    return facts.mutate(pooled=reached / (facts["ripe"].sum().over(**over) + PRIOR_ORDERS))
