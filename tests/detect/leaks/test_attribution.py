"""Sources are found among unlike worlds, quiet ones name nobody, twins are never told apart."""

from dataclasses import replace

import numpy as np
import pytest
from running import running
from worlds import Shape, make

from suyuan.detect.leaks import kernel
from suyuan.detect.leaks.answers import answers
from suyuan.detect.leaks.arrays import Exposure, Pairings
from suyuan.detect.leaks.attribution import attribute
from suyuan.detect.leaks.controls import Controls
from suyuan.detect.leaks.inquiry import inquire

SMALL = Shape(orders=12_000, merchants=80, buyers=8_000, unrelated=60)
NAMED = 0.8


def named(world) -> set[str]:
    with running(world) as tables:
        asked = inquire(tables)
    assert asked is not None
    found = asked.attribution.posterior >= NAMED
    return {s for s, yes in zip(asked.exposure.subjects, found, strict=True) if yes}


def test_leaks_are_named_and_the_innocent_are_not() -> None:
    """Over six worlds of two leaks, some of which no data could tell from their rivals."""
    right, wrong = 0, 0
    for seed in range(1, 7):
        world = make(seed, SMALL)
        told = named(world)
        right += len(told & world.sources)
        wrong += len(told - world.sources)
    assert right >= 5
    assert wrong <= 1


@pytest.mark.parametrize("seed", range(3))
def test_quiet_world(seed: int) -> None:
    assert named(make(seed, replace(SMALL, leaks=0))) == set()


def tiny(through: list[list[int]], counts: np.ndarray) -> tuple[Exposure, Pairings]:
    n = len(through)
    edges = np.datetime64("2019-05-01", "us") + np.arange(counts.shape[1] + 1) * np.timedelta64(
        1, "D"
    )
    names = tuple(f"merchant:{i}" for i in range(len(counts)))
    exposure = Exposure(names, counts, np.full(counts.shape[1], 100.0), edges)
    pairings = Pairings(
        np.arange(n, dtype=np.int32),
        (np.arange(n) % counts.shape[1]).astype(np.int32),
        np.full(n, 0.9),
        np.array(through, np.int32).reshape(n, -1) if n else np.empty((0, 2), np.int32),
        np.ones(n),
    )
    return exposure, pairings


def test_twins_share_the_posterior() -> None:
    counts = np.full((6, 10), 8.0)
    found = attribute(*tiny([[0, 1]] * 12, counts))
    assert np.isclose(found.posterior[0], found.posterior[1], atol=1e-6)
    assert found.posterior[0] < NAMED
    assert found.posterior[0] > 0.4


def test_a_second_shop_separates_them() -> None:
    counts = np.full((6, 10), 8.0)
    counts[1] = 30.0
    found = attribute(*tiny([[0, 1]] * 14, counts))
    assert found.posterior[0] >= NAMED > found.posterior[1]


def test_size_is_no_evidence() -> None:
    counts = np.full((6, 10), 4.0)
    counts[0] = 80.0
    found = attribute(*tiny([[0]] * 16 + [[1]] * 2 + [[2]] * 2, counts))
    assert found.posterior.max() < NAMED


def test_nobody_without_victims() -> None:
    found = attribute(*tiny([], np.full((3, 5), 8.0)))
    assert not found.posterior.any()


def test_what_is_known_beside_the_victims_parts_twins() -> None:
    counts = np.full((6, 10), 8.0)
    exposure, pairings = tiny([[0, 1]] * 12, counts)
    leaning = np.array([6.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    found = attribute(exposure, pairings, leaning)
    assert found.posterior[0] >= NAMED > 0.5 > found.posterior[1]
    credited = answers(found, exposure, pairings, 1 / 12, leaning)
    alone = answers(attribute(exposure, pairings), exposure, pairings, 1 / 12)
    assert credited[0].evidence <= max(a.evidence for a in alone) + 1.0


def popular(seen: float | None) -> float:
    """Evidence against a shop whose share of victims is four times its share of orders.

    `seen` is how many of the victims' other orders went through it, of ten that chance would give.
    """
    counts = np.full((40, 10), 8.0)
    exposure, pairings = tiny([[0]] * 60 + [[-1]] * 130, counts)
    usual = np.full(40, 10.0)
    known = None if seen is None else Controls(np.append(seen, usual[1:]), usual)
    found = attribute(exposure, pairings, None, known)
    return max((a.evidence for a in answers(found, exposure, pairings, 1 / 80)), default=-1.0)


def test_a_shop_popular_with_victims_only_before_their_calls_leaks() -> None:
    """Ten orders as chance would have it rule out that victims like the shop four times as well."""
    assert popular(10.0) > popular(None) + 5.0


def test_a_shop_popular_with_victims_at_all_times_need_not_leak() -> None:
    assert popular(40.0) <= popular(None) + 0.5


def test_two_leaks_that_share_many_orders_are_both_named() -> None:
    """As a rival in the other's effect neither may be looked for again: the effect is parted."""
    counts = np.full((40, 10), 4.0)
    through = [[0, 1]] * 25 + [[0, -1]] * 20 + [[-1, 1]] * 20 + [[-1, -1]] * 40
    found = attribute(*tiny(through, counts))
    assert found.posterior[:2].min() >= NAMED
    assert found.posterior[2:].max() < 0.1


def test_threads_weigh_as_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    counts = rng.integers(1, 40, (7, 12))
    exposure, pairings = tiny(rng.integers(0, 7, (40, 2)).tolist(), counts)
    alone = attribute(exposure, pairings)
    monkeypatch.setattr(kernel, "MANY_PAIRS", 0)
    monkeypatch.setattr(kernel.os, "cpu_count", lambda: 3)
    together = attribute(exposure, pairings)
    assert alone.posterior.max() > 0
    assert (together.posterior == alone.posterior).all()
