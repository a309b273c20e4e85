"""Numbers that reports name, held against the call record: whose call was it?

A victim reads a number off a screen and an officer writes it down. It may be

- a service's (95188, 12315, 4001234567): shown by whoever will, or rung by the victim herself;
- her shop's: registered to a firm that she had bought from, whose call about an order is its own;
- misread: it made no call to her, while exactly one stranger did about the hour of first contact
  whose number is one slip away (a digit wrong, missing or doubled, or two neighbours exchanged);
- contradicted: it made no call to her, while another stranger did at the minute of first contact;
- not seen: it made no call to her and nothing else tells. Whether a number that one report alone
  names then speaks for itself is asked of the case: how many of its named numbers the record bears
  out, and how many were misread.
"""

from typing import Final

import ibis
import ibis.expr.types as ir

from suyuan.identity.contact_windows import PROMPT, contact_windows
from suyuan.identity.service_numbers import of_service, owners_known
from suyuan.identity.shop_numbers import shop_numbers
from suyuan.model.results import NAMED_NUMBERS
from suyuan.model.text import Language, Text
from suyuan.rulebook.decided_cases import fill_numbers
from suyuan.store.tables import Tables

#: Shorter numbers differ by one digit without being the same.
LEAST: Final = 7
#: Places of a number that are compared.
PLACES: Final = 15
#: One written number in twenty is taken to be wrong, with the weight of ten, before the case tells.
WRONG: Final = 0.05
WEIGHT: Final = 10
SERVICE, SHOP, MISREAD, BORNE, CONTRADICTION, NO_CALL = (
    "service",
    "shop",
    "misread",
    "borne_out",
    "contradicted",
    "not_seen",
)
#: Readings that leave the number itself unaccused.
INNOCENT: Final = (SERVICE, SHOP)
#: Why a number is read so.
BECAUSE: Final = {
    SERVICE: Text(
        "A service number{owner}: calls to this victim that showed it: {came}; calls by "
        "the victim to it: {rang}. Caller IDs can be forged, so its owner is not "
        "accused; ask the carrier where those calls entered the network.",
        "服务号码{owner}：显示该号码呼入报案人{came}次，报案人拨打该号码{rang}次。来电显示可以伪造，"
        "不指向号码归属方；应请运营商核查这些来电的入网来源。",
    ),
    SHOP: Text(
        "The number of a shop that this victim had bought from; calls to the victim on "
        "record: {came}. A shop's call about an order is expected and is not held "
        "against the number; ask the shop whether it made the call.",
        "该号码登记在报案人购物的商家名下，话单中呼叫报案人{came}次。商家就订单来电属正常情况，"
        "不作为该号码涉诈的依据；应向商家核实是否致电。",
    ),
    MISREAD: Text(
        "It made no call to this victim. The only stranger whose number differs from it "
        "by a single slip first called around the time of contact, and is taken for the "
        "number meant.",
        "该号码未呼叫过报案人；接触时段内首次来电的陌生号码中，仅有一个与之只差一处笔误，"
        "故按该号码处理。",
    ),
    BORNE: Text("Calls to this victim on record: {came}.", "话单中呼叫报案人{came}次。"),
    CONTRADICTION: Text(
        "It made no call to this victim, while another stranger first called at the time "
        "of contact; this one report is not enough to name it.",
        "该号码未呼叫过报案人，而另一陌生号码在接触时刻前后一刻钟内首次来电；"
        "仅凭这一份报案不予认定。",
    ),
    NO_CALL: Text(
        "No call from it to this victim is on record, and no other call settles the question.",
        "话单中没有该号码呼叫报案人的记录，也没有其他来电可供印证。",
    ),
}


def named_numbers(tables: Tables) -> ir.Table:
    """One row for each report and number it names, or service or shop that rang its victim then.

    Columns as in ``model.results.NAMED_NUMBERS``: ``how`` is one of the above, ``meant`` the number
    that a misread one stands for, ``believed`` whether this naming alone speaks for the number.
    """
    keep = tables.engine.keep
    reported_numbers, shops = keep(_reported_numbers(tables)), keep(shop_numbers(tables))
    incoming_calls = keep(_incoming_calls(tables, shops))
    service_calls = incoming_calls.filter(incoming_calls["prompt"])
    service_calls = service_calls.filter(
        of_service(service_calls["number"], service_calls["first_call"]) | service_calls["shop"]
    )
    every = ibis.union(
        reported_numbers, service_calls.select(*reported_numbers.columns), distinct=True
    )
    judgements = keep(
        _judge(keep(every), incoming_calls, keep(_calls_back(tables, reported_numbers)), shops)
    )
    return _with_sentences(tables, judgements.cross_join(_belief(tables, judgements)))


def _reported_numbers(tables: Tables) -> ir.Table:
    """``report_id``, ``number``, ``victim``, ``at`` (when it was written down)."""
    reports = tables["reports"]
    numbers = reports.select(
        "report_id",
        number=reports["caller_numbers"].unnest(),
        victim=reports["victim_phone"],
        at=reports["reported_at"],
    )
    own = numbers["number"] == numbers["victim"]
    return numbers.filter(
        numbers["number"].notnull() & ~own.fill_null(ibis.literal(value=False))
    ).distinct()


def _incoming_calls(tables: Tables, shops: ir.Table) -> ir.Table:
    """Who called each report's victim before it: ``first_call``, ``calls``, ``hit`` about the hour
    of first contact (a stranger's first call), ``prompt`` at its minute, ``shop`` for her shop's.
    """
    calls, reports = tables["calls"], tables["reports"]
    facts = contact_windows(reports).drop("loss").distinct()
    facts = facts.rename(at="reported_at", victim="victim_phone", contacted="contacted_at")
    pairs = calls.inner_join(facts, calls["callee"] == facts["victim"])
    pairs = pairs.filter(pairs["started_at"] <= ibis.greatest(pairs["at"], pairs["ends"]))
    callers = pairs.group_by("report_id", "victim", number="caller").aggregate(
        calls=pairs.count(),
        first_call=pairs["started_at"].min(),
        begins=pairs["begins"].min(),
        ends=pairs["ends"].max(),
        contacted=pairs["contacted"].min(),
        at=pairs["at"].min(),
    )
    callers = _of_shops(callers, shops)
    off = (callers["first_call"].epoch_seconds() - callers["contacted"].epoch_seconds()).abs()
    has_begun = (callers["first_call"] >= callers["begins"]) & (
        callers["first_call"] <= callers["ends"]
    )
    return callers.mutate(
        hit=has_begun & ~callers["shop"],
        prompt=(off <= PROMPT).fill_null(ibis.literal(value=False)),
    ).drop("begins", "ends", "contacted")


def _of_shops(rows: ir.Table, shops: ir.Table) -> ir.Table:
    """`rows` with ``shop``: whether the victim of the report had bought of the number's holder."""
    marks = shops.mutate(mark=ibis.literal(value=True))
    marks_of_shops = rows.left_join(marks, ["report_id", "number"]).drop(
        "report_id_right", "number_right"
    )
    return marks_of_shops.mutate(
        shop=marks_of_shops["mark"].fill_null(ibis.literal(value=False))
    ).drop("mark")


def _calls_back(tables: Tables, reported_numbers: ir.Table) -> ir.Table:
    """How often a victim rang the number that she names."""
    calls = tables["calls"].select("caller", "callee", "row_id")
    pairs = reported_numbers.inner_join(
        calls,
        (reported_numbers["victim"] == calls["caller"])
        & (reported_numbers["number"] == calls["callee"]),
    )
    return pairs.group_by("report_id", "number").aggregate(rang=pairs.count())


def _judge(
    every: ir.Table, incoming_calls: ir.Table, calls_back: ir.Table, shops: ir.Table
) -> ir.Table:
    """`every` with ``how``, ``meant``, ``called_at``, ``came``, ``rang`` and what they rest on."""
    came = incoming_calls.select("report_id", "number", came="calls", seen_at="first_call")
    facts = _of_shops(every, shops)
    facts = facts.left_join(came, ["report_id", "number"]).drop("report_id_right", "number_right")
    facts = facts.left_join(calls_back, ["report_id", "number"]).drop(
        "report_id_right", "number_right"
    )
    strangers = incoming_calls.filter(incoming_calls["prompt"] & incoming_calls["hit"])
    strangers = strangers.group_by("report_id").aggregate(others=strangers.count())
    facts = facts.left_join(strangers, "report_id").drop("report_id_right")
    facts = facts.mutate(
        several=facts.count().over(group_by="number"),
        borne=(facts["came"].fill_null(0) > 0).cast("int64").max().over(group_by="number"),
        service=of_service(facts["number"], facts["at"]),
    )
    rest = facts.filter(~facts["service"] & ~facts["shop"] & (facts["borne"] == 0))
    slips = _slips(rest.select("report_id", "number"), incoming_calls)
    facts = facts.left_join(slips, ["report_id", "number"]).drop("report_id_right", "number_right")
    how = ibis.cases(
        (facts["service"], SERVICE),
        (facts["shop"], SHOP),
        (facts["came"].fill_null(0) > 0, BORNE),
        (facts["meant"].notnull(), MISREAD),
        (facts["others"].fill_null(0) > 0, CONTRADICTION),
        else_=NO_CALL,
    )
    return facts.mutate(
        how=how,
        called_at=ibis.coalesce(facts["seen_at"], facts["meant_at"]),
        came=facts["came"].fill_null(0),
        rang=facts["rang"].fill_null(0),
    )


def _slips(rest: ir.Table, incoming_calls: ir.Table) -> ir.Table:
    """The one stranger about the hour of contact whose number is one slip from the named one."""
    strangers = incoming_calls.filter(
        incoming_calls["hit"] & ~of_service(incoming_calls["number"], incoming_calls["first_call"])
    )
    strangers = strangers.select("report_id", heard="number", heard_at="first_call")
    pairs = rest.inner_join(strangers, "report_id")
    pairs = pairs.filter(slip(pairs["number"], pairs["heard"]))
    sole = pairs.group_by("report_id", "number").aggregate(
        meant=pairs["heard"].min(), meant_at=pairs["heard_at"].min(), many=pairs.count()
    )
    return sole.filter(sole["many"] == 1).drop("many")


def slip(number: ir.StringValue, candidate: ir.StringValue) -> ir.BooleanValue:
    """Whether a digit is wrong, missing or doubled, or two neighbours are exchanged."""
    place = range(PLACES)
    differ = [(number.substr(i, 1) != candidate.substr(i, 1)).cast("int64") for i in place]
    wrong = sum(differ[1:], differ[0])
    is_swap: ir.BooleanValue = ibis.literal(value=False)
    for i in place[:-1]:
        first, second = number.substr(i, 1), number.substr(i + 1, 1)
        is_swap |= (
            (first != second)
            & (first == candidate.substr(i + 1, 1))
            & (second == candidate.substr(i, 1))
            & (wrong == 2)
        )
    long = ibis.least(number.length(), candidate.length()) >= LEAST
    whole = ~number.contains("*") & ~candidate.contains("*")
    return long & whole & ((number.levenshtein(candidate) == 1) | is_swap)


def _belief(tables: Tables, judgements: ir.Table) -> ir.Table:
    """``sound``: that a number which no call bears out is right nonetheless, in this case.

    With c the share of right numbers whose call is on record and w the share that is written
    wrongly, this is (1 - w)(1 - c) / ((1 - w)(1 - c) + w). One row; 1 where no calls are at hand.
    """
    if not tables.has("calls"):
        return judgements.aggregate(n=judgements.count()).select(sound=ibis.literal(1.0))
    borne, misread, no_call = (
        ((judgements["how"] == how) & judgements["victim"].notnull())
        .cast("float64")
        .sum()
        .fill_null(0.0)
        for how in (BORNE, MISREAD, NO_CALL)
    )
    counts = judgements.aggregate(borne=borne, misread=misread, unseen=no_call)
    right = counts["borne"] + counts["misread"]
    coverage = (right + 1.0) / (right + counts["unseen"] + 2.0)
    wrong = (counts["misread"] + WRONG * WEIGHT) / (right + WEIGHT)
    miss = (1.0 - wrong) * (1.0 - coverage)
    return counts.select(sound=miss / (miss + wrong))


def _with_sentences(tables: Tables, judgements: ir.Table) -> ir.Table:
    owners = tables.engine.arrow(owners_known())
    owners = owners.select("owner_en", "owner_zh", "since", owned="number")
    facts = judgements.left_join(
        owners, (judgements["number"] == owners["owned"]) & (judgements["at"] >= owners["since"])
    )
    several = facts["several"] > 1
    is_contradiction = (facts["how"] == CONTRADICTION) & ~several
    doubtful = (facts["how"] == NO_CALL) & ~several & (facts["sound"] < 0.5)
    is_believed = ~(is_contradiction | doubtful) & ~facts["how"].isin((*INNOCENT, MISREAD))
    texts = {"because": _because(facts, "en"), "because_zh": _because(facts, "zh")}
    return facts.mutate(believed=is_believed, **texts).select(*NAMED_NUMBERS.schema.names)


def _because(facts: ir.Table, language: Language) -> ir.StringValue:
    words = ibis.cases(
        *((facts["how"] == how, text.in_(language)) for how, text in BECAUSE.items())
    )
    before, after = {"en": (" (", ")"), "zh": ("（", "）")}[language]
    owner = ibis.literal(before) + facts[f"owner_{language}"] + after
    words = words.replace("{owner}", ibis.coalesce(owner, ""))
    counts = {name: facts[name].cast("float64") for name in ("came", "rang")}
    return fill_numbers(words, counts)
