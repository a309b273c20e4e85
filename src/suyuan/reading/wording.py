"""Which reports are told in like words, once the facts are left out.

Character shingles of four; those that too many reports share (the police's own phrases) are set
aside. MinHash signatures (Broder 1997) in bands give candidate pairs (Leskovec, Rajaraman and
Ullman, *Mining of Massive Datasets*, ch. 3); each candidate is then compared exactly, as a Jaccard
similarity whose shingles weigh as much as they are rare (ln N/df).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from suyuan.reading.facts import NarrativeReading
from suyuan.reading.normalise import plain

SHINGLE = 4
BANDS, ROWS = 24, 3
#: A shingle in more than this share of the reports says nothing (from 20 reports on).
COMMON = 0.2
#: Members of a fuller bucket are compared with their neighbours only, not with all.
FULL = 64

Codes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
_BLANK = " \n,。;:!?、“”‘’\"'()《》…-·"
_STRIP = str.maketrans("", "", _BLANK)


class Pairs(NamedTuple):
    """Pairs of documents (a < b, by place) and how alike they are told."""

    a: Places
    b: Places
    similarity: npt.NDArray[np.float64]


class Shingles(NamedTuple):
    """Distinct shingles of each document, sorted: ``codes[starts[i]:starts[i + 1]]``."""

    codes: Codes
    weights: npt.NDArray[np.float64]
    starts: Places


def story(text: str, reading: NarrativeReading) -> str:
    """The words of `text` without its facts, spaces and stops."""
    plain_text = plain(text)
    parts, last = [], 0
    for fact in reading.facts:
        parts.append(plain_text[last : fact.start])
        last = fact.end
    parts.append(plain_text[last:])
    return "".join(parts).translate(_STRIP)


def pairs(stories: Sequence[str], *, least: float = 0.3) -> Pairs:
    """Pairs of `stories` at least `least` alike; work grows with the stories, not their square."""
    shingles = _weigh(_shingles(stories))
    a, b = _candidates(shingles)
    alike = _jaccard(shingles.codes, shingles.weights, shingles.starts, a, b)
    keep = alike >= least
    return Pairs(a[keep], b[keep], alike[keep])


def _shingles(stories: Sequence[str]) -> tuple[Codes, Places]:
    """The distinct shingles of each story as hashes, and where each story's begin."""
    lengths = np.fromiter(map(len, stories), np.int64, len(stories))
    points = np.frombuffer("".join(stories).encode("utf-32-le"), np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(stories)), lengths)
    count = max(0, len(points) - SHINGLE + 1)
    codes = np.zeros(count, np.uint64)
    for step in range(SHINGLE):
        codes = codes * np.uint64(0x100000001B3) + points[step : step + count]
    codes = _mix(codes)
    whole = owner[:count] == owner[SHINGLE - 1 :] if count else np.zeros(0, bool)
    return _distinct(codes[whole], owner[:count][whole], len(stories))


def _distinct(codes: Codes, owner: Places, stories: int) -> tuple[Codes, Places]:
    order = np.lexsort((codes, owner))
    codes, owner = codes[order], owner[order]
    new = np.ones(len(codes), bool)
    new[1:] = (codes[1:] != codes[:-1]) | (owner[1:] != owner[:-1])
    codes, owner = codes[new], owner[new]
    return codes, np.searchsorted(owner, np.arange(stories + 1)).astype(np.int64)


def _mix(codes: Codes) -> Codes:
    """SplitMix64's finisher: neighbouring codes fall far apart."""
    codes = (codes ^ (codes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    codes = (codes ^ (codes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return codes ^ (codes >> np.uint64(31))


def _weigh(distinct: tuple[Codes, Places]) -> Shingles:
    """Shingles with the weight of their rarity; common ones are left out."""
    codes, starts = distinct
    stories = len(starts) - 1
    _, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    share = counts[place] / max(1, stories)
    keep = (share <= COMMON) if stories >= 20 else np.ones(len(codes), bool)
    weights = np.log((stories + 1) / counts[place])
    owner = np.repeat(np.arange(stories), np.diff(starts))[keep]
    new_starts = np.searchsorted(owner, np.arange(stories + 1)).astype(np.int64)
    return Shingles(codes[keep], weights[keep], new_starts)


def _candidates(shingles: Shingles) -> tuple[Places, Places]:
    """Pairs that share a band of their signatures, each once."""
    random = np.random.default_rng(20190515)
    seeds = random.integers(1, 2**63, BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
    signatures = _signatures(shingles.codes, shingles.starts, seeds)
    starts = np.flatnonzero(np.diff(shingles.starts) > 0)
    stories = len(shingles.starts) - 1
    parts = [np.zeros(0, np.int64)]
    for band in range(BANDS):
        key = np.zeros(len(starts), np.uint64)
        for column in range(band * ROWS, (band + 1) * ROWS):
            key = _mix(key ^ signatures[starts, column])
        order = np.argsort(key, kind="stable")
        a, b = _in_buckets(key[order], starts[order])
        parts.append(np.minimum(a, b) * stories + np.maximum(a, b))
    keys = np.unique(np.concatenate(parts))
    return keys // max(1, stories), keys % max(1, stories)


def _in_buckets(keys: Codes, members: Places) -> tuple[Places, Places]:
    """Pairs of members of one bucket: all of them, or neighbours only where it is too full."""
    edges = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1], [True])))
    sizes = np.repeat(np.diff(edges), np.diff(edges))
    begins = np.repeat(edges[:-1], np.diff(edges))
    place = np.arange(len(members)) - begins
    a, b = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    widest = int(min(FULL, sizes.max(initial=1)))
    for step in range(1, widest):
        # In a full bucket only the next few: enough to keep it in one piece.
        here = np.flatnonzero((place + step < sizes) & ((sizes <= FULL) | (step <= 4)))
        a.append(members[here])
        b.append(members[here + step])
    return np.concatenate(a), np.concatenate(b)


@njit(cache=True)
def _signatures(codes: Codes, starts: Places, seeds: Codes) -> Codes:
    signatures = np.full((len(starts) - 1, len(seeds)), np.uint64(0xFFFFFFFFFFFFFFFF))
    for story in range(len(starts) - 1):
        for place in range(starts[story], starts[story + 1]):
            for column in range(len(seeds)):
                value = codes[place] * seeds[column]
                value ^= value >> np.uint64(32)
                value *= np.uint64(0x9E3779B97F4A7C15)
                signatures[story, column] = min(signatures[story, column], value)
    return signatures


@njit(cache=True)
def _jaccard(
    codes: Codes, weights: npt.NDArray[np.float64], starts: Places, a: Places, b: Places
) -> npt.NDArray[np.float64]:
    alike = np.zeros(len(a))
    for pair in range(len(a)):
        i, i_end = starts[a[pair]], starts[a[pair] + 1]
        j, j_end = starts[b[pair]], starts[b[pair] + 1]
        common = either = 0.0
        while i < i_end or j < j_end:
            if j >= j_end or (i < i_end and codes[i] < codes[j]):
                either += weights[i]
                i += 1
            elif i >= i_end or codes[j] < codes[i]:
                either += weights[j]
                j += 1
            else:
                common += weights[i]
                either += weights[i]
                i += 1
                j += 1
        if either > 0:
            alike[pair] = common / either
    return alike
