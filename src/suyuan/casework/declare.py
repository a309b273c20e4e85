"""What stands in a procedure file, as it stands there. The grammar is told in docs/casework.md."""

from datetime import date, datetime
from typing import Literal

import msgspec

from suyuan.model.text import Text

#: One name, or several.
Names = str | list[str]
#: One of hours, days, working_days, months: a number, or ``rule.parameter``.
Span = dict[Literal["hours", "days", "working_days", "months"], int | float | str]
FieldType = Literal["text", "int", "money", "bool", "time", "day", "list"]
#: Which day chooses the numbers and clauses: that of the act, of the matter's start, or a field's.
LawDay = str


class ClauseSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rule a duty rests on; `also` are rules that stand beside it."""

    rule: str
    also: list[str] = []


class FieldSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something a form asks. `personal` names the field (or ``subject``) whose person it tells of.

    `check` says what the text is: see :mod:`suyuan.casework.field_checks`. `labels` are the
    `words` as people read them. `files`: of a list, that people may hand in documents for it.

    A personal field is sealed with that person's key; conditions of the state cannot read it.
    """

    type: FieldType
    title: Text
    words: list[str] | None = None
    labels: dict[str, Text] = {}
    check: Literal["identity", "name", "phone", "sha256"] | None = None
    personal: str | None = None
    files: bool = False


class NeedSpec(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"condition": "if", "refusal": "else"},
):
    """A condition of an act and the sentence that refuses it; or a rule that must not be broken.

    Of a rule, the refusal is its own: which case decided, and its sentence.
    """

    condition: str | None = None
    refusal: Text | None = None
    rule: str | None = None


class AllotSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Share `amount` (an expression, fen) among the acts `among` by their field `weight`.

    `to` is the field that names each; of several of one name the last counts. The list of shares
    is written into the field `into`.
    """

    into: str
    amount: str
    among: str
    weight: str
    to: str


class OpensSpec(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"fields": "with"},
):
    """Another matter that begins with this act: subject and fields from the fields named."""

    procedure: str
    subject: str
    condition: str | None = None
    parties: dict[str, str] = {}
    fields: dict[str, str] = {}


class ActSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may happen. A form field ending in ``?`` may be left out, and is then not known.

    `four_eyes`: one person proposes, another one approves. `carries_out` names the act of two
    persons that this one only executes. `once` refuses a second time; `key` are fields that name
    the deed, so that the same again is the same event. `own_item` are roles whose people may name
    nobody but themselves among the items.
    """

    title: Text
    by: Names
    form: list[str] = []
    needs: list[NeedSpec] = []
    adverse: bool = False
    four_eyes: bool = False
    proposal_lasts: Span | None = None
    carries_out: str | None = None
    once: Text | None = None
    key: list[str] = []
    late_entry: bool = False
    items: Literal["none", "some", "all"] = "none"
    own_item: Names = []
    allots: AllotSpec | None = None
    opens: OpensSpec | None = None


class DutySpec(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"condition": "if", "start": "from"},
):
    """Who must do which act by when; `then` is the clock's act where it was not done."""

    title: Text
    upon: Names
    condition: str | None = None
    by: str
    within: Span | None = None
    until: str | None = None
    start: str | None = None
    on_holiday: Literal["same", "next"] = "same"
    done: Names
    done_if: str | None = None
    void: Names = []
    paused_by: Names = []
    resumed_by: Names = []
    extended_by: str | None = None
    extension: Span | None = None
    then: str | None = None
    clause: str | None = None
    law: LawDay = "act"


class MeasureSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An effect on the subject for a time. `expired` is the clock's act at its end."""

    title: Text
    upon: str
    lasts: Span
    amount: str | None = None
    renewed_by: str | None = None
    ends: Names
    expired: str
    notice: str
    appeal: str
    release: Names
    clause: str | None = None
    law: LawDay = "act"


class StateSpec(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"condition": "if"},
):
    """A name for how a matter (or an item) stands; the first that is true."""

    id: str
    title: Text
    condition: str
    closed: bool = False


class ItemsSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The subjects among many that a matter is about, each with a state of its own."""

    kind: str
    title: Text
    states: list[StateSpec]


class WindowSpec(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"since": "from", "last": "to"},
):
    """When something may be done: clock time in Beijing; the second `last` belongs to it."""

    title: Text
    since: datetime
    last: datetime


class OpeningSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may begin a matter, and what is to be said."""

    by: Names
    form: list[str] = []


class VersionSpec(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"since": "from", "until": "to"},
):
    """A version and the days on which it is in force.

    A later version holds whatever it does not name as the version before it had it: an entry
    replaces the entry of its name, ``null`` takes it away, `states` and `items` are replaced whole.
    """

    since: date
    until: date | None = None
    note: Text | None = None
    opening: OpeningSpec | None = None
    acts: dict[str, ActSpec | None] = {}
    duties: dict[str, DutySpec | None] = {}
    measures: dict[str, MeasureSpec | None] = {}
    windows: dict[str, WindowSpec | None] = {}
    states: list[StateSpec] | None = None
    items: ItemsSpec | None = None


class ProcedureSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A procedure file. `binds`: the day of the start, or of each act, chooses the version.

    `rebound_by` are the roles that may move a running matter to another version, by two persons;
    where it is missing nobody may.
    """

    id: str
    title: Text
    about: Text
    clause: ClauseSpec
    subject: str
    binds: Literal["start", "act"] = "start"
    rebound_by: Names | None = None
    roles: dict[str, Text]
    fields: dict[str, FieldSpec] = {}
    versions: list[VersionSpec]


def names(value: Names | None) -> tuple[str, ...]:
    """One name or several, as several."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
