"""Cards and points in the ledger: money becomes a card, changes hands, is sold or used up.

A payment by somebody who is followed that bought cards goes into a *till* and from there into each
card: at its price, else its face value; what is left over stays with the shop. A card that passes
on without payment carries its money along. Where a dealer gives money for it, the stolen money
rests with the dealer, and what the dealer paid is his own money: so a sale counts nothing twice,
whatever the discount. A card used up takes its money to whoever was paid with it.
"""

from dataclasses import dataclass, replace
from typing import Final

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from suyuan.money.arrays import Flags, Ints, Ints32
from suyuan.money.case import Holders
from suyuan.money.exact import spread
from suyuan.money.ledger import Ledger, find, instants
from suyuan.money.owners import ACCOUNT
from suyuan.store.tables import Tables

#: A card is issued at most this long after it was paid for, in microseconds.
AFTER: Final = 10 * 60 * 1_000_000

BOUGHT: Final = 1
PASSED: Final = 2
SOLD: Final = 3
USED: Final = 4


@dataclass(frozen=True, slots=True)
class Cards:
    """Events of cards in order of card and time; `payment` is a row of the ledger, or -1.

    `giver` and `taker` are subjects (null where unknown), `worth` price, else face value.
    """

    voucher_id: pa.Array
    card: Ints32
    at: Ints
    worth: Ints
    face: Ints
    priced: Flags
    issue: Flags
    redeem: Flags
    giver: pa.Array
    taker: pa.Array
    payment: Ints32


def cards(tables: Tables, payment_ids: pa.Array) -> Cards:
    """Read `vouchers`; parties are written as the entities that `aliases` knows, else as party."""
    rows = tables.engine.fetch(
        tables["vouchers"]
        .mutate(
            step=ibis.cases((ibis._.event == "issue", 0), (ibis._.event == "transfer", 1), else_=2)
        )
        .select(
            "voucher_id",
            "at",
            "step",
            "face_value",
            "price",
            "from_party",
            "to_party",
            "payment_id",
        )
    )
    rows = rows.sort_by(
        [(name, "ascending") for name in ("voucher_id", "at", "step", "to_party", "from_party")]
    ).combine_chunks()
    names = tables.engine.fetch(tables["aliases"].select("name", "entity"))
    step = np.asarray(rows["step"], dtype=np.int64)
    ids = rows["voucher_id"].combine_chunks()
    return Cards(
        voucher_id=ids,
        card=find(ids, pc.unique(ids)),
        at=instants(rows["at"]),
        worth=np.asarray(pc.coalesce(rows["price"], rows["face_value"]), dtype=np.int64),
        face=np.asarray(rows["face_value"], dtype=np.int64),
        priced=np.asarray(pc.greater(pc.fill_null(rows["price"], 0), 0), dtype=np.bool_),
        issue=step == 0,
        redeem=step == 2,
        giver=_entities(rows["from_party"], names),
        taker=_entities(rows["to_party"], names),
        payment=find(rows["payment_id"], payment_ids),
    )


def linked(events: Cards, book: Ledger, known: Holders) -> Cards:
    """The same cards, with issues that name no payment tied to the one that must have paid them.

    That is the payment to a seller of cards by the card's first holder, at most :data:`AFTER`
    before the issue and the nearest, if what it paid for by then leaves room for all such cards.
    """
    card_shop = known.card_shop[book.payee]
    rows = np.flatnonzero(card_shop)
    loose = np.flatnonzero(events.issue & (events.payment < 0))
    owner = pc.coalesce(known.owner, pc.binary_join_element_wise(ACCOUNT, book.accounts, ""))
    names = pc.unique(owner)
    buyer = find(owner, names)[book.payer[rows]]
    taker = find(_taker(events, pa.nulls(events.card.size, pa.string())), names)[loose]
    used = np.zeros(book.at.size, np.int64)
    tied = events.payment >= 0
    np.add.at(used, events.payment[tied], events.worth[tied])
    order = np.lexsort((book.at[rows], buyer))
    nearest = _nearest(buyer[order], book.at[rows][order], taker, events.at[loose])
    found = nearest >= 0
    loose, chosen = loose[found], rows[order][nearest[found]]
    wanted = np.zeros(book.at.size, np.int64)
    np.add.at(wanted, chosen, events.worth[loose])
    fits = wanted[chosen] <= book.amount[chosen] - used[chosen]
    payment = events.payment.copy()
    payment[loose[fits]] = chosen[fits]
    return replace(events, payment=payment)


@njit(cache=True)
def _nearest(buyer: Ints32, at: Ints, taker: Ints32, when: Ints) -> Ints:
    """For each card the last payment of its taker within AFTER before `when`, or -1.

    Payments come by buyer and time.
    """
    out = np.full(taker.size, -1, np.int64)
    for i in range(taker.size):
        if taker[i] < 0:
            continue
        low, high = np.searchsorted(buyer, taker[i]), np.searchsorted(buyer, taker[i], side="right")
        place = low + np.searchsorted(at[low:high], when[i], side="right") - 1
        if place >= low and when[i] - at[place] <= AFTER:
            out[i] = place
    return out


def _entities(party: pa.ChunkedArray, names: pa.Table) -> pa.Array:
    at = find(party, names["name"].combine_chunks())
    known = names["entity"].take(pa.array(at, mask=at < 0))
    return pc.coalesce(known, pc.binary_join_element_wise("party:", party, "")).combine_chunks()


@dataclass(frozen=True, slots=True)
class Deeds:
    """What each event did to followed money: a constant above, or 0 for nothing.

    `receiver` is with whom money comes to rest where a card is sold or used up (null: unknown). `gap` marks
    events of a giver whom we never saw get the card.
    """

    deed: Ints32
    receiver: pa.Array
    gap: Flags


def judge(events: Cards, ours: Flags, payer: pa.Array, begins: Flags, dealers: pa.Array) -> Deeds:
    """Judge every event of every card.

    `ours` marks events paid for by somebody who is followed, `begins` those with which a report
    begins; `payer` is the subject who paid for an event (null: no payment on record). `dealers`
    are known to pay for cards.
    """
    bought = (ours & ~events.redeem) | begins
    held = _held(events.card, bought)
    taker = _taker(events, payer)
    giver, gap = _giver(events, taker)
    # a payment made by whoever has the card next is for that next step
    for_another = _true(pc.not_equal(payer, taker)) & _true(pc.equal(payer, _next(events, taker)))
    paid = _true(pc.is_valid(payer)) | events.priced
    gave = (paid | _in(taker, dealers)) & ~for_another
    # whoever hands on a card that we never saw come to him, and pays for cards, paid for this one
    unseen = gap & _in(giver, dealers)
    deed = np.zeros(events.card.size, np.int32)
    later = held & ~bought & ~events.issue
    deed[later] = PASSED
    deed[later & events.redeem] = USED
    deed[later & ((gave & ~events.redeem) | unseen)] = SOLD
    deed[bought] = BOUGHT
    used_by = pc.if_else(
        pa.array(gap), pa.scalar(None, pa.string()), pc.coalesce(events.taker, giver)
    )
    receiver = pc.if_else(pa.array(events.redeem), used_by, taker)
    return Deeds(deed, pc.if_else(pa.array(unseen), giver, receiver), gap)


#: Who was the first to give money for so many cards deals in them.
SEVERAL: Final = 3


def buyers(events: Cards, deeds: Deeds) -> pa.Array:
    """Dealers: those who were first to give money for several cards that held followed money.

    A sale by somebody whom we never saw get the card may not be the first, and does not count.
    """
    sold = np.flatnonzero(deeds.deed == SOLD)
    _, first = np.unique(events.card[sold], return_index=True)
    first = sold[first]
    counted = pc.value_counts(deeds.receiver.take(pa.array(first[~deeds.gap[first]])))
    many = counted.filter(pc.greater_equal(counted.field("counts"), SEVERAL)).field("values")
    return pc.drop_null(many)


def _true(column: pa.Array) -> Flags:
    return np.asarray(pc.fill_null(column, fill_value=False), dtype=np.bool_)


def _in(names: pa.Array, some: pa.Array) -> Flags:
    return _true(pc.is_in(names, value_set=some, skip_nulls=True))


def _taker(events: Cards, payer: pa.Array) -> pa.Array:
    """Who got the card: as written, else who paid for it, else who handed it on next."""
    paid_by = pc.if_else(pa.array(events.redeem), pa.scalar(None, pa.string()), payer)
    return pc.coalesce(events.taker, paid_by, _next(events, events.giver))


def _next(events: Cards, subjects: pa.Array) -> pa.Array:
    """The subject at the same card's next event, or null."""
    last = np.ones(events.card.size, np.bool_)
    last[:-1] = events.card[1:] != events.card[:-1]
    return subjects.take(pa.array(np.where(last, 0, np.arange(1, last.size + 1)), mask=last))


def _giver(events: Cards, taker: pa.Array) -> tuple[pa.Array, Flags]:
    """Who handed it on, and where he is not the one who got it last, as far as we saw."""
    first = np.ones(events.card.size, np.bool_)
    first[1:] = events.card[1:] != events.card[:-1]
    before = taker.take(pa.array(np.arange(-1, events.card.size - 1), mask=first))
    return pc.coalesce(events.giver, before), _true(pc.not_equal(events.giver, before))


@njit(cache=True)
def _held(card: Ints32, bought: Flags) -> Flags:
    """Events of a card after it was bought, events being in order of card and time."""
    out = np.zeros(card.size, np.bool_)
    for i in range(1, card.size):
        out[i] = card[i] == card[i - 1] and (out[i - 1] or bought[i - 1])
    return out


@njit(cache=True)
def priced_in(group: Ints32, worth: Ints, paid: Ints) -> Ints:
    """What of each payment went into each card; cards come grouped by payment (0, 1, …).

    A card takes its worth. Where a payment is smaller than its cards are worth, it is spread over
    them pro rata, to the fen.
    """
    out, start = np.zeros(group.size, np.int64), 0
    while start < group.size:
        stop = start
        total = 0
        while stop < group.size and group[stop] == group[start]:
            total += worth[stop]
            stop += 1
        if total <= paid[group[start]]:
            out[start:stop] = worth[start:stop]
        else:
            spread(paid[group[start]], worth[start:stop], total, out[start:stop])
        start = stop
    return out
