"""What people have ordered for one account or person: red, amber, green, and snoozes.

The order of precedence is that of Tazama's event-flow conditions: red always blocks, green lets
pass and beats amber, amber blocks, and only then the score counts. A red condition needs two people
and an end. A snooze silences one signal for one key, with a reason and an end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from suyuan.live.policy import Action
from suyuan.model.errors import InputError
from suyuan.model.text import Text

LONGEST_EXEMPTION: Final = timedelta(days=180)


class Colour(StrEnum):
    """The three kinds of standing condition."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class StandingCondition:
    """One standing condition on a subject, from ``start`` until (not including) ``end``.

    ``leg`` is ``payer``, ``payee`` or ``both``. Raises :class:`InputError` where a red one lacks
    its second person, nobody gave a reason, or a green one runs for over 180 days.
    """

    subject: str
    colour: Colour
    leg: str
    reason: str
    made_by: str
    start: datetime
    end: datetime
    approved_by: str = ""

    def __post_init__(self) -> None:
        second = bool(self.approved_by) and self.approved_by != self.made_by
        if self.colour is Colour.RED and not second:
            raise _refusal(
                "A red condition needs a second person.", "红色条件须由第二人批准。", self.subject
            )
        if not self.reason.strip():
            raise _refusal("A condition needs a reason.", "条件必须写明理由。", self.subject)
        if self.end <= self.start:
            raise _refusal("It ends before it begins.", "结束时间早于开始时间。", self.end)
        if self.colour is Colour.GREEN and self.end - self.start > LONGEST_EXEMPTION:
            raise _refusal("An exemption lasts 180 days at most.", "豁免最长180天。", self.end)

    def covers(self, subject: str, leg: str, at: datetime) -> bool:
        """Whether it holds for `subject` on that side of a payment at that moment."""
        return self.subject == subject and self.leg in (leg, "both") and self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Snooze:
    """One signal silenced for one subject until ``end``; it is shown, and adds nothing."""

    subject: str
    signal: str
    reason: str
    made_by: str
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise _refusal("A snooze needs a reason.", "静默必须写明理由。", self.subject)
        if not self.start < self.end <= self.start + LONGEST_EXEMPTION:
            raise _refusal("A snooze lasts 180 days at most.", "静默最长180天。", self.end)


def joint_action(conditions: Iterable[StandingCondition]) -> Action | None:
    """What the `conditions` that hold ask for together; None where the score decides."""
    colours = {condition.colour for condition in conditions}
    if Colour.RED in colours:
        return Action.BLOCK
    if Colour.GREEN in colours:
        return Action.ALLOW
    return Action.BLOCK if Colour.AMBER in colours else None


def _refusal(en: str, zh: str, value: object) -> InputError:
    return InputError(
        Text(en, zh), value=value, hint=Text("See docs/live.md.", "见 docs/live.md。")
    )
