"""The standing conditions and snoozes of an installation, and since which event they hold.

Each change is a line of ``conditions.jsonl``, synced before it counts, with the place in the
journal at which it took hold: folded again after a crash, every payment meets the conditions that
it met before. Subjects stand there as keys, never in clear.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from suyuan.live.conditions import Colour, Snooze, StandingCondition, joint_action
from suyuan.live.fold import SIGNALS
from suyuan.live.messages import instant_of_naive
from suyuan.live.policy import Action
from suyuan.model.errors import InputError
from suyuan.model.text import Text

FILE: Final = "conditions.jsonl"
_FOREVER: Final = 2**62


@dataclass(slots=True)
class Holding:
    """An order or a snooze in force from event ``since`` of the journal to before ``until``."""

    order: StandingCondition | Snooze
    since: int
    until: int = _FOREVER

    def covers(self, at: int, log: int) -> bool:
        """Whether it holds at that moment (µs) for that event."""
        start, end = instant_of_naive(self.order.start), instant_of_naive(self.order.end)
        return self.since <= log < self.until and start <= at < end


class ConditionBook:
    """Reads `folder`'s conditions; None keeps them in memory only."""

    def __init__(
        self, folder: Path | None = None, orders: Iterable[StandingCondition] = ()
    ) -> None:
        self._path = None if folder is None else folder / FILE
        self._holdings: dict[str, Holding] = {}
        self._pending: dict[str, dict[str, Any]] = {}
        self._conditions: dict[int, list[Holding]] = {}
        self._snoozes: dict[int, list[Holding]] = {}
        for line in self._lines():
            self._apply(line)
        for number, order in enumerate(orders):
            self._hold(f"set {number}", order, 0)

    @property
    def has_orders(self) -> bool:
        """Whether anybody has ordered anything."""
        return bool(self._conditions)

    @property
    def has_snoozes(self) -> bool:
        return bool(self._snoozes)

    def order(self, fields: dict[str, Any], log: int) -> tuple[str, bool]:
        """Set a condition on key ``subject``; its id, and whether it waits for a second person."""
        red = fields.get("colour") == Colour.RED
        check = dict(fields) | ({"approved_by": " "} if red else {})
        _condition(check)
        name = self._write({"act": "order", "log": log} | fields)
        return name, red

    def snooze(self, fields: dict[str, Any], log: int) -> str:
        """Silence ``signal`` for key ``subject``."""
        _snooze_of(fields)
        return self._write({"act": "snooze", "log": log} | fields)

    def approve(self, name: str, person: str, log: int) -> None:
        """The second pair of eyes on a red condition; :class:`InputError` where it is the first."""
        if name not in self._pending:
            raise _refusal("No such condition waits for approval.", "没有待批准的该条件。", name)
        _condition(self._pending[name] | {"approved_by": person})
        self._write({"act": "approve", "log": log, "of": name, "approved_by": person})

    def withdraw(self, name: str, person: str, reason: str, log: int) -> None:
        """End a condition or snooze from this event on."""
        if name not in self._holdings and name not in self._pending:
            raise _refusal("No such condition.", "没有该条件。", name)
        if not person.strip() or not reason.strip():
            raise _refusal("Say who withdraws it, and why.", "请写明撤销人和理由。", name)
        self._write({"act": "withdraw", "log": log, "of": name, "by": person, "reason": reason})

    def action(self, payer: int, payee: int, at: int, log: int) -> Action | None:
        """What the orders in force ask for; None where the score decides."""
        orders = self.in_force(payer, payee, at, log)
        return joint_action(orders) if orders else None

    def in_force(self, payer: int, payee: int, at: int, log: int) -> list[StandingCondition]:
        """The orders in force on either side of a payment."""
        return [
            holding.order
            for key, leg in ((payer, "payer"), (payee, "payee"))
            for holding in self._conditions.get(key, ())
            if isinstance(holding.order, StandingCondition)
            and holding.order.leg in (leg, "both")
            and holding.covers(at, log)
        ]

    def silent_signals(self, payer: int, payee: int, at: int, log: int) -> set[str]:
        """The signals that are snoozed for either side."""
        return {
            holding.order.signal
            for key in (payer, payee)
            for holding in self._snoozes.get(key, ())
            if isinstance(holding.order, Snooze) and holding.covers(at, log)
        }

    def entries(self) -> list[dict[str, Any]]:
        """All of them, with what they wait for or when they were withdrawn."""
        holdings = [
            {"id": name, "state": "withdrawn" if h.until < _FOREVER else "in force",
             "since": h.since} | _fields(h.order)
            for name, h in self._holdings.items()
        ]  # fmt: skip
        return holdings + [
            {"id": n, "state": "pending"} | fields for n, fields in self._pending.items()
        ]

    def _lines(self) -> Iterator[dict[str, Any]]:
        if self._path is not None and self._path.exists():
            for line in self._path.read_bytes().split(b"\n"):
                try:
                    yield json.loads(line)
                except ValueError:  # cut short by a crash, and never answered for
                    continue

    def _write(self, line: dict[str, Any]) -> str:
        line = {"id": f"c{len(self._holdings) + len(self._pending) + 1}-{line['log']}"} | line
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(file, "wb") as target:
                target.write(b"\n" + json.dumps(line, ensure_ascii=False).encode())
                target.flush()
                os.fsync(target.fileno())
        self._apply(line)
        return str(line["id"])

    def _apply(self, line: dict[str, Any]) -> None:
        fields = {k: v for k, v in line.items() if k not in ("id", "act", "log", "of", "by")}
        log = int(line["log"])
        match line["act"]:
            case "order" if fields["colour"] == Colour.RED:
                self._pending[line["id"]] = fields
            case "order":
                self._hold(line["id"], _condition(fields), log)
            case "snooze":
                self._hold(line["id"], _snooze_of(fields), log)
            case "approve":
                request = self._pending.pop(line["of"])
                condition = _condition(request | {"approved_by": line["approved_by"]})
                self._hold(line["of"], condition, log)
            case "withdraw" if line["of"] in self._pending:
                self._pending.pop(line["of"])
            case "withdraw":
                self._holdings[line["of"]].until = log

    def _hold(self, name: str, order: StandingCondition | Snooze, log: int) -> None:
        holding = Holding(order, log)
        self._holdings[name] = holding
        by_subject = self._snoozes if isinstance(order, Snooze) else self._conditions
        by_subject.setdefault(int(order.subject, 16), []).append(holding)


def _condition(fields: dict[str, Any]) -> StandingCondition:
    try:
        plain = fields | {"colour": Colour(fields["colour"])} | _span(fields)
        if plain.get("leg") not in ("payer", "payee", "both"):
            raise ValueError("leg: payer, payee or both")
        return StandingCondition(**plain)
    except (KeyError, TypeError, ValueError) as error:
        raise _refusal("A condition lacks something.", "条件缺少内容。", error) from error


def _snooze_of(fields: dict[str, Any]) -> Snooze:
    try:
        if fields["signal"] not in SIGNALS:
            raise ValueError(f"signal: one of {', '.join(SIGNALS)}")
        return Snooze(**(fields | _span(fields)))
    except (KeyError, TypeError, ValueError) as error:
        raise _refusal("A snooze lacks something.", "静默缺少内容。", error) from error


def _span(fields: dict[str, Any]) -> dict[str, datetime]:
    """Naive UTC moments of text with an offset."""
    moments = {name: datetime.fromisoformat(str(fields[name])) for name in ("start", "end")}
    if any(moment.tzinfo is None for moment in moments.values()):
        raise ValueError("start, end: an offset is missing (as in 2026-03-01T09:00:00+08:00)")
    return {name: m.astimezone(UTC).replace(tzinfo=None) for name, m in moments.items()}


def _fields(order: StandingCondition | Snooze) -> dict[str, Any]:
    return {name: str(getattr(order, name)) for name in type(order).__dataclass_fields__}


def _refusal(en: str, zh: str, value: object) -> InputError:
    return InputError(
        Text(en, zh), value=value, hint=Text("See docs/live.md.", "见 docs/live.md。")
    )
