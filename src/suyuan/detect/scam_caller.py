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
from suyuan.detect.calling import activity, callees, fellows, handsets, report_evidence
from suyuan.detect.calling.home import home_country
from suyuan.detect.contract import Detector, Measurement, any_ground
from suyuan.detect.evidence import ROWS_SHOWN, rows
from suyuan.detect.scheme import reports_of_scheme
from suyuan.detect.ties import group_members
from suyuan.identity.service_numbers import of_service
from suyuan.model.text import Text
from suyuan.store.tables import Tables

#: So many more of those called than by chance stand in seized data, for that to speak by itself.
EXPOSURE_LEAST = 0.4
#: A number that is named, and no more, is as sure as that one of the reports is of this fraud: at
#: least two chances of three, so that a label which the narrative does not bear out names nobody.
CERTAIN = 2 / 3


def measure(tables: Tables) -> Measurement:
    """Numbers that call many people, or that reports point to."""
    keep, derive = tables.engine.keep, tables.engine.derive
    calls, reports, orders = tables["calls"], tables["reports"], tables["orders"]
    pairs = derive(activity.pairs, calls)
    habits = derive(activity.habits, calls, pairs)
    scheme_reports = keep(reports_of_scheme(tables))
    contacts = derive(
        report_evidence.contacts, pairs, reports, scheme_reports, tables["named_numbers"]
    )
    hits = keep(contacts.filter(contacts["hit"] == 1))
    report_names = derive(report_evidence.numbers_named, reports, tables["named_numbers"])
    subjects = derive(_candidates, habits, hits, report_names)
    candidate_habits = keep(habits.semi_join(subjects, "caller"))
    own = keep(pairs.semi_join(candidate_habits, "caller"))
    candidate_calls = calls.semi_join(candidate_habits, "caller").select(
        "caller", "started_at", "cell", "country"
    )
    candidate_calls = keep(candidate_calls)
    victims = derive(report_evidence.victims, contacts, candidate_habits)
    purchases = derive(callees.purchases, own, orders)
    candidates = derive(
        _join_measures,
        subjects,
        candidate_habits,
        derive(activity.return_share, pairs, candidate_habits),
        derive(activity.acquaintance, pairs, candidate_habits),
        derive(handsets.places, candidate_calls, by=(home_country(tables.zone),)),
        derive(activity.office, candidate_calls, by=(tables.zone,)),
        derive(callees.buyers, purchases, orders),
        derive(callees.purchase_lift, purchases),
        derive(report_evidence.attribution, contacts, report_names),
        derive(callees.leak_exposure, own, tables["leaked"]),
        victims,
        *map(keep, _fellows(tables, candidate_habits, victims)),
        derive(_names, report_names, hits, scheme_reports),
        keep(_cards(tables, candidate_habits)),
    )
    return Measurement(candidates, _evidence(tables, candidate_habits, hits, report_names))


def _join_measures(subjects: ir.Table, *parts: ir.Table) -> ir.Table:
    """Candidates with all that was measured of each.

    What shows a service's number tells of the room that it was spoken in, and of nobody's number.
    """
    candidates = subjects
    for part in parts:
        candidates = candidates.left_join(part, "caller").drop("caller_right")
    candidates = candidates.filter(~of_service(candidates["caller"], candidates["first_seen"]))
    return candidates.mutate(
        subject="phone:" + candidates["caller"],
        count=candidates["calls"],
        amount=candidates["loss"],
        exposure=candidates["people"].fill_null(1).cast("float64"),
        corroborated=_corroboration(candidates),
    )


def _corroboration(candidates: ir.Table) -> ir.BooleanValue:
    """Whether a victim or seized data speaks against the number, and not only how it calls.

    A victim of this fraud first called by it at the hour of contact, reports that name it and are
    of this fraud as surely as :data:`CERTAIN`, more victims among those whom its fellows called
    than by chance with one of this fraud among them, or the people it calls in seized data.
    """
    lifts = ("pool_lift", "room_lift", "opening_lift")
    fellows_ = ((candidates[name] > 0) & (candidates[f"{name}_own"] > 0) for name in lifts)
    own = (candidates["own_victims"] > 0, candidates["named_ours"] >= CERTAIN)
    grounds = (*own, *fellows_, candidates["exposed"] > EXPOSURE_LEAST)
    return any_ground(*grounds)


def _candidates(habits: ir.Table, hits: ir.Table, report_names: ir.Table) -> ir.Table:
    return ibis.union(
        activity.busy(habits).select("caller"),
        hits.select("caller"),
        report_names.select(caller="number"),
        distinct=True,
    )


def _fellows(tables: Tables, candidate_habits: ir.Table, victims: ir.Table) -> list[ir.Table]:
    """What its handsets, its room and the cards opened with its own say."""
    keep = tables.engine.keep
    calls = tables["calls"].semi_join(candidate_habits, "caller")
    used = keep(handsets.used(calls))
    pool_members = keep(
        group_members(tables.engine, handsets.ties(used), widest=handsets.PLACEHOLDER)
    )
    return [
        handsets.pool_sharing(used, pool_members).rename(caller="number"),
        fellows.lift(fellows.same_pool(pool_members), victims, "pool_lift"),
        fellows.lift(fellows.same_room(calls), victims, "room_lift"),
        fellows.lift(fellows.same_opening(tables["sims"]), victims, "opening_lift"),
    ]


def _names(report_names: ir.Table, hits: ir.Table, scheme_reports: ir.Table) -> ir.Table:
    """Reports that name the number, and those the calls bear out.

    A naming that the calls speak against is not counted, and so is as if it had not been asked.
    ``named_ours`` is the chance that one of the reports at least is of this fraud.
    """
    borne = hits.select("caller", "report_id").distinct().mutate(seen=ibis.literal(1))
    report_names = report_names.filter(report_names["believed"] == 1)
    report_names = report_names.left_join(scheme_reports, "report_id").drop("report_id_right")
    pairs = report_names.left_join(
        borne,
        (report_names["number"] == borne["caller"])
        & (report_names["report_id"] == borne["report_id"]),
    )
    chance = ibis.least(pairs["relevance"].fill_null(0.0), 1 - 1e-9)
    return pairs.group_by(caller="number").aggregate(
        named=pairs["report_id"].nunique(),
        named_seen=pairs["seen"].sum().fill_null(0),
        named_loss=pairs["loss"].sum(),
        named_ours=1 - (1 - chance).ln().sum().exp(),
    )


def _cards(tables: Tables, candidate_habits: ir.Table) -> ir.Table:
    numbers = candidate_habits.select("first_seen", number="caller")
    card_facts = openings.behind(numbers, openings.batches(tables["sims"]))
    return card_facts.select("card_age", "batch", "thing_card", caller="number")


def _evidence(
    tables: Tables, candidate_habits: ir.Table, hits: ir.Table, report_names: ir.Table
) -> ir.Table:
    """The number's calls (victims first), the reports, its card."""
    calls, reports, sims = tables["calls"], tables["reports"], tables["sims"]
    facts = hits.select("caller", "callee", "report_id").distinct()
    victims = calls.semi_join(facts, ["caller", "callee"])
    victims = victims.mutate(subject="phone:" + victims["caller"])
    sample = calls.semi_join(candidate_habits, "caller")
    rank = ibis.row_number().over(ibis.window(group_by="caller", order_by="row_id"))
    sample = sample.mutate(subject="phone:" + sample["caller"], rank=rank)
    sample = sample.filter(sample["rank"] < ROWS_SHOWN)
    word = reports.join(facts.select("caller", "report_id"), "report_id")
    word = word.mutate(subject="phone:" + word["caller"])
    card = sims.join(
        candidate_habits.select("caller"), sims["msisdn"] == candidate_habits["caller"]
    )
    card = card.mutate(subject="phone:" + card["caller"])
    return ibis.union(
        rows(victims, table="calls", subject="subject", signal="victim_lift"),
        rows(sample, table="calls", subject="subject", signal="reach"),
        rows(word, table="reports", subject="subject", signal="victim_lift"),
        rows(
            report_names.mutate(subject="phone:" + report_names["number"]),
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
