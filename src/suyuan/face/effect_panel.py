"""From an investigated case to what its numbers and accounts did, day by day, ring by ring."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.casework.effects import Occurrence
from suyuan.casework.office import Office
from suyuan.face.source import ResultTables
from suyuan.identity.contact_windows import contact_moment
from suyuan.model.errors import InputError
from suyuan.model.money import FEN_PER_YUAN
from suyuan.model.text import Text
from suyuan.model.times import utc
from suyuan.money.methods import DEFAULT

#: Role of the findings whose subjects are compared, by the kind of subject.
ROLES: Final = {"phone": "scam_caller", "bank_account": "mule_account"}


@dataclass(frozen=True, slots=True)
class Cohort:
    """Subjects (``kind:id``) that came under a measure together, and since when (naive UTC)."""

    subjects: frozenset[str]
    since: datetime

    @property
    def kind(self) -> str:
        return next(iter(self.subjects)).partition(":")[0]


def measured_together(office: Office, kind: str) -> Cohort:
    """The subjects on which most measures of a kind began on one day; the first moment of it."""
    rows = office.ledger.read(
        "SELECT subject, since FROM measure WHERE kind = ? ORDER BY since, subject", (kind,)
    )
    if not rows:
        raise InputError(
            Text("This office has taken no such measure.", "本机构没有采取过此类措施。"),
            value=kind,
            hint=Text("Or give --subject and --since.", "或指明 --subject 与 --since。"),
        )
    [(day, _)] = Counter(since[:10] for _, since in rows).most_common(1)
    own = [(subject, since) for subject, since in rows if since[:10] == day]
    return Cohort(frozenset(s for s, _ in own), datetime.fromisoformat(min(t for _, t in own)))


def occurrences(source: ResultTables, kind: str) -> dict[str, list[Occurrence]]:
    """What subjects of a kind did: ``calls`` and ``losses`` of numbers, ``money`` of accounts."""
    if kind not in ROLES:
        raise InputError(
            Text(
                "The effect on this kind of subject cannot be estimated.",
                "无法评估此类对象的措施效果。",
            ),
            value=kind,
            hint=Text(", ".join(ROLES), "、".join(ROLES)),
        )
    rings = _rings(source, ROLES[kind])
    if kind == "bank_account":
        return {"money": list(_money(source, rings))}
    return {"calls": list(_calls(source, rings)), "losses": list(_losses(source, rings))}


def _rings(source: ResultTables, role: str) -> dict[str, str]:
    """The ring of each decided finding; one that is in none is a ring of its own."""
    rows = source.table("findings")
    rows = rows.filter(pc.and_(pc.equal(rows["role"], role), rows["decided"]))
    pairs = zip(rows["subject"].to_pylist(), rows["ring_id"].to_pylist(), strict=True)
    return {subject: ring or subject for subject, ring in pairs}


def _calls(source: ResultTables, rings: dict[str, str]) -> Iterator[Occurrence]:
    numbers = pa.table({"caller": pa.array([name.partition(":")[2] for name in rings])})
    calls = source.records["calls"]
    own = calls.semi_join(source.engine.arrow(numbers), "caller").select("caller", "started_at")
    rows = source.engine.fetch(own.filter(ibis._.started_at.notnull()))
    for number, at in zip(*(column.to_pylist() for column in rows.columns), strict=True):
        yield Occurrence(f"phone:{number}", rings[f"phone:{number}"], at)


def _losses(source: ResultTables, rings: dict[str, str]) -> Iterator[Occurrence]:
    """The loss of each report, in fen, once: at the first of its numbers that is known."""
    reports = source.records["reports"]
    rows = source.engine.fetch(
        reports.select(
            "report_id",
            "caller_numbers",
            "loss",
            at=contact_moment(reports),
        )
    )
    for row in rows.to_pylist():
        numbers = [n for n in row["caller_numbers"] or () if f"phone:{n}" in rings]
        if numbers and row["loss"] and row["at"]:
            unit = f"phone:{numbers[0]}"
            yield Occurrence(unit, rings[unit], row["at"], int(row["loss"]))


def _money(source: ResultTables, rings: dict[str, str]) -> Iterator[Occurrence]:
    """Stolen money that came into each account, in fen, by the default method."""
    rows = source.table("traces")
    own = rows.filter(
        pc.and_(pc.equal(rows["method"], DEFAULT), pc.is_in(rows["to"], pa.array(list(rings))))
    )
    for row in own.select(["to", "at", "amount"]).to_pylist():
        if row["at"] is not None:
            at = utc(row["at"], "UTC")
            yield Occurrence(row["to"], rings[row["to"]], at, int(row["amount"] * FEN_PER_YUAN))
