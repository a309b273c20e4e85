"""Lines beyond the population's own: scam, farm and busy numbers, their handsets and cells."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.busy import Busy
from suyuan.lab.latent.numbering import PERSONAL, Numbering
from suyuan.lab.latent.registration_dates import seasonal
from suyuan.lab.latent.scamcalls import ScamCalls
from suyuan.lab.seeds import categories, distinct
from suyuan.lab.setting import DAY, HOUR, Setting

SCAM, BUSY, FARM, OTHER_FRAUD = range(4)
FARM_BATCH = 12


@dataclass(frozen=True)
class Lines:
    """One row for each such line, shuffled; ``use`` is what it is for, ``index`` its number there.

    ``group`` is whoever operates it. ``device`` and ``spare`` are the handsets or SIM-bank ports
    that it is used in, ``cell`` its usual base station, ``first`` the time of its first use.
    """

    use: np.ndarray
    index: np.ndarray
    group: np.ndarray
    phone: np.ndarray
    operator: np.ndarray
    imsi: np.ndarray
    device: np.ndarray
    spare: np.ndarray
    cell: np.ndarray
    abroad: np.ndarray
    first: np.ndarray

    def __len__(self) -> int:
        return len(self.use)

    def rows(self, use: int) -> np.ndarray:
        """Row of each line of that use, in the order of its index."""
        matches = np.flatnonzero(self.use == use)
        return matches[np.argsort(self.index[matches])]


def farm_lines(setting: Setting) -> int:
    """Numbers behind the farmed accounts: six accounts each, as few as the scale allows."""
    return max(setting.counts["farmed"] // 6, 1) if setting.counts["farmed"] else 0


def build(setting: Setting, numbering: Numbering, calls: ScamCalls, busy: Busy) -> Lines:
    """Draw numbers and handsets. Innocents share handsets and banks as much as the guilty do."""
    rng = setting.rng("lines")
    farm = farm_lines(setting)
    other_count = setting.counts["other_reports"]
    use = np.repeat(
        [SCAM, BUSY, FARM, OTHER_FRAUD], [len(calls.number_ring), len(busy), farm, other_count]
    )
    index = np.concatenate([np.arange((use == u).sum()) for u in range(4)])
    group = np.concatenate(
        [
            calls.number_caller,
            busy.group + 10**6,
            10**8 + np.arange(farm) // FARM_BATCH,
            10**9 + np.arange(other_count),
        ]
    )
    first = _first_uses(rng, setting, calls, busy, farm, other_count)
    order = rng.permutation(len(use))
    use, index, group, first = use[order], index[order], group[order], first[order]
    operator = _operators(rng, numbering, use)
    device, spare = _devices(rng, setting, group)
    return Lines(
        use=use,
        index=index,
        group=group,
        phone=numbering.draw(rng, operator, np.full(len(use), PERSONAL)),
        operator=operator,
        imsi=distinct(rng, len(use), 460_110_000_000_000, 460_200_000_000_000),
        device=device,
        spare=spare,
        cell=_cells(rng, group),
        abroad=rng.random(len(use)) < np.choose(use, [0.2, 0.02, 0.02, 0.2]),
        first=first,
    )


def _first_uses(
    rng: np.random.Generator,
    setting: Setting,
    calls: ScamCalls,
    busy: Busy,
    farm: int,
    other_count: int,
) -> np.ndarray:
    """First scam call, first day of a busy number, the batch of a farm's line, anywhere."""
    scam = np.full(len(calls.number_ring), setting.end)
    np.minimum.at(scam, calls.number, calls.at)
    places = seasonal(setting, rng.random(farm // FARM_BATCH + 1))
    batches = setting.start + (places * 75 - 38) * DAY
    lines = batches[np.arange(farm) // FARM_BATCH] + rng.random(farm) * 6 * HOUR
    rest = setting.start + rng.random(other_count) * setting.days * DAY
    return np.concatenate([scam, busy.first, lines.astype(np.int64), rest.astype(np.int64)])


def _operators(rng: np.random.Generator, numbering: Numbering, use: np.ndarray) -> np.ndarray:
    """Resellers' numbers serve both sides; those that open in bulk a little more the guilty."""
    n = len(numbering.kind)
    base = np.where(numbering.kind == 0, 0.13, 0.6 / (numbering.kind > 0).sum())
    guilty = base + np.where(numbering.bulk, 0.03, 0.0)
    drawn_guilty = categories(rng, guilty, len(use))
    base_draw = categories(rng, base, len(use))
    return np.where((use == SCAM) | (use == FARM), drawn_guilty, base_draw).clip(0, n - 1)


def _devices(
    rng: np.random.Generator, setting: Setting, group: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Two handsets for each line, from its group's few; some lines have handsets of their own."""
    _, label, size = np.unique(group, return_inverse=True, return_counts=True)
    pool = np.maximum(size // 5, 1)
    start = np.concatenate([[0], np.cumsum(pool)])
    pool_devices = distinct(rng, int(pool.sum()), 350_000_000_000_000, 360_000_000_000_000)
    own = distinct(rng, len(group), 860_000_000_000_000, 870_000_000_000_000)

    def draw_devices() -> np.ndarray:
        from_pool = pool_devices[
            start[label] + (rng.random(len(group)) * pool[label]).astype(np.int64)
        ]
        alone = rng.random(len(group)) < min(0.35 * setting.knob("evasion") + 0.15, 0.95)
        return np.where(alone, own, from_pool)

    return draw_devices(), draw_devices()


def _cells(rng: np.random.Generator, group: np.ndarray) -> np.ndarray:
    """A base station for each group or line, among those that everybody uses."""
    labels, label = np.unique(group, return_inverse=True)
    group_cells = rng.integers(10_000, 12_000, len(labels))[label]
    own = rng.integers(10_000, 12_000, len(group))
    return np.where(rng.random(len(group)) < 0.5, group_cells, own)
