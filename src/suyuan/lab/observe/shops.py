"""What platforms and shops record of orders; and what surfaced of them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from suyuan.lab.latent.market import Market
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
from suyuan.lab.observe.wording import ITEMS, addresses, names
from suyuan.lab.seeds import categories, distinct
from suyuan.lab.setting import DAY, HOUR, SECOND
from suyuan.lab.sheet import Cells, Ids, Numbers, Words, texts, write
from suyuan.model.records import LEAKED, ORDERS


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


@dataclass(frozen=True)
class _SeizedRows:
    """One entry for each row: its order (-1 outside the table), whose it is, and from where.

    ``outside`` are people of whom nothing else is recorded; ``exhibits`` (id, holder) are the
    disks and phones, ``exhibit`` in which of them the row was found; times as in the records.
    """

    order: np.ndarray
    person: np.ndarray
    outside: np.ndarray
    phone: np.ndarray
    at: np.ndarray
    exposed_at: np.ndarray
    exhibits: np.ndarray
    exhibit: np.ndarray

    def __len__(self) -> int:
        return len(self.order)


def leaked_rows(world: World, folder: Path) -> dict[str, np.ndarray]:
    """Records on seized disks and phones: those exposed, copies, others of unknown origin.

    Returns, for the truth, the id and the order (-1 outside the order table) of each row.
    """
    rng = world.setting.rng("observe/leaked")
    rows = _seized_rows(world, rng)
    ids, cells = _seized_cells(world, rng, rows)
    write(folder, LEAKED, cells, order=np.argsort(ids))
    exhibit = rows.exhibits[rows.exhibit, 0]
    return {"leaked_id": ids, "order": rows.order, "exhibit": exhibit}


def _seized_rows(world: World, rng: np.random.Generator) -> _SeizedRows:
    leaks, market, people = world.leaks, world.market, world.people
    setting, n = world.setting, world.setting.counts["leaked_rows"]
    rows = np.flatnonzero(rng.random(len(leaks.order)) < setting.config["leaks"]["found_share"])
    rows = np.concatenate([rows, rows[rng.random(len(rows)) < 0.25]])[:n]  # copies are kept too
    outsider_count = n - len(rows)
    order = np.concatenate([leaks.order[rows], np.full(outsider_count, -1)])
    person = np.where(order >= 0, market.buyer[order], categories(rng, people.activity, n))
    outside = (order < 0) & (rng.random(n) < 0.75)
    phone = np.where(outside, world.outside_phone(rng.integers(0, 10**7, n)), people.phone[person])
    outsider_phones, bought_at = _called_outsiders(world, rng, outsider_count)
    outsider_slice = slice(len(rows), len(rows) + len(outsider_phones))
    phone[outsider_slice] = outsider_phones
    exhibits, exhibit = _exhibits(world, rng, leaks.source[rows], outsider_count)
    any_time = setting.start + (rng.random(n) * (setting.days + 12) - 12) * DAY
    at = np.where(order >= 0, market.at[order], any_time).astype(np.int64)
    at[outsider_slice] = bought_at
    at = at // SECOND * SECOND
    exposure_times = np.concatenate([leaks.exposed_at[rows], at[len(rows) :] + 6 * HOUR])
    return _SeizedRows(order, person, outside, phone, at, exposure_times, exhibits, exhibit)


def _seized_cells(
    world: World, rng: np.random.Generator, rows: _SeizedRows
) -> tuple[np.ndarray, dict[str, Cells]]:
    """The ids of `rows` and what is written: exhibits hide and round in styles of their own."""
    market, people, setting = world.market, world.people, world.setting
    n, has_order = len(rows), rows.order >= 0
    noise, gaps = setting.knob("noise"), setting.knob("missing")
    amount = np.where(has_order, market.amount[rows.order], rng.choice(market.amount, n))
    item = market.category[rows.order] * 40 + market.item[rows.order]
    item = np.where(has_order, item, rng.integers(0, 480, n))
    obtained_at = rows.exposed_at + (rng.gamma(2, 10 * HOUR, n)).astype(np.int64)
    style = rng.random((len(rows.exhibits), 4))[rows.exhibit]
    hide = rng.random((n, 3)) < np.array([0.15, 0.25, 0.2]) * noise * (style[:, :3] * 2)
    ids = distinct(rng, n, 10**12, 10**13)
    phones = mistype(rng, rows.phone, 0.01 * noise)
    exhibit, holder = rows.exhibits[rows.exhibit].T
    known_at = seized_at(setting, exhibit)
    obtained_at = np.minimum(obtained_at, known_at - HOUR)
    day_only = np.where(style[:, 3] < 0.3, rows.at // DAY * DAY - 8 * HOUR, rows.at)

    def name(r: np.ndarray) -> pa.Array:
        full_names = names(people.name[rows.person[r]] + np.where(rows.outside[r], 7919, 0))
        return mask_names(full_names, hide[r, 1])

    def address(r: np.ndarray) -> pa.Array:
        person = rows.person[r]
        street = people.address[person] + np.where(rows.outside[r], 104729, 0)
        return mask_addresses(addresses(people.city[person], street), hide[r, 2])

    return ids, {
        "known_at": Numbers(known_at),
        "leaked_id": Ids(ids),
        "exhibit_id": Ids(exhibit),
        "holder_id": Ids(holder),
        "obtained_at": Numbers(blank(rng, obtained_at // SECOND * SECOND, 0.25 * gaps)),
        "name": _Lazy(name, n),
        "phone": _Lazy(lambda r: mask_phones(texts(Ids(phones[r])), hide[r, 0]), n),
        "address": _Lazy(address, n),
        "item": Words(blank(rng, item, 0.1 * gaps), ITEMS),
        "amount": Numbers(blank(rng, amount, 0.12 * gaps)),
        "ordered_at": Numbers(blank(rng, day_only, 0.1 * gaps)),
        "waybill_id": Ids(blank(rng, _waybills(market, rng, rows.order), 0.45 * gaps)),
    }


def _waybills(market: Market, rng: np.random.Generator, order: np.ndarray) -> np.ndarray:
    elsewhere = rng.integers(10**14, 10**15, len(order))
    return np.where(order >= 0, market.waybill[order], elsewhere)


def _called_outsiders(
    world: World, rng: np.random.Generator, room: int
) -> tuple[np.ndarray, np.ndarray]:
    """Records bought elsewhere on which the rings called: number and order time of each."""
    calls = world.calls
    rows = np.flatnonzero((calls.lead < 0) & (rng.random(len(calls)) < 0.3))[: room // 2]
    return scam_callees(world)[rows], calls.ordered_at[rows]


def _exhibits(
    world: World, rng: np.random.Generator, source: np.ndarray, outsider_count: int
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
    place = np.searchsorted(holders, brokers[source]) if len(holders) else source
    in_public = (brokers[source] < 0) | (rng.random(len(source)) < 0.15)
    at_home = place * 2 + (rng.random(len(source)) < 0.4)
    first = np.where(in_public, disks - 4 + rng.integers(0, 4, len(source)), at_home)
    return np.stack([ids, owner], axis=1), np.concatenate(
        [first, rng.integers(0, disks, outsider_count)]
    )
