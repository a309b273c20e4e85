"""Spoofed calls that show a hotline."""

from types import SimpleNamespace

import numpy as np
import pytest

from suyuan.lab.observe.callrecords import CALLER, SWITCHBOARDS, _pose


@pytest.mark.parametrize(("share", "posed"), [(0.0, 0), (0.5, 500), (1.0, 1_000)])
def test_that_share_of_the_spoofed_calls_shows_a_hotline(share, posed):
    setting = SimpleNamespace(
        config={"calls": {"hotlines": share}}, rng=lambda _: np.random.default_rng(1)
    )
    rows = np.full((2_000, 9), 17_000_000_001, dtype=np.int64)
    spoofed = np.arange(2_000) < 1_000
    _pose(SimpleNamespace(setting=setting), rows, spoofed)
    shown = np.isin(rows[:, CALLER], SWITCHBOARDS)
    assert abs(int(shown.sum()) - posed) < 60
    assert not shown[~spoofed].any()
