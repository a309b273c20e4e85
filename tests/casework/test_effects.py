"""What a measure did, where the truth is known."""

import sys
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from suyuan.casework.effects import MeasureEffect, Occurrence, effect
from suyuan.face.cli.office_effect import lines
from suyuan.lab.world import make_world

SINCE = datetime(2019, 5, 10)
OWN = frozenset(f"m{n}" for n in range(10))


def world(moved: float, stopped: float = 1.0, rings: int = 3, seed: int = 4) -> list[Occurrence]:
    """Numbers with five calls a day each; those of ring 0 are measured from `SINCE`."""
    random = np.random.default_rng(seed)
    found = []
    for day in range(-14, 14):
        for ring in range(rings):
            for n in range(10):
                for _ in range(random.poisson(5)):
                    unit, at = (
                        f"{'m' if ring == 0 else f'c{ring}-'}{n}",
                        SINCE + timedelta(days=day),
                    )
                    if ring == 0 and day >= 0 and random.random() < stopped:
                        if random.random() >= moved:
                            continue
                        unit = f"new{n}"
                    found.append(Occurrence(unit, f"ring-{ring}", at + timedelta(hours=10)))
    return found


def test_what_stops_is_told_from_what_moves() -> None:
    none, half, all_ = (effect(world(moved), OWN, SINCE, 14) for moved in (0.0, 0.5, 1.0))
    for found, net in ((none, 700), (half, 350), (all_, 0)):
        assert found.prevention.low <= 700 <= found.prevention.high
        assert found.net.low <= net <= found.net.high
        assert found.displacement.low <= 700 - net <= found.displacement.high
        assert not found.placebo.sure
    assert none.net.sure
    assert half.displacement.sure
    assert not all_.net.sure
    assert (all_.kin.before, all_.kin.units) == (0, 10)


def test_a_measure_without_effect_prevents_nothing() -> None:
    found = effect(world(0.0, stopped=0.0), OWN, SINCE, 14)
    assert not found.prevention.sure
    assert not found.net.sure


def test_what_cannot_be_told_says_why() -> None:
    alone = effect(world(0.0, rings=1), OWN, SINCE, 14)
    assert alone.net is None
    assert "control" in alone.why_not.en
    idle = effect(world(0.0), frozenset({"nobody"}), SINCE, 14)
    assert "were not active" in idle.why_not.en
    few = effect(world(0.0), frozenset({"m1", "m2"}), SINCE, 14)
    assert few.net.low is None
    told = [line for line in lines("calls", few) if "too few" in line.en]
    assert len(told) >= 3
    assert not any(letter.isdigit() for line in told for letter in line.en + line.zh)
    assert any("无法判断" in line.zh for line in lines("calls", alone))


def test_a_control_that_went_another_way_is_shown_by_the_placebo() -> None:
    drifting = [o for o in world(0.0) if o.unit in OWN or o.at < SINCE - timedelta(days=7)]
    rest = [o for o in world(0.0) if o.unit not in OWN and o.at >= SINCE - timedelta(days=7)]
    found = effect(drifting + rest[::5], OWN, SINCE, 14)
    assert found.placebo.sure
    assert any(line.zh.startswith("  !") for line in lines("calls", found))


def test_the_same_events_give_the_same_interval_in_any_order() -> None:
    events = world(0.5)
    assert effect(events, OWN, SINCE, 14) == effect(events[::-1], OWN, SINCE, 14)


@pytest.mark.slow
def test_intervals_hold_what_a_measure_did_in_the_lab(tmp_path: Path) -> None:
    sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
    from office_effect import SCENARIO, Trial

    make_world(tmp_path, SCENARIO, 0.001, 1)
    trial = Trial(tmp_path)
    runs = [trial.run(seed) for seed in range(20)]
    held = [_holds(found, truth["net"]) for found, _, truth in runs if _has_interval(found)]
    assert len(held) >= 8
    assert sum(held) >= 0.8 * len(held)


def _has_interval(found: MeasureEffect) -> bool:
    return found.net is not None and found.net.low is not None


def _holds(found: MeasureEffect, truth: float) -> bool:
    return found.net.low <= truth <= found.net.high
