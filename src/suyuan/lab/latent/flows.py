"""Passing money on: lots that are split, merged and handed from account to account.

The ring's mules and the innocent pass-through accounts (contractors, group-buying leaders, rent
collectors) use the same functions, so that nothing but the origin and the end of the money differs.
"""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.setting import DAY, HOUR, MINUTE, SECOND


@dataclass(frozen=True)
class Lots:
    """Marked money: where it lies, since when, how much, and whose it was (``origin``)."""

    account: np.ndarray
    at: np.ndarray
    amount: np.ndarray
    origin: np.ndarray
    group: np.ndarray

    def __len__(self) -> int:
        return len(self.account)

    def take(self, rows: np.ndarray) -> "Lots":
        return Lots(
            self.account[rows],
            self.at[rows],
            self.amount[rows],
            self.origin[rows],
            self.group[rows],
        )


def join(parts: list[Lots]) -> Lots:
    names = ("account", "at", "amount", "origin", "group")
    return Lots(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


def waits(rng: np.random.Generator, n: int, patience: float) -> np.ndarray:
    """Time that money rests: minutes mostly; with more patience hours and days."""
    quick = rng.lognormal(2.6, 1.0, n) * MINUTE
    slow = rng.lognormal(1.8, 1.1, n) * HOUR
    patient = rng.random(n) < min(0.3 * patience, 0.9)
    return (np.minimum(np.where(patient, slow, quick), 6 * DAY)).astype(np.int64) // SECOND * SECOND


def split(
    rng: np.random.Generator, lots: Lots, keep_share: np.ndarray, patience: float
) -> tuple[Lots, Lots]:
    """Each lot less ``keep_share`` in one to four parts, each ready at its own time.

    Returns the parts (still at the same account) and the kept rests.
    """
    keep = np.round(lots.amount * keep_share).astype(np.int64)
    move = lots.amount - keep
    many = 1 + (rng.random(len(lots)) < 0.3 + 0.1 * patience).astype(np.int64)
    many += (move > 2_000_000).astype(np.int64) * rng.integers(0, 3, len(lots))
    many = np.where(move < 30_000, 1, many)
    row = np.repeat(np.arange(len(lots)), many)
    weight = rng.uniform(0.5, 1.5, len(row))
    total = np.bincount(row, weight, minlength=len(lots))
    part = np.floor(move[row] * weight / total[row] / 10_000).astype(np.int64) * 10_000
    last = np.r_[row[1:] != row[:-1], True] if len(row) else np.empty(0, dtype=bool)
    shares = np.bincount(row, part, minlength=len(lots)).astype(np.int64)
    part[last] += (move - shares)[row[last]]
    ready = lots.at[row] + MINUTE + waits(rng, len(row), patience)
    parts = Lots(lots.account[row], ready, part, lots.origin[row], lots.group[row])
    rest = Lots(lots.account, lots.at, keep, lots.origin, lots.group)
    return parts.take(part > 0), rest.take(keep > 0)


def hand_on(lots: Lots, to: np.ndarray, window: int = 25 * MINUTE) -> tuple[Lots, np.ndarray]:
    """Pay parts on; those of one account for one payee within `window` go in one payment.

    Returns the lots where they now lie (``at`` the payment's time) and the payment of each lot, an
    index into the distinct (payer, payee, window) in order.
    """
    key = np.stack([lots.account, to, lots.at // window])
    _, payment = np.unique(key, axis=1, return_inverse=True)
    payment = payment.ravel()
    time = np.zeros(int(payment.max()) + 1 if len(payment) else 0, dtype=np.int64)
    np.maximum.at(time, payment, lots.at)
    return Lots(to, time[payment], lots.amount, lots.origin, lots.group), payment
