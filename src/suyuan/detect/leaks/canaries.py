"""Marked records (canaries): what comes to light of them names its holder, whatever the counts say.

A marked order was placed by nobody and given to one holder only, so that whoever knows of it has it
from there. It comes to light where seized data hold a copy, where a report quotes it, or where a
decided scam caller rings the number on it. Each way has its doubt. A number may stand on true
orders as well, so that it became known through those: then a call says nothing. Couriers and shops
ring every number: a call by anybody but a decided scam caller says nothing either, and neither does
what happened before the order was planted.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from suyuan.detect.leaks.answers import LOGIT_MOST, log_odds
from suyuan.detect.leaks.copies import copies
from suyuan.detect.leaks.relevance import relevance
from suyuan.identity.contact_windows import contact_moment
from suyuan.model.text import Text
from suyuan.privacy.sentences import slot
from suyuan.store.tables import Tables

#: A seized row matched with less is not taken for a copy.
SURE = 0.5
#: The most that one marked record can say: it may have been given out by mistake.
MOST = 0.995
#: A scam caller may dial numbers at random and meet the one on a marked order.
CALL_WEIGHT = 0.95
BECAUSE = Text(
    "{n} of {planted} marked orders given only to {who} came to light, the first on {day}: {how}.",
    "只交给{who}的{planted}个标记订单中有{n}个外泄，最早于{day}：{how}。",
)
RIVAL = Text(
    "The record may have been given to somebody else by mistake, or its number dialled at random.",
    "该记录可能被误交他人，或其号码被随机拨打。",
)
HOW = {
    "leaked": Text("found in seized data", "见于查获数据"),
    "reports": Text("known to the caller of a report", "报案中来电者已知"),
    "calls": Text("rung by a scam caller", "被诈骗号码拨打"),
}


@dataclass(frozen=True, slots=True)
class SurfacedCanaries:
    """One holder: ``probability`` that it leaked, ``rows`` behind it, and what is told of it."""

    subject: str
    probability: float
    first: datetime
    last: datetime
    count: int
    sentence: Text
    rows: tuple[dict[str, str], ...]


def surfaced_canaries(tables: Tables) -> dict[str, SurfacedCanaries]:
    """Holders whose marked orders came to light, by subject."""
    if not tables.has("canaries"):
        return {}
    engine = tables.engine
    canaries = engine.keep(_planted_orders(tables))
    sight = engine.fetch(_sightings(tables, canaries).order_by(["holder", "order_id", "seen_row"]))
    sizes = canaries.group_by("holder").aggregate(n=canaries["order_id"].nunique())
    size = {row["holder"]: row["n"] for row in engine.fetch(sizes).to_pylist()}
    rows_by_holder: dict[str, list[dict[str, Any]]] = {}
    for row in sight.to_pylist():
        rows_by_holder.setdefault(row["holder"], []).append(row)
    return {holder: _summary(holder, rows, size[holder]) for holder, rows in rows_by_holder.items()}


def with_canaries(
    rows: list[dict[str, Any]], canaries: dict[str, SurfacedCanaries], prior: float
) -> list[dict[str, Any]]:
    """`rows` (candidates) with the weight of marked records, and holders that nothing else named.

    Either may be right, the counts or the marked records, and a marked record counts among the
    others too: the probabilities are joined by noisy-or, never added up as evidence. `prior` is in
    log-odds; a hand has none of its own.
    """
    facts = []
    for row in rows:
        canary = canaries.get(row["subject"])
        facts.append(row if canary is None or row["canary"] else row | _with_canary(row, canary))
    subjects = {row["subject"] for row in rows}
    return facts + [
        _candidate(canary, prior) for name, canary in canaries.items() if name not in subjects
    ]


def _with_canary(row: dict[str, Any], canary: SurfacedCanaries) -> dict[str, Any]:
    rest = row["prior"] + row["victims"] + row["exhibit"] + row["hand"]
    innocent = (1.0 - canary.probability) / (1.0 + float(np.exp(min(rest, LOGIT_MOST))))
    return {
        "canary": max(log_odds(1.0 - innocent) - rest, 0.0),
        "told_en": f"{canary.sentence.en} {row['told_en']}",
        "told_zh": f"{canary.sentence.zh}{row['told_zh']}",
    }


def _candidate(canary: SurfacedCanaries, prior: float) -> dict[str, Any]:
    return {
        "subject": canary.subject,
        "prior": prior,
        "victims": 0.0,
        "exhibit": 0.0,
        "calls": 0.0,
        "hand": 0.0,
        "canary": log_odds(canary.probability) - prior,
        "night": None,
        "told_en": canary.sentence.en,
        "told_zh": canary.sentence.zh,
        "rival": None,
        "rival_en": RIVAL.en,
        "rival_zh": RIVAL.zh,
        "count": canary.count,
        "first_seen": canary.first,
        "last_seen": canary.last,
        "mechanism": "unknown",
    }


def _planted_orders(tables: Tables) -> ir.Table:
    """Marked orders with their numbers; ``alone``: the number is on no other order.

    One that was given to two holders tells neither, and is left out.
    """
    canaries, orders = tables["canaries"], tables["orders"]
    # Spark counts nothing distinct over a window.
    once = canaries.group_by("order_id").aggregate(holders=canaries["holder"].nunique())
    canaries = canaries.semi_join(once.filter(once["holders"] == 1).view(), "order_id")
    order_phones = orders.select("order_id", "buyer_phone").view()
    pairs = canaries.left_join(order_phones, canaries["order_id"] == order_phones["order_id"])
    pairs = pairs.select(
        "holder",
        "order_id",
        "planted_at",
        canary_row=pairs["row_id"],
        number=ibis.coalesce(pairs["phone"], pairs["buyer_phone"]),
    ).distinct()
    other_orders = orders.anti_join(canaries.select("order_id").view(), "order_id")
    shared_numbers = other_orders.select(number="buyer_phone").distinct().mutate(shared=1).view()
    # On two holders' marked orders a number tells as little as on a true one.
    basis = pairs.group_by("number").aggregate(holders=pairs["holder"].nunique()).view()
    facts = pairs.left_join(shared_numbers, "number").drop("number_right").view()
    facts = facts.left_join(basis, "number").drop("number_right")
    alone = facts["number"].notnull() & facts["shared"].isnull() & (facts["holders"] == 1)
    return facts.select("holder", "order_id", "planted_at", "canary_row", "number", alone=alone)


def _sightings(tables: Tables, canaries: ir.Table) -> ir.Table:
    """Each time a marked order came to light, and how sure that is."""
    sights = ibis.union(
        _copy_sights(tables, canaries), _number_sights(tables, canaries),
        _quote_sights(tables, canaries), _report_sights(tables, canaries),
        _call_sights(tables, canaries),
    )  # fmt: skip
    sights = sights.filter(sights["seen_at"].isnull() | (sights["seen_at"] >= sights["planted_at"]))
    groups = sights.group_by(
        ["holder", "order_id", "planted_at", "canary_row", "table", "seen_row"]
    )
    return groups.aggregate(sure=sights["sure"].max(), seen_at=sights["seen_at"].min())


def _sight_rows(pairs: ir.Table, table: str, seen_at: ir.Value, sure: ir.Value) -> ir.Table:
    return pairs.select(
        "holder",
        "order_id",
        "planted_at",
        "canary_row",
        table=ibis.literal(table),
        seen_row=pairs["row_id"],
        seen_at=seen_at,
        sure=sure.cast("float64"),
    )


def _copy_sights(tables: Tables, canaries: ir.Table) -> ir.Table:
    matches = copies(tables, SURE)
    matches = matches.select("probability", copied="order_id", row_id="leaked_row").view()
    pairs = canaries.inner_join(matches, canaries["order_id"] == matches["copied"]).view()
    when = tables["leaked"].select("row_id", "obtained_at").view()
    dated_copies = pairs.inner_join(when, "row_id")
    return _sight_rows(
        dated_copies, "leaked", dated_copies["obtained_at"], dated_copies["probability"] * MOST
    )


def _number_sights(tables: Tables, canaries: ir.Table) -> ir.Table:
    """Seized rows with the whole number of a marked order, in the order table or not.

    With the holder itself the number did not come to light.
    """
    lone = canaries.filter(canaries["alone"])
    rows = tables["leaked"].select("row_id", "phone", "obtained_at", "holder_id").view()
    pairs = lone.inner_join(rows, lone["number"] == rows["phone"]).view()
    where = ibis.literal(":") + pairs["holder_id"]
    at_home = pairs["holder"].endswith(where) | pairs["holder"].contains(where + "/")
    pairs = pairs.filter(~at_home.fill_null(ibis.literal(value=False)))
    return _sight_rows(pairs, "leaked", pairs["obtained_at"], ibis.literal(MOST))


def _quote_sights(tables: Tables, canaries: ir.Table) -> ir.Table:
    rows = _report_dates(tables["reports"])
    pairs = canaries.inner_join(rows, canaries["order_id"] == rows["quoted_order_id"])
    return _sight_rows(pairs, "reports", pairs["seen_at"], ibis.literal(MOST))


def _report_sights(tables: Tables, canaries: ir.Table) -> ir.Table:
    """Who watches the number reports a call to it: as good as a call by a scam caller."""
    lone = canaries.filter(canaries["alone"])
    facts = relevance(tables).view()
    rows = _report_dates(tables["reports"])
    rows = rows.inner_join(facts, rows["report_id"] == facts["contact"]).view()
    pairs = lone.inner_join(rows, lone["number"] == rows["victim_phone"])
    return _sight_rows(pairs, "reports", pairs["seen_at"], pairs["relevance"] * CALL_WEIGHT)


def _report_dates(reports: ir.Table) -> ir.Table:
    when = contact_moment(reports)
    return reports.select(
        "report_id", "row_id", "quoted_order_id", "victim_phone", seen_at=when
    ).view()


def _call_sights(tables: Tables, canaries: ir.Table) -> ir.Table:
    lone = canaries.filter(canaries["alone"])
    callers = tables["findings:scam_caller"].filter(lambda t: t["decided"])
    number = callers["subject"].substr(len("phone:"))
    callers = callers.select(number_of=number, caller_sure="score").view()
    calls = tables["calls"].select("row_id", "caller", "callee", "started_at").view()
    pairs = lone.inner_join(calls, lone["number"] == calls["callee"]).view()
    pairs = pairs.inner_join(callers, pairs["caller"] == callers["number_of"])
    return _sight_rows(pairs, "calls", pairs["started_at"], pairs["caller_sure"] * CALL_WEIGHT)


def _summary(holder: str, rows: list[dict[str, Any]], planted_count: int) -> SurfacedCanaries:
    sure: dict[str, float] = {}
    for row in rows:
        sure[row["order_id"]] = max(sure.get(row["order_id"], 0.0), row["sure"])
    chance = float(np.prod([1.0 - s for s in sure.values()]))
    first = min(row["planted_at"] for row in rows)
    moments = [row["seen_at"] for row in rows if row["seen_at"] is not None]
    manners = [HOW[name] for name in HOW if any(row["table"] == name for row in rows)]
    figures = {"n": len(sure), "planted": planted_count, "who": slot(0)}
    figures["day"] = f"{min(moments):%Y-%m-%d}" if moments else "?"
    en, zh = ", ".join(way.en for way in manners), "、".join(way.zh for way in manners)
    facts = Text(BECAUSE.en.format(**figures, how=en), BECAUSE.zh.format(**figures, how=zh))
    behind = [_line(holder, "canaries", row["canary_row"], "planted") for row in rows]
    behind += [_line(holder, row["table"], row["seen_row"], "came to light") for row in rows]
    distinct = {(line["table"], line["row_id"]): line for line in behind}
    return SurfacedCanaries(
        holder, 1.0 - chance, first, max([first, *moments]), len(sure), facts, (*distinct.values(),)
    )


def _line(subject: str, table: str, row_id: str, note: str) -> dict[str, str]:
    return {"subject": subject, "table": table, "row_id": row_id, "signal": "canary", "note": note}
