"""When accounts were registered, where a scenario says more than "within these weeks".

Honest accounts are years old or new; farms work in seasons, since stock is made when somebody has
lines, hands and buyers for it; and a part of what they sell was bought from people who had used it
for years. With the shares at nought nothing is drawn and nothing changes.
"""

import numpy as np

from suyuan.lab.setting import DAY, Setting

#: Logins and codes are kept for so long before the first day.
RETENTION = 60 * DAY
#: Mean age of an account that is not new, in days, and the longest.
OLD, OLDEST = 700.0, 5000.0
#: Weeks of work: how many seasons at most, and how far to either side of their middle (as a share
#: of the weeks that registrations fall into).
SEASONS, SPREAD = 3, 0.06


def ages(setting: Setting, name: str, rows: np.ndarray) -> np.ndarray:
    """By how many microseconds each row's registration lies further back, for `rows` (bool).

    `name` is the share of ``farms`` that says how many of them are old.
    """
    share = setting.config["farms"][name]
    back = np.zeros(len(rows), dtype=np.int64)
    if share <= 0:
        return back
    rng = setting.rng(f"farms/{name}")
    old = rows & (rng.random(len(rows)) < share)
    days = np.minimum(rng.exponential(OLD, len(rows)), OLDEST) + 40.0
    return np.where(old, (days * DAY).astype(np.int64), back)


def seasonal(setting: Setting, places: np.ndarray) -> np.ndarray:
    """`places` (0 to 1) of batches in time, of which a share moves into a few seasons."""
    share = setting.config["farms"]["seasons"]
    if share <= 0 or not len(places):
        return places
    rng = setting.rng("farms/seasons")
    middles = rng.random(int(rng.integers(1, SEASONS + 1)))
    seasonal_places = middles[rng.integers(0, len(middles), len(places))] + rng.normal(
        0, SPREAD, len(places)
    )
    into = rng.random(len(places)) < share
    return np.where(into, np.clip(seasonal_places, 0.0, 1.0), places)
