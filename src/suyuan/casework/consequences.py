"""What time alone brings about: an expired measure, a breached duty; each at the moment it was due.

The clock may remind, expire, escalate and free. The linter sees to it that it does nothing adverse.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from suyuan.casework.compiled import CLOCK
from suyuan.casework.state import MatterState
from suyuan.model.errors import ContractError
from suyuan.model.text import Text
from suyuan.rulebook.dates import beijing_day
from suyuan.store.ledger.event import Draft

#: A matter in which the clock alone goes on for longer has a circle in its procedure.
_MOST = 1_000


@dataclass(slots=True)
class Consequence:
    """An act of the clock, the moment it was due, and the duty or measure that it follows from."""

    act: str
    at: datetime
    cause: str

    def draft(self, state: MatterState, now: datetime) -> Draft:
        key = f"{self.act}:{self.cause}:{self.at.isoformat()}"
        return Draft(
            state.matter, self.act, CLOCK, self.at, now, state.subject, {"cause": self.cause}, key
        )


def next_consequence(state: MatterState, now: datetime) -> Consequence | None:
    """The earliest that is due by `now` and was not written yet."""
    candidates = list(_consequences(state, now))
    return (
        min(candidates, key=lambda c: (c.at, c.cause))
        if len(candidates) > 1
        else next(iter(candidates), None)
    )


def _consequences(state: MatterState, now: datetime) -> Iterator[Consequence]:
    for measure in state.measures:
        if measure.ended_at is None and measure.until is not None and measure.until <= now:
            yield Consequence(measure.rule.spec.expired, measure.until, measure.id)
    known_on = beijing_day(now)
    for duty in state.duties:
        then = duty.rule.spec.then
        if then is None or duty.is_settled or duty.breach is not None:
            continue
        due = duty.due(known_on)
        if due.moment is not None and due.is_past(now):
            # What arose after its day, in a window's last second say, was not due before that.
            yield Consequence(then, max(due.moment, duty.opened_at), duty.id)


def endless(state: MatterState, steps: int) -> None:
    """Raise where the clock goes round in a circle."""
    if steps > _MOST:
        raise ContractError(
            Text("The deadlines refer to each other in a circle.", "期限触发出现循环。"),
            value=state.matter,
        )
