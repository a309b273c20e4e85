"""Findings by role: ranked, each with its reason, its rivals, its signals and its rows."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.detect.cards import behind, card_of
from suyuan.face.display import Display, SubjectDisplay, number
from suyuan.face.evidence_rows import EvidenceRow, evidence_row
from suyuan.face.source import ResultTables
from suyuan.model.results import FINDINGS
from suyuan.model.roles import ROLES
from suyuan.model.scorecard import Scorecard
from suyuan.model.text import Text

#: Findings of one role that are shown in full, and rows and signals of each; the rest is counted.
FINDINGS_SHOWN = 24
ROWS = 6
SIGNALS = 12


@dataclass(frozen=True, slots=True)
class SignalLine:
    """A signal and the log-odds that it added."""

    title: Text
    value: str
    weight: float
    missing: bool


@dataclass(slots=True)
class Finding:
    """One subject in one role; ``rings`` are all those it serves."""

    id: str
    subject: SubjectDisplay
    rings: list[str]
    score: float
    decided: bool
    because: Text
    rivals: Text
    facts: dict[str, str]
    detector: str
    rows: list[EvidenceRow] = field(default_factory=list)
    rows_more: int = 0
    signals: list[SignalLine] = field(default_factory=list)
    quiet: int = 0
    prior: float | None = None


@dataclass(frozen=True, slots=True)
class RoleView:
    """All findings of one role, the likeliest first."""

    role: str
    title: Text
    meaning: Text
    listed: int
    decided: int
    card: Scorecard | None
    findings: list[Finding]
    rivals: Text | None

    @property
    def more(self) -> int:
        return self.listed - len(self.findings)


def roles(source: ResultTables, display: Display) -> list[RoleView]:
    """A view for each role that has findings."""
    table = source.table("findings")
    views = [
        view
        for role in ROLES
        if (view := _view(role, table.filter(pc.equal(table["role"], role)), display))
    ]
    _add_rows(source, display, views)
    _add_signals(source, views)
    return views


def _behind(role: str, rows: pa.Table) -> Scorecard | None:
    """The card that judged `rows`: the published one, or as the case weighed it."""
    versions = pc.unique(rows["version"]).to_pylist()
    return behind(role, versions[0]) if card_of(role) and versions[0] else card_of(role)


def _view(role: str, rows: pa.Table, display: Display) -> RoleView | None:
    if rows.num_rows == 0:
        return None
    order = [
        ("decided", "descending"),
        ("score", "descending"),
        ("amount", "descending"),
        ("count", "descending"),
        ("subject", "ascending"),
    ]
    best_first = rows.sort_by(order)
    first: dict[str, dict[str, Any]] = {}
    rings_of: dict[str, list[str]] = defaultdict(list)
    for row in best_first.slice(0, FINDINGS_SHOWN * 4).to_pylist():
        if len(first) < FINDINGS_SHOWN or row["subject"] in first:
            first.setdefault(row["subject"], row)
            if row["ring_id"]:
                rings_of[row["subject"]].append(row["ring_id"])
    card = _behind(role, rows)
    findings = [_finding(row, rings_of[row["subject"]], card, display) for row in first.values()]
    over_threshold = rows.filter(rows["decided"])
    sentences = {(finding.rivals.en, finding.rivals.zh) for finding in findings}
    common = Text(*sentences.pop()) if len(sentences) == 1 and len(findings) > 1 else None
    return RoleView(
        role,
        ROLES[role].title,
        ROLES[role].meaning,
        pc.count_distinct(rows["subject"]).as_py(),
        pc.count_distinct(over_threshold["subject"]).as_py(),
        card,
        findings,
        common,
    )


def _finding(
    row: dict[str, Any], rings: list[str], card: Scorecard | None, display: Display
) -> Finding:
    return Finding(
        id=row["finding_id"],
        subject=display.subject(row["subject"]),
        rings=rings,
        score=row["score"],
        decided=row["decided"],
        because=display.sentence(FINDINGS, row, "because"),
        rivals=display.sentence(FINDINGS, row, "rivals"),
        facts={
            "amount": "" if row["amount"] is None else f"{row['amount']:,.0f}",
            "count": number(row["count"]),
            "seen": _span(display.day(row["first_seen"]), display.day(row["last_seen"])),
        },
        detector=f"{row['detector']} {row['version']}",
        prior=card.prior if card else None,
    )


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"


def _add_rows(source: ResultTables, display: Display, views: Iterable[RoleView]) -> None:
    by_id = {finding.id: finding for view in views for finding in view.findings}
    rows = source.where("evidence", "evidence_id", by_id)
    for row in rows.sort_by([("weight", "descending"), ("row_id", "ascending")]).to_pylist():
        finding = by_id[row["evidence_id"]]
        if len(finding.rows) == ROWS:
            finding.rows_more += 1
            continue
        finding.rows.append(evidence_row(row, display))


def _add_signals(source: ResultTables, views: Iterable[RoleView]) -> None:
    by_id = {finding.id: (finding, view) for view in views for finding in view.findings}
    rows = source.where("signals", "finding_id", by_id)
    # The strongest first, whether they speak for or against.
    rows = rows.append_column("force", pc.abs(rows["weight"]))
    for row in rows.sort_by([("force", "descending"), ("signal", "ascending")]).to_pylist():
        finding, view = by_id[row["finding_id"]]
        titles = {signal.name: signal.title for signal in view.card.signals} if view.card else {}
        silent = not row["missing"] and row["weight"] == 0
        if silent or len(finding.signals) == SIGNALS:
            finding.quiet += 1
            continue
        title = titles.get(row["signal"], Text(row["signal"], row["signal"]))
        value = f"{number(row['value'])} {row['unit'] or ''}".strip()
        finding.signals.append(SignalLine(title, value, row["weight"], row["missing"]))
