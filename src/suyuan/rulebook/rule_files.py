"""What a file of ``catalog/rules/`` may hold, key by key (docs/rulebook.md says what it means)."""

from datetime import date
from typing import Any

import msgspec

from suyuan.model.columns import Type
from suyuan.model.records import RECORDS
from suyuan.model.subjects import KINDS
from suyuan.model.text import Text
from suyuan.rulebook.declare import Answer, Quality, RuleKind

_PERIOD_KEYS = {"since": "from", "until": "to"}


class RulePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of a rule file."""


class ProvenanceEntry(RulePart, frozen=True):
    """A source."""

    document: Text
    quality: Quality
    article: str = ""
    note: Text | None = None


class PeriodEntry(RulePart, frozen=True, rename=_PERIOD_KEYS):
    """From a day (included) to a day (excluded)."""

    since: date
    until: date | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until <= self.since:
            raise ValueError(f"`to` ({self.until}) is not after `from`")


class DatedEntry(PeriodEntry, frozen=True, kw_only=True, rename=_PERIOD_KEYS):
    """A value of a parameter; null where the number is not known."""

    value: int | float | None
    source: ProvenanceEntry | None = None
    scope: str | None = None


class ParameterEntry(RulePart, frozen=True):
    """A number of a rule, by date."""

    title: Text
    unit: str
    values: list[DatedEntry]

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError("a parameter needs values")


class SubjectEntry(RulePart, frozen=True):
    """A kind of subject and the expression that gives its id."""

    kind: str
    id: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no such kind of subject: {self.kind}")


class OverEntry(RulePart, frozen=True):
    """How the acts of a rule are found in a standard table."""

    table: str
    subject: SubjectEntry
    day: str
    answerable: SubjectEntry | None = None
    where: str | None = None
    group: tuple[str, ...] = ()
    publish: tuple[Answer, ...] = tuple(Answer)

    def __post_init__(self) -> None:
        _check_table(self.table)


class WindowEntry(RulePart, frozen=True, omit_defaults=True):
    """``window``; `days` is a number or the name of a parameter with one value."""

    of: str
    by: list[str]
    along: str | None = None
    days: int | str | None = None


class StockEntry(RulePart, frozen=True):
    """``stock``."""

    by: list[str]
    start: str
    end: str


class MemberEntry(RulePart, frozen=True, omit_defaults=True):
    """``member``."""

    table: str
    column: str
    value: str
    where: str | None = None

    def __post_init__(self) -> None:
        _check_table(self.table)


class FindEntry(RulePart, frozen=True):
    """``find``."""

    table: str
    key: str
    value: str
    take: str

    def __post_init__(self) -> None:
        _check_table(self.table)


class PrefixEntry(RulePart, frozen=True, rename={"fulfils": "is"}):
    """``prefix``."""

    table: str
    value: str
    day: str
    fulfils: str

    def __post_init__(self) -> None:
        _check_table(self.table)


class FactEntry(RulePart, frozen=True):
    """Something a rule asks of an act; found in one way at most."""

    title: Text
    type: Type | None = None
    expr: str | None = None
    aggregate: str | None = None
    window: WindowEntry | None = None
    stock: StockEntry | None = None
    member: MemberEntry | None = None
    find: FindEntry | None = None
    prefix: PrefixEntry | None = None

    def __post_init__(self) -> None:
        if len(self.makes) > 1:
            raise ValueError(f"a fact is found in one way, not by {', '.join(self.makes)}")

    @property
    def makes(self) -> dict[str, dict[str, object]]:
        """The way in which it is found, with its options as the file has them."""
        options = {name: getattr(self, name) for name in MAKES}
        return {
            name: {"of": way} if isinstance(way, str) else msgspec.to_builtins(way)
            for name, way in options.items()
            if way is not None
        }


#: The ways to find a fact in the tables.
MAKES = ("expr", "aggregate", "window", "stock", "member", "find", "prefix")


class CaseEntry(RulePart, frozen=True, rename={"condition": "if"}):
    """One way an act can be."""

    id: str
    condition: str
    answer: Answer
    because: Text


class ExampleEntry(RulePart, frozen=True):
    """A worked case; `facts` are checked against the rule's own."""

    day: date
    facts: dict[str, Any]
    answer: Answer
    case: str | None = None


class RuleFile(RulePart, frozen=True):
    """A whole file."""

    id: str
    kind: RuleKind
    title: Text
    duty: Text
    source: ProvenanceEntry
    in_force: list[PeriodEntry]
    cases: list[CaseEntry]
    parameters: dict[str, ParameterEntry] = {}
    facts: dict[str, FactEntry] = {}
    over: OverEntry | None = None
    applies: str | None = None
    value: str | None = None
    limit: str | None = None
    unit: str | None = None
    examples: list[ExampleEntry] = []

    def __post_init__(self) -> None:
        if not self.in_force or not self.cases:
            raise ValueError("a rule needs in_force and cases")


def _check_table(name: str) -> None:
    if name not in RECORDS:
        raise ValueError(f"no such standard table: {name}")
