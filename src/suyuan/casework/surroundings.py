"""What a condition of a procedure may ask beside the fields: acts so far, measures, duties, law.

``now`` is the moment asked about. A field that was never given is unknown.
"""

import hashlib
import weakref
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from suyuan.casework.law import Law
from suyuan.model.times import utc


class FactSource(Protocol):
    """What the functions read: a matter, or one item of it."""

    @property
    def law(self) -> Law: ...
    def count(self, acts: tuple[str, ...]) -> int: ...
    def first_at(self, acts: tuple[str, ...]) -> datetime | None: ...
    def last_at(self, acts: tuple[str, ...]) -> datetime | None: ...
    def active(self, measure: str, now: datetime) -> bool: ...
    def active_anywhere(self, measure: str, now: datetime) -> bool: ...
    def times(self, measure: str) -> int: ...
    def duty_open(self, duty: str) -> bool: ...
    def duty_breached(self, duty: str, now: datetime) -> bool: ...
    def total(self, act: str, field: str) -> int: ...
    def items_in(self, state: str) -> int: ...
    def items_total(self) -> int: ...
    def place(self, mode: str, act: str, without: str, seed: str | None) -> int | None: ...
    def in_window(self, window: str, now: datetime) -> bool: ...


class Scope(dict[str, Any]):
    """The known fields by name, with what surrounds them, which must outlive it.

    It is held weakly: a state holds its scope, and thousands of states that held themselves would
    wait for the cycle collector.
    """

    __slots__ = ("_around",)

    def __init__(self, around: FactSource, fields: dict[str, Any] | None = None) -> None:
        super().__init__(fields or {})
        self._around = weakref.ref(around)

    @property
    def around(self) -> FactSource:
        state = self._around()
        assert state is not None
        return state


def _moment(_: Scope, text: str) -> datetime:
    """A moment written in Beijing time: ``2020-11-20T23:59:59`` or a day, which is its midnight."""
    return utc(datetime.fromisoformat(text))


def _digest(_: Scope, *parts: str | None) -> str | None:
    """SHA-256 (hex) of texts with a zero byte between them; unknown where one of them is."""
    texts = [part for part in parts if part is not None]
    if len(texts) < len(parts):
        return None
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


#: Only for conditions of acts: what they say depends on matters other than this one.
ELSEWHERE = frozenset({"times", "active_anywhere"})

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "count_of": lambda scope, *acts: scope.around.count(acts),
    "first_at": lambda scope, *acts: scope.around.first_at(acts),
    "last_at": lambda scope, *acts: scope.around.last_at(acts),
    "active": lambda scope, measure: scope.around.active(measure, scope["now"]),
    "active_anywhere": lambda scope, measure: scope.around.active_anywhere(measure, scope["now"]),
    "times": lambda scope, measure: scope.around.times(measure),
    "duty_open": lambda scope, duty: scope.around.duty_open(duty),
    "duty_breached": lambda scope, duty: scope.around.duty_breached(duty, scope["now"]),
    "total_of": lambda scope, act, field: scope.around.total(act, field),
    "items_in": lambda scope, state: scope.around.items_in(state),
    "items_total": lambda scope: scope.around.items_total(),
    "in_window": lambda scope, window: scope.around.in_window(window, scope["now"]),
    "case_of": lambda scope, rule: scope.around.law.case(rule, scope, scope["now"]),
    "place_of": lambda scope, mode, act, without, seed: scope.around.place(
        mode, act, without, seed
    ),
    "listed": lambda scope, name, entry, column: scope.around.law.directory_value(
        name, entry, column
    ),
    "parameter": lambda scope, name: scope.around.law.number(name, scope["now"]),
    "answer": lambda scope, rule: scope.around.law.answer(rule, scope, scope["now"]),
    "local": _moment,
    "digest_of": _digest,
}
NAMES = frozenset(FUNCTIONS)
