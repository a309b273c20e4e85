"""The simulator itself: no single column, small tree or accident gives the guilty away."""

from collections import defaultdict

import pytest

from suyuan.lab.checks.check import MAKERS, WorldCheck, check
from suyuan.lab.world import make_world


@pytest.fixture(scope="module")
def checks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[WorldCheck]]:
    """Three worlds of 515 at scale 0.001, with all their ordinary calls."""
    folder = tmp_path_factory.mktemp("checks")
    worlds = [folder / f"w{seed}" for seed in (11, 12, 13)]
    for seed, world in zip((11, 12, 13), worlds, strict=True):
        make_world(world, "515", 0.001, seed)
    found: dict[str, list[WorldCheck]] = defaultdict(list)
    for one in check(worlds):
        found[one.role].append(one)
    return found


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted(MAKERS))
def test_guilt_is_neither_plain_nor_absent(checks: dict[str, list[WorldCheck]], role: str) -> None:
    mine = checks[role]
    assert mean([c.column for c in mine]) <= 0.6, [(c.best, c.column) for c in mine]
    assert mean([c.tree for c in mine]) <= 0.7
    assert mean([c.oracle for c in mine]) >= 0.95
    # Where a world holds a handful of guilty, three of them are no measure of chance.
    if mine[0].prevalence * 100 > 0.2 and role not in ("sim_supplier", "card_merchant"):
        assert mean([c.accident for c in mine]) <= 1.5
