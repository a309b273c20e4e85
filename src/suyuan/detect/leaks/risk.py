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

import ibis
import ibis.expr.types as ir

from suyuan.detect.leaks.exposed_orders import (
    ELSEWHERE,
    aged_orders,
    latest_moment,
    people_reached,
)
from suyuan.detect.leaks.order_rates import rated_orders, within
from suyuan.detect.sentences import fill, named, opened
from suyuan.model.privacy import Privacy
from suyuan.model.results import AT_RISK, EVIDENCE
from suyuan.model.text import Text
from suyuan.store.programs import derive_table
from suyuan.store.steps import Step, Written
from suyuan.store.tables import Tables

HORIZON_HOURS = 168.0
#: Up to so large a share of all orders the list is filled with those.
FILLED = 0.05
LISTED = 1e-5
#: Who was reached with this probability is not listed; who may have been stays, lower down.
SURELY_REACHED = 0.9
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


def at_risk(tables: Tables) -> ir.Table:
    """The table ``at_risk`` with the order's row beside it, best chances first when sorted."""
    engine = tables.engine
    aged = derive_table(tables, aged_orders, latest_moment(tables), tables)
    reached = derive_table(tables, people_reached, tables)
    rated = rated_orders(tables, aged, reached)
    orders = engine.gather(_counted, tables["orders"])["n"][0].as_py()
    return engine.derive(_listed, rated, reached, by=(orders,))


def _listed(rated: ir.Table, reached: ir.Table, orders: int) -> ir.Table:
    waiting = _not_reached(rated, reached)
    started = within(waiting, waiting["age"])
    soon = within(waiting, waiting["age"] + HORIZON_HOURS) - started
    hazard = waiting["rate"] * soon / (1.0 - waiting["rate"] * started)
    return _ranked(
        waiting.mutate(
            hazard=waiting["leaked"] * waiting["open"] * hazard, age_days=waiting["age"] / 24.0
        ),
        orders,
    )


def _counted(orders: ir.Table) -> ir.Table:
    return orders.aggregate(n=orders.count())


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
    listed, derive = at_risk(tables), tables.engine.derive
    return {"at_risk": derive(_published, listed), "proofs:at_risk": derive(_proofs, listed)}


def _published(listed: ir.Table) -> ir.Table:
    return listed.select(*AT_RISK.stored.names)


def _proofs(listed: ir.Table) -> ir.Table:
    return listed.mutate(
        table=ibis.literal("orders"),
        key=listed["order_id"],
        weight=ibis.literal(1.0),
        note=ibis.literal("the exposed order"),
        note_class=ibis.literal(Privacy.PUBLIC.value),
        unlisted=ibis.literal(0, "int64"),
    ).select(*EVIDENCE.names)


AT_RISK_STEP = Step(
    name="at risk",
    title=Text("Who is likely to be called next", "谁可能接到下一个电话"),
    reads=(
        "orders",
        "reports",
        "calls",
        "leaked",
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
