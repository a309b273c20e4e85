"""Accounts of years, seasons of work: drawn where a scenario says so, and nothing else moves."""

import numpy as np
import pytest

from suyuan.lab.latent.registration_dates import ages, seasonal
from suyuan.lab.setting import DAY, Setting, resolve


def setting(**farms: float) -> Setting:
    plain = resolve("515", scale=0.001, seed=7)
    config = {**plain.config, "farms": {**plain.config["farms"], **farms}}
    return Setting(config=config, scale=0.001, seed=7, knobs={})


def test_nothing_is_drawn_where_the_scenario_says_nothing() -> None:
    places = np.linspace(0, 1, 50)
    assert not ages(setting(), "history", np.ones(50, bool)).any()
    assert np.array_equal(seasonal(setting(), places), places)


@pytest.mark.parametrize("share", [0.2, 0.8])
def test_so_many_of_the_rows_are_old_and_no_others(share: float) -> None:
    rows = np.arange(8000) % 2 == 0
    back = ages(setting(history=share), "history", rows)
    assert not back[~rows].any()
    assert (back[rows] > 0).mean() == pytest.approx(share, abs=0.03)
    assert back[back > 0].min() >= 40 * DAY


def test_seasons_draw_batches_together() -> None:
    places = np.random.default_rng(0).random(4000)
    moved = seasonal(setting(seasons=1.0), places)
    assert moved.min() >= 0
    assert moved.max() <= 1
    crowded = np.sort(np.histogram(moved, 20, (0, 1))[0])[::-1]
    assert crowded[:12].sum() > 0.9 * len(places)
