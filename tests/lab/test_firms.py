"""Honest firms of the lab: opened together, codes to one manager, and nobody harmed."""

import numpy as np
import pytest

from suyuan.lab.latent import firms, leaks, numbering, people, rings
from suyuan.lab.latent.firms import Firms
from suyuan.lab.setting import DAY, Setting, resolve


def drawn(setting: Setting) -> Firms:
    numbers = numbering.build(setting)
    folk = people.build(setting, numbers)
    return firms.build(setting, numbers, folk, rings.build(setting, folk))


def test_nothing_is_drawn_where_the_scenario_says_nothing() -> None:
    assert len(drawn(resolve("515", scale=0.001, seed=7))) == 0


def test_firms_in_kinds_and_degrees() -> None:
    setting = resolve("firms", scale=0.001, seed=7)
    made = drawn(setting)
    sizes = np.bincount(made.firm)
    assert len(made) == int(0.05 * setting.counts["subscribers"])
    assert sizes[:-1].min() >= 3
    assert 0.25 < made.silent[np.unique(made.firm, return_index=True)[1]].mean() < 0.75
    assert len(np.unique(made.phone)) == len(made)
    for one in range(len(sizes)):
        own = made.firm == one
        assert len(np.unique(made.manager[own])) == 1
        assert np.ptp(made.opened_at[own]) < 3 * DAY


def test_their_codes_are_of_the_same_few_senders() -> None:
    setting = resolve("firms", scale=0.001, seed=7)
    made = drawn(setting)
    row, sender, at = firms.codes(np.random.default_rng(0), setting, made, 10).T
    assert (at >= setting.start - 20 * DAY).all()
    for one in range(5):
        mine = sender[made.firm[row] == one]
        assert len(np.unique(mine)) <= made.services[made.firm == one][0]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_trojans_from_afar(share: float) -> None:
    plain = resolve("trojan", scale=0.001, seed=7)
    config = {**plain.config, "leaks": {**plain.config["leaks"], "from_afar": share}}
    setting = Setting(config=config, scale=0.001, seed=7, knobs={})
    traces = leaks._traces(setting, np.full(6, leaks.TROJAN))
    assert (traces == leaks.AFAR).mean() == share
