"""One installation's live state: events in, answers for payments out."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np

from suyuan.live.answer_text import JUDGEMENT, Phrases, fields_of
from suyuan.live.condition_book import ConditionBook
from suyuan.live.conditions import StandingCondition
from suyuan.live.drift import Drift
from suyuan.live.events import EVENT, EventKind
from suyuan.live.fold import SIGNALS
from suyuan.live.journal import Durability, Journal, read_journal
from suyuan.live.judging import bench_of, judge_events
from suyuan.live.keys import Keyring
from suyuan.live.line_reading import LineReader, TextLines
from suyuan.live.messages import PaymentAnswer, Refusal
from suyuan.live.policy import Action, Policy
from suyuan.live.snapshots import Snapshot, last_snapshot, write_in_child, write_snapshot
from suyuan.live.state import empty_state, memory, room, touch, with_room
from suyuan.live.verdicts import VERDICT, Verdicts
from suyuan.model.errors import EngineError
from suyuan.model.scorecard import Scorecard, to_mapping
from suyuan.model.text import Text

#: Events folded at a time while the journal is read again.
_TOGETHER: Final = 1 << 14
_ACTIONS: Final = len(Action)
_PAYMENT: Final = int(EventKind.PAYMENT)
Outcome = PaymentAnswer | Refusal | None


class LineAnswers(NamedTuple):
    """Answers to lines: their text, where each ends; how many of each action, how many refused."""

    text: bytes
    ends: np.ndarray
    actions: np.ndarray
    refusals: int


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
        self._bench = bench_of(card, policy, self.book)
        self._reader = LineReader(keyring)
        self._phrases = Phrases(f"payment_risk {card.version}", policy.version)
        self._judge = _fingerprint(card, policy)
        self._most_bytes = most_bytes
        self._scorecard, self.drift = card, Drift(card)
        self._verdicts = Verdicts()
        self._state = empty_state(16)
        self._room = 0  # events that tables have room for; only then is it asked how full they are
        self._compile()
        self._journal = Journal(folder, durable=durable)
        self._recover(subscribers)
        self._child = 0

    @property
    def position(self) -> int:
        """Events taken so far."""
        return self._journal.position

    @property
    def degradation(self) -> list[str]:
        """What could not be taken into account: ``keys``, where state refused a subject."""
        return ["keys"] if self._state.counts[0]["refused"] else []

    @property
    def bytes_held(self) -> int:
        """Bytes of state."""
        return memory(self._state)

    def take(self, lines: Sequence[bytes], known_at: int) -> list[Outcome]:
        """An answer for each line: for a payment, or why it was refused; None for other events.

        `known_at` is now, in microseconds UTC. Lines are folded in the order given; nothing is
        answered that is not in the journal.
        """
        answers = self.take_text(b"\n".join([*lines, b""]), known_at)
        ends = [0, *answers.ends.tolist()]
        return [_outcome(answers.text[start:end]) for start, end in pairwise(ends)]

    def take_text(self, text: bytes, known_at: int) -> LineAnswers:
        """The same for lines of `text` that end with a line feed, as the lines of the answers."""
        lines = self._reader.read(text)
        tally = np.zeros(_ACTIONS, np.int64)
        try:
            verdicts = self._take_new(lines.events, known_at, tally)
        except EngineError as error:
            lines, verdicts = lines.all_refused(error.text("en")), np.zeros(0, VERDICT)
        return self._answers(lines, verdicts, tally)

    def take_once(self, text: bytes, known_at: int, *, in_log: bool = False) -> LineAnswers:
        """The same for callers that ask again themselves: nothing counts where it cannot be logged.

        Raises :class:`EngineError` then. With `in_log` the lines are in the journal already, and
        are answered only.
        """
        lines, tally = self._reader.read(text), np.zeros(_ACTIONS, np.int64)
        return self._answers(
            lines, self._take_new(lines.events, known_at, tally, in_log=in_log), tally
        )

    def _answers(self, lines: TextLines, verdicts: np.ndarray, tally: np.ndarray) -> LineAnswers:
        further = self._further(lines, verdicts)
        text, ends = self._phrases.answers(
            lines.codes, verdicts, lines.pool + further if further else lines.pool, lines.spans
        )
        return LineAnswers(text, ends, tally, lines.refusals)

    def take_events(self, events: np.ndarray, known_at: int) -> np.ndarray:
        """The verdicts of the payments among `events`, keyed already, in their order.

        ``repeated`` marks those that had been answered before; they are folded once only. Raises
        :class:`EngineError` where the journal cannot be written: nothing of them counts then.
        """
        return self._take_new(events, known_at, np.zeros(_ACTIONS, np.int64))

    def _take_new(
        self, events: np.ndarray, known_at: int, tally: np.ndarray, *, in_log: bool = False
    ) -> np.ndarray:
        repeats = np.empty(len(events), np.bool_)
        payments, again = self._verdicts.repeats(events, known_at, repeats)
        if not in_log:
            self._log_and_fold(events[~repeats] if again else events)
        elif again < payments:
            raise EngineError(
                Text("The log of events is damaged.", "事件日志已损坏。"),
                value=f"{self.folder}: {payments - again}",
                hint=Text("Restore its segments from a copy.", "请用备份恢复日志分段。"),
            )
        return self._verdicts.at(events, repeats, payments, tally)

    def snapshot(self) -> Path:
        """Write state down, so that the next start need not fold what came before."""
        return write_snapshot(self.folder, self._now())

    def snapshot_meanwhile(self) -> bool:
        """The same beside further events; False while the one before is still being written."""
        if self._child and os.waitpid(self._child, os.WNOHANG)[0] == 0:
            return False
        self._child = write_in_child(self.folder, self._now())
        return True

    def warm(self) -> None:
        """Have the pages of state now: the first callers would wait for them one by one."""
        for array in (*self._state, *self._verdicts.arrays()):
            touch(array)

    def close(self) -> None:
        if self._child:
            os.waitpid(self._child, 0)
            self._child = 0
        self._journal.close()

    def _now(self) -> Snapshot:
        return Snapshot(self.position, self._state, self._verdicts.rows(), self._judge)

    def _recover(self, subscribers: int) -> None:
        """State as it was: from the last whole snapshot, and the events after it."""
        last = last_snapshot(self.folder, self._judge, self._journal.position)
        self._state = empty_state(subscribers) if last is None else last.state
        self._room = 0
        position = 0
        if last is not None:
            self._verdicts.keep(last.verdicts)
            position = last.position
        for events in read_journal(self.folder, position, _TOGETHER):
            self._fold(events, position)
            position += len(events)
        if position != self.position:
            raise EngineError(
                Text("The log of events is damaged.", "事件日志已损坏。"),
                value=f"{self.folder}: {position:,} / {self.position:,}",
                hint=Text("Restore its segments from a copy.", "请用备份恢复日志分段。"),
            )

    def _compile(self) -> None:
        """Kernels are there before the first caller waits: a payment of nobody to nobody, twice."""
        probe = np.zeros(1, EVENT)
        probe["kind"], probe["c"] = EventKind.PAYMENT, 1
        self._fold(probe, 0)
        verdicts = self._take_new(probe, 0, np.zeros(_ACTIONS, np.int64))
        lines = self._reader.read(b"{}\n")
        self._phrases.answers(lines.codes, verdicts, lines.pool, lines.spans)
        self._verdicts, self.drift = Verdicts(), Drift(self._scorecard)
        self._verdicts.keep(self._take_new(probe[:0], 0, np.zeros(_ACTIONS, np.int64)))

    def _log_and_fold(self, events: np.ndarray) -> None:
        if len(events):
            self._fold(events, self._journal.append(events))

    def _fold(self, events: np.ndarray, first: int) -> None:
        """Fold `events`; what is judged of payments is kept by the key of their ids."""
        self._room -= len(events)
        if self._room <= 0:
            if memory(self._state) < self._most_bytes:
                self._state = with_room(self._state, 2 * len(events))
            self._room = room(self._state) // 2 - len(events)
        rows = judge_events(self._bench, events, self._state, first, self.drift.bins)
        if len(rows):
            self.drift.advance(len(rows))
            self._verdicts.keep(rows)

    def _further(self, lines: TextLines, verdicts: np.ndarray) -> bytes:
        """What answers say beside their verdicts, written behind the pool of `lines`."""
        degradation, begin = self.degradation, len(lines.pool)
        has_orders = self.book.has_orders or self.book.has_snoozes
        if not has_orders and not degradation:
            return b""
        verdict_lines = np.flatnonzero(lines.codes == JUDGEMENT)
        if not has_orders:
            field = fields_of(degraded=degradation)
            lines.spans[verdict_lines, 2:] = begin, begin + len(field)
            return field
        events, further = lines.events, bytearray()
        payments = events[events["kind"] == _PAYMENT]
        for line, payment, verdict in zip(verdict_lines, payments, verdicts, strict=True):
            a, b, at = int(payment["a"]), int(payment["b"]), int(payment["at"])
            orders = self.book.in_force(a, b, at, int(verdict["log"]))
            further += fields_of(
                conditions=[f"{order.colour}: {order.reason}" for order in orders],
                snoozed=[s for n, s in enumerate(SIGNALS) if int(verdict["snoozed"]) >> n & 1],
                degraded=degradation,
            )
            lines.spans[line, 2:] = begin, len(lines.pool) + len(further)
            begin = len(lines.pool) + len(further)
        return bytes(further)


def _outcome(answer: bytes) -> Outcome:
    """One line of :class:`LineAnswers` as an object."""
    if answer in (b"", b"{}\n"):
        return None if answer else Refusal("empty line", "")
    if answer.startswith(b'{"error"'):
        return msgspec.json.decode(answer, type=Refusal)
    return msgspec.json.decode(answer, type=PaymentAnswer)


def _fingerprint(card: Scorecard, policy: Policy) -> str:
    """What judges, in short: verdicts of another card or policy are not those of this one."""
    text = repr(sorted(to_mapping(card).items())) + repr(policy)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
