"""Call detail records, day by day: everybody's, busy numbers', scams, and what follows."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.lab.latent.lines import BUSY, FARM, OTHER_FRAUD, SCAM
from suyuan.lab.latent.market import HOURS
from suyuan.lab.latent.world import World
from suyuan.lab.observe.noise import blank, mistype, skew
from suyuan.lab.seeds import categories, distinct, scramble
from suyuan.lab.setting import DAY, HOUR, MINUTE, SECOND
from suyuan.lab.sheet import Cells, Ids, Numbers, Words, publish_cells, words
from suyuan.model.columns import FILE_TYPES
from suyuan.model.progress import Progress
from suyuan.model.records import CALLS

COUNTRIES = words("CN", "MM", "VN", "KH", "TH")
SWITCHBOARDS = np.array([10086, 10010, 10000, 95588, 95555, 95533, 12345, 96110, 110, 11183, 95338])
# Columns of a call while it is put together.
AT, CALLER, CALLEE, SECONDS, IMEI, IMSI, CELL, COUNTRY, OPERATOR = range(9)


def calls(world: World, folder: Path, progress: Progress) -> int:
    """Write the call records; no more than one day of ordinary calls is held at once."""
    path = folder / f"{CALLS.name}.parquet"
    schema = pa.schema([(c.name, FILE_TYPES[c.type]) for c in CALLS])
    special = np.concatenate(
        [scam_rows(world), _busy_rows(world), _other_rows(world), _pool_rows(world)]
    )
    special = np.concatenate([special, _return_calls(world, special)])
    day_of = (special[:, AT] - world.setting.start) // DAY
    total = 0
    folder.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for day in range(-1, world.setting.days + 1):
            rows = np.concatenate([special[day_of == day], *_ordinary(world, day)])
            for cells in _chunks(world, rows, day):
                arrays = [
                    publish_cells(c, cells[c.name].take(np.arange(len(cells["caller"]))))
                    for c in CALLS
                ]
                file.write_table(pa.Table.from_arrays(arrays, schema=schema))
            total += len(rows)
            progress.advance(day + 1, world.setting.days)
    return total


def _chunks(world: World, rows: np.ndarray, day: int) -> Iterator[dict[str, Cells]]:
    """The day's calls in the order of time as cells, a million at a time."""
    rng = world.setting.rng(f"observe/calls/{day}")
    gaps = world.setting.knob("missing")
    rows = rows[np.argsort(rows[:, AT], kind="stable")]
    off = skew(world.setting.rng("observe/clocks"), world.setting, np.arange(64))
    complete = world.setting.rng("observe/carrier").random(64) < 1 - 0.25 * min(gaps, 3)
    base = (day + 10) * 10**9
    for start in range(0, len(rows), 10**6):
        part = rows[start : start + 10**6]
        n, operator = len(part), part[:, OPERATOR]
        knows = complete[operator]
        ids = scramble(base + start + rng.permutation(n) + world.setting.seed * 10**12)
        yield {
            "call_id": Ids(blank(rng, ids, 0.02 * gaps)),
            "caller": Ids(part[:, CALLER]),
            "callee": Ids(mistype(rng, part[:, CALLEE], 0.0005 * world.setting.knob("noise"))),
            "started_at": Numbers((part[:, AT] + off[operator]) // SECOND * SECOND),
            "duration": Numbers(part[:, SECONDS]),
            "imei": Ids(np.where(knows, blank(rng, part[:, IMEI], 0.1 * gaps), -1)),
            "imsi": Ids(np.where(knows, blank(rng, part[:, IMSI], 0.3 * gaps), -1)),
            "cell": Ids(blank(rng, part[:, CELL], 0.15 * gaps)),
            "country": Words(blank(rng, part[:, COUNTRY], 0.5 * gaps), COUNTRIES),
        }


def _rows(*columns: np.ndarray | int) -> np.ndarray:
    n = max(len(c) if isinstance(c, np.ndarray) else 0 for c in columns)
    whole = [np.broadcast_to(np.asarray(c, dtype=np.int64), (n,)) for c in columns]
    return np.stack(whole, axis=1)


def _line_rows(
    world: World,
    rng: np.random.Generator,
    line: np.ndarray,
    at: np.ndarray,
    callee: np.ndarray,
    seconds: np.ndarray,
) -> np.ndarray:
    """Calls of special lines: handsets change now and then; some are made from abroad."""
    lines = world.lines
    n = len(line)
    device = np.where(rng.random(n) < 0.7, lines.device[line], lines.spare[line])
    cell = np.where(rng.random(n) < 0.8, lines.cell[line], rng.integers(10_000, 12_000, n))
    country = np.where(lines.abroad[line] & (rng.random(n) < 0.6), 1 + lines.group[line] % 4, 0)
    return _rows(
        at,
        lines.phone[line],
        callee,
        seconds,
        device,
        lines.imsi[line],
        cell,
        country,
        lines.operator[line],
    )


def scam_callees(world: World) -> np.ndarray:
    """The number that each scam call went to."""
    calls = world.calls
    return np.where(
        calls.callee >= 0, world.people.phone[calls.callee], world.outside_phone(calls.outsider)
    )


def scam_rows(world: World) -> np.ndarray:
    """Scam calls and the further calls that follow where somebody is taken in."""
    rng = world.setting.rng("observe/scam")
    calls, victims = world.calls, world.victims
    if not len(calls):
        return np.empty((0, 9), dtype=np.int64)
    line = world.lines.rows(SCAM)[calls.number]
    rows = _line_rows(world, rng, line, calls.at, scam_callees(world), calls.duration)
    is_spoofed = rng.random(len(rows)) < world.setting.config["calls"][
        "spoofed"
    ] * world.setting.knob("noise")
    rows[is_spoofed, CALLER] = world.outside_phone(
        5 * 10**8 + rng.integers(0, 10**6, int(is_spoofed.sum()))
    )
    rows[is_spoofed, IMEI] = -1
    _pose(world, rows, is_spoofed)
    _rewrite(world, rows, line)
    many = rng.integers(0, 4, len(victims))
    call = np.repeat(victims.call, many)
    later = rows[call].copy()
    later[:, AT] += (rng.gamma(2, 40, len(later)) * MINUTE).astype(np.int64) + 10 * MINUTE
    later[:, SECONDS] = rng.lognormal(6.0, 0.8, len(later)).clip(20, 5400)
    return np.concatenate([rows, later])


def _pose(world: World, rows: np.ndarray, is_spoofed: np.ndarray) -> None:
    """Spoofed calls that show a hotline instead of anybody's number: `rows` changes in place."""
    share = world.setting.config["calls"]["hotlines"]
    if share > 0:
        rng = world.setting.rng("observe/hotlines")
        is_switchboard = is_spoofed & (rng.random(len(rows)) < share)
        rows[is_switchboard, CALLER] = rng.choice(SWITCHBOARDS, int(is_switchboard.sum()))


def _rewrite(world: World, rows: np.ndarray, line: np.ndarray) -> None:
    """SIM boxes that show a new handset with every call: `rows` changes in place."""
    share = world.setting.config["calls"]["rewritten"]
    if share > 0:
        rng = world.setting.rng("observe/boxes")
        in_simbox = (rng.random(int(line.max()) + 1) < share)[line] & (rows[:, IMEI] >= 0)
        rows[in_simbox, IMEI] = distinct(rng, int(in_simbox.sum()), 86 * 10**13, 87 * 10**13)


def _busy_rows(world: World) -> np.ndarray:
    rng = world.setting.rng("observe/busy")
    busy = world.busy
    line = world.lines.rows(BUSY)[busy.number]
    outside = world.outside_phone(10**8 + busy.number * 50 + rng.integers(0, 60, len(line)))
    anyone = world.outside_phone(rng.integers(0, 10**7, len(line)))
    callee = np.where(
        busy.callee >= 0,
        world.people.phone[busy.callee],
        np.where(rng.random(len(line)) < 0.1, outside, anyone),
    )
    rows = _line_rows(world, rng, line, busy.at, callee, busy.duration)
    longer = rng.random(len(rows)) < 0.012
    rows[longer, SECONDS] = rng.lognormal(6.7, 0.6, int(longer.sum())).clip(240, 7200)
    return rows


def _other_rows(world: World) -> np.ndarray:
    """Callers of other frauds: each works some days with a number of his own."""
    rng = world.setting.rng("observe/otherfraud")
    lines = world.lines.rows(OTHER_FRAUD)
    count = rng.integers(5, 90, len(lines))
    line = np.repeat(lines, count)
    at = world.lines.first[line] + (rng.gamma(1.3, 14.0, len(line)) * HOUR).astype(np.int64)
    inside = rng.random(len(line)) < 0.6
    person = categories(rng, world.people.activity, len(line))
    callee = np.where(
        inside, world.people.phone[person], world.outside_phone(rng.integers(0, 10**7, len(line)))
    )
    seconds = np.where(
        rng.random(len(line)) < 0.6, rng.lognormal(3.5, 1.2, len(line)).clip(2, 3600), 0
    )
    return _line_rows(world, rng, line, at, callee, seconds.astype(np.int64))


def _pool_rows(world: World) -> np.ndarray:
    """Lines of a farm talk a little as well: with its people, couriers, wrong numbers."""
    rng = world.setting.rng("observe/pool")
    lines, people = world.lines.rows(FARM), world.people
    count = np.round(rng.lognormal(4.5, 0.7, len(lines))).clip(0, 600).astype(np.int64)
    line = np.repeat(lines, count)
    n = len(line)
    friend = (world.lines.index[line] * 7919 + rng.integers(0, 160, n) * 733) % len(people)
    at = world.setting.start + (rng.random(n) * world.setting.days * DAY).astype(np.int64)
    at = np.maximum(at, world.lines.first[line]) // DAY * DAY
    at += ((1 + categories(rng, HOURS[9:23], n)) * HOUR) + rng.integers(0, 3600, n) * SECOND
    seconds = np.where(rng.random(n) < 0.7, rng.lognormal(3.8, 1.1, n).clip(1, 3600), 0)
    own = _line_rows(world, rng, line, at, people.phone[friend], seconds.astype(np.int64))
    return_calls = _people_rows(
        world, friend, at, world.lines.phone[line], seconds.astype(np.int64)
    )
    pool_rows: np.ndarray = np.where((rng.random(n) < 0.5)[:, None], own, return_calls)
    return pool_rows


def _return_calls(world: World, rows: np.ndarray) -> np.ndarray:
    """Missed calls that are returned: some, whoever called."""
    rng = world.setting.rng("observe/returned")
    phones = world.people.phone
    order = np.argsort(phones)
    place = np.searchsorted(phones[order], rows[:, CALLEE]).clip(0, len(phones) - 1)
    person = order[place]
    own_number = (phones[person] == rows[:, CALLEE]) & (rows[:, SECONDS] == 0)
    picks = np.flatnonzero(own_number & (rng.random(len(rows)) < 0.06))
    returner, at = (
        person[picks],
        rows[picks, AT] + (rng.gamma(1.2, 50, len(picks)) * MINUTE).astype(np.int64) + MINUTE,
    )
    seconds = np.where(rng.random(len(picks)) < 0.5, rng.lognormal(3.2, 0.8, len(picks)), 0)
    return _people_rows(world, returner, at, rows[picks, CALLER], seconds.astype(np.int64))


def _people_rows(
    world: World, person: np.ndarray, at: np.ndarray, callee: np.ndarray, seconds: np.ndarray
) -> np.ndarray:
    people = world.people
    cell = 10_000 + people.home[person] % 2000
    return _rows(
        at,
        people.phone[person],
        callee,
        seconds,
        people.device[person],
        people.imsi[person],
        cell,
        0,
        people.operator[person],
    )


def _ordinary(world: World, day: int) -> list[np.ndarray]:
    """One day of the population's own calls: friends mostly, switchboards, strangers."""
    setting, people = world.setting, world.people
    rng = setting.rng(f"calls/{day}")
    if not 0 <= day < setting.days:
        return []
    n = setting.counts["ordinary_calls"] // setting.days
    person = categories(rng, people.activity, n)
    friend = (person + 1 + (rng.random(n) ** 2 * 9).astype(np.int64) * 733) % len(people)
    way = categories(rng, np.array([0.66, 0.12, 0.04, 0.18]), n)
    callee = people.phone[np.where(way == 0, friend, rng.integers(0, len(people), n))]
    callee = np.where(
        way == 2, SWITCHBOARDS[(rng.random(n) ** 1.5 * len(SWITCHBOARDS)).astype(np.int64)], callee
    )
    callee = np.where(
        way == 3, world.outside_phone(2 * 10**8 + person * 4 + rng.integers(0, 4, n)), callee
    )
    hour = categories(rng, HOURS, n)
    at = setting.start + day * DAY + hour * HOUR + rng.integers(0, 3600, n) * SECOND
    is_answered = rng.random(n) < 0.72
    seconds = np.where(is_answered, rng.lognormal(4.0, 1.1, n).clip(1, 7200), 0).astype(np.int64)
    return [_people_rows(world, person, at, callee, seconds)]
