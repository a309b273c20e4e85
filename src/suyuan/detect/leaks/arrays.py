"""What the attribution kernel reads: exposure counts, and victims' candidate orders, as arrays.

*Exposure*: how many orders each candidate (merchant, platform, courier, warehouse, software,
login, terminal) handled in each time bin. *Pairings*: for each victim, the orders through which
the caller may have known of them, each with its prior share and the candidates it passed through.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Exposure:
    """Orders handled: ``counts`` is candidate × bin; ``edges`` are the bin edges (datetime64[us]).

    ``totals`` are all orders of a bin, whoever handled them.
    """

    subjects: tuple[str, ...]
    counts: Floats
    totals: Floats
    edges: NDArray[np.datetime64]

    def __post_init__(self) -> None:
        bins = len(self.totals)
        if self.counts.shape != (len(self.subjects), bins) or len(self.edges) != bins + 1:
            raise ValueError("exposure arrays do not fit one another")


@dataclass(frozen=True, slots=True)
class Pairings:
    """Victim ↔ order pairs, sorted by victim.

    ``share`` is the prior probability, among this victim's candidate orders, that this is the
    order the caller knew; the shares of a victim add up to at most 1, and what is missing is the
    prior that it was none of them. ``through`` is pair × attribute: the index of the candidate
    that handled the order, or -1. ``weight`` is per victim: 1 for a report, less for a call to
    somebody who never reported.
    """

    victim: Ints
    bin: Ints
    share: Floats
    through: Ints
    weight: Floats

    @property
    def victims(self) -> int:
        return len(self.weight)

    def by_candidate(self, candidates: int) -> tuple[NDArray[np.int64], Ints]:
        """CSR index: the pairs of candidate ``c`` are ``pair[start[c]:start[c + 1]]``, ascending.

        A pair that names one candidate under two attributes is listed once.
        """
        pair, attribute = np.nonzero(self.through >= 0)
        owner = self.through[pair, attribute].astype(np.int64)
        keys = np.unique(owner * len(self.victim) + pair) if len(self.victim) else owner
        owner, pair = np.divmod(keys, max(len(self.victim), 1))
        start = np.searchsorted(owner, np.arange(candidates + 1))
        return start.astype(np.int64), pair.astype(np.int32)
