"""From findings to draft matters: what the results of an investigation ask somebody to do.

A draft does nothing. A person of the right post confirms it, alone or in a group, and only then a
matter begins. The next investigation makes no second draft: it shows on the old one what changed.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import as_file, files
from typing import Any, Literal

import msgspec

from suyuan.casework.institutions import Institutions
from suyuan.model.catalog_files import read_catalog
from suyuan.model.money import FEN_PER_YUAN
from suyuan.model.text import Text
from suyuan.model.times import utc
from suyuan.rulebook.dates import beijing_day
from suyuan.rulebook.language import parse
from suyuan.rulebook.rows import closure
from suyuan.store.ledger.event import stamp


class RecipientSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The role that answers, and the column that names who; `otherwise` where nobody is named.

    `asks` is who can say whose card it is (a clearing house), where not even its prefix does.
    """

    role: str
    column: str | None
    otherwise: str
    by_prefix_of: str | None = None
    asks: str | None = None


class GradeSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Grades of a warning by a column: high and medium from these values, else low."""

    column: str
    high: float
    medium: float


class ArisingSpec(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={"condition": "if", "source": "from"},
):
    """A file of ``catalog/arising/``: rows of a result table that become drafts of a procedure.

    `saves` says that `rank` is money that a call now would save: such drafts come first. `source`
    is what has the table: an investigated ``case``, or ``live`` scoring.
    """

    id: str
    title: Text
    table: str
    condition: str
    procedure: str
    subject: str
    recipient: RecipientSpec
    fields: dict[str, str]
    because: dict[str, str]
    rank: str | None = None
    saves: bool = False
    subject_kind: str | None = None
    together: list[str] = []
    grade: GradeSpec | None = None
    source: Literal["case", "live"] = "case"


@dataclass(frozen=True, slots=True)
class DraftMatter:
    """What somebody may confirm. `rank` orders: fen that a call now would save, or a score."""

    id: str
    arising_id: str
    procedure: str
    subject: str
    role: str
    party: str | None
    party_found_by: str
    fields: Mapping[str, Any]
    rank: float
    saves: bool
    because: Text

    @property
    def digest(self) -> str:
        """Changes where what the draft says changes."""
        content = repr((sorted(self.fields.items()), self.party, self.because, round(self.rank, 6)))
        return hashlib.sha256(content.encode()).hexdigest()[:16]


@cache
def load_arising(source: Literal["case", "live"] = "case") -> dict[str, ArisingSpec]:
    """The files of the catalog that draw from `source`, by id."""
    with as_file(files("suyuan.catalog") / "arising") as folder:
        read = [read_catalog(path, ArisingSpec) for path in sorted(folder.glob("*.yml"))]
    return {spec.id: spec for spec in read if spec.source == source}


def drafts(
    spec: ArisingSpec,
    rows: Iterable[Mapping[str, Any]],
    institutions: Institutions,
    now: datetime,
    case: str,
) -> list[DraftMatter]:
    """The drafts of a result table, those first where a call now would save most."""
    test = closure(parse(spec.condition))
    matches = [row for row in map(_plain, rows) if test(row) is True]
    matters = [_draft(spec, row, institutions, now, case) for row in _together(spec, matches)]
    return sorted(matters, key=lambda draft: (-draft.rank, draft.id))


def _together(spec: ArisingSpec, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One row for all that share the columns of `together`; of the rest the first is kept."""
    if not spec.together:
        yield from rows
        return
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in spec.together), []).append(row)
    for group in groups.values():
        first = dict(group[0])
        for column in spec.fields.values():
            values = sorted({str(row[column]) for row in group if row[column] is not None})
            first[column] = ", ".join(values) if len(values) > 1 else first[column]
        yield first


def _draft(
    spec: ArisingSpec, row: Mapping[str, Any], institutions: Institutions, now: datetime, case: str
) -> DraftMatter:
    subject = str(row[spec.subject])
    if spec.subject_kind is not None:
        subject = f"{spec.subject_kind}:{subject}"
    party, found_by = _recipient(spec.recipient, row, institutions, now)
    fields = {name: _field(row[column]) for name, column in spec.fields.items()}
    fields = {name: value for name, value in fields.items() if value is not None}
    if spec.grade is not None:
        score = float(row[spec.grade.column] or 0)
        high, medium = score >= spec.grade.high, score >= spec.grade.medium
        fields["grade"] = "high" if high else "medium" if medium else "low"
    identity = "\0".join((case, spec.id, spec.procedure, subject))
    return DraftMatter(
        hashlib.sha256(identity.encode()).hexdigest()[:16],
        spec.id,
        spec.procedure,
        subject,
        spec.recipient.role,
        party,
        found_by,
        fields,
        float(row[spec.rank] or 0) if spec.rank else 0.0,
        spec.saves,
        Text(str(row[spec.because["en"]]), str(row[spec.because["zh"]])),
    )


def _recipient(
    spec: RecipientSpec, row: Mapping[str, Any], institutions: Institutions, now: datetime
) -> tuple[str | None, str]:
    """Who answers, and how that was found; None where nobody knows, which is a result too."""
    party_id = None if spec.column is None else row.get(spec.column)
    if party_id:
        return f"party:{party_id}", "column"
    if spec.by_prefix_of is not None:
        number = str(row[spec.by_prefix_of]).partition(":")[2]
        bank = institutions.of(number, beijing_day(now))
        if bank is not None:
            return f"party:{bank}", "card_prefix"
        if spec.asks is not None:
            return f"party:{spec.asks}", "clearing_house"
        return None, "unknown"
    return f"party:{spec.otherwise}", "office"


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a result as conditions and forms see it: fen, naive UTC."""
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value * FEN_PER_YUAN)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return utc(value)
    return value


def _field(value: Any) -> Any:
    """What a form takes: a moment as UTC text with its offset, an id without its kind."""
    if isinstance(value, datetime):
        return f"{stamp(value)}+00:00"
    if isinstance(value, str) and value.startswith("bank_account:"):
        return value.partition(":")[2]
    return value
