"""What one sees of a calling number."""

import numpy as np
import pyarrow as pa

from suyuan.lab.checks.columns import DAY_US, By, CaseTables, Columns, codes, numbers, ratio

ENOUGH = 8


def scam_caller(case: CaseTables) -> Columns:
    """Numbers that made at least eight calls, as everybody would measure them."""
    calls, orders = case["calls"], case["orders"]
    reported_numbers = case["reports"]["caller_numbers"].combine_chunks().flatten()
    (caller, callee, buyer, victim_rows), words = codes(
        calls["caller"],
        calls["callee"],
        orders["buyer_phone"],
        pa.chunked_array([reported_numbers]),
    )
    n = len(words)
    by = By(caller, n)
    at, seconds = numbers(calls["started_at"]), numbers(calls["duration"])
    count = by.count()
    keep = np.flatnonzero(count >= ENOUGH)
    (imei,), imeis = codes(calls["imei"])
    (cell,), _ = codes(calls["cell"])
    first, last = by.extreme(at, low=True), by.extreme(at, low=False)
    device_numbers = By(imei, len(imeis)).distinct(caller)
    purchases, merchant = _recent_orders(orders, buyer, callee, at)
    country = np.array([c not in (None, "CN") for c in calls["country"].to_pylist()], float)
    pair, back = caller.astype(np.int64) * n + callee, callee.astype(np.int64) * n + caller
    return_calls = np.isin(back, pair)
    hour = (at // 3_600_000_000 + 8) % 24
    values = {
        "calls": count,
        "callees": by.distinct(callee),
        "callees_per_call": ratio(by.distinct(callee), count),
        "seconds": by.mean(np.where(seconds > 0, seconds, np.nan)),
        "answered": by.mean(seconds > 0),
        "long_calls": by.mean(seconds > 600),
        "days": (last - first) / DAY_US,
        "calls_a_day": count / np.maximum((last - first) / DAY_US, 1),
        "handsets": by.distinct(imei),
        "numbers_in_handset": by.mean(np.where(imei >= 0, device_numbers[imei], np.nan)),
        "cells": by.distinct(cell),
        "abroad": by.mean(country),
        "bought_lately": by.mean(purchases),
        "merchants_of_buyers": ratio(by.distinct(merchant), by.total(purchases)),
        "returned": by.mean(return_calls),
        "working_hours": by.mean((hour >= 9) & (hour < 21)),
        "never_called": 1.0 / (1 + By(callee, n).count()),
        "named": np.bincount(victim_rows[victim_rows >= 0], minlength=n).astype(float),
    }
    return Columns([f"phone:{words[i]}" for i in keep], {k: v[keep] for k, v in values.items()})


def _recent_orders(
    orders: pa.Table, buyer: np.ndarray, callee: np.ndarray, at: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Whether each callee ordered within two days before the call, and at which shop."""
    order_times = numbers(orders["ordered_at"])
    (shop,), _ = codes(orders["merchant_id"])
    key = buyer.astype(float) * 1e13 + (order_times - order_times.min())
    order = np.argsort(key)
    target = callee.astype(float) * 1e13 + (at - order_times.min())
    place = np.searchsorted(key[order], target) - 1
    row = order[np.maximum(place, 0)]
    fits = (place >= 0) & (buyer[row] == callee) & (at - order_times[row] < 2 * DAY_US)
    return fits.astype(float), np.where(fits, shop[row], -1)
