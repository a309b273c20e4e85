"""A payment: measured as it looks in the moment before it is made, then remembered.

Sums that forget decay exponentially with a time constant of one day (forward decay: Cormode et al.,
2009); what comes late is added as old as it is, so that the order of arrival plays no part in them.
"""

import math
from typing import Any, Final

import numpy as np
from numba import njit

from suyuan.live.state import LiveState
from suyuan.live.subjects import (
    DAY,
    HOUR,
    PAIRS,
    Record,
    account_slot,
    entity_key,
    entity_slot,
    second_of,
)
from suyuan.live.table import claim, find, joint

#: Written where nothing of the kind happened within reach.
NEVER: Final = 9999.0
_REACH: Final = 3 * DAY
_SHORT: Final = 65_535


@njit(cache=True, nogil=True)
def pay(event: Record, state: LiveState, signals: np.ndarray) -> None:
    """Fill `signals` (left alone where it is nobody else's account, or a table is full)."""
    at = second_of(event["at"])
    payer, payee = account_slot(event["a"], at, state), account_slot(event["b"], at, state)
    entity = entity_slot(event["a"], state)
    if payer < 0 or payee < 0 or entity < 0:
        return
    own = entity_key(event["b"], state) == state.entities[entity]["key"]
    giver, taker = state.accounts[payer], state.accounts[payee]
    pair = claim(state.pairs, state.fills, PAIRS, joint(state.entities[entity]["key"], event["b"]))
    if pair < 0:
        state.counts[0]["refused"] += 1
        return
    _decay(giver, at)
    _decay(taker, at)
    times = state.pairs[pair]["times"]
    if not own:
        _measure(event, state, state.entities[entity], taker, times, signals)
        _remember(event, state.entities[entity])
    if taker["first"] == 0:
        taker["first"] = at
    taker["came"] += event["amount"] * math.exp(-(taker["decayed_at"] - at) / DAY)
    giver["went"] += event["amount"] * math.exp(-(giver["decayed_at"] - at) / DAY)
    taker["once"] += 1 if times == 0 else (-1 if times == 1 else 0)
    state.pairs[pair]["times"] = times + 1
    state.pairs[pair]["last"] = at


@njit(cache=True, nogil=True)
def _decay(account: Record, at: Any) -> None:
    latest = max(at, account["decayed_at"])
    share = math.exp(-(latest - account["decayed_at"]) / DAY)
    account["came"] *= share
    account["went"] *= share
    account["decayed_at"] = latest


@njit(cache=True, nogil=True)
def _remember(event: Record, person: Record) -> None:
    """Welford's mean and spread of the logarithm of sums paid; they forget past 65,535 payments."""
    value = math.log10(event["amount"] / 100.0 + 0.01)
    person["paid"] = min(person["paid"] + 1, _SHORT)
    step = value - person["mean"]
    person["mean"] += step / person["paid"]
    person["spread"] += step * (value - person["mean"])


@njit(cache=True, nogil=True)
def _measure(
    event: Record,
    state: LiveState,
    person: Record,
    taker: Record,
    times: int,
    into: np.ndarray,
) -> None:
    at = second_of(event["at"])
    since = at - person["named_call"]
    into[0] = since / HOUR if person["named_call"] != 0 and since < _REACH else NEVER
    had_call = person["talked"] != 0 and at - person["talked"] < DAY
    into[1] = person["talk"] if had_call else 0.0
    into[2] = person["talker"] if had_call else 0.0
    fresh = person["lent"] > 0 and at - person["lent_at"] < DAY
    into[3] = min(2.0, event["amount"] / person["lent"]) if fresh else 0.0
    into[4] = 1.0 if times == 0 else 0.0
    into[5] = taker["named"]
    into[6] = taker["once"] if taker["shop"] == 0 else 0.0
    into[7] = min(1.0, taker["went"] / taker["came"]) if taker["came"] >= 1.0 else 0.0
    into[8] = (at - taker["first"]) / DAY if taker["first"] != 0 else 0.0
    if person["paid"] >= 3:
        deviation = math.sqrt(person["spread"] / (person["paid"] - 1)) + 0.1
        into[9] = (math.log10(event["amount"] / 100.0 + 0.01) - person["mean"]) / deviation
    into[10] = exposure(person, at, state)
    into[11] = taker["shop"]


@njit(cache=True, nogil=True)
def exposure(person: Record, at: Any, state: LiveState) -> float:
    """How much more often buyers where the payer last ordered reported, as a binary logarithm.

    Shrunk towards none by one victim expected.
    """
    if person["ordered"] == 0 or at - person["ordered"] > 30 * DAY:
        return 0.0
    most = 0.0
    rate = (state.counts[0]["victims"] + 0.1) / (state.counts[0]["orders"] + 1.0)
    for key in (person["merchant"], person["software"]):
        holder = find(state.holders, key) if key != 0 else -1
        if holder >= 0:
            expectation = state.holders[holder]["orders"] * rate
            most = max(
                most, math.log2((state.holders[holder]["victims"] + 1.0) / (expectation + 1.0))
            )
    return most
