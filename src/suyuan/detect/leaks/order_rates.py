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
from suyuan.detect.leaks.chance_calls import ContactedPeople
from suyuan.detect.leaks.exposed_orders import latest_moment
from suyuan.detect.leaks.lags import EDGES, Lags
from suyuan.detect.leaks.order_groups import (
    FIRM_GROUP,
    GROUP,
    contact_rows,
    firm_groups,
    group_ages,
    group_meetings,
    order_groups,
    sizes,
)
from suyuan.detect.leaks.unnamed_sources import unnamed_orders
from suyuan.detect.leaks.watch_time import PlacedOrders
from suyuan.store.programs import derive_table
from suyuan.store.tables import Tables

#: Younger orders may not have passed under the hand's eyes yet.
LOOKED_AT_HOURS = 24.0
#: Of fewer calls than this no organisation is told apart from all others.
LEAST_CALLS = 1.0
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
    """What the case's calls say: ``fit`` for each of ``groups`` (a row each), from ``meetings``
    (:func:`suyuan.detect.leaks.order_groups.group_meetings`) of ``contacts``.

    ``firm_orders`` are the orders of organisations that nobody named.
    """

    groups: pa.Table
    contacts: pa.Table
    meetings: pa.Table
    firm_orders: ir.Table
    pairs: Meetings
    people: ContactedPeople
    before: Sources
    fit: Rates


@dataclass(frozen=True, slots=True)
class RatedOrders:
    """``orders`` with their rates, and ``doubts``: per ``contact``, whether it was about an order.

    ``doubts`` has ``about``, the probability that one of the person's exposed orders was behind it.
    """

    orders: ir.Table
    doubts: ir.Table


def learnt_rates(tables: Tables, aged: ir.Table, people_called: ir.Table) -> LearntRates:
    """Rates of the sources of `aged` and of all organisations beside them, from `people_called`.

    A source's orders are parted by whether they were found in seized data, and whether a hand that
    is named had seen them; those of the others by whether they went through a source as well.
    """
    engine, now = tables.engine, latest_moment(tables)
    firm_orders = derive_table(tables, unnamed_orders, tables, aged, now)
    groups = _number_groups(
        engine.gather(order_groups, aged, by=(now,)), engine.gather(firm_groups, firm_orders)
    )
    group_keys = engine.arrow(groups.select([*GROUP, "nested", "unnamed", "group"]))
    contacts = engine.gather(contact_rows, people_called, tables["orders"])
    before = Sources(_followed_groups(groups), groups["unnamed"].to_numpy() == 1)
    meetings = engine.gather(group_meetings, aged, firm_orders, people_called, group_keys)
    pairs = _pairs(meetings, contacts)
    people = _contacted_people(contacts, engine.gather(sizes, tables["orders"]))
    ages = engine.gather(group_ages, aged, firm_orders, group_keys)
    order_rates = rates(pairs, people, _placed_orders(ages, _watch_hours(contacts, now)), before)
    return LearntRates(groups, contacts, meetings, firm_orders, pairs, people, before, order_rates)


def rated_orders(tables: Tables, aged: ir.Table, contacted_people: ir.Table) -> RatedOrders:
    """Each exposed order with its source's rate of being reached, and the lags in columns.

    What a named hand has not seen may be too young for that, and has the rate of both.
    """
    engine, learnt = tables.engine, learnt_rates(tables, aged, contacted_people)
    groups, fit = learnt.groups, learnt.fit
    course = (groups[name].to_numpy() for name in ("lasted", "since"))
    open_ = going(fit, learnt.before.follows, *course)
    facts = groups.drop(["group", "lasted", "since"])
    for name, values in (
        ("rate", fit.rate), ("going", open_), ("reached", fit.calls), ("ripe", fit.ripe)
    ):  # fmt: skip
        facts = facts.append_column(name, pa.array(values))
    doubts = learnt.contacts.select(["contact"]).append_column("about", pa.array(fit.about))
    lags, rated_groups = engine.arrow(lag_columns(fit.lags)), engine.arrow(_explain_rates(facts))
    orders = engine.derive(_rated_rows, aged, learnt.firm_orders, rated_groups, lags)
    return RatedOrders(orders, engine.arrow(doubts))


def _number_groups(named_groups: pa.Table, unnamed_groups: pa.Table) -> pa.Table:
    """All parts in one table, with ``unnamed`` (1 where no finding names it) and ``group``."""
    zeros = pa.array(np.zeros(len(unnamed_groups), np.int64))
    apart = {"copied": zeros, "seen": zeros, "late": zeros}
    still = {name: pa.array(np.zeros(len(unnamed_groups))) for name in ("lasted", "since")}
    columns = {n: unnamed_groups[n] for n in ("source", "exposed", "nested")} | apart | still
    columns["unnamed"] = pa.array(np.ones(len(unnamed_groups), np.int64))
    for name in ("nested", "unnamed"):
        named_groups = named_groups.append_column(
            name, pa.array(np.zeros(len(named_groups), np.int64))
        )
    more = pa.table(columns).select(named_groups.column_names).cast(named_groups.schema)
    groups = pa.concat_tables([named_groups, more])
    return groups.append_column("group", pa.array(np.arange(len(groups))))


def _explain_rates(facts: pa.Table) -> pa.Table:
    """`facts` without the organisations that explain no call: their orders are as all others."""
    explain = pc.greater_equal(facts["reached"], LEAST_CALLS)
    return facts.filter(pc.or_(pc.equal(facts["unnamed"], 0), explain))


def _pairs(meeting_rows: pa.Table, contacts: pa.Table) -> Meetings:
    return Meetings(
        pc.index_in(meeting_rows["contact"], value_set=contacts["contact"])
        .to_numpy()
        .astype(np.int64),
        meeting_rows["group"].to_numpy(),
        meeting_rows["hours"].to_numpy(),
        meeting_rows["sure"].to_numpy(),
    )


def _contacted_people(contacts: pa.Table, sizes: pa.Table) -> ContactedPeople:
    call = contacts["reported"].to_numpy().astype(float) == 0.0
    at = contacts["second"].to_numpy()[call].astype(float)
    return ContactedPeople(
        contacts["sure"].to_numpy(),
        call,
        contacts["orders"].to_numpy().astype(float),
        float(at.max() - at.min()) / 3600.0 if len(at) else 0.0,
        float(sizes["buyers"][0].as_py()),
        float(sizes["placed"][0].as_py()),
    )


def _watch_hours(contacts: pa.Table, now: int) -> float:
    """Hours since the first contact known."""
    at = contacts["second"].to_numpy()
    return float(now - at.min()) / 3600.0 if len(at) else 0.0


def _placed_orders(ages: pa.Table, watch_hours: float) -> PlacedOrders:
    return PlacedOrders(
        ages["group"].to_numpy(),
        ages["hour"].to_numpy(),
        ages["orders"].to_numpy().astype(float),
        watch_hours,
    )


def _rated_rows(aged: ir.Table, firm_orders: ir.Table, facts: ir.Table, lags: ir.Table) -> ir.Table:
    named_groups = facts.filter(facts["unnamed"] == 0)
    rated_rows = aged.inner_join(_pool_rates(named_groups), GROUP)
    young = (
        (rated_rows["seen"] == 0)
        & (rated_rows["late"] == 0)
        & (rated_rows["age"] < LOOKED_AT_HOURS)
    )
    rated_rows = rated_rows.mutate(
        rate=ibis.ifelse(young, rated_rows["pooled"], rated_rows["rate"]),
        leaked=rated_rows["leaked"] * rated_rows["going"],
    )
    unnamed_groups = facts.filter(facts["unnamed"] == 1).mutate(pooled=ibis._["rate"])
    more = firm_orders.inner_join(unnamed_groups, FIRM_GROUP).mutate(
        leaked_from=ibis.null("timestamp(6)"),
        leaked_to=ibis.null("timestamp(6)"),
        shop=ibis.null("string"),
    )
    return ibis.union(rated_rows, more.select(*rated_rows.columns)).cross_join(lags)


def _followed_groups(groups: pa.Table) -> NDArray[np.int64]:
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


def _pool_rates(facts: ir.Table) -> ir.Table:
    """Rates with ``pooled``: the rate of a source's orders, seen by a named hand or not."""
    over = {"group_by": ["source", "copied", "late"]}
    calls = facts["reached"].sum().over(**over) + PRIOR_RATE * PRIOR_ORDERS
    return facts.mutate(pooled=calls / (facts["ripe"].sum().over(**over) + PRIOR_ORDERS))
