"""Scam calls: whom the rings call, when, and about which order."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.leaks import Leaks
from suyuan.lab.latent.market import Market
from suyuan.lab.latent.people import People
from suyuan.lab.latent.rings import BROKER, CALLER, Rings
from suyuan.lab.seeds import categories
from suyuan.lab.setting import DAY, HOUR, MINUTE, SECOND, Setting

_SPAN = 8 * DAY
# Share of the day's calls by the hour from nine in the morning.
WORK = np.array([6, 9, 10, 7, 6, 8, 9, 9, 8, 6, 5, 4])


@dataclass(frozen=True)
class ScamCalls:
    """One row for each call.

    ``lead`` is the exposure (row of Leaks) it was made on, -1 for a record whose order lies outside
    the order table; ``callee`` is then an ``outsider`` (index) or a subscriber. ``number`` is the
    index of the scam number used. ``duration`` is 0 where nobody answered.
    """

    at: np.ndarray
    ring: np.ndarray
    caller: np.ndarray
    number: np.ndarray
    lead: np.ndarray
    callee: np.ndarray  # subscriber index, or -1
    outsider: np.ndarray  # index of an outside number, or -1
    ordered_at: np.ndarray
    duration: np.ndarray
    number_ring: np.ndarray
    number_caller: np.ndarray
    outsiders: int

    def __len__(self) -> int:
        return len(self.at)


def build(
    setting: Setting, people: People, market: Market, rings: Rings, leaks: Leaks
) -> ScamCalls:
    """Callers work their days; each call takes a record fresh enough by the lag's distribution."""
    rng = setting.rng("scamcalls")
    callers = rings.person[rings.role == CALLER]
    ring_of = rings.ring[rings.role == CALLER]
    caller, at = _slots(rng, setting, len(callers))
    lead = _leads(
        rng, setting, market, rings, leaks, ring_of[caller] if len(caller) else caller, at
    )
    is_repeat = _repeat(lead, at)
    rng.random(len(at))  # drawn and left, so that the worlds of a seed stay what they were
    order_time = np.where(lead >= 0, market.at[leaks.order[lead]] if len(leaks.order) else at, 0)
    lag = _lag(rng, setting, len(at))
    outside_order = at - lag * DAY - (rng.random(len(at)) * 3 * HOUR).astype(np.int64)
    inside = rng.random(len(at)) < 0.25
    stranger = categories(rng, people.activity, len(at)) if len(people) else lead
    callee = np.where(
        lead >= 0,
        market.buyer[leaks.order[lead]] if len(leaks.order) else -1,
        np.where(inside, stranger, -1),
    )
    outsiders = max(int((callee < 0).sum() * 0.7), 1)
    number, number_ring, number_caller = _numbers(rng, setting, caller, at, ring_of)
    return ScamCalls(
        at=at,
        ring=ring_of[caller],
        caller=caller,
        number=number,
        lead=lead,
        callee=callee,
        outsider=np.where(callee < 0, rng.integers(0, outsiders, len(at)), -1),
        ordered_at=np.where(lead >= 0, order_time, outside_order),
        duration=_durations(rng, setting, len(at), is_repeat),
        number_ring=number_ring,
        number_caller=number_caller,
        outsiders=outsiders,
    )


def _slots(
    rng: np.random.Generator, setting: Setting, callers: int
) -> tuple[np.ndarray, np.ndarray]:
    """(caller, time) of each call, in order of time; the total is the scale's."""
    config, total = setting.config["calls"], setting.counts["scam_calls"]
    if callers == 0 or total == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    works = rng.random((callers, setting.days)) < config["days_a_month"] / 30
    low, high = config["per_day"]
    rate = (rng.uniform(low, high, (callers, 1)) + rng.normal(0, 8, works.shape)) * works
    count = np.maximum(np.round(rate * total / max(rate.sum(), 1)), 0).astype(np.int64)
    caller = np.repeat(np.arange(callers), count.sum(axis=1))
    day = np.repeat(np.tile(np.arange(setting.days), callers), count.ravel())
    hour = 9 + categories(rng, WORK, len(day))
    at = setting.start + day * DAY + hour * HOUR + rng.integers(0, 3600, len(day)) * SECOND
    order = np.argsort(at, kind="stable")
    return caller[order], at[order]


def _lag(rng: np.random.Generator, setting: Setting, n: int) -> np.ndarray:
    """Days between order and call."""
    lag_class = categories(rng, np.array(setting.config["calls"]["lag"]), n)
    return np.choose(lag_class, [np.zeros(n), np.ones(n), 1 + rng.geometric(0.35, n)]).astype(
        np.int64
    )


def _leads(
    rng: np.random.Generator,
    setting: Setting,
    market: Market,
    rings: Rings,
    leaks: Leaks,
    ring: np.ndarray,
    at: np.ndarray,
) -> np.ndarray:
    """The exposure behind each call, or -1: drawn among the ring's records of the wanted age."""
    lead = np.full(len(at), -1)
    today = (at - setting.start) // DAY
    target = today - _lag(rng, setting, len(at))
    fresh = rng.random(len(at)) < min(setting.config["leaks"]["in_table_share"] * 1.4, 1.0)
    for ring_index in range(rings.n):
        index = rng.permutation(_records(rings, leaks, ring_index))
        if not len(index):
            continue
        day = (market.at[leaks.order[index]] - setting.start) // DAY
        key = day * _SPAN + leaks.exposed_at[index] - setting.start - day * DAY
        order = np.argsort(key, kind="stable")
        index, key = index[order], key[order]
        calls = np.flatnonzero((ring == ring_index) & fresh)
        for back in (0, 1):  # where nothing of that day is out yet, the day before
            open_calls = calls[lead[calls] < 0]
            aim = target[open_calls] - back
            low = np.searchsorted(key, aim * _SPAN, "left")
            out = np.minimum(at[open_calls] - 40 * MINUTE - setting.start - aim * DAY, _SPAN - 1)
            high = np.searchsorted(key, aim * _SPAN + np.maximum(out, 0), "left")
            pick = low + (rng.random(len(open_calls)) * (high - low)).astype(np.int64)
            lead[open_calls[high > low]] = index[pick[high > low]]
    return lead


def _records(rings: Rings, leaks: Leaks, ring: int) -> np.ndarray:
    """Exposures that the ring's brokers hold."""
    brokers = rings.of(BROKER, ring)
    is_held = np.isin(leaks.broker, brokers) & leaks.used
    return (
        np.flatnonzero(is_held[leaks.source]) if len(leaks.source) else np.empty(0, dtype=np.int64)
    )


def _repeat(lead: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Whether a call is a second or later one on the same record."""
    order = np.lexsort((at, lead))
    again = np.zeros(len(lead), dtype=bool)
    again[order[1:]] = (lead[order][1:] == lead[order][:-1]) & (lead[order][1:] >= 0)
    return again


def _durations(
    rng: np.random.Generator, setting: Setting, n: int, is_repeat: np.ndarray
) -> np.ndarray:
    """Seconds: most hang up soon, some listen; none where unanswered."""
    is_answered = rng.random(n) < setting.config["calls"]["answered"]
    listens = rng.random(n) < np.where(is_repeat, 0.2, 0.1)
    seconds = np.where(listens, rng.lognormal(5.2, 0.8, n), rng.lognormal(3.1, 0.9, n))
    return np.where(is_answered, np.clip(seconds, 2, 3600), 0).astype(np.int64)


def _numbers(
    rng: np.random.Generator,
    setting: Setting,
    caller: np.ndarray,
    at: np.ndarray,
    ring_of: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each caller uses up numbers: a new one every so many calls (fewer with more evasion)."""
    total = max(setting.counts["scam_numbers"], 1)
    if not len(caller):
        return caller, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    order = np.lexsort((at, caller))
    index = caller[order]
    first = np.searchsorted(index, index, "left")
    share = np.bincount(caller) / len(caller)
    many = np.maximum(np.round(share * total), 1).astype(np.int64)
    cuts = [np.sort(rng.random(m - 1)) * 0.7 + np.arange(1, m) / m * 0.3 for m in many]
    place = (np.arange(len(index)) - first) / np.bincount(caller)[index]
    offset = np.concatenate([[0], np.cumsum(many)])
    number = np.empty(len(index), dtype=np.int64)
    for caller_index, edges in enumerate(cuts):
        rows = slice(*np.searchsorted(index, [caller_index, caller_index + 1]))
        number[rows] = offset[caller_index] + np.searchsorted(edges, place[rows])
    back = np.empty_like(number)
    back[order] = number
    owner = np.repeat(np.arange(len(many)), many)
    return back, ring_of[owner], owner
