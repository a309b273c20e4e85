"""The page's figures on the latent world of scale 1, with fewer innocents around the guilty.

With all of its innocents, of whom no figure here speaks, that world takes minutes and 10 GB;
`bench/lab.py` builds it whole.
"""

import numpy as np
import pytest
import yaml

from suyuan.lab.latent import numbering
from suyuan.lab.latent.cardhands import CARD, POINTS
from suyuan.lab.latent.farms import FARM_ACCOUNT
from suyuan.lab.latent.rings import BROKER, CALLER, MIDDLEMAN, QCOIN, QQ, SUNING, WECHAT
from suyuan.lab.latent.world import World, build
from suyuan.lab.setting import DAY, HOUR, resolve

pytestmark = pytest.mark.slow

FEWER = {"payments": 250_000, "accounts": 1_500_000, "subscribers": 200_000, "orders": 1_000_000}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    path = tmp_path_factory.mktemp("scenario") / "fewer.yml"
    counts = {what: [count] * 3 for what, count in FEWER.items()}
    path.write_text(yaml.safe_dump({"name": "fewer", "counts": counts}), encoding="utf-8")
    return build(resolve(path, scale=1.0, seed=1))


def test_rings_callers_and_helpers(world: World) -> None:
    rings = world.rings
    assert rings.n == 6
    assert rings.sizes(CALLER).sum() == 36
    assert rings.sizes(CALLER)[0] == 18
    helpers = [len(rings.of(role, 0)) for role in (BROKER, WECHAT, QQ, MIDDLEMAN, SUNING, QCOIN)]
    assert helpers == [2, 2, 2, 1, 2, 2]


def test_calls_and_victims(world: World) -> None:
    calls, victims = world.calls, world.victims
    assert len(calls) == pytest.approx(97_000, rel=0.02)
    assert len(calls.number_ring) == pytest.approx(650, rel=0.05)
    day = (calls.at - world.setting.start) // DAY
    each = np.unique(np.stack([calls.caller, day]), axis=1, return_counts=True)[1]
    assert 60 < np.median(each) < 90
    assert len(victims) == 780
    assert len(victims) / len(calls) == pytest.approx(0.008, rel=0.1)
    a_month = len(victims) / 36 / (42 / 30)
    assert 15 <= a_month <= 16.5
    known = calls.lead >= 0
    lag = (calls.at[known] + 8 * HOUR) // DAY - (calls.ordered_at[known] + 8 * HOUR) // DAY
    shares = [(lag == 0).mean(), (lag == 1).mean(), (lag > 1).mean()]
    assert shares == pytest.approx([0.55, 0.35, 0.10], abs=0.05)


def test_losses(world: World) -> None:
    yuan = world.victims.loss / 100
    assert np.median(yuan) == pytest.approx(6500, rel=0.15)
    assert yuan.mean() == pytest.approx(12_600, rel=0.2)
    assert 100_000 < yuan.max() <= 290_000
    reported = (world.victims.reported_at > 0).mean()
    assert reported == pytest.approx(0.65, abs=0.05)


def test_laundering_of_the_largest_ring(world: World) -> None:
    trade = world.trade
    assert (world.victims.ring == 0).sum() == pytest.approx(400, rel=0.1)
    face = {
        kind: trade.face[(trade.ring == 0) & (trade.kind == kind)].sum() / 100
        for kind in (CARD, POINTS)
    }
    assert face[CARD] + face[POINTS] == pytest.approx(5.42e6, rel=0.34)
    assert 0.8 < face[CARD] / face[POINTS] < 2.2
    sold = (trade.event_price > 0) & (trade.event == 1) & (trade.ring[trade.event_card] == 0)
    first = np.unique(trade.event_card[sold], return_index=True)[1]
    card = trade.event_card[sold][first]
    rate = trade.event_price[sold][first] / trade.face[card]
    assert np.median(rate[trade.kind[card] == CARD]) == pytest.approx(0.97, abs=0.01)
    assert np.median(rate[trade.kind[card] == POINTS]) == pytest.approx(0.86, abs=0.015)


def test_resellers_accounts_and_records(world: World) -> None:
    kinds = world.numbering.kind
    assert (kinds == numbering.GUILTY).sum() == 21
    assert (kinds == numbering.INNOCENT).sum() >= 10
    assert world.numbering.bulk.sum() == 9
    farmed = world.accounts.sort == FARM_ACCOUNT
    assert farmed.sum() == 470_000
    qq = farmed & (world.accounts.platform == 0)
    assert (world.accounts.token[qq] > 0).mean() == pytest.approx(0.08, abs=0.01)
    disk = farmed & (world.accounts.sold_at < 0)
    assert disk.sum() <= 0.1 * len(world.accounts)
    assert len(world.calls) / world.setting.counts["leaked_rows"] == pytest.approx(0.004, rel=0.1)
