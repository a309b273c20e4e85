"""Whether a ledger still says what it said: every hash, every chain, every head.

What a chain alone cannot show (its last events removed, all of it written anew, an old copy put
back) is shown by a head that was given away earlier. Anything that cannot be read counts as a
fault, never as nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from suyuan.model.errors import SuyuanError
from suyuan.model.text import Text
from suyuan.store.ledger.event import GENESIS, digest
from suyuan.store.ledger.merkle import Tree, TreeHead

_BATCH = 4_096
_BEFORE = (0, GENESIS)
#: Faults beyond this many are counted only.
MOST = 100


class Verifiable(Protocol):
    """The part of a ledger that is checked."""

    def rows(self) -> Iterator[tuple[Any, ...]]: ...
    def heads(self) -> list[TreeHead]: ...


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was; `sequence` is None where it concerns a head."""

    kind: str
    sequence: int | None
    text: Text


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found; `root` covers all events as they are now, `faults` the first hundred."""

    events: int
    chains: int
    faults: tuple[Fault, ...]
    faults_found: int
    root: str

    @property
    def whole(self) -> bool:
        return self.faults_found == 0


def verify(ledger: Verifiable, witnesses: Iterable[TreeHead] = ()) -> Verdict:
    """Check all of `ledger` against its own sealed heads and against `witnesses` given away."""
    check = _Check()
    try:
        check.expect(ledger.heads(), "seal")
        check.expect(witnesses, "witness")
        check.walk(ledger.rows())
    except (SuyuanError, OSError, ValueError, TypeError, LookupError, ArithmeticError) as error:
        check.fault("unreadable", None, f"it cannot be read: {error}", f"无法读取：{error}")
    except Exception as error:  # a driver's own error: fail closed, whatever it is
        check.fault("unreadable", None, f"it cannot be read: {error}", f"无法读取：{error}")
    check.finish()
    return check.verdict()


class _Check:
    def __init__(self) -> None:
        self._ends: dict[str, tuple[int, str]] = {}
        self._awaited: dict[int, list[tuple[str, TreeHead]]] = defaultdict(list)
        self._tree = Tree()
        self._faults: list[Fault] = []
        self._found = 0

    def expect(self, heads: Iterable[TreeHead], kind: str) -> None:
        for head in heads:
            self._awaited[head.size].append((kind, head))

    def walk(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """One pass; nothing is held but the end of each chain and the tree's peaks."""
        self._compare()
        last = 0
        rows = iter(rows)
        while batch := list(islice(rows, _BATCH)):
            last = self._links(batch, last)
            self._leaves([row[-1] for row in batch])

    def _links(self, batch: list[tuple[Any, ...]], last: int) -> int:
        """Each event has its hash and follows the one before it in its chain."""
        ends = self._ends
        for (
            sequence,
            chain,
            number,
            at,
            recorded,
            actor,
            kind,
            subject,
            body,
            key,
            previous,
            hash_,
        ) in batch:
            if sequence <= last:
                self._order(sequence)
            last = sequence
            again = digest(previous, chain, number, at, recorded, actor, kind, subject, body, key)
            if again != hash_:
                self._report_edit(sequence)
            position = int(number)
            if ends.get(chain, _BEFORE) != (position - 1, previous):
                self._report_break(sequence, chain)
            ends[chain] = (position, hash_)
        return last

    def _leaves(self, hashes: list[str]) -> None:
        """The tree grows by a batch, and stops where a head is to be compared."""
        start = self._tree.size
        sizes = sorted(n for n in self._awaited if start < n <= start + len(hashes))
        begin = 0
        for size in sizes:
            self._tree.extend(hashes[begin : size - start])
            begin = size - start
            self._compare()
        self._tree.extend(hashes[begin:])

    def _compare(self) -> None:
        """The heads of just this size must have this root."""
        for kind, head in self._awaited.pop(self._tree.size, ()):
            if head.root != self._tree.root():
                self.fault(
                    f"{kind}_differs",
                    None,
                    f"the first {head.size} events are not those that a head of {head.at} covers",
                    f"前 {head.size} 条事件与 {head.at} 的校验头不符",
                )

    def finish(self) -> None:
        """Heads over more events than there are."""
        for kind, head in (pair for pairs in self._awaited.values() for pair in pairs):
            self.fault(
                f"{kind}_longer",
                None,
                f"{self._tree.size} events are left of {head.size} that a head of {head.at} covers",
                f"{head.at} 的校验头含 {head.size} 条事件，现仅存 {self._tree.size} 条",
            )
        self._awaited.clear()

    def _order(self, sequence: int) -> None:
        self.fault("order", sequence, "the sequence does not rise", "序号未递增")

    def _report_edit(self, sequence: int) -> None:
        self.fault("edited", sequence, "the event does not have its hash", "事件内容与哈希不符")

    def _report_break(self, sequence: int, chain: str) -> None:
        self.fault(
            "broken",
            sequence,
            f"it does not follow the event before it in {chain}",
            f"与 {chain} 中前一事件不衔接",
        )

    def fault(self, kind: str, sequence: int | None, en: str, zh: str) -> None:
        self._found += 1
        if len(self._faults) < MOST:
            self._faults.append(Fault(kind, sequence, Text(en, zh)))

    def verdict(self) -> Verdict:
        faults = tuple(self._faults)
        tree = self._tree
        return Verdict(tree.size, len(self._ends), faults, self._found, tree.root())
