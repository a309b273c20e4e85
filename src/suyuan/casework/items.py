"""One subject among the many of a matter: what happened to it, its state, its place in order."""

import hashlib
import weakref
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from suyuan.casework.compiled import StateRule, Version
from suyuan.casework.law import Law
from suyuan.casework.runs import History
from suyuan.casework.surroundings import Scope


class WithItems(Protocol):
    """What an item asks of its matter."""

    @property
    def law(self) -> Law: ...
    @property
    def version(self) -> Version: ...
    def places(self, mode: str, act: str, without: str, seed: str | None) -> dict[str, int]: ...


class ItemRun:
    """One subject among the many of a matter.

    Keeps :class:`FactSource`: its own acts, and the rest is the matter's.
    """

    __slots__ = ("__weakref__", "_matter", "history", "scope", "subject")

    def __init__(self, subject: str, matter: WithItems) -> None:
        self.subject = subject
        self._matter = weakref.ref(matter)
        self.history = History()
        self.scope = Scope(self)

    @property
    def matter(self) -> WithItems:
        """The matter, which holds this item and not the other way round."""
        owner = self._matter()
        assert owner is not None
        return owner

    @property
    def law(self) -> Law:
        return self.matter.law

    def count(self, acts: tuple[str, ...]) -> int:
        return sum(self.history.counts.get(act, 0) for act in acts)

    def first_at(self, acts: tuple[str, ...]) -> datetime | None:
        first = self.history.first
        return min((first[act] for act in acts if act in first), default=None)

    def last_at(self, acts: tuple[str, ...]) -> datetime | None:
        last = self.history.last
        return max((last[act] for act in acts if act in last), default=None)

    def place(self, mode: str, act: str, without: str, seed: str | None) -> int | None:
        return self.matter.places(mode, act, without, seed).get(self.subject)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.matter, name)


def in_order(
    items: Iterable[ItemRun], mode: str, act: str, without: str, seed: str | None
) -> dict[str, int]:
    """Places from 1: by ``order`` of coming, or by ``lottery``: SHA-256 of the seed and the item.

    Whoever undid it and came again stands at the end. Without a seed there is no lottery.
    """
    there = [i for i in items if i.history.counts.get(act, 0) > i.history.counts.get(without, 0)]
    if mode == "lottery":
        if seed is None:
            return {}
        there.sort(key=lambda i: hashlib.sha256(f"{seed}\0{i.subject}".encode()).digest())
    else:
        there.sort(
            key=lambda i: (i.history.last if without in i.history.counts else i.history.first)[act]
        )
    return {item.subject: place for place, item in enumerate(there, 1)}


def item_state(item: ItemRun, now: datetime) -> str:
    """The first state of the item that is true; ``""`` where none is."""
    item.scope["now"] = now
    return first_state(item.matter.version.item_states, item.scope)


def first_state(rules: tuple[StateRule, ...], scope: Scope) -> str:
    """The name of the first rule that is true; ``""`` where none is."""
    return next((rule.name for rule in rules if rule.test(scope) is True), "")
