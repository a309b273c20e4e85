"""Precision, recall and abstention of named sources, beside what one would otherwise use.

Run: ``PYTHONPATH=tests:tests/detect/leaks python tests/detect/leaks/scoreboard.py --first 3000``.
"""

import argparse
import time
from bisect import bisect
from dataclasses import dataclass, replace

import numpy as np
from rivals import counts, greedy_cover, lift
from running import running
from worlds import Shape, World, make

from suyuan.detect.leaks.inquiry import Inquiry, inquire

NAMED = 0.7
RIVALS = {"counts": counts, "lift": lift, "greedy cover": greedy_cover}
SETTINGS = {
    "10 %": Shape(rate=0.10),
    "3 %": Shape(rate=0.03),
    "5 victims of one leak, 140 unrelated": Shape(leaks=1, victims=5),
    "5 victims of one leak, 20 unrelated": Shape(leaks=1, victims=5, unrelated=20),
    "5 victims of one leak, alone": Shape(leaks=1, victims=5, unrelated=0),
    "10 %, calls seen": Shape(rate=0.10, callers_seen=True),
    "10 %, prices told": Shape(rate=0.10, told=0.7),
    "3 %, prices told": Shape(rate=0.03, told=0.7),
    "10 %, giants leak too": Shape(rate=0.10, largest=1.0),
    "10 %, every order known": Shape(rate=0.10, quoted=1.0),
    "3 %, every order known": Shape(rate=0.03, quoted=1.0),
    "3 %, ten times the orders of each": Shape(
        rate=0.03, orders=300_000, buyers=150_000, unrelated=1400
    ),
    "quiet": Shape(leaks=0),
}


#: Leaks are told apart by how many of their victims reported: from so many on.
SIZES = (0, 5, 10, 20, 40)


@dataclass
class Tally:
    """Sums over worlds."""

    true: int = 0
    named: int = 0
    hit: int = 0
    top1: int = 0
    top3: int = 0
    silent: int = 0
    worlds: int = 0

    def add(self, score: np.ndarray, subjects: tuple[str, ...], truth: set[str], k: int) -> None:
        ranked = [subjects[i] for i in np.argsort(-score, kind="stable")]
        named = {s for s, x in zip(subjects, score, strict=True) if x >= NAMED}
        self.worlds += 1
        self.true += len(truth)
        self.named += len(named)
        self.hit += len(named & truth)
        self.top1 += len(truth.intersection(ranked[:k]))
        self.top3 += len(truth.intersection(ranked[: k + 2]))
        self.silent += not named

    def row(self) -> str:
        def share(a: int, b: int) -> str:
            return f"{a / b:5.2f}" if b else "    -"

        return (
            f"precision {share(self.hit, self.named)}  recall {share(self.hit, self.true)}  "
            f"top k {share(self.top1, self.true)}  top k+2 {share(self.top3, self.true)}  "
            f"named {self.named:3d} of {self.true:3d}  no name {share(self.silent, self.worlds)}"
        )


class BySize:
    """Leaks by the number of their victims who reported: how many there were, and were named."""

    def __init__(self) -> None:
        self.seen, self.named = ([0] * len(SIZES) for _ in range(2))

    def add(self, reported: dict[str, int], posterior: dict[str, float]) -> None:
        for source, victims in reported.items():
            size = bisect(SIZES, victims) - 1
            self.seen[size] += 1
            self.named[size] += posterior.get(source, 0.0) >= NAMED

    def row(self) -> str:
        told = zip(SIZES, self.named, self.seen, strict=True)
        return "named, by victims: " + ", ".join(f"from {a} on {n}/{m}" for a, n, m in told)


def ask(world: World) -> Inquiry | None:
    with running(world) as tables:
        return inquire(tables)


def main(seeds: int, first: int, only: str) -> None:
    for name, shape in SETTINGS.items():
        if only not in name:
            continue
        ours = Tally()
        sizes = BySize()
        theirs = {rival: Tally() for rival in RIVALS}
        spent = 0.0
        for seed in range(first, first + seeds):
            leaks = shape.leaks if shape.leaks < 2 else 1 + seed % 5
            world = make(seed, replace(shape, leaks=leaks))
            begun = time.perf_counter()
            inquiry = ask(world)
            spent += time.perf_counter() - begun
            if inquiry is None:
                continue
            subjects, truth = inquiry.exposure.subjects, world.sources
            k = max(len(truth), 1)
            ours.add(inquiry.attribution.posterior, subjects, truth, k)
            posterior = dict(zip(subjects, inquiry.attribution.posterior, strict=True))
            sizes.add(world.reported, posterior)
            for rival, rank in RIVALS.items():
                score = rank(inquiry.exposure, inquiry.victims.pairings)
                theirs[rival].add(_top(score, k), subjects, truth, k)
        print(f"\n{name}: {seeds} worlds, {spent / seeds:.1f} s each")  # noqa: T201
        print(f"  {'ours':14s}{ours.row()}")  # noqa: T201
        print(f"  {'':14s}{sizes.row()}")  # noqa: T201
        for rival, tally in theirs.items():
            print(f"  {rival:14s}{tally.row()}")  # noqa: T201


def _top(score: np.ndarray, k: int) -> np.ndarray:
    """A rival is told how many leaks there are, and names as many."""
    order = np.argsort(-score, kind="stable")
    out = np.zeros(len(score))
    out[order] = np.linspace(NAMED - 0.01, 0.0, len(score))
    out[order[:k]] = 0.9
    return out


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=10)
    asked.add_argument("--first", type=int, default=1000)
    asked.add_argument("--only", default="", help="settings whose name holds this")
    given = asked.parse_args()
    main(given.seeds, given.first, given.only)
