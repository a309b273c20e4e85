"""Where the order records got out (泄露源头): which organisation, login or terminal.

Every order passed through several hands. Which of them explains the people whom the scammers
reached, given how many orders each handles anyway, day by day, and that a victim may have been hit
through another leak or by chance? Each leak is one candidate over one unknown window at an unknown
rate; its probability is summed over all windows and rates, several leaks are told apart together,
and candidates that the data cannot separate (a shop and the only program that it uses) share the
probability, so that neither is named. The innocent explanations weighed are size (a big shop has
many victims), region and habit (the victims of one province use other couriers), and chance. Orders
copied in seized data are asked the same question. Once a source stands out, its access log is asked
which hand had seen the victims' orders before the calls, and few others. A marked order (canary)
that one holder alone was given names that holder once it comes to light. Last, the calls of decided
numbers are asked whose orders they follow beyond all sources that were found so far.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from suyuan.detect.contract import Detector, Measurement
from suyuan.detect.evidence import rows
from suyuan.detect.leaks.answers import LeakAnswer, answers, evidence_pairs, log_odds
from suyuan.detect.leaks.arrays import Exposure, Floats
from suyuan.detect.leaks.attribution import PRIOR_LEAK
from suyuan.detect.leaks.call_evidence import (
    CalledSource,
    SourceSpan,
    behind_calls,
    called_sources,
)
from suyuan.detect.leaks.canaries import surfaced_canaries, with_canaries
from suyuan.detect.leaks.exhibits import ExhibitAttribution, inquire_exhibits, strongest
from suyuan.detect.leaks.hand_inference import point, source_probability
from suyuan.detect.leaks.inquiry import Inquiry, inquire
from suyuan.detect.leaks.nesting import jointly
from suyuan.detect.leaks.sentences import LITTLE, because, rivals, with_calls
from suyuan.detect.leaks.used_lists import unused_sources
from suyuan.detect.scheme import reports_of_scheme
from suyuan.model.text import Text
from suyuan.store.programs import derive_table
from suyuan.store.tables import Tables

Row = dict[str, Any]
_TYPES = {
    "subject": pa.string(),
    "prior": pa.float64(),
    "victims": pa.float64(),
    "exhibit": pa.float64(),
    "calls": pa.float64(),
    "hand": pa.float64(),
    "canary": pa.float64(),
    "night": pa.float64(),
    "told_en": pa.string(),
    "told_zh": pa.string(),
    "rival": pa.string(),
    "rival_en": pa.string(),
    "rival_zh": pa.string(),
    "count": pa.int64(),
    "first_seen": pa.timestamp("us"),
    "last_seen": pa.timestamp("us"),
    "mechanism": pa.string(),
    "corroborated": pa.bool_(),
}
_ROWS = pa.schema(
    [(name, pa.string()) for name in ("subject", "table", "row_id", "signal", "note")]
)


def measure(tables: Tables) -> Measurement:
    """Every candidate worth speaking of, organisations and hands."""
    from_exhibits: dict[str, tuple[LeakAnswer, ExhibitAttribution]] = {}

    def lean(exposure: Exposure) -> Floats:
        """What seized data says, before the victims are asked.

        At most as much as makes a source as likely behind them as chance: who was copied by one
        broker need not be whom these callers bought from.
        """
        from_exhibits.update(_from_exhibits(tables, exposure))
        most = np.log(max(len(exposure.subjects), 1))
        exhibit_answers = (from_exhibits.get(subject) for subject in exposure.subjects)
        return np.array(
            [
                min(max(answer_pair[0].evidence, 0.0), most) if answer_pair else 0.0
                for answer_pair in exhibit_answers
            ]
        )

    inquiry = inquire(tables, lean) if tables.has("orders") else None
    if inquiry is None:
        return _measurement(tables, [], [])
    sources, behind = _sources(tables, inquiry, from_exhibits)
    canary_marks = surfaced_canaries(tables)
    prior = log_odds(_prior(inquiry.exposure))
    orgs = {name: mark for name, mark in canary_marks.items() if name in inquiry.exposure.subjects}
    sources = with_canaries(sources, orgs, prior)
    called_by = called_sources(tables, inquiry, [_span(row) for row in sources])
    sources = add_called_sources(sources, prior, called_by)
    behind += [line for source in called_by for line in behind_calls(source)]
    handlers = point(tables, inquiry, from_exhibits, sources, called_by)
    idle = unused_sources(tables, inquiry, from_exhibits) if tables.has("calls") else frozenset()
    idle = _resting_on_lists(sources, idle)
    verdicts = _corroborate(
        tables, with_canaries([*sources, *handlers.candidates], canary_marks, prior), idle
    )
    marks = [line for mark in canary_marks.values() for line in mark.rows]
    return _measurement(tables, verdicts, [*behind, *handlers.rows, *marks])


def _resting_on_lists(sources: list[Row], idle: frozenset[str]) -> frozenset[str]:
    """Of the sources behind unused lists (`idle`) those for whom the people reached do not speak.

    Their hands, too: by the organisation's id.
    """
    alone = (row["subject"] for row in sources if row["subject"] in idle and not _asked_for(row))
    return frozenset(subject.partition(":")[2] for subject in alone)


def _asked_for(row: Row) -> bool:
    """Whether the people reached, or calls alone, speak for a source."""
    return bool(row["victims"] > 0 or row.get("calls", 0.0) > 0)


def _corroborate(
    tables: Tables, sources: list[Row], idle: frozenset[str] = frozenset()
) -> list[Row]:
    """Whether a source may be named: not by exhibits alone in a case without this fraud, and not by
    lists alone that nobody held and nobody used (of the organisations `idle`).

    Where reports were made, none of them may be of this fraud and no number is known for it, a
    list in somebody's store room is no more than that. What a marked order says stands by itself.
    """
    quiet = derive_table(tables, _of_scheme, tables)
    silent = tables.has("reports") and not tables.engine.fetch(quiet).num_rows

    def may_be_named(source: Row) -> bool:
        org = source["subject"].partition(":")[2].partition("/")[0]
        return source["canary"] > 0 or not (silent or org in idle)

    return [source | {"corroborated": may_be_named(source)} for source in sources]


def _of_scheme(tables: Tables) -> ir.Table:
    """One row, if a report may be of this fraud or a number is decided to call for it."""
    callers = tables["findings:scam_caller"]
    callers = callers.filter(callers["decided"])
    reports = reports_of_scheme(tables).select(known="report_id")
    return ibis.union(reports, callers.select(known="subject")).limit(1)


def _from_exhibits(
    tables: Tables, exposure: Exposure
) -> dict[str, tuple[LeakAnswer, ExhibitAttribution]]:
    """What the orders copied in seized data say of each candidate, all exhibits together."""
    if not tables.has("matches"):
        return {}
    exhibits = inquire_exhibits(tables, exposure)
    suspects = strongest(exhibits, exposure, _prior(exposure))
    return jointly(tables, suspects, exhibits, _prior(exposure))


def _prior(exposure: Exposure) -> float:
    return PRIOR_LEAK / max(len(exposure.subjects), 1)


def _measurement(tables: Tables, sources: list[Row], behind: list[Row]) -> Measurement:
    candidates = pa.Table.from_pylist(sources, schema=pa.schema(_TYPES.items()))
    behind_table = pa.Table.from_pylist(behind, schema=_ROWS)
    engine = tables.engine
    return Measurement(
        engine.arrow(candidates),
        derive_table(tables, _evidence, tables, engine.arrow(behind_table)),
    )


def _sources(
    tables: Tables,
    inquiry: Inquiry,
    from_exhibits: Mapping[str, tuple[LeakAnswer, ExhibitAttribution]],
) -> tuple[list[Row], list[Row]]:
    prior = _prior(inquiry.exposure)
    pairings = inquiry.victims.pairings
    from_victims = {
        a.subject: a
        for a in answers(inquiry.attribution, inquiry.exposure, pairings, prior, inquiry.lean_odds)
    }
    sources, behind = [], []
    people_reached = float(pairings.weight.sum())
    for subject in dict.fromkeys([*from_victims, *from_exhibits]):
        of_victims = from_victims.get(subject)
        two, data = from_exhibits.get(subject, (None, None))
        exhibit_weight = 0.0 if data is None else float(data.pairings.share.sum())
        sources.append(
            _candidate(
                subject,
                of_victims,
                two,
                prior,
                because(of_victims, two, people_reached, exhibit_weight, tables.zone),
            )
        )
        behind += _behind_victims(inquiry, subject)
        if data is not None:
            behind += data.rows(subject, inquiry.exposure)
    return sources, behind


def _candidate(
    subject: str, of_victims: LeakAnswer | None, two: LeakAnswer | None, prior: float, facts: Text
) -> Row:
    strongest = max((a for a in (of_victims, two) if a is not None), key=lambda a: a.evidence)
    rival = rivals(strongest)
    return _blank(subject, log_odds(prior)) | {
        "victims": of_victims.evidence if of_victims else 0.0,
        "exhibit": two.evidence if two else 0.0,
        "told_en": facts.en,
        "told_zh": facts.zh,
        "rival": strongest.rival,
        "rival_en": rival.en,
        "rival_zh": rival.zh,
        "count": strongest.exposed_orders,
        "first_seen": strongest.first[1],
        "last_seen": strongest.last[1],
    }


def _span(row: Row) -> SourceSpan:
    """A source found so far."""
    return SourceSpan(row["subject"], source_probability(row), row["first_seen"], row["last_seen"])


def add_called_sources(
    sources: list[Row], prior: float, called_by: Sequence[CalledSource]
) -> list[Row]:
    """`sources` with what calls say of sources beyond what the people reached have said."""
    by_subject = {row["subject"]: row for row in sources}
    for source in called_by:
        row = by_subject.get(source.subject) or _blank(source.subject, prior)
        reasons, rival = with_calls(Text(row["told_en"], row["told_zh"]), source), rivals(source)
        by_subject[source.subject] = row | {
            "calls": max(source.evidence - max(row["victims"], 0.0), 0.0),
            "told_en": reasons.en,
            "told_zh": reasons.zh,
            "rival": source.rival,
            "rival_en": rival.en,
            "rival_zh": rival.zh,
            "count": source.exposed,
            "first_seen": source.first,
            "last_seen": source.last,
        }
    return list(by_subject.values())


def _blank(subject: str, prior: float) -> Row:
    """A source, and nothing yet that speaks for it (`prior` in log-odds)."""
    return {
        "subject": subject,
        "prior": prior,
        "victims": 0.0,
        "exhibit": 0.0,
        "calls": 0.0,
        "hand": 0.0,
        "canary": 0.0,
        "night": None,
        "told_en": LITTLE.en,
        "told_zh": LITTLE.zh,
        "mechanism": "unknown",
    }


def _behind_victims(inquiry: Inquiry, subject: str) -> list[Row]:
    """The reports or calls, and the orders behind them, that speak for `subject`."""
    candidate = inquiry.exposure.subjects.index(subject)
    pair_places = evidence_pairs(inquiry.attribution, inquiry.victims.pairings, candidate)[:200]
    victims, contacts = inquiry.victims, inquiry.victims.contacts
    victim = victims.pairings.victim[pair_places]
    order = victims.pairs["order_row"].take(pair_places).to_pylist()
    contact = contacts.take(victim)
    sources, contact_rows = contact["source"].to_pylist(), contact["row_id"].to_pylist()
    out = []
    for row, source, contact_row in zip(order, sources, contact_rows, strict=True):
        line = {"subject": subject, "signal": "victims"}
        out.append(line | {"table": source, "row_id": contact_row, "note": "reached"})
        out.append(line | {"table": "orders", "row_id": row, "note": "ordered before the call"})
    return out


def _evidence(tables: Tables, behind: ir.Table) -> ir.Table:
    """Rows with their provenance, from each table that has some."""
    parts = []
    for name in ("reports", "calls", "orders", "leaked", "accesses", "canaries"):
        own = behind.filter(behind["table"] == name).select("subject", "row_id", "signal", "note")
        own = own.distinct(on=["subject", "row_id"], keep="first")
        table_rows = tables[name].inner_join(own, "row_id")
        for signal in ("victims", "exhibit", "calls", "hand", "canary"):
            signal_rows = table_rows.filter(table_rows["signal"] == signal)
            parts.append(
                rows(signal_rows, table=name, subject="subject", signal=signal, note="note")
            )
    return ibis.union(*parts)


DETECTOR = Detector(
    role="leak_source",
    title=Text("Where the order records got out", "订单信息从哪里泄露"),
    reads=(
        "orders",
        "reports",
        "statements",
        "calls",
        "accesses",
        "leaked",
        "matches",
        "fraud_types",
        "canaries",
    ),
    needs=("orders",),
    measure=measure,
    roles=("scam_caller",),
    without={
        "orders": Text("No leak can be traced to its source.", "无法追溯泄露源头。"),
        "reports": Text(
            "Sources are inferred from seized data only.", "只能从查获数据推断泄露源头。"
        ),
        "accesses": Text(
            "Which login or terminal it was cannot be determined.", "无法判断是哪个操作员或终端。"
        ),
        "leaked": Text("Sources are inferred from victims only.", "只能从被害人推断泄露源头。"),
    },
)
