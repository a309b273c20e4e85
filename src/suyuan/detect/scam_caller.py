"""Which phones make scam calls (诈骗号码).

A caller of a fake-customer-service ring works through a stolen list: fifty to a hundred people a
day who do not know each other, who bought something hours or days before, who hardly ever call
back, from one room, on a card that lives a few days in a handset that has had others. Real refund
desks, couriers, shops, clinics and telemarketers share some of this and not the rest: they are
called back, live on, move about, keep their card, or call people who bought nothing.

Reports speak through the calls: a stranger who first called a victim about the hour of the first
contact. That a report merely *names* a number is weak, since numbers are spoofed and misremembered;
it counts where the call record bears it out, a number misread by a digit is the one that called,
and a service's number (95188, 12315) is nobody's who called (``named_numbers``).

Every signal needs its own tables; without calls only what reports say is left, and the score stays
low. Signals: see ``catalog/scorecards/scam_caller.yml``.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect import openings
from suyuan.detect.calling import activity, callees, fellows, handsets, reported
from suyuan.detect.calling.home import home_country
from suyuan.detect.contract import Detector, Measured, corroborated
from suyuan.detect.evidence import SHOWN, rows
from suyuan.detect.scheme import reports_of_scheme
from suyuan.detect.ties import grouped
from suyuan.identity.service_numbers import of_service
from suyuan.model.text import Text
from suyuan.store.tables import Tables

#: So many more of those called than by chance stand in seized data, for that to speak by itself.
EXPOSED = 0.4
#: A number that is named, and no more, is as sure as that one of the reports is of this fraud: at
#: least two chances of three, so that a label which the narrative does not bear out names nobody.
CERTAIN = 2 / 3


def measure(tables: Tables) -> Measured:
    """Numbers that call many people, or that reports point to."""
    keep, derive = tables.engine.keep, tables.engine.derive
    calls, reports, orders = tables["calls"], tables["reports"], tables["orders"]
    pairs = derive(activity.pairs, calls)
    habits = derive(activity.habits, calls, pairs)
    related = keep(reports_of_scheme(tables))
    contacts = derive(reported.contacts, pairs, reports, related, tables["named_numbers"])
    contacted = keep(contacts.filter(contacts["hit"] == 1))
    named = derive(reported.named, reports, tables["named_numbers"])
    who = derive(_candidates, habits, contacted, named)
    known = keep(habits.semi_join(who, "caller"))
    own = keep(pairs.semi_join(known, "caller"))
    rung = calls.semi_join(known, "caller").select("caller", "started_at", "cell", "country")
    rung = keep(rung)
    victims = derive(reported.victims, contacts, known)
    bought = derive(callees.bought, own, orders)
    candidates = derive(
        _measured,
        who,
        known,
        derive(activity.returned, pairs, known),
        derive(activity.acquainted, pairs, known),
        derive(handsets.places, rung, by=(home_country(tables.zone),)),
        derive(activity.office, rung, by=(tables.zone,)),
        derive(callees.buyers, bought, orders),
        derive(callees.lifted, bought),
        derive(reported.attributed, contacts, named),
        derive(callees.exposed, own, tables["leaked"]),
        victims,
        *map(keep, _fellows(tables, known, victims)),
        derive(_names, named, contacted, related),
        keep(_cards(tables, known)),
    )
    return Measured(candidates, _evidence(tables, known, contacted, named))


def _measured(who: ir.Table, *parts: ir.Table) -> ir.Table:
    """Candidates with all that was measured of each.

    What shows a service's number tells of the room that it was spoken in, and of nobody's number.
    """
    candidates = who
    for part in parts:
        candidates = candidates.left_join(part, "caller").drop("caller_right")
    candidates = candidates.filter(~of_service(candidates["caller"], candidates["first_seen"]))
    return candidates.mutate(
        subject="phone:" + candidates["caller"],
        count=candidates["calls"],
        amount=candidates["loss"],
        exposure=candidates["people"].fill_null(1).cast("float64"),
        corroborated=_corroborated(candidates),
    )


def _corroborated(found: ir.Table) -> ir.BooleanValue:
    """Whether a victim or seized data speaks against the number, and not only how it calls.

    A victim of this fraud first called by it at the hour of contact, reports that name it and are
    of this fraud as surely as :data:`CERTAIN`, more victims among those whom its fellows called
    than by chance with one of this fraud among them, or the people it calls in seized data.
    """
    lifts = ("pool_lift", "room_lift", "opening_lift")
    fellows_ = ((found[name] > 0) & (found[f"{name}_own"] > 0) for name in lifts)
    own = (found["own_victims"] > 0, found["named_ours"] >= CERTAIN)
    grounds = (*own, *fellows_, found["exposed"] > EXPOSED)
    return corroborated(*grounds)


def _candidates(habits: ir.Table, contacted: ir.Table, named: ir.Table) -> ir.Table:
    return ibis.union(
        activity.busy(habits).select("caller"),
        contacted.select("caller"),
        named.select(caller="number"),
        distinct=True,
    )


def _fellows(tables: Tables, known: ir.Table, victims: ir.Table) -> list[ir.Table]:
    """What its handsets, its room and the cards opened with its own say."""
    keep = tables.engine.keep
    calls = tables["calls"].semi_join(known, "caller")
    used = keep(handsets.used(calls))
    pooled = keep(grouped(tables.engine, handsets.ties(used), widest=handsets.PLACEHOLDER))
    return [
        handsets.sharing(used, pooled).rename(caller="number"),
        fellows.lift(fellows.same_pool(pooled), victims, "pool_lift"),
        fellows.lift(fellows.same_room(calls), victims, "room_lift"),
        fellows.lift(fellows.same_opening(tables["sims"]), victims, "opening_lift"),
    ]


def _names(named: ir.Table, contacted: ir.Table, related: ir.Table) -> ir.Table:
    """Reports that name the number, and those the calls bear out.

    A naming that the calls speak against is not counted, and so is as if it had not been asked.
    ``named_ours`` is the chance that one of the reports at least is of this fraud.
    """
    borne = contacted.select("caller", "report_id").distinct().mutate(seen=ibis.literal(1))
    named = named.filter(named["believed"] == 1)
    named = named.left_join(related, "report_id").drop("report_id_right")
    both = named.left_join(
        borne, (named["number"] == borne["caller"]) & (named["report_id"] == borne["report_id"])
    )
    chance = ibis.least(both["relevance"].fill_null(0.0), 1 - 1e-9)
    return both.group_by(caller="number").aggregate(
        named=both["report_id"].nunique(),
        named_seen=both["seen"].sum().fill_null(0),
        named_loss=both["loss"].sum(),
        named_ours=1 - (1 - chance).ln().sum().exp(),
    )


def _cards(tables: Tables, known: ir.Table) -> ir.Table:
    numbers = known.select("first_seen", number="caller")
    found = openings.behind(numbers, openings.batches(tables["sims"]))
    return found.select("card_age", "batch", "thing_card", caller="number")


def _evidence(tables: Tables, known: ir.Table, contacted: ir.Table, named: ir.Table) -> ir.Table:
    """The number's calls (victims first), the reports, its card."""
    calls, reports, sims = tables["calls"], tables["reports"], tables["sims"]
    facts = contacted.select("caller", "callee", "report_id").distinct()
    victims = calls.semi_join(facts, ["caller", "callee"])
    victims = victims.mutate(subject="phone:" + victims["caller"])
    sample = calls.semi_join(known, "caller")
    rank = ibis.row_number().over(ibis.window(group_by="caller", order_by="row_id"))
    sample = sample.mutate(subject="phone:" + sample["caller"], rank=rank)
    sample = sample.filter(sample["rank"] < SHOWN)
    word = reports.join(facts.select("caller", "report_id"), "report_id")
    word = word.mutate(subject="phone:" + word["caller"])
    card = sims.join(known.select("caller"), sims["msisdn"] == known["caller"])
    card = card.mutate(subject="phone:" + card["caller"])
    return ibis.union(
        rows(victims, table="calls", subject="subject", signal="victim_lift"),
        rows(sample, table="calls", subject="subject", signal="reach"),
        rows(word, table="reports", subject="subject", signal="victim_lift"),
        rows(
            named.mutate(subject="phone:" + named["number"]),
            table="reports",
            subject="subject",
            signal="named",
        ),
        rows(card, table="sims", subject="subject", signal="card_age"),
    )


DETECTOR = Detector(
    role="scam_caller",
    title=Text("Who makes the scam calls", "谁在拨打诈骗电话"),
    reads=("calls", "reports", "named_numbers", "fraud_types", "orders", "leaked", "sims"),
    needs=(),
    measure=measure,
    without={
        "calls": Text(
            "Without call records only numbers named in reports are listed.",
            "没有话单时，只能列出报案中提到的号码。",
        ),
        "orders": Text(
            "Whether the people called had just bought something is not weighed.",
            "无法衡量被叫人是否刚刚下单。",
        ),
        "sims": Text("The age and kind of the cards is not weighed.", "无法衡量卡龄与卡类型。"),
        "reports": Text("Callers are ranked only by how they call.", "只能凭通话行为排序。"),
        "leaked": Text(
            "Whether the people called stand in seized data is not weighed.",
            "无法衡量被叫人是否出现在查获数据中。",
        ),
    },
)
