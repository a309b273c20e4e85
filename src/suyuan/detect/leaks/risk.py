"""Who is next: exposed orders whose buyers have not been called, by hazard of the coming week.

A leaked order is called at some point with the leak's own odds, and when it is, after a lag that
all leaks of the case share. Given that no call came until its present age *a*, the chance of one
within the horizon *h* is ``r (G(a + h) - G(a)) / (1 - r G(a))``: a life table. *G* and the rate *r*
of each source are learnt from the people reached so far
(:mod:`suyuan.detect.leaks.call_rates`), apart for orders that were found in seized data.

A leak goes on until somebody stops it: an order placed after the last that is known to have got
out is at risk as soon as it is placed, unless those placed since say that it was stopped (0168).
A person is called if any of his orders is used, so the chances of all of them are put together.

Orders through no named source have a rate as well, that of all of them: somebody is called whose
leak nobody knows yet. They fill the list up to a twentieth of all orders, likeliest first.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from suyuan.detect.leaks.call_rates import PRIOR_ORDERS, PRIOR_RATE, Meetings, going, rates
from suyuan.detect.leaks.contacts import ATTRIBUTES, CALL_WEIGHT, contacts
from suyuan.detect.leaks.lags import EDGES, Lags
from suyuan.detect.leaks.relevance import relevance
from suyuan.detect.leaks.sightings import with_sight
from suyuan.detect.sentences import fill, named, opened
from suyuan.model.privacy import Privacy
from suyuan.model.results import AT_RISK, EVIDENCE
from suyuan.model.text import Text
from suyuan.store.programs import derive_table
from suyuan.store.steps import Step, Written
from suyuan.store.tables import Tables

HORIZON_HOURS = 168.0
#: Sources below this probability expose nobody; above it, orders count by it.
EXPOSING = 0.05
#: What stands for the source of orders through no named one.
ELSEWHERE = ""
#: Up to so large a share of all orders the list is filled with those.
FILLED = 0.05
LISTED = 1e-5
SURE_COPY = 0.5
#: What parts a source's orders: each part has a rate.
GROUP = ["source", "copied", "seen", "late"]
#: Who was reached with this probability is not listed; who may have been stays, lower down.
SURELY_REACHED = 0.9
#: Younger orders may not have passed under the hand's eyes yet.
LOOKED_AT_HOURS = 24.0
BECAUSE = Text(
    "Ordered on {ordered_at:date} through {source:id}, from which records leaked since "
    "{leaked_from:date}; {reached:0} of {exposed:0} people with such orders were reached, this one "
    "not yet, {age_days:1} days after ordering.",
    "{ordered_at:date}经{source:id}下单，该源头自{leaked_from:date}起泄露；此类{exposed:0}单中已有"
    "{reached:0}单的买家被联系，本单下单{age_days:1}天后尚未被联系。",
)
BECAUSE_SINCE = Text(
    "Ordered on {ordered_at:date} through {source:id}, from which records leaked since "
    "{leaked_from:date}; the last known to have got out was ordered on {leaked_to:date}, and "
    "nothing says that the leak was stopped.",
    "{ordered_at:date}经{source:id}下单，该源头自{leaked_from:date}起泄露；已知泄露的最后一单下于"
    "{leaked_to:date}，尚无迹象表明泄露已被制止。",
)
BECAUSE_ELSEWHERE = Text(
    "Ordered on {ordered_at:date} through {source:id}, where no leak is named; of {exposed:0} "
    "orders of the last weeks, {reached:0} were followed by a call that no named leak explains, "
    "and this one, {age_days:1} days old, is of the age at which they come.",
    "{ordered_at:date}经{source:id}下单，该处尚未认定泄露；近几周{exposed:0}单中有{reached:0}单的买家"
    "接到无法由已认定源头解释的来电，本单下单{age_days:1}天，正处于易接到来电的时段。",
)
#: What a source's orders are parted by.


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
    aged = derive_table(tables, _aged, _now(tables), tables)
    reached = derive_table(tables, _reached, tables)
    rated, curve = _rated(tables, aged, reached)
    waiting = _not_reached(engine.keep(rated), reached)
    started = curve.within(waiting["age"])
    soon = curve.within(waiting["age"] + HORIZON_HOURS) - started
    hazard = waiting["rate"] * soon / (1.0 - waiting["rate"] * started)
    return _ranked(
        waiting.mutate(
            hazard=waiting["leaked"] * waiting["open"] * hazard, age_days=waiting["age"] / 24.0
        ),
        engine.gather(_counted, tables["orders"])["n"][0].as_py(),
    )


def _counted(orders: ir.Table) -> ir.Table:
    return orders.aggregate(n=orders.count())


def _aged(now: int, tables: Tables) -> ir.Table:
    """Exposed orders with who saw them, and their ``age`` in hours."""
    keep = tables.engine.keep
    exposed = keep(with_sight(tables, keep(_exposed(tables, now))))
    seconds = ibis.literal(now) - exposed["ordered_at"].epoch_seconds()
    return exposed.mutate(age=seconds.cast("float64") / 3600.0)


def _reached(tables: Tables) -> ir.Table:
    """People reached, and how ``sure`` it is that it was the scammers, about an order."""
    people = contacts(tables)
    sure = ibis.ifelse(people["source"] == "calls", people["weight"] / CALL_WEIGHT, 1.0)
    people = people.select(
        "contact", "person", "phone", "called_at", "quoted_order_id",
        reported=people["source"] == "reports", sure_called=sure,
    )  # fmt: skip
    facts = relevance(tables).view()
    joined = people.left_join(facts, people["contact"] == facts["contact"])
    relevant = ibis.coalesce(joined["relevance"], 1.0) * joined["sure_called"]
    return joined.select(*(name for name in people.columns if name != "sure_called"), sure=relevant)


def _exposed(tables: Tables, now: int) -> ir.Table:
    """Each order that a named source handled since it leaked, once a source.

    ``late`` is 1 for those after the last that is known to have got out.
    """
    found = tables["findings:leak_source"].filter(lambda t: t["score"] >= EXPOSING)
    found = found.select(
        source="subject", leaked="score", leaked_from="first_seen", leaked_to="last_seen"
    )
    copied = tables["matches"].filter(lambda t: t["probability"] >= SURE_COPY)
    copied = copied.select("order_id").distinct().mutate(copied=1)
    parts = []
    for name, kind in ATTRIBUTES.items():
        orders = tables["orders"]
        own = orders.mutate(source=ibis.literal(f"{kind}:") + orders[name])
        joined = own.inner_join(found, "source").mutate(shop=ibis.null("string"))
        joined = joined.filter(joined["ordered_at"] >= joined["leaked_from"])
        parts.append(
            joined.select(
                "order_id", "ordered_at", "buyer_id", "buyer_phone", "source", "leaked",
                "leaked_from", "leaked_to", "shop", "row_id", "file", "line", "sha256",
            )
        )  # fmt: skip
    every = ibis.union(*parts, _elsewhere(tables, now))
    late = (every["ordered_at"] > every["leaked_to"]).fill_null(ibis.literal(value=False))
    every = every.mutate(late=late.cast("int64"))
    return every.left_join(copied, "order_id").select(
        *every.columns, copied=ibis.coalesce(copied["copied"], 0)
    )


def _elsewhere(tables: Tables, now: int) -> ir.Table:
    """Every order young enough to be called about, as of a source that nobody knows."""
    orders = tables["orders"]
    begin = now - int(EDGES[-1] * 3600)
    young = orders.filter(orders["ordered_at"].epoch_seconds() >= begin)
    return young.select(
        "order_id",
        "ordered_at",
        "buyer_id",
        "buyer_phone",
        source=ibis.literal(ELSEWHERE),
        leaked=ibis.literal(1.0),
        leaked_from=ibis.null("timestamp(6)"),
        leaked_to=ibis.null("timestamp(6)"),
        shop=ibis.literal("merchant:") + young["merchant_id"],
        **{name: young[name] for name in ("row_id", "file", "line", "sha256")},
    )


def _now(tables: Tables) -> int:
    """The latest moment that the records know of, in seconds since 1970."""
    moments = []
    for name, column in (
        ("orders", "ordered_at"),
        ("reports", "reported_at"),
        ("calls", "started_at"),
    ):
        latest = tables.engine.gather(_latest, tables[name], by=(column,))
        moments.append(latest["t"][0].as_py())
    known = [np.datetime64(moment, "s").astype(np.int64) for moment in moments if moment]
    return int(max(known, default=np.int64(0)))


def _latest(rows: ir.Table, column: str) -> ir.Table:
    return rows.aggregate(t=rows[column].max())


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


def _rated(tables: Tables, aged: ir.Table, reached: ir.Table) -> tuple[ir.Table, Curve]:
    """Each exposed order with its source's rate of being reached; and the lags.

    A source's orders are parted by whether they were found in seized data, and whether a hand that
    is named had seen them; each part has its rate. What the hand has not seen may be too young for
    that, and has the rate of both.
    """
    engine = tables.engine
    groups = engine.gather(_groups, aged, by=(_now(tables),))
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
    rated = aged.inner_join(_pooled(engine.arrow(facts)), GROUP)
    young = (rated["seen"] == 0) & (rated["late"] == 0) & (rated["age"] < LOOKED_AT_HOURS)
    rated = rated.mutate(
        rate=ibis.ifelse(young, rated["pooled"], rated["rate"]),
        leaked=rated["leaked"] * rated["going"],
    )
    return rated, Curve(found.lags)


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


def _not_reached(rated: ir.Table, reached: ir.Table) -> ir.Table:
    """Orders of people not called yet, with the doubt that is left about that as ``open``."""
    numbers = reached.group_by("phone").aggregate(called=reached["sure"].max()).view()
    people = reached.filter(reached["person"].notnull()).group_by("person")
    people = people.aggregate(known=reached["sure"].max()).view()
    left = rated.filter(rated["buyer_phone"].notnull())
    left = left.left_join(numbers, left["buyer_phone"] == numbers["phone"]).view()
    left = left.left_join(people, left["buyer_id"] == people["person"])
    meeting = ibis.greatest(ibis.coalesce(left["called"], 0.0), ibis.coalesce(left["known"], 0.0))
    left = left.select(*rated.columns, open=1.0 - meeting)
    return left.filter(left["open"] > 1.0 - SURELY_REACHED)


def _ranked(waiting: ir.Table, orders: int) -> ir.Table:
    """One row a person, by the chance that any order of theirs is used.

    It is told through the order with the best chance and that one's likeliest source.
    """
    missed = (1.0 - waiting["hazard"]).log()
    scored = waiting.mutate(
        score=1.0 - missed.sum().over(group_by="buyer_phone").exp(),
        used=1.0 - missed.sum().over(group_by="order_id").exp(),
    )
    best = scored.mutate(
        rank=ibis.row_number().over(
            group_by="buyer_phone",
            order_by=[ibis.desc("used"), ibis.desc("hazard"), "order_id", "source"],
        )
    )
    kept = best.filter((best["rank"] == 0) & (best["score"] >= LISTED))
    place = ibis.row_number().over(order_by=[ibis.desc("score"), "order_id"])
    kept = kept.mutate(place=place, elsewhere=kept["source"] == ELSEWHERE)
    kept = kept.filter(~kept["elsewhere"] | (kept["place"] < int(FILLED * orders)))
    kept = kept.mutate(source=ibis.ifelse(kept["elsewhere"], kept["shop"], kept["source"]))
    kept = kept.filter(kept["source"].notnull())
    since = ~kept["elsewhere"] & (kept["late"] == 1)
    return ibis.union(
        _worded(kept.filter(~kept["elsewhere"] & (kept["late"] == 0)), BECAUSE),
        _worded(kept.filter(since), BECAUSE_SINCE),
        _worded(kept.filter(kept["elsewhere"]), BECAUSE_ELSEWHERE),
    )


def _worded(kept: ir.Table, because: Text) -> ir.Table:
    return kept.mutate(
        because=fill(because.en, kept, ("source",)),
        because_zh=fill(because.zh, kept, ("source",)),
        because_template_en=opened(because.en, kept, ("source",)),
        because_template_zh=opened(because.zh, kept, ("source",)),
        sentence_values=named(kept, ("source",)),
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
        note_class=ibis.literal(Privacy.PUBLIC.value),
        unlisted=ibis.literal(0, "int64"),
    )
    return {
        "at_risk": listed.select(*AT_RISK.stored.names),
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
