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
SERVICE, SHOP, MISREAD, BORNE, CONTRADICTED, UNSEEN = (
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
        "A service number{owner}: calls to this victim that showed it: {came}; calls by the victim "
        "to it: {rang}. Anybody can make such a number appear, so its owner is not accused; ask "
        "the carrier where those calls entered the network.",
        "服务号码{owner}：显示该号码呼入报案人{came}次，报案人拨打该号码{rang}次。来电显示可以伪造，"
        "不指向号码归属方；应请运营商核查这些来电的入网来源。",
    ),
    SHOP: Text(
        "The number of a shop that this victim had bought from; calls to her on record: {came}. A "
        "shop's call about an order is expected, and does not speak against the number; ask the "
        "shop whether it made the call.",
        "该号码登记在报案人购物的商家名下，话单中呼叫报案人{came}次。商家就订单来电属正常情况，"
        "不作为该号码涉诈的依据；应向商家核实是否致电。",
    ),
    MISREAD: Text(
        "It made no call to this victim. The one stranger whose number differs from it by a single "
        "slip first called about the hour of contact, and is taken for the number meant.",
        "该号码未呼叫过报案人；接触时段内首次来电的陌生号码中，仅有一个与之只差一处笔误，"
        "故按该号码处理。",
    ),
    BORNE: Text("Calls to this victim on record: {came}.", "话单中呼叫报案人{came}次。"),
    CONTRADICTED: Text(
        "It made no call to this victim, while another stranger first called at the minute of the "
        "contact; one report alone does not speak for it.",
        "该号码未呼叫过报案人，而另一陌生号码在接触时刻前后一刻钟内首次来电；"
        "仅凭这一份报案不予认定。",
    ),
    UNSEEN: Text(
        "No call to this victim is on record, and no other call tells.",
        "话单中没有该号码呼叫报案人的记录，也没有其他来电可供印证。",
    ),
}


def named_numbers(tables: Tables) -> ir.Table:
    """One row for each report and number it names, or service or shop that rang its victim then.

    Columns as in ``model.results.NAMED_NUMBERS``: ``how`` is one of the above, ``meant`` the number
    that a misread one stands for, ``believed`` whether this naming alone speaks for the number.
    """
    keep = tables.engine.keep
    asked, shops = keep(_asked(tables)), keep(shop_numbers(tables))
    rung = keep(_rung(tables, shops))
    shown = rung.filter(rung["prompt"])
    shown = shown.filter(of_service(shown["number"], shown["first_call"]) | shown["shop"])
    every = ibis.union(asked, shown.select(*asked.columns), distinct=True)
    judged = keep(_judged(keep(every), rung, keep(_rang(tables, asked)), shops))
    return _worded(tables, judged.cross_join(_belief(tables, judged)))


def _asked(tables: Tables) -> ir.Table:
    """``report_id``, ``number``, ``victim``, ``at`` (when it was written down)."""
    reports = tables["reports"]
    each = reports.select(
        "report_id",
        number=reports["caller_numbers"].unnest(),
        victim=reports["victim_phone"],
        at=reports["reported_at"],
    )
    own = each["number"] == each["victim"]
    return each.filter(
        each["number"].notnull() & ~own.fill_null(ibis.literal(value=False))
    ).distinct()


def _rung(tables: Tables, shops: ir.Table) -> ir.Table:
    """Who called each report's victim before it: ``first_call``, ``calls``, ``hit`` about the hour
    of first contact (a stranger's first call), ``prompt`` at its minute, ``shop`` for her shop's.
    """
    calls, reports = tables["calls"], tables["reports"]
    facts = contact_windows(reports).drop("loss").distinct()
    facts = facts.rename(at="reported_at", victim="victim_phone", contacted="contacted_at")
    both = calls.inner_join(facts, calls["callee"] == facts["victim"])
    both = both.filter(both["started_at"] <= ibis.greatest(both["at"], both["ends"]))
    each = both.group_by("report_id", "victim", number="caller").aggregate(
        calls=both.count(),
        first_call=both["started_at"].min(),
        begins=both["begins"].min(),
        ends=both["ends"].max(),
        contacted=both["contacted"].min(),
        at=both["at"].min(),
    )
    each = _of_shops(each, shops)
    off = (each["first_call"].epoch_seconds() - each["contacted"].epoch_seconds()).abs()
    begun = (each["first_call"] >= each["begins"]) & (each["first_call"] <= each["ends"])
    return each.mutate(
        hit=begun & ~each["shop"],
        prompt=(off <= PROMPT).fill_null(ibis.literal(value=False)),
    ).drop("begins", "ends", "contacted")


def _of_shops(rows: ir.Table, shops: ir.Table) -> ir.Table:
    """`rows` with ``shop``: whether the victim of the report had bought of the number's holder."""
    marks = shops.mutate(mark=ibis.literal(value=True))
    both = rows.left_join(marks, ["report_id", "number"]).drop("report_id_right", "number_right")
    return both.mutate(shop=both["mark"].fill_null(ibis.literal(value=False))).drop("mark")


def _rang(tables: Tables, asked: ir.Table) -> ir.Table:
    """How often a victim rang the number that she names."""
    calls = tables["calls"].select("caller", "callee", "row_id")
    both = asked.inner_join(
        calls, (asked["victim"] == calls["caller"]) & (asked["number"] == calls["callee"])
    )
    return both.group_by("report_id", "number").aggregate(rang=both.count())


def _judged(every: ir.Table, rung: ir.Table, rang: ir.Table, shops: ir.Table) -> ir.Table:
    """`every` with ``how``, ``meant``, ``called_at``, ``came``, ``rang`` and what they rest on."""
    came = rung.select("report_id", "number", came="calls", seen_at="first_call")
    found = _of_shops(every, shops)
    found = found.left_join(came, ["report_id", "number"]).drop("report_id_right", "number_right")
    found = found.left_join(rang, ["report_id", "number"]).drop("report_id_right", "number_right")
    strangers = rung.filter(rung["prompt"] & rung["hit"])
    strangers = strangers.group_by("report_id").aggregate(others=strangers.count())
    found = found.left_join(strangers, "report_id").drop("report_id_right")
    found = found.mutate(
        several=found.count().over(group_by="number"),
        borne=(found["came"].fill_null(0) > 0).cast("int64").max().over(group_by="number"),
        service=of_service(found["number"], found["at"]),
    )
    lost = found.filter(~found["service"] & ~found["shop"] & (found["borne"] == 0))
    slips = _slips(lost.select("report_id", "number"), rung)
    found = found.left_join(slips, ["report_id", "number"]).drop("report_id_right", "number_right")
    how = ibis.cases(
        (found["service"], SERVICE),
        (found["shop"], SHOP),
        (found["came"].fill_null(0) > 0, BORNE),
        (found["meant"].notnull(), MISREAD),
        (found["others"].fill_null(0) > 0, CONTRADICTED),
        else_=UNSEEN,
    )
    return found.mutate(
        how=how,
        called_at=ibis.coalesce(found["seen_at"], found["meant_at"]),
        came=found["came"].fill_null(0),
        rang=found["rang"].fill_null(0),
    )


def _slips(lost: ir.Table, rung: ir.Table) -> ir.Table:
    """The one stranger about the hour of contact whose number is one slip from the named one."""
    strangers = rung.filter(rung["hit"] & ~of_service(rung["number"], rung["first_call"]))
    strangers = strangers.select("report_id", heard="number", heard_at="first_call")
    both = lost.inner_join(strangers, "report_id")
    both = both.filter(slip(both["number"], both["heard"]))
    sole = both.group_by("report_id", "number").aggregate(
        meant=both["heard"].min(), meant_at=both["heard_at"].min(), many=both.count()
    )
    return sole.filter(sole["many"] == 1).drop("many")


def slip(one: ir.StringValue, other: ir.StringValue) -> ir.BooleanValue:
    """Whether a digit is wrong, missing or doubled, or two neighbours are exchanged."""
    place = range(PLACES)
    differ = [(one.substr(i, 1) != other.substr(i, 1)).cast("int64") for i in place]
    wrong = sum(differ[1:], differ[0])
    turned: ir.BooleanValue = ibis.literal(value=False)
    for i in place[:-1]:
        first, second = one.substr(i, 1), one.substr(i + 1, 1)
        turned |= (
            (first != second)
            & (first == other.substr(i + 1, 1))
            & (second == other.substr(i, 1))
            & (wrong == 2)
        )
    long = ibis.least(one.length(), other.length()) >= LEAST
    whole = ~one.contains("*") & ~other.contains("*")
    return long & whole & ((one.levenshtein(other) == 1) | turned)


def _belief(tables: Tables, judged: ir.Table) -> ir.Table:
    """``sound``: that a number which no call bears out is right nonetheless, in this case.

    With c the share of right numbers whose call is on record and w the share that is written
    wrongly, this is (1 - w)(1 - c) / ((1 - w)(1 - c) + w). One row; 1 where no calls are at hand.
    """
    if not tables.has("calls"):
        return judged.aggregate(n=judged.count()).select(sound=ibis.literal(1.0))
    borne, misread, unseen = (
        ((judged["how"] == how) & judged["victim"].notnull()).cast("float64").sum().fill_null(0.0)
        for how in (BORNE, MISREAD, UNSEEN)
    )
    counts = judged.aggregate(borne=borne, misread=misread, unseen=unseen)
    right = counts["borne"] + counts["misread"]
    covered = (right + 1.0) / (right + counts["unseen"] + 2.0)
    wrong = (counts["misread"] + WRONG * WEIGHT) / (right + WEIGHT)
    missed = (1.0 - wrong) * (1.0 - covered)
    return counts.select(sound=missed / (missed + wrong))


def _worded(tables: Tables, judged: ir.Table) -> ir.Table:
    owners = tables.engine.arrow(owners_known())
    owners = owners.select("owner_en", "owner_zh", "since", owned="number")
    facts = judged.left_join(
        owners, (judged["number"] == owners["owned"]) & (judged["at"] >= owners["since"])
    )
    several = facts["several"] > 1
    contradicted = (facts["how"] == CONTRADICTED) & ~several
    doubtful = (facts["how"] == UNSEEN) & ~several & (facts["sound"] < 0.5)
    believed = ~(contradicted | doubtful) & ~facts["how"].isin((*INNOCENT, MISREAD))
    texts = {"because": _because(facts, "en"), "because_zh": _because(facts, "zh")}
    return facts.mutate(believed=believed, **texts).select(*NAMED_NUMBERS.schema.names)


def _because(facts: ir.Table, language: Language) -> ir.StringValue:
    words = ibis.cases(
        *((facts["how"] == how, text.in_(language)) for how, text in BECAUSE.items())
    )
    before, after = {"en": (" (", ")"), "zh": ("（", "）")}[language]
    owner = ibis.literal(before) + facts[f"owner_{language}"] + after
    words = words.replace("{owner}", ibis.coalesce(owner, ""))
    counts = {name: facts[name].cast("float64") for name in ("came", "rang")}
    return fill_numbers(words, counts)
