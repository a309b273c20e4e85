"""Nodes of a flow: where money can be, and why it would rest there."""

import numpy as np
import pyarrow as pa

from suyuan.money.arrays import Flags, Ints, Ints32


class Places:
    """Numbered places: the subject that each is shown as, why money would rest there, and whether
    it is followed further. Numbers are inputs in the order of :meth:`add`, from 0.
    """

    def __init__(self) -> None:
        self._subjects: list[pa.Array] = []
        self._reasons: list[pa.Array] = []
        self._follow: list[Flags] = []
        self.count = 0

    def add(self, subjects: pa.Array, reasons: pa.Array | str, *, follow: Flags | bool) -> Ints32:
        """Take places in; returns their numbers."""
        size = len(subjects)
        if isinstance(reasons, str):
            reasons = pa.repeat(reasons, size)
        self._subjects.append(subjects)
        self._reasons.append(reasons)
        self._follow.append(np.broadcast_to(np.asarray(follow, np.bool_), (size,)))
        self.count += size
        return np.arange(self.count - size, self.count, dtype=np.int32)

    def subjects(self, numbers: Ints | Ints32) -> pa.Array:
        return pa.concat_arrays(self._subjects).take(pa.array(numbers))

    def reasons(self, numbers: Ints | Ints32) -> pa.Array:
        return pa.concat_arrays(self._reasons).take(pa.array(numbers))

    def follow(self) -> Flags:
        return np.concatenate(self._follow)
