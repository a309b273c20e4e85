"""What a rule is made of, as it stands in its file.

A rule asks *facts* about an *act*, looks up *parameters* by the day of the act, and gives the
answer of the one *case* whose condition is true.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from suyuan.model.columns import Type
from suyuan.model.text import Text
from suyuan.model.times import is_within
from suyuan.rulebook.language import Expression

#: Parameters by which an organisation's row is summed up (see :mod:`suyuan.rulebook.standing`).
MISTAKEN_SHARE: Final = "mistaken_share"
MISTAKEN_SIGMAS: Final = "mistaken_sigmas"
#: Columns that the rulebook adds to rows itself; no fact may take such a name.
RESERVED_NAMES: Final = frozenset(
    {"act", "moment", "asked", "asked_on", "entry", "taken", "best", "best_row", "opened_row"}
)


class Answer(StrEnum):
    """What a rule says of an act on its day."""

    KEPT = "kept"
    BROKEN = "broken"
    CANNOT_TELL = "cannot_tell"
    NOT_IN_FORCE = "not_in_force"


class Quality(StrEnum):
    """How good the source of a rule or of a value is, best first."""

    LAW_TEXT = "law_text"
    OFFICIAL_PAGE = "official_page"
    PRESS = "press"
    SECONDARY = "secondary"
    ASSUMPTION = "assumption"
    UNVERIFIED = "unverified"


class RuleKind(StrEnum):
    """What it means when a rule is answered ``broken``."""

    DUTY = "duty"  # a party did not do what it must
    OFFENCE = "offence"  # an amount from which the criminal law counts was reached
    PROCEDURE = "procedure"  # an authority's or bank's measure went beyond its bounds
    TABLE = "table"  # which of its cases something is; nothing is broken
    PENALTY = "penalty"  # a fine lies outside its band


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a rule or value stands: document, article, and how well it was read."""

    document: Text
    article: str
    quality: Quality
    note: Text | None = None

    @property
    def citation(self) -> str:
        return f"{self.document.zh} {self.article}".strip()


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `since` (included) to `until` (excluded); open where that is None."""

    since: date
    until: date | None = None

    def __contains__(self, day: date) -> bool:
        return is_within(day, self.since, self.until)


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value and the days on which it holds. ``None`` says that the number is not known."""

    period: Period
    value: float | None
    source: Provenance
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of a rule, by date; `unit` yuan is compared with money columns in fen."""

    name: str
    title: Text
    unit: str
    values: tuple[DatedValue, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a rule asks of an act.

    `make` says how it is found in the tables: ``given`` (only in a worked case), ``expr``,
    ``aggregate``, ``window``, ``stock``, ``member``, ``find`` or ``prefix``; `options` are that
    way's own settings (see :mod:`suyuan.rulebook.facts`).
    """

    name: str
    type: Type
    title: Text
    make: str
    options: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubjectId:
    """A kind of subject and the expression that gives its id."""

    kind: str
    id: Expression


@dataclass(frozen=True, slots=True)
class Over:
    """How the acts of a rule are found in a standard table.

    `where` chooses rows, `group` makes one act of many rows, `day` is the act's time, `subject`
    names the act, `answerable` who has to keep the rule. `publish` are the answers that get a row
    of their own.
    """

    table: str
    subject: SubjectId
    day: Expression
    answerable: SubjectId | None = None
    where: Expression | None = None
    group: tuple[str, ...] = ()
    publish: tuple[Answer, ...] = tuple(Answer)


@dataclass(frozen=True, slots=True)
class Branch:
    """One way an act can be: while `condition` is true the answer is `answer`."""

    id: str
    condition: Expression
    answer: Answer
    because: Text


@dataclass(frozen=True, slots=True)
class Example:
    """A worked case: facts on a day, and the answer and case that must come out."""

    day: date
    facts: dict[str, object]
    answer: Answer
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A dated, cited rule. `over` is None where no standard table shows its acts."""

    id: str
    kind: RuleKind
    title: Text
    duty: Text
    source: Provenance
    in_force: tuple[Period, ...]
    parameters: dict[str, Parameter]
    facts: dict[str, Fact]
    cases: tuple[Branch, ...]
    examples: tuple[Example, ...]
    over: Over | None = None
    applies: Expression | None = None
    value: Expression | None = None
    limit: Expression | None = None
    unit: str | None = None

    @property
    def conditions(self) -> tuple[Expression, ...]:
        """What decides: whether it applies, and the cases."""
        first = () if self.applies is None else (self.applies,)
        return (*first, *(case.condition for case in self.cases))

    @property
    def fact_names(self) -> tuple[str, ...]:
        """The facts on which the answer hangs, in the order of their declaration."""
        names = frozenset().union(*(e.names for e in self.conditions))
        return tuple(name for name in self.facts if name in names)
