"""Findings by role: ranked, each with its reason, its rivals, its signals and its rows."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.detect.scoring import scorecard
from suyuan.face.reporting.shown import Named, Shown, number
from suyuan.face.reporting.source import Source
from suyuan.model.roles import ROLES
from suyuan.model.scorecard import Scorecard
from suyuan.model.text import Text

#: Findings of one role that are shown in full, and rows and signals of each; the rest is counted.
SHOWN = 24
ROWS = 6
SIGNALS = 12


@dataclass(frozen=True, slots=True)
class Row:
    """A row behind a finding."""

    place: str
    sha: str
    table: str
    key: str
    share: float
    note: str


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal and the log-odds that it added."""

    title: Text
    value: str
    weight: float
    missing: bool


@dataclass(slots=True)
class Finding:
    """One subject in one role; ``rings`` are all those it serves."""

    id: str
    subject: Named
    rings: list[str]
    score: float
    decided: bool
    because: Text
    rivals: Text
    facts: dict[str, str]
    detector: str
    rows: list[Row] = field(default_factory=list)
    rows_more: int = 0
    signals: list[Signal] = field(default_factory=list)
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


def roles(source: Source, shown: Shown) -> list[RoleView]:
    """A view for each role that has findings."""
    table = source.table("findings")
    views = [
        view
        for role in ROLES
        if (view := _view(role, table.filter(pc.equal(table["role"], role)), shown))
    ]
    _add_rows(source, shown, views)
    _add_signals(source, views)
    return views


def card_of(role: str) -> Scorecard | None:
    """The scorecard of a role; rules judge some roles without one."""
    try:
        return scorecard(role)
    except FileNotFoundError:
        return None


def _view(role: str, rows: pa.Table, shown: Shown) -> RoleView | None:
    if rows.num_rows == 0:
        return None
    order = [
        ("decided", "descending"),
        ("score", "descending"),
        ("amount", "descending"),
        ("count", "descending"),
        ("subject", "ascending"),
    ]
    ranked = rows.sort_by(order)
    first: dict[str, dict[str, Any]] = {}
    served: dict[str, list[str]] = defaultdict(list)
    for row in ranked.slice(0, SHOWN * 4).to_pylist():
        if len(first) < SHOWN or row["subject"] in first:
            first.setdefault(row["subject"], row)
            if row["ring_id"]:
                served[row["subject"]].append(row["ring_id"])
    card = card_of(role)
    findings = [_finding(row, served[row["subject"]], card, shown) for row in first.values()]
    decided = rows.filter(rows["decided"])
    told = {(finding.rivals.en, finding.rivals.zh) for finding in findings}
    same = Text(*told.pop()) if len(told) == 1 and len(findings) > 1 else None
    return RoleView(
        role,
        ROLES[role].title,
        ROLES[role].meaning,
        pc.count_distinct(rows["subject"]).as_py(),
        pc.count_distinct(decided["subject"]).as_py(),
        card,
        findings,
        same,
    )


def _finding(
    row: dict[str, Any], rings: list[str], card: Scorecard | None, shown: Shown
) -> Finding:
    return Finding(
        id=row["finding_id"],
        subject=shown.subject(row["subject"]),
        rings=rings,
        score=row["score"],
        decided=row["decided"],
        because=Text(shown.text(row["because_en"]), shown.text(row["because_zh"])),
        rivals=Text(shown.text(row["rivals_en"]), shown.text(row["rivals_zh"])),
        facts={
            "amount": "" if row["amount"] is None else f"{row['amount']:,.0f}",
            "count": number(row["count"]),
            "seen": _seen(shown.day(row["first_seen"]), shown.day(row["last_seen"])),
        },
        detector=f"{row['detector']} {row['version']}",
        prior=card.prior if card else None,
    )


def _seen(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"


def _add_rows(source: Source, shown: Shown, views: Iterable[RoleView]) -> None:
    by_id = {finding.id: finding for view in views for finding in view.findings}
    rows = source.where("evidence", "evidence_id", by_id)
    for row in rows.sort_by([("weight", "descending"), ("row_id", "ascending")]).to_pylist():
        finding = by_id[row["evidence_id"]]
        if len(finding.rows) == ROWS:
            finding.rows_more += 1
            continue
        finding.rows.append(evidence_row(row, shown))


def evidence_row(row: dict[str, Any], shown: Shown) -> Row:
    """A row of ``evidence`` as it is shown."""
    return Row(
        f"{shown.text(row['file'])}:{row['line']}",
        row["sha256"][:12],
        shown.text(row["table"]),
        shown.text(row["key"]),
        row["weight"],
        shown.text(row["note"]),
    )


def _add_signals(source: Source, views: Iterable[RoleView]) -> None:
    by_id = {finding.id: (finding, view) for view in views for finding in view.findings}
    rows = source.where("signals", "finding_id", by_id)
    # The strongest first, whether they speak for or against.
    rows = rows.append_column("force", pc.abs(rows["weight"]))
    for row in rows.sort_by([("force", "descending"), ("signal", "ascending")]).to_pylist():
        finding, view = by_id[row["finding_id"]]
        titles = {one.name: one.title for one in view.card.signals} if view.card else {}
        silent = not row["missing"] and row["weight"] == 0
        if silent or len(finding.signals) == SIGNALS:
            finding.quiet += 1
            continue
        title = titles.get(row["signal"], Text(row["signal"], row["signal"]))
        value = f"{number(row['value'])} {row['unit'] or ''}".strip()
        finding.signals.append(Signal(title, value, row["weight"], row["missing"]))
