"""What each kind of event but a payment changes; moments in seconds."""

import math

from numba import njit

from suyuan.live.state import LiveState
from suyuan.live.subjects import (
    ACCOUNTS,
    DAY,
    HOLDERS,
    LINKS,
    NUMBERS,
    PAIRS,
    Record,
    account_slot,
    entity_key,
    entity_slot,
    second_of,
)
from suyuan.live.table import claim, find, joint

_SHORT = 65_535


@njit(cache=True, nogil=True)
def open_account(event: Record, state: LiveState) -> None:
    slot = claim(state.accounts, state.fills, ACCOUNTS, event["a"])
    if slot < 0:
        state.counts[0]["refused"] += event["a"] != 0
        return
    state.accounts[slot]["first"] = second_of(event["at"])
    state.accounts[slot]["shop"] = 1 if event["amount"] != 0 else 0


@njit(cache=True, nogil=True)
def link(event: Record, state: LiveState) -> None:
    if event["b"] != 0:
        slot = claim(state.links, state.fills, LINKS, event["a"])
        if slot < 0:
            state.counts[0]["refused"] += event["a"] != 0
        else:
            state.links[slot]["entity"] = event["b"]


@njit(cache=True, nogil=True)
def order(event: Record, state: LiveState) -> None:
    buyer = entity_slot(event["a"], state)
    if buyer >= 0:
        record = state.entities[buyer]
        record["ordered"] = second_of(event["at"])
        record["merchant"] = event["b"]
        record["software"] = event["c"]
    for key in (event["b"], event["c"]):
        if key != 0:
            slot = claim(state.holders, state.fills, HOLDERS, key)
            if slot >= 0:
                state.holders[slot]["orders"] += 1.0
            else:
                state.counts[0]["refused"] += 1
    state.counts[0]["orders"] += 1.0


@njit(cache=True, nogil=True)
def report_victim(event: Record, state: LiveState) -> None:
    slot = find(state.entities, entity_key(event["a"], state))
    if slot < 0 or state.entities[slot]["ordered"] == 0:
        return
    if second_of(event["at"]) - state.entities[slot]["ordered"] > 30 * DAY:
        return
    state.counts[0]["victims"] += 1.0
    for key in (state.entities[slot]["merchant"], state.entities[slot]["software"]):
        holder = find(state.holders, key) if key != 0 else -1
        if holder >= 0:
            state.holders[holder]["victims"] += 1.0


@njit(cache=True, nogil=True)
def name_number(event: Record, state: LiveState) -> None:
    slot = claim(state.numbers, state.fills, NUMBERS, event["a"])
    if slot >= 0:
        state.numbers[slot]["named"] = min(state.numbers[slot]["named"] + 1, _SHORT)
    else:
        state.counts[0]["refused"] += event["a"] != 0


@njit(cache=True, nogil=True)
def name_account(event: Record, state: LiveState) -> None:
    slot = account_slot(event["a"], second_of(event["at"]), state)
    if slot >= 0:
        state.accounts[slot]["named"] = min(state.accounts[slot]["named"] + 1, _SHORT)


@njit(cache=True, nogil=True)
def lend(event: Record, state: LiveState) -> None:
    borrower = entity_slot(event["a"], state)
    if borrower < 0:
        return
    person, at = state.entities[borrower], second_of(event["at"])
    before = person["lent"] if at - person["lent_at"] < DAY else 0
    person["lent"] = event["amount"] + before
    person["lent_at"] = at


@njit(cache=True, nogil=True)
def call(event: Record, state: LiveState) -> None:
    callee = entity_slot(event["b"], state)
    caller = claim(state.numbers, state.fills, NUMBERS, event["a"])
    if caller < 0:
        state.counts[0]["refused"] += event["a"] != 0
    if callee < 0 or caller < 0:
        return
    number, person = state.numbers[caller], state.entities[callee]
    at = second_of(event["at"])
    pair = claim(state.pairs, state.fills, PAIRS, joint(event["a"], person["key"]))
    if pair < 0:
        state.counts[0]["refused"] += 1
        return
    record = state.pairs[pair]
    latest = max(at, number["decayed_at"])
    number["strangers"] *= math.exp(-(latest - number["decayed_at"]) / DAY)
    number["decayed_at"] = latest
    if record["times"] == 0:
        number["strangers"] += math.exp(-(latest - at) / DAY)
        record["last"] = at  # of a caller: the first call
    record["times"] += 1
    if number["named"] > 0:
        person["named_call"] = at
    if at - record["last"] < DAY and (
        at - person["talked"] > DAY or event["seconds"] > person["talk"]
    ):
        person["talk"] = min(event["seconds"], _SHORT)
        person["talked"] = at
        person["talker"] = number["strangers"]
