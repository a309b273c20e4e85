"""Who is next: exposed orders whose buyers have not been called, by hazard of the coming week.

A leaked order is called at some point with the leak's own odds, and when it is, after a lag that
all leaks of the case share. Given that no call came until its present age *a*, the chance of one
within the horizon *h* is ``r (G(a + h) - G(a)) / (1 - r G(a))``: a life table. *G* and the rate *r*
of each source are learnt from the people reached so far (:mod:`suyuan.detect.leaks.rating`), apart
for orders that were found in seized data.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from suyuan.detect.leaks.contacts import ATTRIBUTES, CALL_WEIGHT, contacts
from suyuan.detect.leaks.lags import EDGES, Lags
from suyuan.detect.leaks.looked_at import with_sight
from suyuan.detect.leaks.rating import PRIOR_ORDERS, PRIOR_RATE, Meetings, rates
from suyuan.detect.leaks.relevance import relevance
from suyuan.detect.sentences import fill
from suyuan.model.results import AT_RISK, EVIDENCE
from suyuan.model.text import Text
from suyuan.store.steps import Step, Written
from suyuan.store.tables import Tables

HORIZON_HOURS = 168.0
#: Sources below this probability expose nobody; above it, orders count by it.
EXPOSING = 0.05
LISTED = 1e-5
SURE_COPY = 0.5
#: Who was reached with this probability is not listed; who may have been stays, lower down.
SURELY_REACHED = 0.9
#: Younger orders may not have passed under the hand's eyes yet.
LOOKED_AT_HOURS = 24.0
BECAUSE = Text(
    "Ordered on {ordered_at:date} through {source:id}, from which records leaked since "
    "{leaked_from:date}; {reached:0} of {exposed:0} people with such orders were reached, this one "
    "not yet, {age_days:1} days after ordering.",
    "{ordered_at:date}经{source:id}下单,该源头自{leaked_from:date}起泄露;此类{exposed:0}单中已有"
    "{reached:0}单的买家被联系,本单下单{age_days:1}天后尚未被联系。",
)


@dataclass(frozen=True, slots=True)
class Curve:
    """The learnt lags as an expression: share of the calls that came within so many hours."""

    lags: Lags

    def within(self, hours: ir.FloatingValue) -> ir.FloatingValue:
        total: ir.FloatingValue = ibis.literal(0.0)
        for low, high, mass in zip(EDGES[:-1], EDGES[1:], self.lags.mass, strict=True):
            part = (hours - float(low)) / float(high - low)
            total = total + float(mass) * ibis.greatest(ibis.least(part, 1.0), 0.0)
        return total


def at_risk(tables: Tables) -> ir.Table:
    """The table ``at_risk`` with the order's row beside it, best chances first when sorted."""
    engine = tables.engine
    exposed = engine.keep(with_sight(tables, engine.keep(_exposed(tables))))
    reached = engine.keep(_reached(tables))
    now = _now(tables)
    aged = exposed.mutate(
        age=(ibis.literal(now) - exposed["ordered_at"].epoch_seconds()).cast("float64") / 3600.0
    )
    rated, curve = _rated(tables, engine.keep(aged), reached)
    waiting = _not_reached(engine.keep(rated), reached)
    started = curve.within(waiting["age"])
    soon = curve.within(waiting["age"] + HORIZON_HOURS) - started
    hazard = waiting["rate"] * soon / (1.0 - waiting["rate"] * started)
    return _ranked(
        waiting.mutate(
            hazard=waiting["leaked"] * waiting["open"] * hazard, age_days=waiting["age"] / 24.0
        )
    )


def _reached(tables: Tables) -> ir.Table:
    """People reached, and how ``sure`` it is that it was the scammers, about an order."""
    people = contacts(tables)
    sure = ibis.ifelse(people["source"] == "calls", people["weight"] / CALL_WEIGHT, 1.0)
    people = people.select(
        "contact", "person", "phone", "called_at", "quoted_order_id", sure_called=sure
    )
    told = relevance(tables).view()
    joined = people.left_join(told, people["contact"] == told["contact"])
    relevant = ibis.coalesce(joined["relevance"], 1.0) * joined["sure_called"]
    return joined.select(*(name for name in people.columns if name != "sure_called"), sure=relevant)


def _exposed(tables: Tables) -> ir.Table:
    """Each order that a named source handled while it leaked, once a source."""
    found = tables["findings:leak_source"].filter(lambda t: t["score"] >= EXPOSING)
    found = found.select(
        source="subject", leaked="score", leaked_from="first_seen", leaked_to="last_seen"
    )
    copied = tables["matches"].filter(lambda t: t["probability"] >= SURE_COPY)
    copied = copied.select("order_id").distinct().mutate(copied=1)
    parts = []
    for name, kind in ATTRIBUTES.items():
        orders = tables["orders"]
        mine = orders.mutate(source=ibis.literal(f"{kind}:") + orders[name])
        joined = mine.inner_join(found, "source")
        joined = joined.filter(
            joined["ordered_at"].between(joined["leaked_from"], joined["leaked_to"])
        )
        parts.append(
            joined.select(
                "order_id", "ordered_at", "buyer_id", "buyer_phone", "source", "leaked",
                "leaked_from", "leaked_to", "row_id", "file", "line", "sha256",
            )
        )  # fmt: skip
    every = ibis.union(*parts)
    return every.left_join(copied, "order_id").select(
        *every.columns, copied=ibis.coalesce(copied["copied"], 0)
    )


def _now(tables: Tables) -> int:
    """The latest moment that the records know of, in seconds since 1970."""
    moments = []
    for name, column in (
        ("orders", "ordered_at"),
        ("reports", "reported_at"),
        ("calls", "started_at"),
    ):
        latest = tables.engine.fetch(tables[name].aggregate(t=lambda t, c=column: t[c].max()))
        moments.append(latest["t"][0].as_py())
    known = [np.datetime64(moment, "s").astype(np.int64) for moment in moments if moment]
    return int(max(known, default=np.int64(0)))


def _met(exposed: ir.Table, reached: ir.Table) -> ir.Table:
    """Exposed orders of each person reached, by ``contact``, from which the call can have come.

    Where the caller quoted an order, none but that.
    """
    by_phone = exposed.inner_join(reached, exposed["buyer_phone"] == reached["phone"])
    by_person = exposed.inner_join(reached, exposed["buyer_id"] == reached["person"])
    pairs = ibis.union(
        *(
            p.select(
                "source", "copied", "seen", "order_id", "ordered_at", "called_at", "contact",
                "quoted_order_id", sure=p["leaked"] * p["sure"],
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
    )


def _rated(tables: Tables, aged: ir.Table, reached: ir.Table) -> tuple[ir.Table, Curve]:
    """Each exposed order with its source's rate of being reached; and the lags.

    A source's orders are parted by whether they were found in seized data, and whether a hand that
    is named had seen them; each part has its rate. What the hand has not seen may be too young for
    that, and has the rate of both.
    """
    engine = tables.engine
    group = ["source", "copied", "seen"]
    groups = engine.fetch(aged.group_by(group).aggregate(exposed=aged.count()).order_by(group))
    groups = groups.append_column("group", pa.array(np.arange(len(groups))))
    known = engine.arrow(groups)
    orders = engine.fetch(aged.inner_join(known, group).select("group", "age"))
    met = engine.fetch(_met(aged, reached).inner_join(known, group))
    found = rates(
        Meetings(
            met["contact"].combine_chunks().dictionary_encode().indices.to_numpy(),
            met["group"].to_numpy(),
            met["hours"].to_numpy(),
            met["sure"].to_numpy(),
        ),
        orders["group"].to_numpy(),
        orders["age"].to_numpy(),
        len(groups),
    )
    told = groups.drop(["group"]).append_column("rate", pa.array(found.rate))
    told = told.append_column("reached", pa.array(found.reached))
    told = told.append_column("ripe", pa.array(found.ripe))
    rated = aged.inner_join(_pooled(engine.arrow(told)), group)
    young = (rated["seen"] == 0) & (rated["age"] < LOOKED_AT_HOURS)
    return rated.mutate(rate=ibis.ifelse(young, rated["pooled"], rated["rate"])), Curve(found.lags)


def _pooled(told: ir.Table) -> ir.Table:
    """Rates with ``pooled``: the rate of a source's orders, seen by a named hand or not."""
    over = {"group_by": ["source", "copied"]}
    reached = told["reached"].sum().over(**over) + PRIOR_RATE * PRIOR_ORDERS
    return told.mutate(pooled=reached / (told["ripe"].sum().over(**over) + PRIOR_ORDERS))


def _not_reached(rated: ir.Table, reached: ir.Table) -> ir.Table:
    """Orders of people not called yet, with the doubt that is left about that as ``open``."""
    numbers = reached.group_by("phone").aggregate(called=reached["sure"].max()).view()
    people = reached.filter(reached["person"].notnull()).group_by("person")
    people = people.aggregate(known=reached["sure"].max()).view()
    left = rated.filter(rated["buyer_phone"].notnull())
    left = left.left_join(numbers, left["buyer_phone"] == numbers["phone"]).view()
    left = left.left_join(people, left["buyer_id"] == people["person"])
    met = ibis.greatest(ibis.coalesce(left["called"], 0.0), ibis.coalesce(left["known"], 0.0))
    left = left.select(*rated.columns, open=1.0 - met)
    return left.filter(left["open"] > 1.0 - SURELY_REACHED)


def _ranked(waiting: ir.Table) -> ir.Table:
    """One row a person: the order with the best chance, told through its likeliest source."""
    total = 1.0 - (1.0 - waiting["hazard"]).log().sum().over(group_by="order_id").exp()
    scored = waiting.mutate(score=total)
    best = scored.mutate(
        rank=ibis.row_number().over(
            group_by="buyer_phone",
            order_by=[ibis.desc("score"), ibis.desc("hazard"), "order_id", "source"],
        )
    )
    kept = best.filter((best["rank"] == 0) & (best["score"] >= LISTED))
    return kept.mutate(
        because=fill(BECAUSE.en, kept),
        because_zh=fill(BECAUSE.zh, kept),
        evidence_id=ibis.literal("at_risk:") + kept["order_id"],
    )


def _run(tables: Tables) -> Written:
    if not tables.has("findings:leak_source") or not tables.has("orders"):
        return {}
    listed = tables.engine.keep(at_risk(tables))
    proofs = listed.mutate(
        table=ibis.literal("orders"),
        key=listed["order_id"],
        weight=ibis.literal(1.0),
        note=ibis.literal("the exposed order"),
    )
    return {
        "at_risk": listed.select(*AT_RISK.names),
        "proofs:at_risk": proofs.select(*EVIDENCE.names),
    }


AT_RISK_STEP = Step(
    name="at risk",
    title=Text("Who is likely to be called next", "谁可能接到下一个电话"),
    reads=(
        "orders",
        "reports",
        "calls",
        "matches",
        "accesses",
        "fraud_types",
        "findings:scam_caller",
        "findings:leak_source",
    ),
    writes=("at_risk", "proofs:at_risk"),
    run=_run,
    without={
        "orders": Text("Nobody can be listed as at risk.", "无法列出风险人群。"),
        "calls": Text(
            "Who was called already is known from reports only.", "只能从报案得知谁已被联系。"
        ),
    },
)
