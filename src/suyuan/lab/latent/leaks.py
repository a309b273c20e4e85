"""Leaks: which organisations lost which orders, by what hand, and who sold them to whom."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.market import KIND_NAMES, Market
from suyuan.lab.latent.rings import BROKER, Rings
from suyuan.lab.setting import DAY, HOUR, Setting

INSIDER, TROJAN, EXPORT = 0, 1, 2
MECHANISMS = ("insider", "trojan", "export")
#: What a leak leaves in the access log: looks at single orders, exports again and again, pulls
#: through a stolen session from an address outside, nothing, or looks under clerks' logins from one
#: address outside.
LOOKS, ROUTINE, OUTSIDE, NO_LOG, AFAR = 0, 1, 2, 3, 4


@dataclass(frozen=True)
class Leaks:
    """Sources (``used`` ones feed a ring; decoys do not) and what each exposed.

    ``trace`` is what each left in its organisation's access log. ``order``, ``source`` and
    ``exposed_at`` are one row for each order that a source exposed.
    ``broker`` is the person who holds a source's records; ``rings`` of it follow from Rings.
    """

    org: np.ndarray
    mechanism: np.ndarray
    trace: np.ndarray
    used: np.ndarray
    opened_at: np.ndarray
    closed_at: np.ndarray
    broker: np.ndarray
    order: np.ndarray
    source: np.ndarray
    exposed_at: np.ndarray

    def __len__(self) -> int:
        return len(self.org)


def build(setting: Setting, market: Market, rings: Rings) -> Leaks:
    """Choose the sources so that their orders suffice for the calls, then draw what got out."""
    rng = setting.rng("leaks")
    config = setting.config["leaks"]
    real = setting.counts["leak_sources"] if rings.n else 0
    decoys = int(config["decoys"]) * real if rings.n else int(config["decoys"])
    n = real + decoys
    kinds = [config["kinds"][i % len(config["kinds"])] for i in range(n)]
    mechanism = _mechanisms(setting, n)
    org = _sources(rng, setting, market, kinds, max(real, 1))
    opened_at, closed_at = _windows(rng, setting, n)
    broker = np.concatenate([_brokers(rng, rings, real), np.full(n - real, -1)])
    order_lists = [
        _exposed_orders(
            rng, market, int(org[i]), int(opened_at[i]), int(closed_at[i]), config["coverage"]
        )
        for i in range(n)
    ]
    order = np.concatenate(list(order_lists) or [np.empty(0, dtype=np.int64)])
    source = np.repeat(np.arange(n), [len(d) for d in order_lists])
    delay = _delay(rng, mechanism[source])
    return Leaks(
        org=org,
        mechanism=mechanism,
        trace=_traces(setting, mechanism),
        used=np.arange(n) < real,
        opened_at=opened_at,
        closed_at=closed_at,
        broker=broker,
        order=order,
        source=source,
        exposed_at=market.at[order] + delay,
    )


def _mechanisms(setting: Setting, n: int) -> np.ndarray:
    """The scenario's in turn; a share of them (``surprise``) is drawn from all three instead."""
    rng, config = setting.rng("leaks/mechanism"), setting.config["leaks"]
    usual = [MECHANISMS.index(name) for name in config["mechanisms"]]
    schedule = np.array([usual[i % len(usual)] for i in range(n)], dtype=np.int64)
    draw = rng.integers(0, len(MECHANISMS), n)
    return np.where(rng.random(n) < config["surprise"], draw, schedule)


def _traces(setting: Setting, mechanism: np.ndarray) -> np.ndarray:
    """An insider looks or exports, a trojan sweeps or steals a session, an export runs by clock."""
    rng, config = setting.rng("leaks/trace"), setting.config["leaks"]
    chance = rng.random((3, len(mechanism)))
    insider = np.where(chance[0] < config["insider_exports"], ROUTINE, LOOKS)
    abroad = setting.rng("leaks/afar").random(len(mechanism)) < config["from_afar"]
    trojan = np.where(chance[1] < config["stolen_session"], OUTSIDE, np.where(abroad, AFAR, LOOKS))
    trace = np.choose(mechanism, [insider, trojan, np.full(len(mechanism), ROUTINE)])
    return np.where(chance[2] < config["unlogged"], NO_LOG, trace)


def _brokers(rng: np.random.Generator, rings: Rings, n: int) -> np.ndarray:
    """The broker who holds each source's records: every ring is served before any twice."""
    brokers: list[int] = []
    while len(brokers) < n:
        for ring in range(rings.n):
            own = rings.of(BROKER, ring)
            fresh = own[~np.isin(own, brokers)]
            brokers.append(int(rng.choice(fresh if len(fresh) else own)))
    return np.array(brokers[:n], dtype=np.int64)


def _sources(
    rng: np.random.Generator, setting: Setting, market: Market, kinds: list[str], real: int
) -> np.ndarray:
    """One organisation for each kind asked for, near the size that the calls need."""
    config, counts = setting.config["leaks"], setting.counts
    leads = counts["scam_calls"] * config["in_table_share"] / 1.7
    coverage = config["coverage"] * np.mean(config["open_days"]) / (setting.days + 12)
    target = 1.5 * leads / real / coverage / len(market)
    orgs: list[int] = []
    for kind in kinds:
        members = np.flatnonzero(market.org_kind == KIND_NAMES.index(kind))
        share = np.array([market.passes(int(org)).mean() for org in members[:400]])
        members = members[: len(share)]
        free = ~np.isin(members, orgs) & (share > 0)
        distance = np.abs(np.log(np.maximum(share, 1e-6) / max(target, 1e-6))) + rng.random(
            len(share)
        )
        orgs.append(int(members[np.argmin(np.where(free, distance, np.inf))]))
    return np.array(orgs, dtype=np.int64)


def _windows(rng: np.random.Generator, setting: Setting, n: int) -> tuple[np.ndarray, np.ndarray]:
    low, high = setting.config["leaks"]["open_days"]
    length = rng.integers(low, high + 1, n)
    first = rng.integers(-6, np.maximum((setting.days - length) // 2, -5) + 1)
    return setting.start + first * DAY, setting.start + (first + length) * DAY


def _exposed_orders(
    rng: np.random.Generator,
    market: Market,
    org: int,
    opened_at: int,
    closed_at: int,
    coverage: float,
) -> np.ndarray:
    """Orders of the organisation in the window, each with the coverage's odds."""
    inside = market.passes(org) & (market.at >= opened_at) & (market.at < closed_at)
    orders = np.flatnonzero(inside)
    selection: np.ndarray = orders[rng.random(len(orders)) < coverage]
    return selection


def _delay(rng: np.random.Generator, mechanism: np.ndarray) -> np.ndarray:
    """From order to exposure: a trojan at once, a person in the shift, an export at night."""
    hours = np.choose(
        mechanism,
        [
            rng.gamma(2.0, 2.0, len(mechanism)),
            rng.gamma(1.5, 0.8, len(mechanism)),
            rng.gamma(2.0, 3.0, len(mechanism)),
        ],
    )
    return (hours * HOUR).astype(np.int64)
