"""Logins and terminals of the organisations that handle orders."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.world import World
from suyuan.lab.seeds import scramble


@dataclass(frozen=True)
class Staff:
    """``per_org`` logins and as many terminals each; a person mostly sits at the same one."""

    size: np.ndarray
    start: np.ndarray
    logins: np.ndarray
    terminals: np.ndarray
    ip: np.ndarray
    leak_seat: np.ndarray

    def draw_seats(
        self, rng: np.random.Generator, org: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A login, terminal and address for each row; a few of the staff do most of the work."""
        seat = self.start[org] + (rng.random(len(org)) ** 1.7 * self.size[org]).astype(np.int64)
        other_seat = self.start[org] + (rng.random(len(org)) * self.size[org]).astype(np.int64)
        terminal = np.where(rng.random(len(org)) < 0.15, other_seat, seat)
        return seat, terminal, self.ip[terminal]

    def culprit(self, org: int) -> tuple[int, int]:
        """The login and terminal through which this organisation leaks, if it does."""
        seat = int(self.start[org] + self.leak_seat[org])
        return seat, seat

    def ip_of(self, terminal: int) -> int:
        return int(self.ip[terminal])


def build(world: World) -> Staff:
    """Two to forty seats by the orders that an organisation handles."""
    rng = world.setting.rng("observe/staff")
    market = world.market
    orders = np.zeros(len(market.org_id))
    for column in (
        market.merchant,
        market.courier,
        market.software,
        market.warehouse,
        market.platform,
    ):
        orders += np.bincount(column[column >= 0], minlength=len(orders))
    size = np.clip(np.sqrt(orders) / 6 + 2, 2, 40).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(size)])
    total = int(start[-1])
    ids = rng.permutation(np.arange(10_000, 10_000 + 2 * total))
    org = np.repeat(np.arange(len(size)), size)
    office = scramble(org + 777)
    return Staff(
        size=size,
        start=start[:-1],
        logins=ids[:total],
        terminals=ids[total:],
        ip=np.where(rng.random(total) < 0.7, office, scramble(np.arange(total) + 10**7)),
        leak_seat=(rng.random(len(size)) * size).astype(np.int64),
    )
