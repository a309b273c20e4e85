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
from suyuan.model.text import Text
from suyuan.privacy.sentences import slot
from suyuan.store.tables import Tables

#: A seized row matched with less is not taken for a copy.
SURE = 0.5
#: The most that one marked record can say: it may have been given out by mistake.
MOST = 0.995
#: A scam caller may dial numbers at random and meet the one on a marked order.
RUNG = 0.95
BECAUSE = Text(
    "{n} of {planted} marked orders that only {who} was given came to light, the first on {day}: "
    "{how}.",
    "只交给{who}的{planted}个标记订单中有{n}个外泄，最早于{day}:{how}。",
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
class Surfaced:
    """One holder: ``probability`` that it leaked, ``rows`` behind it, and what is told of it."""

    subject: str
    probability: float
    first: datetime
    last: datetime
    count: int
    sentence: Text
    rows: tuple[dict[str, str], ...]


def surfaced(tables: Tables) -> dict[str, Surfaced]:
    """Holders whose marked orders came to light, by subject."""
    if not tables.has("canaries"):
        return {}
    engine = tables.engine
    planted = engine.keep(_planted(tables))
    sight = engine.fetch(_sighted(tables, planted).order_by(["holder", "order_id", "seen_row"]))
    sizes = planted.group_by("holder").aggregate(n=planted["order_id"].nunique())
    size = {row["holder"]: row["n"] for row in engine.fetch(sizes).to_pylist()}
    held: dict[str, list[dict[str, Any]]] = {}
    for row in sight.to_pylist():
        held.setdefault(row["holder"], []).append(row)
    return {holder: _worded(holder, rows, size[holder]) for holder, rows in held.items()}


def marking(
    found: list[dict[str, Any]], marked: dict[str, Surfaced], prior: float
) -> list[dict[str, Any]]:
    """`found` (candidates) with the weight of marked records, and holders that nothing else named.

    Either may be right, the counts or the marked records, and a marked record counts among the
    others too: the probabilities are joined by noisy-or, never added up as evidence. `prior` is in
    log-odds; a hand has none of its own.
    """
    facts = []
    for row in found:
        one = marked.get(row["subject"])
        facts.append(row if one is None or row["canary"] else row | _added(row, one))
    known = {row["subject"] for row in found}
    return facts + [_candidate(one, prior) for name, one in marked.items() if name not in known]


def _added(row: dict[str, Any], one: Surfaced) -> dict[str, Any]:
    other = row["prior"] + row["victims"] + row["exhibit"] + row["hand"]
    innocent = (1.0 - one.probability) / (1.0 + float(np.exp(min(other, LOGIT_MOST))))
    return {
        "canary": max(log_odds(1.0 - innocent) - other, 0.0),
        "told_en": f"{one.sentence.en} {row['told_en']}",
        "told_zh": f"{one.sentence.zh}{row['told_zh']}",
    }


def _candidate(one: Surfaced, prior: float) -> dict[str, Any]:
    return {
        "subject": one.subject,
        "prior": prior,
        "victims": 0.0,
        "exhibit": 0.0,
        "calls": 0.0,
        "hand": 0.0,
        "canary": log_odds(one.probability) - prior,
        "night": None,
        "told_en": one.sentence.en,
        "told_zh": one.sentence.zh,
        "rival": None,
        "rival_en": RIVAL.en,
        "rival_zh": RIVAL.zh,
        "count": one.count,
        "first_seen": one.first,
        "last_seen": one.last,
        "mechanism": "unknown",
    }


def _planted(tables: Tables) -> ir.Table:
    """Marked orders with their numbers; ``alone``: the number is on no other order.

    One that was given to two holders tells neither, and is left out.
    """
    marked, orders = tables["canaries"], tables["orders"]
    # Spark counts nothing distinct over a window.
    once = marked.group_by("order_id").aggregate(holders=marked["holder"].nunique())
    marked = marked.semi_join(once.filter(once["holders"] == 1).view(), "order_id")
    known = orders.select("order_id", "buyer_phone").view()
    pairs = marked.left_join(known, marked["order_id"] == known["order_id"])
    pairs = pairs.select(
        "holder",
        "order_id",
        "planted_at",
        canary_row=pairs["row_id"],
        number=ibis.coalesce(pairs["phone"], pairs["buyer_phone"]),
    ).distinct()
    others = orders.anti_join(marked.select("order_id").view(), "order_id")
    shared = others.select(number="buyer_phone").distinct().mutate(shared=1).view()
    # On two holders' marked orders a number tells as little as on a true one.
    basis = pairs.group_by("number").aggregate(holders=pairs["holder"].nunique()).view()
    facts = pairs.left_join(shared, "number").drop("number_right").view()
    facts = facts.left_join(basis, "number").drop("number_right")
    alone = facts["number"].notnull() & facts["shared"].isnull() & (facts["holders"] == 1)
    return facts.select("holder", "order_id", "planted_at", "canary_row", "number", alone=alone)


def _sighted(tables: Tables, planted: ir.Table) -> ir.Table:
    """Each time a marked order came to light, and how sure that is."""
    found = ibis.union(
        _copied(tables, planted), _numbered(tables, planted), _quoted(tables, planted),
        _reported(tables, planted), _rung(tables, planted),
    )  # fmt: skip
    found = found.filter(found["seen_at"].isnull() | (found["seen_at"] >= found["planted_at"]))
    one = found.group_by(["holder", "order_id", "planted_at", "canary_row", "table", "seen_row"])
    return one.aggregate(sure=found["sure"].max(), seen_at=found["seen_at"].min())


def _found(pairs: ir.Table, table: str, seen_at: ir.Value, sure: ir.Value) -> ir.Table:
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


def _copied(tables: Tables, planted: ir.Table) -> ir.Table:
    matched = copies(tables, SURE)
    matched = matched.select("probability", copied="order_id", row_id="leaked_row").view()
    pairs = planted.inner_join(matched, planted["order_id"] == matched["copied"]).view()
    when = tables["leaked"].select("row_id", "obtained_at").view()
    dated = pairs.inner_join(when, "row_id")
    return _found(dated, "leaked", dated["obtained_at"], dated["probability"] * MOST)


def _numbered(tables: Tables, planted: ir.Table) -> ir.Table:
    """Seized rows with the whole number of a marked order, in the order table or not.

    With the holder itself the number did not come to light.
    """
    lone = planted.filter(planted["alone"])
    rows = tables["leaked"].select("row_id", "phone", "obtained_at", "holder_id").view()
    pairs = lone.inner_join(rows, lone["number"] == rows["phone"]).view()
    where = ibis.literal(":") + pairs["holder_id"]
    at_home = pairs["holder"].endswith(where) | pairs["holder"].contains(where + "/")
    pairs = pairs.filter(~at_home.fill_null(ibis.literal(value=False)))
    return _found(pairs, "leaked", pairs["obtained_at"], ibis.literal(MOST))


def _quoted(tables: Tables, planted: ir.Table) -> ir.Table:
    rows = _dated(tables["reports"])
    pairs = planted.inner_join(rows, planted["order_id"] == rows["quoted_order_id"])
    return _found(pairs, "reports", pairs["seen_at"], ibis.literal(MOST))


def _reported(tables: Tables, planted: ir.Table) -> ir.Table:
    """Who watches the number reports a call to it: as good as a call by a scam caller."""
    lone = planted.filter(planted["alone"])
    facts = relevance(tables).view()
    rows = _dated(tables["reports"])
    rows = rows.inner_join(facts, rows["report_id"] == facts["contact"]).view()
    pairs = lone.inner_join(rows, lone["number"] == rows["victim_phone"])
    return _found(pairs, "reports", pairs["seen_at"], pairs["relevance"] * RUNG)


def _dated(reports: ir.Table) -> ir.Table:
    when = ibis.coalesce(reports["contacted_at"], reports["reported_at"])
    return reports.select(
        "report_id", "row_id", "quoted_order_id", "victim_phone", seen_at=when
    ).view()


def _rung(tables: Tables, planted: ir.Table) -> ir.Table:
    lone = planted.filter(planted["alone"])
    callers = tables["findings:scam_caller"].filter(lambda t: t["decided"])
    number = callers["subject"].substr(len("phone:"))
    callers = callers.select(number_of=number, caller_sure="score").view()
    calls = tables["calls"].select("row_id", "caller", "callee", "started_at").view()
    pairs = lone.inner_join(calls, lone["number"] == calls["callee"]).view()
    pairs = pairs.inner_join(callers, pairs["caller"] == callers["number_of"])
    return _found(pairs, "calls", pairs["started_at"], pairs["caller_sure"] * RUNG)


def _worded(holder: str, rows: list[dict[str, Any]], planted: int) -> Surfaced:
    sure: dict[str, float] = {}
    for row in rows:
        sure[row["order_id"]] = max(sure.get(row["order_id"], 0.0), row["sure"])
    chance = float(np.prod([1.0 - s for s in sure.values()]))
    first = min(row["planted_at"] for row in rows)
    dated = [row["seen_at"] for row in rows if row["seen_at"] is not None]
    manners = [HOW[name] for name in HOW if any(row["table"] == name for row in rows)]
    figures = {"n": len(sure), "planted": planted, "who": slot(0)}
    figures["day"] = f"{min(dated):%Y-%m-%d}" if dated else "?"
    en, zh = ", ".join(way.en for way in manners), "、".join(way.zh for way in manners)
    facts = Text(BECAUSE.en.format(**figures, how=en), BECAUSE.zh.format(**figures, how=zh))
    behind = [_line(holder, "canaries", row["canary_row"], "planted") for row in rows]
    behind += [_line(holder, row["table"], row["seen_row"], "came to light") for row in rows]
    distinct = {(line["table"], line["row_id"]): line for line in behind}
    return Surfaced(
        holder, 1.0 - chance, first, max([first, *dated]), len(sure), facts, (*distinct.values(),)
    )


def _line(subject: str, table: str, row_id: str, note: str) -> dict[str, str]:
    return {"subject": subject, "table": table, "row_id": row_id, "signal": "canary", "note": note}
