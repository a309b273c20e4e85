"""One head over all events: a Merkle tree as in RFC 6962, section 2.1, grown leaf by leaf.

Only the roots of the complete subtrees are kept (about the logarithm of the number of leaves), so
that a new head costs what is new and not what is there.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.ledger.event import stamp

_LEAF, _NODE = b"\x00", b"\x01"
_MARK = "suyuan-head"


@dataclass(frozen=True, slots=True)
class TreeHead:
    """How many events there were at a moment, and the root over them.

    Whoever was given one (in a dossier, an export, a packet) can later show that the ledger still
    holds these events, in this order, unchanged.
    """

    size: int
    root: str
    at: datetime

    def __str__(self) -> str:
        return f"{_MARK}:{self.size}:{self.root}:{stamp(self.at)}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The head that ``str`` wrote; raises :class:`InputError`."""
        parts = text.strip().split(":", 3)
        try:
            mark, size, root, at = parts
            head = cls(int(size), root, datetime.fromisoformat(at))
        except ValueError as error:
            raise _no_head(text) from error
        if mark != _MARK or len(root) != 64 or head.size < 0:
            raise _no_head(text)
        return head


def _no_head(text: str) -> InputError:
    return InputError(
        Text("This is not a ledger head.", "不是有效的账本校验头。"),
        value=text[:100],
        hint=Text(f"It must begin with {_MARK}:", f"应以 {_MARK}: 开头"),
    )


class Tree:
    """The complete subtrees over the leaves so far, largest first."""

    def __init__(self, size: int = 0, peaks: Iterable[str] = ()) -> None:
        self.size = size
        self._peaks = [bytes.fromhex(peak) for peak in peaks]

    @property
    def peaks(self) -> list[str]:
        """Enough to go on later: ``Tree(size, peaks)``."""
        return [peak.hex() for peak in self._peaks]

    def add(self, event_hash: str) -> None:
        """One leaf more."""
        self.extend((event_hash,))

    def extend(self, event_hashes: Iterable[str]) -> None:
        """Leaves more, in order: level by level, each pair of subtrees of one size becomes one."""
        sha256 = hashlib.sha256
        nodes = [sha256(_LEAF + bytes.fromhex(event_hash)).digest() for event_hash in event_hashes]
        size, fresh = self.size, list[bytes]()
        self.size += len(nodes)
        while nodes:
            if size & 1:
                nodes.insert(0, self._peaks.pop())
            if len(nodes) & 1:
                fresh.append(nodes.pop())
            pairs = zip(nodes[::2], nodes[1::2], strict=True)
            nodes = [sha256(_NODE + left + right).digest() for left, right in pairs]
            size >>= 1
        self._peaks += reversed(fresh)

    def root(self) -> str:
        """The root over all leaves; that of no leaf is the hash of nothing."""
        if not self._peaks:
            return hashlib.sha256(b"").hexdigest()
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = hashlib.sha256(_NODE + peak + node).digest()
        return node.hex()
