"""What calls alone say of an organisation: more of its buyers were rung, at the usual lag, than of
any other's.

The rates by which the at-risk list is made (:mod:`suyuan.detect.leaks.call_rates`) give every
organisation beside the named sources a rate of its own. Here that rate is weighed
(:mod:`suyuan.detect.leaks.call_odds`). Orders that went through a named source as well say nothing.
The strongest is named first, and the others are asked again beside it.

No call is counted on both sides: callers are decided before sources and know nothing of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.detect.leaks.attribution import PRIOR_LEAK
from suyuan.detect.leaks.call_odds import CallOdds
from suyuan.detect.leaks.exposed_orders import latest_moment, people_reached, unlooked_orders
from suyuan.detect.leaks.inquiry import Inquiry
from suyuan.detect.leaks.order_rates import LearntRates, learnt_rates
from suyuan.detect.leaks.popularity import popularity
from suyuan.store.programs import derive_table
from suyuan.store.tables import Tables

#: Fewer calls than this say nothing by themselves.
FEWEST: Final = 5.0
#: Who is likelier than this needs no calls to be named.
LIKELY: Final = 0.5
MOST_NATS: Final = 30.0
#: An order is held to be behind a call from this probability on.
BEHIND: Final = 0.5
_FINDINGS: Final = pa.schema(
    {
        "subject": pa.string(),
        "score": pa.float64(),
        "first_seen": pa.timestamp("us"),
        "last_seen": pa.timestamp("us"),
    }
)


class SourceSpan(NamedTuple):
    """A source: how likely it leaked, and the first and last that is known to have got out."""

    subject: str
    score: float
    first_seen: datetime
    last_seen: datetime


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

    @property
    def span(self) -> SourceSpan:
        return SourceSpan(self.subject, 1.0, self.first, self.last)


@dataclass(frozen=True, slots=True)
class CallWeight:
    """The evidence for one organisation, and the explanation next to it."""

    evidence: float
    rival: str | None
    odds: float


def called_sources(
    tables: Tables, inquiry: Inquiry, named_sources: Sequence[SourceSpan]
) -> list[CalledSource]:
    """Organisations that the calls of decided numbers name beside `named_sources`, strongest first.

    Who of `named_sources` is not likely is asked for with all others. Each is looked for beside
    those before it, until chance is as good an explanation.
    """
    if not tables.has("findings:scam_caller") or not tables.has("calls"):
        return []
    calls = CallInquiry(tables, inquiry)
    spans = [span for span in named_sources if span.score >= LIKELY]
    out: list[CalledSource] = []
    while (best := calls.strongest([*spans, *(source.span for source in out)])) is not None:
        out.append(best)
    return out if len(out) < 2 else list(_again(calls, spans, out))


def _again(
    calls: "CallInquiry", spans: Sequence[SourceSpan], out: Sequence[CalledSource]
) -> Iterator[CalledSource]:
    """Each of `out` weighed once more beside all others: who was a rival may have been a second
    source, and what a first one stood in for may be explained by those after it.
    """
    for source in out:
        spans_beside = [rival.span for rival in out if rival is not source]
        best = calls.strongest([*spans, *spans_beside], source.subject)
        if best is not None:
            yield best


class CallInquiry:
    """One case's calls, asked for the strongest source beside some that are known."""

    def __init__(self, tables: Tables, inquiry: Inquiry) -> None:
        subjects = inquiry.exposure.subjects
        self._tables, self._now = tables, latest_moment(tables)
        self._reached = derive_table(tables, people_reached, tables)
        self._last = inquiry.exposure.edges[-1].astype("datetime64[us]").item()
        self._masses = dict(zip(subjects, popularity(subjects, inquiry.known), strict=True))
        #: The log-odds against each candidate before any evidence.
        self._against = float(np.log(max(len(subjects), 1) / PRIOR_LEAK - 1.0))

    def strongest(
        self, spans: Sequence[SourceSpan], subject: str | None = None
    ) -> CalledSource | None:
        """The organisation, or `subject`, for which calls say most beside the sources `spans`.

        Its evidence is against chance and all other organisations that may be behind the same
        calls: who share them share the odds, and neither is named. None where that is not enough.
        """
        tables = self._tables
        sources = tables.engine.arrow(_as_findings(spans))
        aged = derive_table(tables, unlooked_orders, self._now, tables, sources)
        learnt = learnt_rates(tables, aged, self._reached)
        odds, names = CallOdds(learnt), learnt.groups["source"].to_pylist()
        worth = {
            group: odds.of(group, self._masses[names[group]]) for group in self._candidates(learnt)
        }
        ranking = sorted(worth, key=lambda group: (worth[group], group), reverse=True)
        best = next((group for group in ranking if subject in (None, names[group])), None)
        if best is None:
            return None
        rivals = [(worth[group], names[group]) for group in ranking if group != best]
        weight = _weigh(worth[best], rivals, self._against)
        source = _called_source(learnt, odds, best, weight, self._last)
        return source if source.evidence > self._against else None

    def _candidates(self, learnt: LearntRates) -> list[int]:
        """The parts of organisations that nobody named, apart from named sources."""
        groups = learnt.groups
        alone = (groups["unnamed"].to_numpy() == 1) & (groups["nested"].to_numpy() == 0)
        called_groups = np.flatnonzero(alone & (learnt.fit.calls >= FEWEST)).tolist()
        names = groups["source"].to_pylist()
        return [group for group in called_groups if names[group] in self._masses]


def _weigh(worth: float, explanations: Sequence[tuple[float, str]], chance: float) -> CallWeight:
    """`worth` against `chance` and the `explanations`, likeliest first, together."""
    rivals = np.array([chance, *(nats for nats, _ in explanations)])
    second = int(rivals.argmax())
    return CallWeight(
        float(worth - np.logaddexp.reduce(rivals) + chance),
        explanations[second - 1][1] if second else None,
        float(np.exp(min(worth - rivals[second], MOST_NATS))),
    )


def _as_findings(spans: Sequence[SourceSpan]) -> pa.Table:
    return pa.Table.from_pylist([span._asdict() for span in spans], schema=_FINDINGS)


def _called_source(
    learnt: LearntRates, odds: CallOdds, group: int, weight: CallWeight, last: datetime
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
        weight.evidence if len(own) else 0.0,
        weight.rival,
        weight.odds,
        float(learnt.fit.calls[group]),
        int(groups["exposed"][group].as_py()),
        float(learnt.fit.rate[group]) / odds.elsewhere,
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
