"""Worlds drawn wide: what the calibrated scenario sets to one number is drawn for each world.

With ``width`` above nought a scenario's quantities are drawn from the world's own seed: how sparse
the records are, how many calls a scam number makes, how much of what rings call stands in the
orders, how much leaked data was found, whether SIM boxes rewrite their handsets, how many farmed
accounts paid people registered on phones of their own, how many innocents look alike. Down to next
to nothing and up to the absurd, since nobody knows where the next case lies.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from suyuan.lab.seeds import child

#: At width 1 a quantity is multiplied by something between these, alike in logarithms.
TIMES: Final[Mapping[tuple[str, str], tuple[float, float]]] = {
    ("counts", "ordinary_calls"): (0.02, 1.0),
    ("counts", "scam_calls"): (0.08, 1.2),
    ("counts", "scam_numbers"): (0.6, 3.0),
    ("counts", "busy_numbers"): (0.2, 2.0),
    ("counts", "orders"): (0.5, 1.5),
    ("counts", "sims"): (0.7, 5.0),
    ("counts", "other_reports"): (0.3, 2.0),
    ("leaks", "in_table_share"): (0.15, 1.4),
    ("farms", "look_alikes"): (0.4, 2.5),
}
#: At width 1 a share is drawn between these; at less, so far from where it stands.
BETWEEN: Final[Mapping[tuple[str, str], tuple[float, float]]] = {
    ("calls", "answered"): (0.4, 1.0),
    ("calls", "spoofed"): (0.0, 0.2),
    ("calls", "rewritten"): (0.0, 1.0),
    ("leaks", "found_share"): (0.0, 0.9),
    ("leaks", "surprise"): (0.0, 0.5),
    ("leaks", "insider_exports"): (0.0, 1.0),
    ("leaks", "stolen_session"): (0.0, 1.0),
    ("leaks", "unlogged"): (0.0, 0.4),
    ("busy", "short_lived"): (0.2, 0.9),
    ("farms", "own_phones"): (0.0, 0.7),
    ("victims", "reported"): (0.4, 0.8),
    ("farms", "on_disk_only"): (0.0, 0.9),
    ("farms", "history"): (0.0, 0.9),
    ("farms", "aged"): (0.0, 0.3),
    ("farms", "seasons"): (0.0, 1.0),
    ("firms", "share"): (0.0, 0.05),
    ("firms", "silent"): (0.0, 1.0),
    ("firms", "young"): (0.0, 1.0),
    ("leaks", "from_afar"): (0.0, 1.0),
    ("calls", "hotlines"): (0.0, 0.6),
}


def widen(config: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """`config` with what :data:`TIMES` and :data:`BETWEEN` name drawn for this world."""
    width = float(config["width"])
    draws = {
        key: dict(value) if isinstance(value, dict) else value for key, value in config.items()
    }
    rng = child(seed, "width")
    for (part, name), (low, high) in TIMES.items():
        by = float(np.exp(rng.uniform(np.log(low), np.log(high)) * width))
        draws[part][name] = _times(config[part][name], by)
    for (part, name), (low, high) in BETWEEN.items():
        there = float(config[part][name])
        draws[part][name] = there + (float(rng.uniform(low, high)) - there) * min(width, 1.0)
    return draws


def _times(value: Any, by: float) -> Any:
    """Whole numbers stay whole, and what was there does not vanish."""
    if isinstance(value, list):
        return [_times(element, by) for element in value]
    return max(round(value * by), min(value, 1)) if isinstance(value, int) else value * by
