"""What calls alone say of an organisation: more of its buyers were rung, at the usual lag, than of
any other's.

The rates by which the at-risk list is made (:mod:`suyuan.detect.leaks.call_rates`) give every
organisation beside the named sources a rate of its own. Here that rate is weighed
(:mod:`suyuan.detect.leaks.call_odds`). Orders that went through a named source as well say nothing.
The strongest is named first, and the others are asked again beside it.

No call is counted on both sides: callers are decided before sources and know nothing of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.detect.leaks.arrays import Floats
from suyuan.detect.leaks.attribution import PRIOR_LEAK
from suyuan.detect.leaks.call_odds import CallOdds, log_total
from suyuan.detect.leaks.exposed_orders import latest_moment, people_reached, unlooked_orders
from suyuan.detect.leaks.inquiry import Inquiry
from suyuan.detect.leaks.order_rates import LearntRates, learnt_rates
from suyuan.detect.leaks.popularity import popularity
from suyuan.store.programs import derive_table
from suyuan.store.tables import Tables

#: So many sources are found by calls alone at most; each is looked for beside those before it.
MOST: Final = 8
#: Fewer calls than this say nothing by themselves.
FEWEST: Final = 5.0
#: Who is likelier than this needs no calls to be named.
LIKELY: Final = 0.5
MOST_NATS: Final = 30.0
#: An order is held to be behind a call from this probability on.
BEHIND: Final = 0.5


@dataclass(frozen=True, slots=True)
class CalledSource:
    """What calls say of ``subject``: ``evidence`` in nats, against chance and whoever else may be
    behind the same calls (``rival``, ``odds`` times less likely; None is chance).

    ``called`` calls are explained by ``exposed`` orders that it handled beside any named source,
    which are called about ``times`` as often as orders elsewhere.

    ``behind`` are the orders held to be behind calls: ``order_id``, ``order_row``, ``ordered_at``,
    ``contact``, ``called_at``, ``held``. The first of them was placed at ``first``; calls come too
    late and too unevenly to say when a leak ended, so that ``last`` is the end of the orders on
    record.
    """

    subject: str
    evidence: float
    rival: str | None
    odds: float
    called: float
    exposed: int
    times: float
    behind: pa.Table
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Weighed:
    """The evidence for one organisation, and the explanation next to it."""

    evidence: float
    rival: str | None
    odds: float


def called_sources(
    tables: Tables, asked: Inquiry, found: Sequence[tuple[str, float, datetime, datetime]]
) -> list[CalledSource]:
    """Organisations that the calls of decided numbers name beside those `found`, strongest first.

    `found` has the subject, its probability and the first and last that is known to have got out;
    who of them is not likely is asked for with all others.
    """
    if not tables.has("findings:scam_caller") or not tables.has("calls"):
        return []
    engine, now = tables.engine, latest_moment(tables)
    reached = derive_table(tables, people_reached, tables)
    masses = dict(
        zip(asked.exposure.subjects, popularity(asked.exposure.subjects, asked.known), strict=True)
    )
    last = asked.exposure.edges[-1].astype("datetime64[us]").item()
    named, out = [one for one in found if one[1] >= LIKELY], list[CalledSource]()
    while len(out) < MOST:
        sources = engine.arrow(_as_findings(named))
        aged = derive_table(tables, unlooked_orders, now, tables, sources)
        best = strongest(learnt_rates(tables, aged, reached), masses, last)
        if best is None or best.evidence <= _against(masses):
            break
        out.append(best)
        named.append((best.subject, 1.0, best.first, best.last))
    return out


def _as_findings(named: Sequence[tuple[str, float, datetime, datetime]]) -> pa.Table:
    moment = pa.timestamp("us")
    columns = zip(*named, strict=True) if named else ((), (), (), ())
    types = (pa.string(), pa.float64(), moment, moment)
    names = ("subject", "score", "first_seen", "last_seen")
    return pa.table(
        {
            n: pa.array(list(column), kind)
            for n, column, kind in zip(names, columns, types, strict=True)
        }
    )


def strongest(
    learnt: LearntRates, masses: dict[str, Floats], last: datetime
) -> CalledSource | None:
    """The organisation for which calls say most; `masses` are of its innocent popularity.

    Its evidence is against chance and all other organisations that may be behind the same calls:
    who share them share the odds, and neither is named.
    """
    groups, found = learnt.groups, learnt.found
    alone = (groups["unnamed"].to_numpy() == 1) & (groups["nested"].to_numpy() == 0)
    names = groups["source"].to_pylist()
    asked = [
        place
        for place in np.flatnonzero(alone & (found.reached >= FEWEST)).tolist()
        if names[place] in masses
    ]
    if not asked:
        return None
    odds = CallOdds(learnt)
    worth = [(odds.of(place, masses[names[place]]), place) for place in asked]
    (most, best), *others = sorted(worth, reverse=True)
    chance = _against(masses)
    rivals = np.array([chance, *(one for one, _ in others)])
    second = int(rivals.argmax())
    weighed = Weighed(
        most - log_total(rivals) + chance,
        names[others[second - 1][1]] if second else None,
        float(np.exp(min(most - rivals[second], MOST_NATS))),
    )
    return _called(learnt, odds, best, weighed, last)


def _against(masses: dict[str, Floats]) -> float:
    """The log-odds against each candidate before any evidence."""
    return float(np.log(max(len(masses), 1) / PRIOR_LEAK - 1.0))


def _called(
    learnt: LearntRates, odds: CallOdds, group: int, weighed: Weighed, last: datetime
) -> CalledSource:
    pairs, groups = learnt.pairs, learnt.groups
    part = odds.likely / odds.total[pairs.contact]
    own = np.flatnonzero((pairs.source == group) & (part >= BEHIND))
    own = own[np.argsort(-part[own].round(6), kind="stable")]
    behind = learnt.meetings.take(own).select(
        ["order_id", "order_row", "ordered_at", "contact", "called_at"]
    )
    return CalledSource(
        groups["source"][group].as_py(),
        weighed.evidence if len(own) else 0.0,
        weighed.rival,
        weighed.odds,
        float(learnt.found.reached[group]),
        int(groups["exposed"][group].as_py()),
        float(learnt.found.rate[group]) / odds.elsewhere,
        behind.append_column("held", pa.array(learnt.people.sure[pairs.contact[own]] * part[own])),
        pc.min(behind["ordered_at"]).as_py() or last,
        last,
    )


Row = dict[str, Any]


def behind_calls(source: CalledSource, most: int = 200) -> list[Row]:
    """The calls, and the orders behind them, that speak for `source`."""
    rows = source.behind.slice(0, most)
    line = {"subject": source.subject, "signal": "calls"}
    calls = [
        line | {"table": "calls", "row_id": row, "note": "called after the order"}
        for row in rows["contact"].to_pylist()
    ]
    return calls + [
        line | {"table": "orders", "row_id": row, "note": "ordered before the call"}
        for row in rows["order_row"].to_pylist()
    ]
