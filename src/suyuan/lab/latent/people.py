"""People: subscribers with their homes, handsets and habits."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.numbering import Numbering
from suyuan.lab.seeds import categories, distinct
from suyuan.lab.setting import Setting

N_CITIES = 24


@dataclass(frozen=True)
class People:
    """One entry for each subscriber; roles are later given to random ones among them."""

    id: np.ndarray
    phone: np.ndarray
    operator: np.ndarray
    device: np.ndarray
    imsi: np.ndarray
    home: np.ndarray
    city: np.ndarray
    address: np.ndarray  # seed of the written address; the same in one home
    name: np.ndarray  # seed of the name
    activity: np.ndarray  # orders, calls and payments are drawn by it
    wallet_habit: np.ndarray

    def __len__(self) -> int:
        return len(self.id)


def build(setting: Setting, numbering: Numbering) -> People:
    """Draw the population; households share homes, a few people share or change handsets."""
    rng = setting.rng("people")
    n = setting.counts["subscribers"]
    phone, operator = numbering.personal(rng, n)
    home = _homes(rng, n, setting.config["people"]["household_share"])
    device = _devices(rng, home, setting)
    homes = int(home.max()) + 1
    city_of_home = categories(rng, 1.0 / np.arange(1, N_CITIES + 1) ** 0.6, homes)
    return People(
        id=distinct(rng, n, 10**9, 10**10),
        phone=phone,
        operator=operator,
        device=device,
        imsi=distinct(rng, n, 460_000_000_000_000, 460_110_000_000_000),
        home=home,
        city=city_of_home[home],
        address=rng.integers(0, 2**40, homes)[home],
        name=rng.integers(0, 2**40, n),
        activity=rng.lognormal(0.0, 0.8, n),
        wallet_habit=rng.beta(2.0, 2.0, n),
    )


def _homes(rng: np.random.Generator, n: int, share: float) -> np.ndarray:
    """A home for each person: alone, or with up to four others."""
    alone = rng.random(n) > share
    homes = np.empty(n, dtype=np.int64)
    together = np.flatnonzero(~alone)
    sizes = rng.integers(2, 6, size=len(together) // 2 + 1)
    label = np.repeat(np.arange(len(sizes)), sizes)[: len(together)]
    homes[rng.permutation(together)] = label
    first = int(label.max()) + 1 if len(label) else 0
    homes[alone] = first + np.arange(int(alone.sum()))
    return homes


def _devices(rng: np.random.Generator, home: np.ndarray, setting: Setting) -> np.ndarray:
    """A handset each; some households pass one handset between two numbers."""
    n = len(home)
    device = distinct(rng, n, 860_000_000_000_000, 870_000_000_000_000)
    share = setting.config["people"]["second_phone_share"] * setting.knob("shared_devices")
    order = np.argsort(home, kind="stable")
    same_home = np.flatnonzero(home[order][1:] == home[order][:-1])
    pairs = same_home[rng.random(len(same_home)) < min(share * 3, 0.9)]
    device[order[pairs + 1]] = device[order[pairs]]
    return device
