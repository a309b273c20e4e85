"""Rings: who calls, and who supplies whom."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.people import People
from suyuan.lab.setting import Setting

CALLER, BOSS, BROKER, WECHAT, QQ, MIDDLEMAN, SUNING, QCOIN, MULE, SIM_TRADER, CASHIER = range(11)
ROLE_NAMES = (
    "ring_member",
    "ring_member",
    "data_broker",
    "account_merchant",
    "account_merchant",
    "middleman",
    "card_merchant",
    "card_merchant",
    "mule_account",
    "sim_supplier",
    "ring_member",
)
# Suppliers behind the largest ring (the page: eleven people), and behind any other.
FIRST = {BROKER: 2, WECHAT: 2, QQ: 2, MIDDLEMAN: 1, SUNING: 2, QCOIN: 2, SIM_TRADER: 1}
LATER_RINGS = {BROKER: 1, WECHAT: 1, QQ: 1, MIDDLEMAN: 1, SUNING: 1, QCOIN: 1, SIM_TRADER: 1}


@dataclass(frozen=True)
class Rings:
    """One row for each person, role and ring served (a shared supplier has several)."""

    n: int
    person: np.ndarray
    role: np.ndarray
    ring: np.ndarray

    def of(self, role: int, ring: int | None = None) -> np.ndarray:
        """People in a role, of one ring or (each once) of all."""
        if ring is None:
            return np.unique(self.person[self.role == role])
        return self.person[(self.role == role) & (self.ring == ring)]

    def rings_of(self, person: int, role: int) -> np.ndarray:
        return self.ring[(self.person == person) & (self.role == role)]

    def sizes(self, role: int) -> np.ndarray:
        return np.bincount(self.ring[self.role == role], minlength=self.n)


def build(setting: Setting, people: People) -> Rings:
    """Callers by ring, then suppliers, some of whom serve several rings."""
    rng = setting.rng("rings")
    counts = setting.counts
    n = counts["rings"] if counts["victims"] else 0
    fresh = _Fresh(rng.permutation(len(people)))
    rows: list[tuple[int, int, int]] = []
    for ring, callers in enumerate(_split(counts["callers"], n, setting)):
        rows += [(fresh.draw(), CALLER, ring) for _ in range(callers)]
        rows.append((fresh.draw(), BOSS, ring))
        rows += [
            (person, role, ring)
            for role, many in (FIRST if ring == 0 else LATER_RINGS).items()
            for person in _suppliers(rng, setting, fresh, rows, role, many)
        ]
    for role, name in ((MULE, "mules"), (CASHIER, "laundering")):
        parts = _split(counts[name], n, setting)
        rows += [(fresh.draw(), role, ring) for ring, many in enumerate(parts) for _ in range(many)]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return Rings(n=n, person=table[:, 0], role=table[:, 1], ring=table[:, 2])


class _Fresh:
    """People who have no role yet."""

    def __init__(self, people: np.ndarray) -> None:
        self.people = people
        self.used = 0

    def draw(self) -> int:
        self.used += 1
        return int(self.people[self.used - 1])


def _suppliers(
    rng: np.random.Generator,
    setting: Setting,
    fresh: _Fresh,
    rows: list[tuple[int, int, int]],
    role: int,
    many: int,
) -> list[int]:
    """`many` suppliers of a ring: with even odds one who supplies another ring already."""
    odds = 0.5 * setting.knob("shared_suppliers") * setting.config["rings"]["share_suppliers"]
    suppliers = sorted({person for person, other_role, _ in rows if other_role == role})
    team: list[int] = []
    for _ in range(many):
        rest = [person for person in suppliers if person not in team]
        is_shared = bool(rest) and rng.random() < min(odds, 0.95)
        team.append(rest[int(rng.integers(len(rest)))] if is_shared else fresh.draw())
    return team


def _split(total: int, n: int, setting: Setting) -> list[int]:
    """A total over the rings: the first has its share, the others fall off."""
    if n == 0:
        return []
    first = setting.config["rings"]["first_share"] if n > 1 else 1.0
    rest = 1.0 / np.arange(1, n) ** 0.5
    weights = np.concatenate([[first], (1 - first) * rest / rest.sum()]) if n > 1 else np.ones(1)
    parts = np.maximum(np.round(weights * total).astype(int), 1)
    parts[0] += total - parts.sum()
    return [int(part) for part in parts]
