"""The hand within a source, in figures: which login or terminal, insider or trojan or export."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.detect.leaks.answers import log_odds, responsibility
from suyuan.detect.leaks.cases import Inquiry
from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.detect.leaks.exhibits import Seized
from suyuan.detect.leaks.hands import conduct, likelihood, seen
from suyuan.model.text import Text
from suyuan.store.tables import Tables

#: Sources below this probability are not looked into.
LOOKED_INTO = 0.2
#: Prior that a source's leak went through one of its logged hands.
ONE_HAND = 0.8
LISTED = 0.01
#: A hand that saw less than this share of the leaked orders is not the one that let them out.
LEAST_SEEN = 0.3
NEVER = datetime(2200, 1, 1)
HANDS = {"actor_id": "actor", "terminal": "terminal"}
_TOLD = Text(
    "{hand} had seen {caught:.1f} of {victims:.1f} leaked orders known at {org} before the calls, "
    "and {saw:.0f} orders in all of {orders:.0f}; {bulk:.0%} of them in bulk, {night:.0%} of its "
    "work at night; mechanism: insider {insider:.0%}, trojan {trojan:.0%}, export {export:.0%}.",
    "{hand}在来电前看过{org}已知泄露的{victims:.1f}单中的{caught:.1f}单,而其共看过{orders:.0f}单中的"
    "{saw:.0f}单;批量占{bulk:.0%},夜间操作占{night:.0%};方式:内鬼{insider:.0%}、木马{trojan:.0%}、"
    "导出{export:.0%}。",
)
_RIVAL = Text(
    "Its daily work shows it these orders too: {odds:.3g} times less likely than one hand among "
    "{hands} at {org}.",
    "其日常工作也会接触这些订单:与{org}的{hands}个操作主体相比,此解释可能性低{odds:.3g}倍。",
)


@dataclass(frozen=True, slots=True)
class Hands:
    """Candidates (as the detector's columns) and the rows behind them."""

    candidates: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)


NO_HANDS = Hands()


def point(
    tables: Tables, asked: Inquiry, seized: Seized | None, found: list[dict[str, Any]]
) -> Hands:
    """Hands of the sources in `found`; fills in the sources' mechanism where it can be told."""
    known = set(asked.exposure.subjects)
    likely = (row for row in found if row["subject"] in known)
    chosen = {row["subject"]: row for row in likely if _probability(row) >= LOOKED_INTO}
    if not chosen or not tables.has("accesses"):
        return NO_HANDS
    engine = tables.engine
    leaked = _leaked_orders(asked, tuple(chosen))
    if seized is not None:
        leaked = _with_copies(leaked, seized, asked, tuple(chosen))
    victims = engine.arrow(leaked)
    handled = engine.keep(_handled(tables["orders"], chosen))
    log = engine.keep(tables["accesses"].semi_join(handled, "org"))
    hands = Hands([], [])
    size = handled.group_by("org").aggregate(orders=lambda t: t.count())
    every: list[dict[str, Any]] = []
    for column, kind in HANDS.items():
        sight = engine.keep(seen(log, handled, column))
        weighed = likelihood(sight, victims, handled).inner_join(size, "org")
        weighed = weighed.inner_join(conduct(log, column, _offset(tables.zone)), ["org", "hand"])
        fetched = engine.fetch(weighed).to_pylist()
        every += [row | {"kind": kind, "how": mechanism(row, kind)} for row in fetched]
    for org, source in {s.partition(":")[2]: row for s, row in chosen.items()}.items():
        _judge(hands, source, org, [row for row in every if row["org"] == org])
    _show(tables, log, victims, hands)
    return hands


def _probability(row: dict[str, Any]) -> float:
    for_it = row["prior"] + row["victims"] + row["exhibit"] + row["canary"]
    return float(1.0 / (1.0 + np.exp(-for_it)))


def _leaked_orders(asked: Inquiry, subjects: tuple[str, ...]) -> pa.Table:
    """``org``, ``order_id``, ``called_at``, ``held``: the orders that each source let out."""
    held = asked.victims
    parts = []
    for subject in subjects:
        candidate = asked.exposure.subjects.index(subject)
        through = responsibility(asked.attribution, held.pairings, candidate)
        keep = np.flatnonzero(through > 0.05)
        who = held.pairings.victim[keep]
        parts.append(
            pa.table(
                {
                    "org": pa.array([subject.partition(":")[2]] * len(keep), pa.string()),
                    "order_id": held.pairs["order_id"].take(keep).combine_chunks(),
                    "called_at": held.contacts["called_at"].take(who).combine_chunks(),
                    "held": through[keep] * held.pairings.weight[who],
                }
            )
        )
    return pa.concat_tables(parts)


def _with_copies(
    leaked: pa.Table, seized: Seized, asked: Inquiry, subjects: tuple[str, ...]
) -> pa.Table:
    """The same with orders found in seized data, which got out before they were seized."""
    parts = [leaked]
    for subject in subjects:
        candidate = asked.exposure.subjects.index(subject)
        held = responsibility(seized.attribution, seized.pairings, candidate)
        keep = np.flatnonzero(held > 0.05)
        orders = seized.weighed.take(keep)
        new = pc.invert(pc.is_in(orders["order_id"], value_set=leaked["order_id"]))
        parts.append(
            pa.table(
                {
                    "org": pa.array([subject.partition(":")[2]] * len(keep), pa.string()),
                    "order_id": orders["order_id"].combine_chunks(),
                    "called_at": pa.array([NEVER] * len(keep), pa.timestamp("us")),
                    "held": held[keep],
                }
            ).filter(new)
        )
    return pa.concat_tables([part.combine_chunks() for part in parts])


def _handled(orders: ir.Table, chosen: dict[str, dict[str, Any]]) -> ir.Table:
    """Orders of each source, over its window and a while around it: its hands' daily work."""
    kinds = {kind: name for name, kind in ATTRIBUTES.items()}
    parts = []
    for subject in chosen:
        kind, _, org = subject.partition(":")
        mine = orders.filter(orders[kinds[kind]] == org)
        parts.append(mine.select("order_id", "ordered_at", org=ibis.literal(org)))
    return ibis.union(*parts)


def _judge(hands: Hands, source: dict[str, Any], org: str, rows: list[dict[str, Any]]) -> None:
    """One hand or none: a person is a login, a trojan a terminal, and either sees what both do."""
    rows = [row for row in rows if row["caught"] >= LEAST_SEEN * row["victims"]]
    if not rows:
        return
    fits = np.array([_fits(row) for row in rows])
    factor = np.array([row["factor"] for row in rows]) + np.log(fits / fits.sum() * ONE_HAND)
    weighed = np.append(factor, np.log(1.0 - ONE_HAND))
    posterior = np.exp(weighed - weighed.max())
    posterior = posterior[:-1] / posterior.sum()
    for row, part in zip(rows, posterior, strict=True):
        if part * _probability(source) >= LISTED:
            hands.candidates.append(
                _candidate(org, row, float(part) * _probability(source), len(rows), source)
            )
    best = int(posterior.argmax())
    if posterior[best] >= 0.5:
        source["mechanism"] = _likeliest(rows[best]["how"])


def _fits(row: dict[str, Any]) -> float:
    how = row["how"]
    return how["trojan"] if row["kind"] == "terminal" else how["insider"] + how["export"]


def _likeliest(how: dict[str, float]) -> str:
    return max(how, key=how.__getitem__)


def mechanism(row: dict[str, Any], kind: str) -> dict[str, float]:
    """Odds of insider, trojan and export from how the hand works: naive Bayes by hand-set weights.

    A person searches and looks by day under one login; a trojan sits on a terminal, works by night
    and under whoever is logged in there; an export takes ranges.
    """
    bulk, night, logins = row["bulk"] or 0.0, row["night"] or 0.0, row["logins"] or 1
    dark = 2.0 * max(night - 0.2, 0.0)
    shared = 0.5 * min(logins - 1, 3) if kind == "terminal" else -0.5
    log = {
        "insider": -2.5 * bulk - dark + (row["searches"] or 0.0),
        "trojan": -0.5 + dark + shared,
        "export": -2.0 + 4.5 * bulk,
    }
    total = sum(np.exp(v) for v in log.values())
    return {name: float(np.exp(v) / total) for name, v in log.items()}


def _candidate(
    org: str, row: dict[str, Any], probability: float, hands: int, source: dict[str, Any]
) -> dict[str, Any]:
    told = _TOLD.format(**{**row, **row["how"]})
    rival = _RIVAL.format(odds=float(np.exp(min(row["factor"], 30.0))), hands=hands, org=org)
    return {
        "subject": f"{row['kind']}:{org}/{row['hand']}",
        "prior": 0.0,
        "victims": 0.0,
        "exhibit": 0.0,
        "hand": log_odds(probability),
        "canary": 0.0,
        "night": row["night"],
        "told_en": told.en,
        "told_zh": told.zh,
        "rival_en": rival.en,
        "rival_zh": rival.zh,
        "count": round(row["saw"]),
        "first_seen": source["first_seen"],
        "last_seen": source["last_seen"],
        "mechanism": _likeliest(row["how"]),
    }


def _show(tables: Tables, log: ir.Table, victims: ir.Table, hands: Hands) -> None:
    """Looks at leaked orders before the call, and bulk actions over them, as evidence."""
    for column, kind in HANDS.items():
        subjects = [c["subject"] for c in hands.candidates if c["subject"].startswith(kind + ":")]
        if not subjects:
            continue
        mine = log.mutate(subject=ibis.literal(f"{kind}:") + log["org"] + "/" + log[column])
        mine = mine.filter(mine["subject"].isin(subjects))
        hit = mine.filter(mine["order_id"].notnull()).semi_join(victims, ["org", "order_id"])
        wide = mine.filter(mine["order_id"].isnull())
        shown = ibis.union(hit.select("subject", "row_id"), wide.select("subject", "row_id"))
        for row in tables.engine.fetch(shown.distinct()).to_pylist():
            line = {"table": "accesses", "signal": "hand", "note": "saw a leaked order"}
            hands.rows.append(line | row)


def _offset(zone: str) -> int:
    offset = ZoneInfo(zone).utcoffset(datetime(2019, 6, 1)) or timedelta(0)
    return int(offset.total_seconds() // 3600)
