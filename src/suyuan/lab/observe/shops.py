"""What platforms, shops and couriers record: orders and who looked at them; and what surfaced."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from suyuan.lab.latent.leaks import EXPORT, INSIDER, TROJAN
from suyuan.lab.latent.world import World
from suyuan.lab.observe.callrecords import scam_callees
from suyuan.lab.observe.noise import (
    blank,
    mask_addresses,
    mask_names,
    mask_phones,
    mistype,
    seized_at,
)
from suyuan.lab.observe.staff import Staff
from suyuan.lab.observe.wording import ITEMS, addresses, dotted, names
from suyuan.lab.seeds import categories, distinct
from suyuan.lab.setting import DAY, HOUR, MINUTE, SECOND
from suyuan.lab.sheet import Cells, Ids, Numbers, Texts, Words, texts, words, write
from suyuan.model.records import ACCESSES, LEAKED, ORDERS

ACTIONS = words("view", "search", "export", "print", "api")
VIEW, SEARCH, EXPORTED, PRINT, API = range(5)


def orders(world: World, folder: Path) -> int:
    """The order table; a third of the buyers' ids, some names and addresses are not passed on."""
    market, people = world.market, world.people
    rng = world.setting.rng("observe/orders")
    gaps, buyer = world.setting.knob("missing"), market.buyer
    orgs = texts(Ids(market.org_id))
    # Some people have parcels sent to another number of the household.
    phone = mistype(rng, people.phone[buyer], 0.003 * world.setting.knob("noise"))

    def org(index: np.ndarray, rate: float) -> Words:
        return Words(blank(rng, index, rate * gaps), orgs)

    cells: dict[str, Cells] = {
        "order_id": Ids(market.order_id),
        "ordered_at": Numbers(market.at),
        "buyer_id": Ids(blank(rng, people.id[buyer], 0.1 * gaps)),
        "buyer_name": _Lazy(lambda rows: names(people.name[buyer[rows]]), len(market)),
        "buyer_phone": Ids(phone),
        "address": _Lazy(
            lambda rows: addresses(people.city[buyer[rows]], people.address[buyer[rows]]),
            len(market),
        ),
        "platform": org(market.platform, 0.0),
        "merchant_id": org(market.merchant, 0.0),
        "courier": org(market.courier, 0.02),
        "waybill_id": Ids(blank(rng, market.waybill, 0.03 * gaps)),
        "item": Words(market.category * 40 + market.item, ITEMS),
        "amount": Numbers(market.amount),
        "software": org(market.software, 0.03),
        "warehouse": org(market.warehouse, 0.02),
    }
    return write(folder, ORDERS, cells)


class _Lazy:
    """Cells that are written out only when their rows are asked for."""

    def __init__(self, make: object, n: int) -> None:
        self.make, self.n = make, n

    def __len__(self) -> int:
        return self.n

    def take(self, rows: np.ndarray) -> pa.Array:
        return self.make(rows)  # type: ignore[operator]


def accesses(world: World, staff: Staff, folder: Path) -> int:
    """Logs of half of the organisations: daily work, bulk work, and the leaks among it."""
    parts = [_work(world, staff), _bulk_work(world, staff), _leaking(world, staff)]
    table = np.concatenate(parts)
    rng = world.setting.rng("observe/accesses")
    logged = rng.random(len(world.market.org_id)) < 1 - 0.3 * min(world.setting.knob("missing"), 3)
    logged[world.leaks.org[world.leaks.used]] |= rng.random(int(world.leaks.used.sum())) < 0.6
    table = table[logged[table[:, 1]]]
    market, n = world.market, len(table)
    order = table[:, 5]
    cells: dict[str, Cells] = {
        "access_id": Ids(distinct(rng, n, 10**11, 10**12)),
        "at": Numbers(table[:, 0]),
        "org": Ids(market.org_id[table[:, 1]]),
        "actor_id": Ids(staff.logins[table[:, 2]]),
        "terminal": Ids(
            blank(rng, staff.terminals[table[:, 3]], 0.1 * world.setting.knob("missing"))
        ),
        "ip": Texts(dotted(blank(rng, table[:, 8], 0.15 * world.setting.knob("missing")))),
        "action": Words(table[:, 4], ACTIONS),
        "order_id": Ids(np.where(order >= 0, market.order_id[order], -1)),
        "row_count": Numbers(table[:, 6]),
        "range_from": Numbers(np.where(table[:, 7] >= 0, table[:, 7], -1)),
        "range_to": Numbers(np.where(table[:, 7] >= 0, table[:, 9], -1)),
    }
    return write(folder, ACCESSES, cells)


# Columns of an access: at, org, login, terminal, action, order, rows, from, ip, to.
def _table(
    at: np.ndarray,
    org: np.ndarray,
    login: np.ndarray,
    terminal: np.ndarray,
    action: np.ndarray | int,
    order: np.ndarray | int,
    ip: np.ndarray,
    bulk: tuple[np.ndarray | int, np.ndarray | int, np.ndarray | int] = (-1, -1, -1),
) -> np.ndarray:
    n = len(at)
    columns = [
        at // SECOND * SECOND,
        org,
        login,
        terminal,
        action,
        order,
        bulk[0],
        bulk[1],
        ip,
        bulk[2],
    ]
    return np.stack([np.broadcast_to(np.asarray(c, dtype=np.int64), (n,)) for c in columns], axis=1)


def _work(world: World, staff: Staff) -> np.ndarray:
    """Orders viewed and printed at the shop, and searched at the courier's now and then."""
    rng = world.setting.rng("observe/work")
    market = world.market
    found = []
    for column, share, actions in (
        (market.merchant, 0.7, [VIEW, PRINT, SEARCH]),
        (market.courier, 0.25, [SEARCH, VIEW]),
        (market.warehouse, 0.5, [PRINT, VIEW]),
        (market.software, 0.25, [API, PRINT]),
    ):
        rows = np.flatnonzero((column >= 0) & (rng.random(len(market)) < share))
        org = column[rows]
        login, terminal, ip = staff.somebody(rng, org)
        at = market.at[rows] + (rng.gamma(1.5, 6.0, len(rows)) * HOUR).astype(np.int64) + 3 * MINUTE
        found.append(_table(at, org, login, terminal, rng.choice(actions, len(rows)), rows, ip))
    return np.concatenate(found)


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
    login, terminal, ip = staff.somebody(rng, org)
    span = np.repeat(every, times) * DAY
    rows = (rng.lognormal(3.5, 1.2, len(org))).astype(np.int64) + 1
    return _table(at, org, login, terminal, EXPORTED, -1, ip, (rows, at - span, at))


def _leaking(world: World, staff: Staff) -> np.ndarray:
    """How each leak looks in the log: a person's searches, a terminal's sweeps, or exports."""
    rng = world.setting.rng("observe/leaking")
    leaks = world.leaks
    found = [np.empty((0, 10), dtype=np.int64)]
    for one in range(len(leaks)):
        rows = np.flatnonzero(leaks.source == one)
        order, at = leaks.order[rows], leaks.exposed_at[rows]
        org = np.full(len(rows), leaks.org[one])
        login, terminal = staff.culprit(int(leaks.org[one]))
        ip = np.full(len(rows), staff.ip_of(terminal))
        how = leaks.mechanism[one]
        if how == INSIDER:
            action = rng.choice([VIEW, SEARCH, PRINT], len(rows), p=[0.45, 0.4, 0.15])
            found.append(
                _table(
                    at,
                    org,
                    np.full(len(rows), login),
                    np.full(len(rows), terminal),
                    action,
                    order,
                    ip,
                )
            )
        elif how == TROJAN:
            users = staff.somebody(rng, org)[0]
            seen = rng.random(len(rows)) < 0.7
            found.append(
                _table(at, org, users, np.full(len(rows), terminal), VIEW, order, ip)[seen]
            )
        if how in (EXPORT, TROJAN) and len(rows):
            days = np.unique(at // (2 * DAY if how == EXPORT else DAY))
            when = (days + 1) * (2 * DAY if how == EXPORT else DAY) - rng.integers(
                1, 7 * 3600, len(days)
            ) * SECOND
            span = np.full(len(days), 2 * DAY if how == EXPORT else DAY)
            count = rng.poisson(max(len(rows) / len(days), 1) * 1.6, len(days)) + 1
            kept = rng.random(len(days)) < (0.9 if how == EXPORT else 0.3)
            one_login = np.full(len(days), login)
            found.append(
                _table(
                    when,
                    org[: len(days)]
                    if len(days) <= len(org)
                    else np.full(len(days), leaks.org[one]),
                    one_login,
                    np.full(len(days), terminal),
                    EXPORTED,
                    -1,
                    np.full(len(days), staff.ip_of(terminal)),
                    (count, when - span, when),
                )[kept]
            )
    return np.concatenate(found)


def leaked(world: World, folder: Path) -> dict[str, np.ndarray]:
    """Records on seized disks and phones: those exposed, copies, others of unknown origin.

    Returns, for the truth, the id and the order (-1 outside the order table) of each row.
    """
    rng = world.setting.rng("observe/leaked")
    leaks, market, people = world.leaks, world.market, world.people
    setting, n = world.setting, world.setting.counts["leaked_rows"]
    found_share = setting.config["leaks"]["found_share"]
    rows = np.flatnonzero(rng.random(len(leaks.order)) < found_share)
    copies = rows[rng.random(len(rows)) < 0.25]
    rows = np.concatenate([rows, copies])[:n]
    other = n - len(rows)
    order = np.concatenate([leaks.order[rows], np.full(other, -1)])
    person = np.where(order >= 0, market.buyer[order], categories(rng, people.activity, n))
    outside = (order < 0) & (rng.random(n) < 0.75)
    phone = np.where(outside, world.outside_phone(rng.integers(0, 10**7, n)), people.phone[person])
    bought, bought_at = _called(world, rng, other)
    phone[len(rows) : len(rows) + len(bought)] = bought
    exhibits, exhibit = _exhibits(world, rng, leaks.source[rows], other)
    known = order >= 0
    at = np.where(
        known, market.at[order], setting.start + (rng.random(n) * (setting.days + 12) - 12) * DAY
    )
    at = at.astype(np.int64)
    at[len(rows) : len(rows) + len(bought)] = bought_at
    at = at // SECOND * SECOND
    amount = np.where(known, market.amount[order], rng.choice(market.amount, n))
    item = np.where(
        known, market.category[order] * 40 + market.item[order], rng.integers(0, 480, n)
    )
    noise, gaps = setting.knob("noise"), setting.knob("missing")
    exposed = np.concatenate([leaks.exposed_at[rows], at[len(rows) :] + 6 * HOUR])
    obtained = exposed + (rng.gamma(2, 10 * HOUR, n)).astype(np.int64)
    style = rng.random((len(exhibits), 4))[exhibit]
    hide = rng.random((n, 3)) < np.array([0.15, 0.25, 0.2]) * noise * (style[:, :3] * 2)
    ids = distinct(rng, n, 10**12, 10**13)
    phones = mistype(rng, phone, 0.01 * noise)
    known_at = seized_at(setting, exhibits[exhibit, 0])
    obtained = np.minimum(obtained, known_at - HOUR)
    cells: dict[str, Cells] = {
        "known_at": Numbers(known_at),
        "leaked_id": Ids(ids),
        "exhibit_id": Ids(exhibits[exhibit, 0]),
        "holder_id": Ids(exhibits[exhibit, 1]),
        "obtained_at": Numbers(blank(rng, obtained // SECOND * SECOND, 0.25 * gaps)),
        "name": _Lazy(
            lambda r: mask_names(
                names(people.name[person[r]] + np.where(outside[r], 7919, 0)), hide[r, 1]
            ),
            n,
        ),
        "phone": _Lazy(lambda r: mask_phones(texts(Ids(phones[r])), hide[r, 0]), n),
        "address": _Lazy(
            lambda r: mask_addresses(
                addresses(
                    people.city[person[r]],
                    people.address[person[r]] + np.where(outside[r], 104729, 0),
                ),
                hide[r, 2],
            ),
            n,
        ),
        "item": Words(blank(rng, item, 0.1 * gaps), ITEMS),
        "amount": Numbers(blank(rng, amount, 0.12 * gaps)),
        "ordered_at": Numbers(
            blank(rng, np.where(style[:, 3] < 0.3, at // DAY * DAY - 8 * HOUR, at), 0.1 * gaps)
        ),
        "waybill_id": Ids(
            blank(
                rng,
                np.where(known, market.waybill[order], rng.integers(10**14, 10**15, n)),
                0.45 * gaps,
            )
        ),
    }
    write(folder, LEAKED, cells, order=np.argsort(ids))
    return {"leaked_id": ids, "order": order, "exhibit": exhibits[exhibit, 0]}


def _called(world: World, rng: np.random.Generator, room: int) -> tuple[np.ndarray, np.ndarray]:
    """Records bought elsewhere on which the rings called: number and order time of each."""
    calls = world.calls
    rows = np.flatnonzero((calls.lead < 0) & (rng.random(len(calls)) < 0.3))[: room // 2]
    return scam_callees(world)[rows], calls.ordered_at[rows]


def _exhibits(
    world: World, rng: np.random.Generator, source: np.ndarray, other: int
) -> tuple[np.ndarray, np.ndarray]:
    """Exhibits (id, holder) and the one that each row was found in.

    A broker's disk holds what he bought from all his sources; phones of the ring's people and data
    sets that surfaced elsewhere hold the rest, and bits of everything.
    """
    brokers = world.leaks.broker
    holders = np.unique(brokers[brokers >= 0])
    disks = len(holders) * 2 + 4
    holder = np.concatenate([np.repeat(holders, 2), np.full(4, -1)])
    ids = distinct(rng, disks, 10_000, 100_000)
    owner = np.where(holder >= 0, world.people.id[holder], -1)
    mine = np.searchsorted(holders, brokers[source]) if len(holders) else source
    surfaced = (brokers[source] < 0) | (rng.random(len(source)) < 0.15)
    at_home = mine * 2 + (rng.random(len(source)) < 0.4)
    first = np.where(surfaced, disks - 4 + rng.integers(0, 4, len(source)), at_home)
    return np.stack([ids, owner], axis=1), np.concatenate([first, rng.integers(0, disks, other)])
