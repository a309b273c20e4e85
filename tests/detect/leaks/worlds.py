"""Small worlds of orders, leaks, calls and reports, with their truth.

Made to be unlike the model that is tested on them: leaks burst, pause, copy only a part, are
called with heavy-tailed lags at an uneven pace; the unrelated reports come from one region, whose
couriers, platforms and shops differ from the country's.
"""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pyarrow as pa

ORIGIN = datetime(2019, 4, 1)
DAY = 86_400.0


@dataclass(frozen=True)
class Leak:
    subject: str
    kind: str
    first: float
    last: float
    orders: np.ndarray


@dataclass(frozen=True)
class World:
    orders: pa.Table
    reports: pa.Table
    calls: pa.Table
    leaks: tuple[Leak, ...]
    statements: pa.Table | None = None
    reported: dict[str, int] = field(default_factory=dict)
    """reports that each leak's source stands behind"""

    @property
    def sources(self) -> set[str]:
        return {leak.subject for leak in self.leaks}


@dataclass(frozen=True)
class Shape:
    orders: int = 30_000
    merchants: int = 150
    platforms: int = 4
    couriers: int = 8
    softwares: int = 12
    warehouses: int = 15
    buyers: int = 15_000
    days: int = 42
    leaks: int = 2
    rate: float = 0.10
    """share of the exposed orders whose buyers were called and reported"""
    victims: int | None = None
    """exact number of reporting victims for each leak, instead of `rate`"""
    unrelated: int = 140
    quoted: float = 0.4
    told: float = 0.0
    """share of the other reports whose narrative tells the order's price"""
    callers_seen: bool = False
    region_bias: float = 0.3
    largest: float = 0.25
    """no leak is drawn whose source handled more of all orders than this"""


KINDS = ("merchant", "software", "courier", "warehouse", "platform", "merchant", "merchant")


def make(seed: int, shape: Shape = Shape()) -> World:
    rng = np.random.default_rng(seed)
    orders = _orders(rng, shape)
    leaks = _leaks(rng, shape, orders)
    reached = [_calls(rng, shape, orders, leak) for leak in leaks]
    reports = _reports(rng, shape, orders, reached)
    statements = _statements(np.random.default_rng(seed + 1), shape, orders, reports)
    calls = _call_table(rng, orders, reached if shape.callers_seen else [])
    told = {
        leak.subject: int(report.sum()) for leak, (*_, report) in zip(leaks, reached, strict=True)
    }
    return World(_table(orders), reports, calls, tuple(leaks), statements, told)


def _orders(rng: np.random.Generator, shape: Shape) -> dict[str, np.ndarray]:
    n, m = shape.orders, shape.merchants
    popularity = rng.pareto(1.1, m) + 0.2
    merchant = rng.choice(m, n, p=popularity / popularity.sum())
    software_of = np.where(
        rng.random(m) < 0.8, (rng.pareto(1.0, m) * 2).astype(int) % shape.softwares, -1
    )
    warehouse_of = np.where(rng.random(m) < 0.4, rng.integers(0, shape.warehouses, m), -1)
    home = rng.choice(shape.platforms, m, p=_zipf(shape.platforms))
    second = rng.choice(shape.platforms, m, p=_zipf(shape.platforms))
    platform = np.where(rng.random(n) < 0.85, home[merchant], second[merchant])
    contract = rng.choice(shape.couriers, m, p=_zipf(shape.couriers))
    other = rng.choice(shape.couriers, n, p=_zipf(shape.couriers))
    courier = np.where(rng.random(n) < 0.7, contract[merchant], other)
    daily = rng.lognormal(0, 0.25, shape.days)
    daily[rng.integers(0, shape.days)] *= 3  # a promotion
    day = rng.choice(shape.days, n, p=daily / daily.sum())
    at = (day + np.clip(rng.normal(0.62, 0.18, n), 0.01, 0.99)) * DAY
    buyer = (rng.pareto(1.6, n) * shape.buyers / 6).astype(int) % shape.buyers
    return {
        "at": at, "merchant": merchant, "platform": platform, "courier": courier,
        "software": software_of[merchant], "warehouse": warehouse_of[merchant], "buyer": buyer,
        "amount": 1000 + 10 * rng.integers(0, 900, n),
    }  # fmt: skip


def _zipf(n: int) -> np.ndarray:
    weight = 1.0 / np.arange(1, n + 1)
    return weight / weight.sum()


def _leaks(rng: np.random.Generator, shape: Shape, orders: dict[str, np.ndarray]) -> list[Leak]:
    leaks: list[Leak] = []
    while len(leaks) < shape.leaks:
        kind = str(rng.choice(KINDS))
        code = int(rng.choice(orders[kind]))
        subject = f"{kind}:{kind[0].upper()}{code}"
        if code < 0 or subject in {leak.subject for leak in leaks}:
            continue
        held = orders[kind] == code
        if held.mean() > shape.largest:
            continue
        first, last = _window(rng, shape.days)
        inside = held & (orders["at"] >= first * DAY) & (orders["at"] < last * DAY)
        if inside.sum() < 60:
            continue
        leaks.append(Leak(subject, kind, first, last, _copied(rng, orders, inside)))
    return leaks


def _window(rng: np.random.Generator, days: int) -> tuple[float, float]:
    style = rng.random()
    first = rng.uniform(0, days * 0.5)
    if style < 0.25:
        return 0.0, float(days)
    if style < 0.6:
        return first, float(days)
    return first, min(first + rng.uniform(7, days * 0.6), float(days))


def _copied(
    rng: np.random.Generator, orders: dict[str, np.ndarray], inside: np.ndarray
) -> np.ndarray:
    """All of it, a part of it, or bursts: whole days with pauses between."""
    style = rng.random()
    if style < 0.4:
        return np.flatnonzero(inside)
    if style < 0.7:
        return np.flatnonzero(inside & (rng.random(len(inside)) < rng.uniform(0.3, 0.8)))
    open_days = rng.random(400) < 0.5
    burst = inside & open_days[(orders["at"] / DAY).astype(int)]
    return np.flatnonzero(burst if burst.sum() >= 30 else inside)


def _calls(
    rng: np.random.Generator, shape: Shape, orders: dict[str, np.ndarray], leak: Leak
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Orders whose buyers were called, when, and whether each reported."""
    pace = rng.lognormal(0, 0.5, shape.days + 1)
    hurry = pace[(orders["at"][leak.orders] / DAY).astype(int)]
    drawn = rng.poisson(shape.rate * len(leak.orders)) if shape.victims is None else 0
    want = shape.victims or drawn
    called = min(len(leak.orders), max(want * 6, want))
    chosen = rng.choice(leak.orders, called, replace=False, p=hurry / hurry.sum())
    lag = np.where(
        rng.random(called) < 0.85, rng.gamma(1.6, 0.35, called), rng.pareto(1.3, called) + 1.0
    )
    at = orders["at"][chosen] + np.maximum(lag, 0.03) * DAY
    report = np.zeros(called, bool)
    before_end = np.flatnonzero(at < shape.days * DAY)
    report[before_end[: min(want, len(before_end))]] = True
    return chosen, at, report


def _reports(
    rng: np.random.Generator,
    shape: Shape,
    orders: dict[str, np.ndarray],
    reached: list[tuple[np.ndarray, np.ndarray, np.ndarray]],
) -> pa.Table:
    order, at, known = [], [], []
    for chosen, when, report in reached:
        order.append(chosen[report])
        at.append(when[report])
        known.append(rng.random(report.sum()) < shape.quoted)
    # Unrelated victims: people of one region, who buy from other shops and through other couriers.
    taste = np.exp(shape.region_bias * rng.normal(0, 1, shape.couriers))[orders["courier"]]
    taste = (
        taste * np.exp(shape.region_bias * rng.normal(0, 1, shape.platforms))[orders["platform"]]
    )
    taste = (
        taste
        * np.exp(0.5 * shape.region_bias * rng.normal(0, 1, shape.merchants))[orders["merchant"]]
    )
    order.append(rng.choice(len(taste), shape.unrelated, p=taste / taste.sum()))
    at.append(rng.uniform(0, shape.days * DAY, shape.unrelated))
    known.append(np.zeros(shape.unrelated, bool))
    rows, when, quoted = np.concatenate(order), np.concatenate(at), np.concatenate(known)
    shuffled = rng.permutation(len(rows))
    rows, when, quoted = rows[shuffled], when[shuffled], quoted[shuffled]
    moments = _times(when)
    orders["behind"] = rows
    return pa.table(
        {
            "report_id": [f"R{i}" for i in range(len(rows))],
            "reported_at": _times(when + rng.exponential(1.0, len(rows)) * DAY),
            "victim_id": pa.array([None] * len(rows), pa.string()),
            "victim_phone": [_phone(b) for b in orders["buyer"][rows]],
            "contacted_at": moments,
            "quoted_order_id": [f"O{r}" if q else None for r, q in zip(rows, quoted, strict=True)],
        }
    )


def _statements(
    rng: np.random.Generator, shape: Shape, orders: dict[str, np.ndarray], reports: pa.Table
) -> pa.Table:
    """Prices that narratives tell: of the order behind the call, one in ten of another."""
    behind = np.array([int(row[1:]) for row in reports["report_id"].to_pylist()])
    order = orders["behind"][behind]
    order = np.where(rng.random(len(order)) < 0.1, rng.integers(0, shape.orders, len(order)), order)
    kept = np.flatnonzero(rng.random(len(order)) < shape.told)
    return pa.table(
        {
            "report_id": reports["report_id"].take(kept),
            "ordinal": pa.array(np.zeros(len(kept)), pa.int64()),
            "kind": ["amount"] * len(kept),
            "value": ["?"] * len(kept),
            "normalised": ["?"] * len(kept),
            "amount": pa.array(orders["amount"][order[kept]], pa.int64()),
        }
    )


def _call_table(
    rng: np.random.Generator,
    orders: dict[str, np.ndarray],
    reached: list[tuple[np.ndarray, np.ndarray, np.ndarray]],
) -> pa.Table:
    rows = np.concatenate([r[0] for r in reached] or [np.zeros(0, int)])
    at = np.concatenate([r[1] for r in reached] or [np.zeros(0)])
    return pa.table(
        {
            "caller": pa.array([f"1700000{rng.integers(1000):04d}" for _ in rows], pa.string()),
            "callee": pa.array([_phone(b) for b in orders["buyer"][rows]], pa.string()),
            "started_at": _times(at),
        }
    )


def _phone(buyer: int) -> str:
    return f"138{buyer:08d}"


def _times(seconds: np.ndarray) -> pa.Array:
    moments = np.datetime64(ORIGIN, "us") + (seconds * 1e6).astype("timedelta64[us]")
    return pa.array(moments, pa.timestamp("us"))


def _table(orders: dict[str, np.ndarray]) -> pa.Table:
    n = len(orders["at"])

    def ids(kind: str) -> pa.Array:
        return pa.array(
            [None if c < 0 else f"{kind[0].upper()}{c}" for c in orders[kind]], pa.string()
        )

    return pa.table(
        {
            "order_id": [f"O{i}" for i in range(n)],
            "ordered_at": _times(orders["at"]),
            "buyer_phone": [_phone(b) for b in orders["buyer"]],
            "merchant_id": ids("merchant"),
            "platform": ids("platform"),
            "courier": ids("courier"),
            "software": ids("software"),
            "warehouse": ids("warehouse"),
            "amount": pa.array(orders["amount"], pa.int64()),
        }
    )
