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
leak nobody knows yet; and where an organisation's orders are followed by more calls than that, they
have a rate of their own. They fill the list up to a twentieth of all orders, likeliest first.

Numbers of the fraud call many people about orders that the table does not hold. So a call before
takes nobody off by itself: what counts is how likely it was about one of the person's orders here,
as the rates and lags of all calls tell. Who was rung about anything else is lowered (0265).
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.leaks.exposed_orders import aged_orders, latest_moment, people_reached
from suyuan.detect.leaks.order_rates import rated_orders, within
from suyuan.detect.leaks.unnamed_sources import ELSEWHERE
from suyuan.detect.sentences import fill, open_sentence, slot_values
from suyuan.model.privacy import Privacy
from suyuan.model.results import AT_RISK, EVIDENCE
from suyuan.model.text import Text
from suyuan.store.programs import derive_table
from suyuan.store.steps import Step, StepOutput
from suyuan.store.tables import Tables

HORIZON_HOURS = 168.0
#: Up to so large a share of all orders the list is filled with those.
FILL_SHARE = 0.05
LEAST_SCORE = 1e-5
#: Who was reached with this probability is not listed; who may have been stays, lower down.
SURELY_REACHED = 0.95
#: What is left of a chance after a spell of calls about something else; no case tells it (0265).
RUNG_BEFORE = 0.5
LEAST_DOUBT = 1e-9
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
    "orders of the last weeks, {reached:0} were followed by a call that neither a named leak nor "
    "chance explains, and this one, {age_days:1} days old, is of the age at which they come.",
    "{ordered_at:date}经{source:id}下单，该处尚未认定泄露；近几周{exposed:0}单中有{reached:0}单的买家"
    "接到已认定源头和偶然均无法解释的来电，本单下单{age_days:1}天，正处于易接到来电的时段。",
)
BECAUSE_UNNAMED = Text(
    "Ordered on {ordered_at:date} through {source:id}, where no leak is named; but {reached:0} of "
    "its {exposed:0} orders of the last weeks were followed by a call that neither a named leak "
    "nor chance explains, this one not yet, {age_days:1} days after ordering.",
    "{ordered_at:date}经{source:id}下单，该处尚未认定泄露，但其近几周{exposed:0}单中有{reached:0}单的"
    "买家接到已认定源头和偶然均无法解释的来电，本单下单{age_days:1}天后尚未接到。",
)
#: Follows the reason where a number of the fraud rang the buyer before.
CALLED_BEFORE = Text(
    " A scam number has called the buyer before; as that call may have been about an "
    "order on record, the score was lowered accordingly.",
    "涉诈号码此前曾致电该买家，已按该来电涉及在案订单的可能性调低评分。",
)


def at_risk(tables: Tables) -> ir.Table:
    """The table ``at_risk`` with the order's row beside it, best chances first when sorted."""
    engine = tables.engine
    aged = derive_table(tables, aged_orders, latest_moment(tables), tables)
    contacted_people = derive_table(tables, people_reached, tables)
    ratings = rated_orders(tables, aged, contacted_people)
    orders = engine.gather(_count_orders, tables["orders"])["n"][0].as_py()
    return engine.derive(
        _list_orders, ratings.orders, contacted_people, ratings.doubts, by=(orders,)
    )


def _list_orders(
    rated_rows: ir.Table, contacted_people: ir.Table, doubts: ir.Table, orders: int
) -> ir.Table:
    open_orders = _not_reached(rated_rows, contacted_people, doubts)
    past_share = within(open_orders, open_orders["age"])
    soon = within(open_orders, open_orders["age"] + HORIZON_HOURS) - past_share
    hazard = open_orders["rate"] * soon / (1.0 - open_orders["rate"] * past_share)
    return _rank_orders(
        open_orders.mutate(
            hazard=open_orders["leaked"] * open_orders["open"] * hazard,
            age_days=open_orders["age"] / 24.0,
        ),
        orders,
    )


def _count_orders(orders: ir.Table) -> ir.Table:
    return orders.aggregate(n=orders.count())


def _not_reached(rated_rows: ir.Table, contacted_people: ir.Table, doubts: ir.Table) -> ir.Table:
    """Orders of people not called about one yet, with the doubt that is left as ``open``.

    A report takes its person off by what it tells. A call does so as far as it was about an order,
    and lowers its person where it was not. ``rung`` is 1 where there was such a call.
    """
    facts = contacted_people.inner_join(doubts, "contact")
    call = facts["reported"] == 0
    about = ibis.ifelse(call, facts["sure"] * facts["about"], facts["sure"])
    factor = ibis.ifelse(call, 1.0 - facts["sure"] * (1.0 - RUNG_BEFORE), 1.0)
    facts = facts.mutate(left=ibis.greatest((1.0 - about) * factor, LEAST_DOUBT))
    numbers = facts.group_by("phone").aggregate(
        by_phone=facts["left"].log().sum().exp(), rung=(1 - facts["reported"]).max()
    )
    people = facts.filter(facts["person"].notnull()).group_by("person")
    people = people.aggregate(by_person=facts["left"].min()).view()
    rest = rated_rows.filter(rated_rows["buyer_phone"].notnull())
    rest = rest.left_join(numbers, rest["buyer_phone"] == numbers["phone"]).view()
    rest = rest.left_join(people, rest["buyer_id"] == people["person"])
    open_ = ibis.least(ibis.coalesce(rest["by_phone"], 1.0), ibis.coalesce(rest["by_person"], 1.0))
    rest = rest.select(*rated_rows.columns, open=open_, rung=ibis.coalesce(rest["rung"], 0))
    return rest.filter(rest["open"] > 1.0 - SURELY_REACHED)


def _rank_orders(open_orders: ir.Table, orders: int) -> ir.Table:
    """One row a person, by the chance that any order of theirs is used.

    It is told through the order with the best chance and that one's likeliest source.
    """
    miss = (1.0 - open_orders["hazard"]).log()
    scores = open_orders.mutate(
        score=1.0 - miss.sum().over(group_by="buyer_phone").exp(),
        used=1.0 - miss.sum().over(group_by="order_id").exp(),
    )
    best = scores.mutate(
        rank=ibis.row_number().over(
            group_by="buyer_phone",
            order_by=[ibis.desc("used"), ibis.desc("hazard"), "order_id", "source"],
        )
    )
    rows = best.filter((best["rank"] == 0) & (best["score"] >= LEAST_SCORE))
    place = ibis.row_number().over(order_by=[ibis.desc("score"), "order_id"])
    rows = rows.mutate(place=place, elsewhere=rows["source"] == ELSEWHERE)
    has_name = ~rows["elsewhere"] & (rows["unnamed"] == 0)
    rows = rows.filter(has_name | (rows["place"] < int(FILL_SHARE * orders)))
    rows = rows.mutate(source=ibis.ifelse(rows["elsewhere"], rows["shop"], rows["source"]))
    rows = rows.filter(rows["source"].notnull())
    return ibis.union(
        *(
            _with_sentences(rows.filter(kind), because)
            for kind, because in (
                (has_name & (rows["late"] == 0), BECAUSE),
                (has_name & (rows["late"] == 1), BECAUSE_SINCE),
                (rows["unnamed"] == 1, BECAUSE_UNNAMED),
                (rows["elsewhere"], BECAUSE_ELSEWHERE),
            )
        )
    )


def _with_sentences(rows: ir.Table, because: Text) -> ir.Table:
    before = rows["rung"] == 1
    more_en, more_zh = (
        ibis.ifelse(before, text, "") for text in (CALLED_BEFORE.en, CALLED_BEFORE.zh)
    )
    return rows.mutate(
        because=fill(because.en, rows, ("source",)) + more_en,
        because_zh=fill(because.zh, rows, ("source",)) + more_zh,
        because_template_en=open_sentence(because.en, rows, ("source",)) + more_en,
        because_template_zh=open_sentence(because.zh, rows, ("source",)) + more_zh,
        sentence_values=slot_values(rows, ("source",)),
        evidence_id=ibis.literal("at_risk:") + rows["order_id"],
    )


def _outputs(tables: Tables) -> StepOutput:
    if not tables.has("findings:leak_source") or not tables.has("orders"):
        return {}
    risk_list, derive = at_risk(tables), tables.engine.derive
    return {
        "at_risk": derive(_published_rows, risk_list),
        "proofs:at_risk": derive(_proofs, risk_list),
    }


def _published_rows(risk_list: ir.Table) -> ir.Table:
    return risk_list.select(*AT_RISK.schema.names)


def _proofs(risk_list: ir.Table) -> ir.Table:
    return risk_list.mutate(
        table=ibis.literal("orders"),
        key=risk_list["order_id"],
        weight=ibis.literal(1.0),
        note=ibis.literal("the exposed order"),
        note_class=ibis.literal(Privacy.PUBLIC.value),
        unlisted=ibis.literal(0, "int64"),
        shows=ibis.literal("the exposed order"),
        node=ibis.null("string"),
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
    run=_outputs,
    without={
        "orders": Text("Nobody can be listed as at risk.", "无法列出风险人群。"),
        "calls": Text(
            "Who was called already is known from reports only.", "只能从报案得知谁已被联系。"
        ),
    },
)
