"""Access logs of organisations: daily work, bulk work, and what each leak left among them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from suyuan.lab.latent.leaks import AFAR, EXPORT, LOOKS, OUTSIDE, ROUTINE, TROJAN
from suyuan.lab.latent.world import World
from suyuan.lab.observe.noise import blank
from suyuan.lab.observe.staff import Staff
from suyuan.lab.observe.wording import ip_addresses
from suyuan.lab.seeds import distinct, scramble
from suyuan.lab.setting import DAY, HOUR, MINUTE, SECOND
from suyuan.lab.sheet import Cells, Ids, Numbers, Texts, Words, words, write
from suyuan.model.records import ACCESSES

ACTIONS = words("view", "search", "export", "print", "api")
VIEW, SEARCH, EXPORT_ACTION, PRINT, API = range(5)
#: Columns of an access, as they are stacked here.
AT, ORG, LOGIN, TERMINAL, ACTION, ORDER, ROWS, FROM, IP, TO = range(10)
#: Share of what passes over an infected terminal that is written down as its own work.
VIEW_SHARE = 0.85


def accesses(world: World, staff: Staff, folder: Path) -> int:
    """Logs of half of the organisations: daily work, bulk work, and the leaks among it."""
    parts = [_work(world, staff), _bulk_work(world, staff), _leak_rows(world, staff)]
    table = np.concatenate(parts)
    rng = world.setting.rng("observe/accesses")
    has_log = rng.random(len(world.market.org_id)) < 1 - 0.3 * min(world.setting.knob("missing"), 3)
    has_log[world.leaks.org[world.leaks.used]] |= rng.random(int(world.leaks.used.sum())) < 0.6
    table = table[has_log[table[:, ORG]]]
    market, n = world.market, len(table)
    order, has_range = table[:, ORDER], table[:, FROM] >= 0
    gaps = world.setting.knob("missing")
    cells: dict[str, Cells] = {
        "access_id": Ids(distinct(rng, n, 10**11, 10**12)),
        "at": Numbers(table[:, AT]),
        "org": Ids(market.org_id[table[:, ORG]]),
        "actor_id": Ids(staff.logins[table[:, LOGIN]]),
        "terminal": Ids(_seats(rng, staff, table[:, TERMINAL], 0.1 * gaps)),
        "ip": Texts(ip_addresses(blank(rng, table[:, IP], 0.15 * gaps))),
        "action": Words(table[:, ACTION], ACTIONS),
        "order_id": Ids(np.where(order >= 0, market.order_id[order], -1)),
        "row_count": Numbers(table[:, ROWS]),
        "range_from": Numbers(np.where(has_range, table[:, FROM], -1)),
        "range_to": Numbers(np.where(has_range, table[:, TO], -1)),
    }
    return write(folder, ACCESSES, cells)


def _seats(
    rng: np.random.Generator, staff: Staff, terminal: np.ndarray, share: float
) -> np.ndarray:
    """Ids of terminals; some cells are empty, and what came through no terminal stays without."""
    ids = np.where(terminal >= 0, staff.terminals[terminal], -1)
    return np.where(terminal >= 0, blank(rng, ids, share), -1)


def _table(
    at: np.ndarray,
    org: np.ndarray | int,
    login: np.ndarray | int,
    terminal: np.ndarray | int,
    action: np.ndarray | int,
    order: np.ndarray | int,
    ip: np.ndarray | int,
    bulk: tuple[np.ndarray | int, np.ndarray | int, np.ndarray | int] = (-1, -1, -1),
) -> np.ndarray:
    """One row an access; `bulk` are its rows, and the order times that it covered."""
    n = len(at)
    rows, begin, end = bulk
    columns = [at // SECOND * SECOND, org, login, terminal, action, order, rows, begin, ip, end]
    return np.stack([np.broadcast_to(np.asarray(c, dtype=np.int64), (n,)) for c in columns], axis=1)


def _work(world: World, staff: Staff) -> np.ndarray:
    """Orders viewed and printed at the shop, and searched at the courier's now and then."""
    rng = world.setting.rng("observe/work")
    market = world.market
    tables = []
    for column, share, actions in (
        (market.merchant, 0.7, [VIEW, PRINT, SEARCH]),
        (market.courier, 0.25, [SEARCH, VIEW]),
        (market.warehouse, 0.5, [PRINT, VIEW]),
        (market.software, 0.25, [API, PRINT]),
    ):
        rows = np.flatnonzero((column >= 0) & (rng.random(len(market)) < share))
        org = column[rows]
        login, terminal, ip = staff.draw_seats(rng, org)
        at = market.at[rows] + (rng.gamma(1.5, 6.0, len(rows)) * HOUR).astype(np.int64) + 3 * MINUTE
        tables.append(_table(at, org, login, terminal, rng.choice(actions, len(rows)), rows, ip))
    return _with_session(world, staff, np.concatenate(tables))


def _with_session(world: World, staff: Staff, work: np.ndarray) -> np.ndarray:
    """Where a trojan steals a session it knows the orders that its terminal shows: so they do."""
    rng, leaks = world.setting.rng("observe/passing"), world.leaks
    for leak_index in np.flatnonzero(leaks.trace == OUTSIDE):
        rows = np.flatnonzero(leaks.source == leak_index)
        rows = rows[rng.random(len(rows)) < VIEW_SHARE]
        at = np.full(len(world.market), -1, dtype=np.int64)
        at[leaks.order[rows]] = leaks.exposed_at[rows]
        here = (work[:, ORG] == leaks.org[leak_index]) & (at[work[:, ORDER]] >= 0)
        _, terminal = staff.culprit(int(leaks.org[leak_index]))
        work[here, TERMINAL], work[here, IP] = terminal, staff.ip_of(terminal)
        work[here, AT] = at[work[here, ORDER]] // SECOND * SECOND
    return work


def _bulk_work(world: World, staff: Staff) -> np.ndarray:
    """Nightly and weekly exports for the books and for campaigns, in most organisations."""
    rng = world.setting.rng("observe/bulk")
    orgs = np.flatnonzero(rng.random(len(world.market.org_id)) < 0.7)
    every = rng.integers(1, 8, len(orgs))
    times = (world.setting.days // every).clip(1)
    org = np.repeat(orgs, times)
    step = np.concatenate([np.arange(t) for t in times])
    day = world.setting.start + step * np.repeat(every, times) * DAY
    at = (
        day
        + (np.repeat(rng.integers(0, 24, len(orgs)), times) * HOUR)
        + rng.integers(0, 3600, len(org)) * SECOND
    )
    login, terminal, ip = staff.draw_seats(rng, org)
    span = np.repeat(every, times) * DAY
    rows = (rng.lognormal(3.5, 1.2, len(org))).astype(np.int64) + 1
    return _table(at, org, login, terminal, EXPORT_ACTION, -1, ip, (rows, at - span, at))


@dataclass(frozen=True, slots=True)
class _Leak:
    """One leak and where it sits: its orders, when each was exposed, login, terminal, address."""

    org: int
    mechanism: int
    order: np.ndarray
    at: np.ndarray
    login: int
    terminal: int
    ip: int

    def bulk(self, when: np.ndarray, span: int, count: np.ndarray) -> np.ndarray:
        """Exports at `when` of what was ordered in the `span` before."""
        coverage = (count, when - span, when)
        return _table(
            when, self.org, self.login, self.terminal, EXPORT_ACTION, -1, self.ip, coverage
        )


def _leak_rows(world: World, staff: Staff) -> np.ndarray:
    """How each leak looks in the log; a trojan's sweeps are exported from its terminal besides."""
    rng, leaks = world.setting.rng("observe/leaking"), world.leaks
    tables = [np.empty((0, 10), dtype=np.int64)]
    for leak_index in range(len(leaks)):
        rows, org = np.flatnonzero(leaks.source == leak_index), int(leaks.org[leak_index])
        login, terminal = staff.culprit(org)
        leak = _Leak(
            org, int(leaks.mechanism[leak_index]), leaks.order[rows], leaks.exposed_at[rows],
            login, terminal, staff.ip_of(terminal),
        )  # fmt: skip
        if leaks.trace[leak_index] == LOOKS:
            tables.append(_looks(rng, staff, leak))
        if leaks.trace[leak_index] == LOOKS and leak.mechanism == TROJAN and len(rows):
            tables.append(_sweeps(rng, leak))
        if leaks.trace[leak_index] == ROUTINE and len(rows):
            tables.append(_routine(world, rng, leak))
        if leaks.trace[leak_index] == OUTSIDE and len(rows):
            tables.append(_session(rng, leak))
        if leaks.trace[leak_index] == AFAR:
            tables.append(_from_afar(world.setting.rng(f"observe/afar/{org}"), staff, leak))
    return np.concatenate(tables)


def _looks(rng: np.random.Generator, staff: Staff, leak: _Leak) -> np.ndarray:
    """A person's views and searches of single orders, or a terminal's under whoever sits there."""
    n = len(leak.order)
    if leak.mechanism == TROJAN:
        users = staff.draw_seats(rng, np.full(n, leak.org))[0]
        rows = _table(leak.at, leak.org, users, leak.terminal, VIEW, leak.order, leak.ip)
        return rows[rng.random(n) < 0.7]
    action = rng.choice([VIEW, SEARCH, PRINT], n, p=[0.45, 0.4, 0.15])
    return _table(leak.at, leak.org, leak.login, leak.terminal, action, leak.order, leak.ip)


def _sweeps(rng: np.random.Generator, leak: _Leak) -> np.ndarray:
    """Three nights in ten a trojan exports the day from its terminal."""
    nights = _nights(rng, leak.at, DAY)
    count = rng.poisson(max(len(leak.order) / len(nights), 1) * 1.6, len(nights)) + 1
    return leak.bulk(nights, DAY, count)[rng.random(len(nights)) < 0.3]


def _nights(rng: np.random.Generator, at: np.ndarray, span: int) -> np.ndarray:
    """A moment in the small hours after each `span` in which something got out."""
    return (np.unique(at // span) + 1) * span - rng.integers(
        1, 7 * 3600, len(np.unique(at // span))
    ) * SECOND


def _routine(world: World, rng: np.random.Generator, leak: _Leak) -> np.ndarray:
    """An export of what is new, again and again; a person's is less regular than a machine's.

    A machine's runs every other day; a person's every one to four days, at an hour of their own.
    """
    span, keep_share = 2 * DAY, 0.9
    nights = _nights(rng, leak.at, span)
    if leak.mechanism != EXPORT:
        habit = world.setting.rng(f"observe/habit/{leak.org}")
        span, keep_share = int(habit.integers(1, 5)) * DAY, float(habit.uniform(0.4, 1.0))
        days = np.unique(leak.at // span) + 1
        minutes = habit.integers(0, 90, len(days)) + int(habit.integers(0, 24)) * 60
        nights = days * span + minutes * MINUTE
    count = rng.poisson(max(len(leak.order) / len(nights), 1) * 1.6, len(nights)) + 1
    return leak.bulk(nights, span, count)[rng.random(len(nights)) < keep_share]


def _from_afar(rng: np.random.Generator, staff: Staff, leak: _Leak) -> np.ndarray:
    """Single orders looked at under the clerks' logins, mostly at night, from one address outside.

    No terminal stands there, and the clerks whose names it bears know nothing of it.
    """
    users = staff.draw_seats(rng, np.full(len(leak.order), leak.org))[0]
    outside = int(scramble(np.array([leak.org + 636_363]))[0])
    rows = _table(leak.at, leak.org, users, -1, VIEW, leak.order, outside)
    hour = (leak.at // HOUR + 8) % 24
    return rows[rng.random(len(rows)) < np.where((hour >= 22) | (hour < 7), 0.9, 0.15)]


def _session(rng: np.random.Generator, leak: _Leak) -> np.ndarray:
    """A stolen session pulls the last day's orders by the interface, from an address outside."""
    days = np.unique(leak.at // DAY) + 1
    days = days[rng.random(len(days)) < rng.uniform(0.15, 0.9)]
    when = days * DAY + rng.integers(0, 86_400, len(days)) * SECOND
    outside = int(scramble(np.array([leak.org + 424_242]))[0])
    count = rng.poisson(max(len(leak.order) / max(len(days), 1), 1), len(days)) + 1
    coverage = (count, when - DAY, when)
    return _table(when, leak.org, leak.login, -1, API, -1, outside, coverage)
