"""Who is next: exposed orders whose buyers have not been called, by hazard of the coming week.

A leaked order is called at some point with the leak's own odds, and when it is, after a lag that
all leaks of the case share. Given that no call came until its present age *a*, the chance of one
within the horizon *h* is ``r (G(a + h) - G(a)) / (1 - r G(a))``: a life table. *G* is learnt from
the people reached so far, *r* from the share of each source's exposed orders that were reached,
apart for orders that were found in seized data.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np

from suyuan.detect.leaks.contacts import ATTRIBUTES, contacts
from suyuan.detect.leaks.lags import BEFORE_DATA, EDGES, Lags
from suyuan.detect.sentences import fill
from suyuan.model.results import AT_RISK, EVIDENCE
from suyuan.model.text import Text
from suyuan.store.steps import Step, Written
from suyuan.store.tables import Tables

HORIZON_HOURS = 168.0
#: Sources below this probability expose nobody.
EXPOSING = 0.5
#: Before data: the share of leaked orders that are called, and the orders that this is worth.
PRIOR_RATE, PRIOR_ORDERS = 0.05, 20.0
LISTED = 0.001
SURE_COPY = 0.5
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
    exposed = engine.keep(_exposed(tables))
    reached = engine.keep(contacts(tables).select("person", "phone", "called_at"))
    now = _now(tables)
    hit = engine.keep(_hits(exposed, reached))
    curve = Curve(_learnt(tables, hit))
    aged = exposed.mutate(
        age=(ibis.literal(now) - exposed["ordered_at"].epoch_seconds()).cast("float64") / 3600.0
    )
    rated = engine.keep(_rated(aged, hit, curve))
    waiting = _not_reached(rated, reached)
    started = curve.within(waiting["age"])
    soon = curve.within(waiting["age"] + HORIZON_HOURS) - started
    hazard = waiting["rate"] * soon / (1.0 - waiting["rate"] * started)
    return _ranked(waiting.mutate(hazard=waiting["sure"] * hazard, age_days=waiting["age"] / 24.0))


def _exposed(tables: Tables) -> ir.Table:
    """Each order that a named source handled while it leaked, once a source."""
    found = tables["findings:leak_source"].filter(lambda t: t["score"] >= EXPOSING)
    found = found.select(
        source="subject", sure="score", leaked_from="first_seen", leaked_to="last_seen"
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
                "order_id", "ordered_at", "buyer_id", "buyer_phone", "source", "sure",
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


def _hits(exposed: ir.Table, reached: ir.Table) -> ir.Table:
    """The latest exposed order of each person reached before the call: ``hours``."""
    by_phone = exposed.inner_join(reached, exposed["buyer_phone"] == reached["phone"])
    by_person = exposed.inner_join(reached, exposed["buyer_id"] == reached["person"])
    pairs = ibis.union(
        *(
            p.select(
                "source", "order_id", "ordered_at", "called_at", "copied", buyer=p["buyer_phone"]
            )
            for p in (by_phone, by_person)
        ),
        distinct=True,
    )
    gap = pairs["called_at"].epoch_seconds() - pairs["ordered_at"].epoch_seconds()
    pairs = pairs.mutate(hours=gap.cast("float64") / 3600.0)
    pairs = pairs.filter((pairs["hours"] >= EDGES[0]) & (pairs["hours"] < EDGES[-1]))
    ranked = pairs.mutate(
        rank=ibis.row_number().over(group_by=["source", "buyer"], order_by=["hours", "order_id"])
    )
    return ranked.filter(ranked["rank"] == 0)


def _learnt(tables: Tables, hit: ir.Table) -> Lags:
    hours = tables.engine.fetch(hit.select("order_id", "hours").distinct())["hours"].to_numpy()
    return BEFORE_DATA.learnt(hours)


def _rated(aged: ir.Table, hit: ir.Table, curve: Curve) -> ir.Table:
    """Each exposed order with its source's rate of being reached."""
    ripe = aged.mutate(ripe=curve.within(aged["age"]))
    told = ripe.group_by(["source", "copied"]).aggregate(
        ripe=ripe["ripe"].sum(), exposed=ripe.count()
    )
    seen = hit.group_by(["source", "copied"]).aggregate(reached=hit.count())
    both = told.left_join(seen, ["source", "copied"])
    both = both.select("source", "copied", "ripe", "exposed", reached=both["reached"].fill_null(0))
    rate = (both["reached"] + PRIOR_RATE * PRIOR_ORDERS) / (both["ripe"] + PRIOR_ORDERS)
    both = both.mutate(rate=ibis.least(rate, 0.98))
    return aged.inner_join(both.drop("ripe"), ["source", "copied"])


def _not_reached(rated: ir.Table, reached: ir.Table) -> ir.Table:
    numbers = reached.select(buyer_phone="phone").distinct()
    people = reached.select(buyer_id="person").filter(lambda t: t["buyer_id"].notnull()).distinct()
    left = rated.filter(rated["buyer_phone"].notnull()).anti_join(numbers, "buyer_phone")
    return left.anti_join(people, "buyer_id")


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
    reads=("orders", "reports", "calls", "matches", "findings:scam_caller", "findings:leak_source"),
    writes=("at_risk", "proofs:at_risk"),
    run=_run,
    without={
        "orders": Text("Nobody can be listed as at risk.", "无法列出风险人群。"),
        "calls": Text(
            "Who was called already is known from reports only.", "只能从报案得知谁已被联系。"
        ),
    },
)
