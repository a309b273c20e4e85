"""Innocent numbers that call a lot: refund desks, couriers, telemarketers, clinics, collectors."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.market import COURIER, MERCHANT, Market
from suyuan.lab.latent.people import People
from suyuan.lab.latent.scamcalls import WORK
from suyuan.lab.seeds import categories
from suyuan.lab.setting import DAY, HOUR, SECOND, Setting

KINDS = ("refund_desk", "courier", "telemarketing", "merchant_service", "clinic", "collection")
REFUND, COURIERS, SALES, SERVICE, CLINIC, COLLECTION = range(6)


@dataclass(frozen=True)
class Busy:
    """Numbers (kind, employer ``group``, life) and their calls, one row each."""

    kind: np.ndarray
    group: np.ndarray
    first: np.ndarray
    last: np.ndarray
    number: np.ndarray
    at: np.ndarray
    callee: np.ndarray
    outside: np.ndarray
    duration: np.ndarray

    def __len__(self) -> int:
        return len(self.kind)


def build(setting: Setting, people: People, market: Market) -> Busy:
    """Lives, days and hours as scam numbers have them; callees by what each kind is for."""
    rng = setting.rng("busy")
    config = setting.config["busy"]
    n = setting.counts["busy_numbers"]
    kind = categories(rng, np.array([config["kinds"][name] for name in KINDS]), n)
    group = kind * 100_000 + rng.integers(0, max(n // 40, 2), n)
    first, days = _lives(rng, setting, n, config["short_lived"])
    rate = rng.uniform(40, 105, n)
    per_day = np.repeat(rate, days) + rng.normal(0, 8, int(days.sum()))
    calls = np.maximum(np.round(per_day * (rng.random(len(per_day)) < 0.9)), 0).astype(np.int64)
    owner = np.repeat(np.repeat(np.arange(n), days), calls)
    day = np.repeat(np.repeat(first, days) + _ramp(days), calls)
    hour = 9 + categories(rng, WORK, len(owner))
    at = setting.start + day * DAY + hour * HOUR + rng.integers(0, 3600, len(owner)) * SECOND
    callee, outside = _callees(rng, people, market, kind[owner], group[owner], at)
    return Busy(
        kind=kind,
        group=group,
        first=setting.start + first * DAY,
        last=setting.start + (first + days) * DAY,
        number=owner,
        at=at,
        callee=callee,
        outside=outside,
        duration=_durations(rng, kind[owner]),
    )


def _ramp(counts: np.ndarray) -> np.ndarray:
    """0, 1, … within each run of the given lengths."""
    start = np.repeat(np.cumsum(counts) - counts, counts)
    ramp: np.ndarray = np.arange(int(counts.sum())) - start
    return ramp


def _lives(
    rng: np.random.Generator, setting: Setting, n: int, short: float
) -> tuple[np.ndarray, np.ndarray]:
    """First day and number of days; the short-lived ones live as long as a scam number does."""
    brief = np.clip(np.round(rng.gamma(2.0, 1.1, n)), 1, 12)
    long = rng.integers(10, setting.days + 1, n)
    days = np.where(rng.random(n) < short, brief, long).astype(np.int64)
    return rng.integers(0, setting.days - np.minimum(days, setting.days - 1)), days.clip(
        1, setting.days
    )


def _callees(
    rng: np.random.Generator,
    people: People,
    market: Market,
    kind: np.ndarray,
    group: np.ndarray,
    at: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Subscriber called (or -1 with ``outside`` set: somebody beyond the records)."""
    n = len(kind)
    callee = categories(rng, people.activity, n)
    for purpose, org_kind in ((REFUND, MERCHANT), (SERVICE, MERCHANT), (COURIERS, COURIER)):
        rows = np.flatnonzero(kind == purpose)
        if len(rows):
            callee[rows] = _buyers(rng, market, group[rows], at[rows], org_kind, purpose)
    # Half of the sales calls are made for shops, on lists of who bought lately.
    rows = np.flatnonzero((kind == SALES) & (group % 2 == 0))
    callee[rows] = _buyers(rng, market, group[rows], at[rows], COURIER, SALES)
    regular = np.flatnonzero((kind == CLINIC) | (kind == COLLECTION))
    callee[regular] = (group[regular] * 7919 + rng.integers(0, 600, len(regular)) * 13) % len(
        people
    )
    # Calls to people beyond the records; a ring's come to about as many.
    outside = rng.random(n) < np.where(np.isin(kind, (COURIERS, REFUND)), 0.12, 0.38)
    return np.where(outside, -1, callee), outside


def _buyers(
    rng: np.random.Generator,
    market: Market,
    group: np.ndarray,
    at: np.ndarray,
    org_kind: int,
    purpose: int,
) -> np.ndarray:
    """Buyers of the employer's recent orders: refund desks a day later, couriers one to three."""
    column = market.merchant if org_kind == MERCHANT else market.courier
    size = np.bincount(column, minlength=len(market.org_id))
    orgs = np.argsort(-size)[: max(int((size > 0).sum()) // 3, 2)]
    org = orgs[group % len(orgs)]
    lags = {COURIERS: (0.1, 0.5, 0.4), REFUND: (0.45, 0.4, 0.15)}.get(purpose, (0.5, 0.3, 0.2))
    lag = np.choose(
        categories(rng, np.array(lags), len(at)), [0, 1, 2 + rng.integers(0, 2, len(at))]
    )
    day = at // DAY - lag
    key = column.astype(np.int64) * 1_000_000 + (market.at // DAY)
    order = np.argsort(key, kind="stable")
    target = org.astype(np.int64) * 1_000_000 + day
    low = np.searchsorted(key[order], target, "left")
    high = np.searchsorted(key[order], target, "right")
    pick = np.minimum(low + (rng.random(len(at)) * (high - low)).astype(np.int64), len(order) - 1)
    buyers: np.ndarray = np.where(
        high > low, market.buyer[order[pick]], rng.choice(market.buyer, len(at))
    )
    return buyers


def _durations(rng: np.random.Generator, kind: np.ndarray) -> np.ndarray:
    n = len(kind)
    is_answered = rng.random(n) < np.where(kind == COURIERS, 0.74, 0.6)
    listens = rng.random(n) < np.where(np.isin(kind, (REFUND, SERVICE, CLINIC)), 0.14, 0.06)
    seconds = np.where(listens, rng.lognormal(5.2, 0.7, n), rng.lognormal(3.1, 0.9, n))
    return np.where(is_answered, np.clip(seconds, 2, 3600), 0).astype(np.int64)
