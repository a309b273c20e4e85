"""Randomness: each component draws from its own child seed, so that adding one changes no other."""

import hashlib

import numpy as np


def child(master: int, name: str) -> np.random.Generator:
    """The generator of the component `name` in the world of the seed `master`."""
    digest = hashlib.sha256(f"{master}/{name}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def distinct(rng: np.random.Generator, n: int, low: int, high: int) -> np.ndarray:
    """`n` different integers of [low, high) in random order: ids that say nothing.

    Raises ``ValueError`` where the range holds fewer than `n`.
    """
    if high - low < n:
        raise ValueError(f"no {n} different numbers between {low} and {high}")
    if (high - low) < 4 * n:
        return low + rng.permutation(high - low)[:n]
    draws = np.unique(rng.integers(low, high, size=int(n * 1.1) + 16))
    while len(draws) < n:
        more = rng.integers(low, high, size=n)
        draws = np.unique(np.concatenate([draws, more]))
    return rng.permutation(draws)[:n]


def categories(rng: np.random.Generator, weights: np.ndarray, n: int) -> np.ndarray:
    """`n` indices drawn with the given weights (inverse of the cumulative sum)."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.searchsorted(edges, rng.random(n) * edges[-1], side="right").clip(0, len(edges) - 1)


def scramble(values: np.ndarray) -> np.ndarray:
    """A mixing of numbers into 50 bits, so that neighbours do not show (SplitMix64's finaliser)."""
    x = values.astype(np.uint64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(14)).astype(np.int64)
