"""The market: shops, couriers, programs and warehouses, and the orders that pass through them."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.people import People
from suyuan.lab.seeds import categories, distinct
from suyuan.lab.setting import DAY, HOUR, Setting

PLATFORM, COURIER, SOFTWARE, WAREHOUSE, MERCHANT = range(5)
KIND_NAMES = ("platform", "courier", "software", "warehouse", "merchant")
N_CATEGORIES = 12
# Orders by hour of the day, from midnight: a trough at night, peaks before noon and at nine.
HOURS = np.array(
    [
        2,
        1,
        0.6,
        0.4,
        0.3,
        0.5,
        1,
        2.4,
        4,
        6,
        7,
        6.6,
        6,
        5.4,
        5.6,
        5.6,
        5.2,
        4.6,
        4.6,
        5.6,
        7,
        7.6,
        6,
        4,
    ]
)


@dataclass(frozen=True)
class Market:
    """Organisations (all kinds in one list, shuffled) and orders."""

    org_id: np.ndarray
    org_kind: np.ndarray
    org_city: np.ndarray
    # for each merchant (position in org list via merchant_org)
    merchant_org: np.ndarray
    order_id: np.ndarray
    at: np.ndarray
    buyer: np.ndarray
    platform: np.ndarray  # organisation index, as the next four
    merchant: np.ndarray
    courier: np.ndarray
    software: np.ndarray
    warehouse: np.ndarray
    waybill: np.ndarray
    category: np.ndarray
    item: np.ndarray
    amount: np.ndarray

    def __len__(self) -> int:
        return len(self.order_id)

    def passes(self, org: int) -> np.ndarray:
        """Whether each order passed through the organisation."""
        column = (self.platform, self.courier, self.software, self.warehouse, self.merchant)
        return column[int(self.org_kind[org])] == org


def build(setting: Setting, people: People) -> Market:
    """Draw organisations with unequal sizes, and orders by buyers' activity."""
    rng = setting.rng("market")
    kinds = _kinds(setting)
    n = setting.counts["orders"]
    org_kind = rng.permutation(kinds)
    merchants = np.flatnonzero(org_kind == MERCHANT)
    shop = categories(rng, rng.lognormal(0, 1.1, len(merchants)), n)
    category_of = rng.integers(0, N_CATEGORIES, len(merchants))
    category = category_of[shop]
    pick = _Pick(rng, org_kind, len(merchants))
    sizes = setting.config["orders"]
    return Market(
        org_id=distinct(rng, len(org_kind), 10**6, 10**7),
        org_kind=org_kind,
        org_city=rng.integers(0, 24, len(org_kind)),
        merchant_org=merchants,
        order_id=distinct(rng, n, 10**13, 10**14),
        at=_times(rng, setting, n),
        buyer=categories(rng, people.activity, n),
        platform=pick.usual(PLATFORM, shop, 0.0, 0.15),
        merchant=merchants[shop],
        courier=pick.usual(COURIER, shop, 0.0, 0.25),
        software=pick.usual(SOFTWARE, shop, sizes["no_software_share"], 0.0),
        warehouse=pick.usual(WAREHOUSE, shop, 1 - sizes["warehouse_share"], 0.0),
        waybill=distinct(rng, n, 10**14, 10**15),
        category=category,
        item=rng.integers(0, 40, n),
        amount=_prices(rng, category, n),
    )


def _kinds(setting: Setting) -> np.ndarray:
    config = setting.config["orders"]
    few = [
        setting.by_scale(config[k]) for k in ("platforms", "couriers", "softwares", "warehouses")
    ]
    rest = setting.counts["candidates"] - sum(few)
    return np.repeat(np.arange(5), [*few, rest])


def _times(rng: np.random.Generator, setting: Setting, n: int) -> np.ndarray:
    history = setting.config["history_days"]
    day = rng.integers(-history, setting.days, n)
    hour = categories(rng, HOURS, n)
    return setting.start + day * DAY + hour * HOUR + rng.integers(0, HOUR, n) // 10**6 * 10**6


def _prices(rng: np.random.Generator, category: np.ndarray, n: int) -> np.ndarray:
    """Fen: lognormal about the category's median, mostly ending as shop prices do."""
    median = np.linspace(3.2, 5.8, N_CATEGORIES)[category]
    yuan = np.maximum(np.exp(rng.normal(median, 0.6)), 3)
    ending = categories(rng, np.array([0.4, 0.25, 0.2, 0.15]), n)
    fen = np.round(yuan).astype(np.int64) * 100
    return fen - np.choose(
        ending, [np.zeros(n), np.full(n, 10), np.full(n, 1), rng.integers(0, 99, n)]
    ).astype(np.int64)


class _Pick:
    """Which organisation of a kind an order passes through: mostly its merchant's usual one."""

    def __init__(self, rng: np.random.Generator, org_kind: np.ndarray, merchants: int) -> None:
        self.rng, self.org_kind, self.merchants = rng, org_kind, merchants

    def usual(
        self, kind: int, merchant: np.ndarray, none_share: float, other_share: float
    ) -> np.ndarray:
        rng, orgs = self.rng, np.flatnonzero(self.org_kind == kind)
        weights = rng.lognormal(0, 0.7, len(orgs))
        first = orgs[categories(rng, weights, self.merchants)][merchant]
        second = orgs[categories(rng, weights, self.merchants)][merchant]
        partner = np.where(rng.random(len(merchant)) < other_share, second, first)
        without = rng.random(self.merchants) < none_share
        return np.where(without[merchant], -1, partner)
