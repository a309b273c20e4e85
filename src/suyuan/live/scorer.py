"""One installation's live state: events in, answers for payments out."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from suyuan.live.card_arrays import card_arrays
from suyuan.live.condition_book import ConditionBook
from suyuan.live.conditions import StandingCondition
from suyuan.live.drift import Drift
from suyuan.live.events import EVENT, EventKind
from suyuan.live.fold import SIGNALS, fold
from suyuan.live.journal import Durability, Journal, read_journal
from suyuan.live.judging import Bench, judged
from suyuan.live.keys import Keyring
from suyuan.live.messages import (
    PaymentAnswer,
    PaymentAsked,
    Reason,
    Refusal,
    Row,
    decode,
)
from suyuan.live.policy import Action, Policy
from suyuan.live.snapshots import Snapshot, last_snapshot, write_in_child, write_snapshot
from suyuan.live.state import empty_state, memory, with_room
from suyuan.live.verdicts import Verdicts
from suyuan.model.errors import EngineError
from suyuan.model.scorecard import Scorecard, to_mapping
from suyuan.model.text import Text

#: Events folded at a time while the journal is read again.
_TOGETHER: Final = 1 << 14
_ACTIONS: Final = tuple(action.name.lower() for action in Action)
_LINE: Final = 80
Outcome = PaymentAnswer | Refusal | None


class Scorer:
    """Folds what comes and judges payments; its state is a function of its journal.

    `folder` holds the journal, conditions and snapshots; what stands there already is folded first,
    so that after a crash the same questions get the same answers. State takes no more than
    `most_bytes`: then new subjects are refused, and every answer says ``degraded``. Not for use by
    several threads at once.
    """

    def __init__(
        self,
        folder: Path,
        card: Scorecard,
        policy: Policy,
        keyring: Keyring,
        *,
        conditions: Iterable[StandingCondition] = (),
        durable: Durability = "process",
        subscribers: int = 1 << 12,
        most_bytes: int = 1 << 40,
    ) -> None:
        self.folder, self.policy, self.keyring = folder, policy, keyring
        orders = [replace(c, subject=f"{keyring.key(c.subject):x}") for c in conditions]
        self.book = ConditionBook(folder, orders)
        self._bench = Bench(card_arrays(card), policy, self.book)
        self._card = f"payment_risk {card.version}"
        self._judge = _fingerprint(card, policy)
        self._most_bytes = most_bytes
        self._scorecard, self.drift = card, Drift(card)
        self._verdicts = Verdicts()
        self._state = empty_state(16)
        self._compile()
        self._journal = Journal(folder, durable=durable)
        self._recover(subscribers)
        self._child = 0

    @property
    def position(self) -> int:
        """Events taken so far."""
        return self._journal.position

    @property
    def degraded(self) -> list[str]:
        """What could not be taken into account: ``keys``, where state refused a subject."""
        return ["keys"] if self._state.counts[0]["refused"] else []

    @property
    def bytes_held(self) -> int:
        """Bytes of state."""
        return memory(self._state)

    def take(self, lines: Sequence[bytes], known: int) -> list[Outcome]:
        """An answer for each line: for a payment, or why it was refused; None for other events.

        `known` is now, in microseconds UTC. Lines are folded in the order given; nothing is
        answered that is not in the journal.
        """
        outcome: list[Outcome] = [None] * len(lines)
        rows: list[Row] = []
        asked: list[tuple[int, PaymentAsked, int, bool]] = []
        fresh: set[int] = set()
        for place, line in enumerate(lines):
            try:
                message = decode(line)
                row = message.row(self.keyring, known, place)
            except (msgspec.DecodeError, ValueError, OverflowError) as error:
                outcome[place] = Refusal(str(error), line[:_LINE].decode("utf-8", "replace"))
                continue
            if type(message) is PaymentAsked:
                key = row[4]
                repeated = key in fresh or key in self._verdicts
                asked.append((place, message, key, repeated))
                if repeated:
                    continue
                fresh.add(key)
            rows.append(row)
        return self._answered(outcome, np.array(rows, EVENT), asked)

    def take_events(self, events: np.ndarray, known: int) -> np.ndarray:
        """The verdicts of the payments among `events`, keyed already, in their order.

        ``repeated`` marks those that had been answered before; they are folded once only. Raises
        :class:`EngineError` where the journal cannot be written: nothing of them counts then.
        """
        events["known"], events["row"] = known, np.arange(len(events))
        paid = events["kind"] == EventKind.PAYMENT
        keys = events["c"][paid].tolist()
        again = np.fromiter((key in self._verdicts for key in keys), bool, len(keys))
        _, first = np.unique(events["c"][paid], return_index=True)
        twice = np.ones(len(keys), bool)
        twice[first] = False
        dropped = np.zeros(len(events), bool)
        dropped[paid] = again | twice
        self._log_and_fold(events[~dropped])
        verdicts = self._verdicts.at(keys)
        verdicts["repeated"] = again | twice
        return verdicts

    def snapshot(self) -> Path:
        """Write state down, so that the next start need not fold what came before."""
        return write_snapshot(self.folder, self._now())

    def snapshot_meanwhile(self) -> bool:
        """The same beside further events; False while the one before is still being written."""
        if self._child and os.waitpid(self._child, os.WNOHANG)[0] == 0:
            return False
        self._child = write_in_child(self.folder, self._now())
        return True

    def close(self) -> None:
        if self._child:
            os.waitpid(self._child, 0)
            self._child = 0
        self._journal.close()

    def _now(self) -> Snapshot:
        return Snapshot(self.position, self._state, self._verdicts.rows(), self._judge)

    def _recover(self, subscribers: int) -> None:
        """State as it was: from the last whole snapshot, and the events after it."""
        found = last_snapshot(self.folder, self._judge, self._journal.position)
        self._state = empty_state(subscribers) if found is None else found.state
        position = 0
        if found is not None:
            self._verdicts.keep(found.verdicts)
            position = found.position
        waiting: list[np.ndarray] = []
        for events in read_journal(self.folder, position):
            waiting.append(events)
            if sum(map(len, waiting)) >= _TOGETHER:
                position = self._refold(waiting, position)
        if waiting:
            position = self._refold(waiting, position)
        if position != self.position:
            raise EngineError(
                Text("The log of events is damaged.", "事件日志已损坏。"),
                value=f"{self.folder}: {position:,} / {self.position:,}",
                hint=Text("Restore its segments from a copy.", "请用备份恢复日志分段。"),
            )

    def _refold(self, waiting: list[np.ndarray], position: int) -> int:
        events = np.concatenate(waiting)
        waiting.clear()
        self._fold(events, position)
        return position + len(events)

    def _answered(
        self,
        outcome: list[Outcome],
        events: np.ndarray,
        asked: list[tuple[int, PaymentAsked, int, bool]],
    ) -> list[Outcome]:
        try:
            self._log_and_fold(events)
        except EngineError as error:
            refused = Refusal(error.text("en"), "")
            return [each or refused for each in outcome]
        degraded = self.degraded
        verdicts = _plain(self._verdicts.at([key for _, _, key, _ in asked]))
        for (place, message, _, repeated), verdict in zip(asked, verdicts, strict=True):
            outcome[place] = self._answer(message, verdict, degraded, repeated=repeated)
        return outcome

    def _compile(self) -> None:
        """Kernels are there before the first caller waits: a payment of nobody to nobody."""
        nothing = np.zeros(1, EVENT)
        nothing["kind"] = EventKind.PAYMENT
        self._fold(nothing, 0)
        self._verdicts, self.drift = Verdicts(), Drift(self._scorecard)

    def _log_and_fold(self, events: np.ndarray) -> None:
        if len(events):
            self._fold(events, self._journal.append(events))

    def _fold(self, events: np.ndarray, first: int) -> None:
        """Fold `events`; what is judged of payments is kept by the key of their ids."""
        if memory(self._state) < self._most_bytes:
            self._state = with_room(self._state, 2 * len(events))
        signals = fold(events, self._state)
        if len(signals):
            self.drift.add(signals)
            self._verdicts.keep(judged(self._bench, events, signals, first))

    def _answer(
        self,
        message: PaymentAsked,
        verdict: tuple[Any, ...],
        degraded: list[str],
        *,
        repeated: bool,
    ) -> PaymentAnswer:
        log, score, values, weights, places, silent, action = verdict
        answer = PaymentAnswer(
            message.id,
            _ACTIONS[action],
            score,
            [
                Reason(SIGNALS[place], value, weight)
                for place, value, weight in zip(places, values, weights, strict=True)
                if place >= 0
            ],
            log,
            self._card,
            self.policy.version,
            degraded=degraded,
            repeated=repeated,
        )
        if silent:
            answer.snoozed = [name for n, name in enumerate(SIGNALS) if silent >> n & 1]
        if self.book.ordering:
            row = message.row(self.keyring, 0, 0)
            orders = self.book.in_force(row[2], row[3], row[0], log)
            answer.conditions = [f"{each.colour}: {each.reason}" for each in orders]
        return answer


def _plain(rows: np.ndarray) -> Iterator[tuple[Any, ...]]:
    """Of each verdict what an answer says, rounded: JSON knows no NaN, -1 stands for it."""
    values = np.nan_to_num(np.round(rows["values"].astype(np.float64), 4), nan=-1.0)
    weights = np.round(rows["weights"].astype(np.float64), 3)
    columns = (rows["log"], np.round(rows["score"], 6), values, weights)
    rest = (rows["reasons"], rows["snoozed"], rows["action"])
    return zip(*(column.tolist() for column in (*columns, *rest)), strict=True)


def _fingerprint(card: Scorecard, policy: Policy) -> str:
    """What judges, in short: verdicts of another card or policy are not those of this one."""
    written = repr(sorted(to_mapping(card).items())) + repr(policy)
    return hashlib.sha256(written.encode()).hexdigest()[:16]
