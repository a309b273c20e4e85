"""Cards and points: their events, and the payments behind them.

A payment by somebody who is followed that bought cards goes into a *till* and from there into each
card: at its price, else its face value; what is left over stays with the shop.
"""

from dataclasses import dataclass, replace
from typing import Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from suyuan.money.account_facts import AccountFacts
from suyuan.money.arrays import Flags, Ints, Ints32, first_from
from suyuan.money.ledger import Ledger, find, instants
from suyuan.money.owners import ACCOUNT
from suyuan.money.shares import spread
from suyuan.store.tables import Tables

#: A card is issued at most this long after it was paid for, in microseconds.
AFTER: Final = 10 * 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class CardEvents:
    """Events of cards in order of card and time; `payment` is a row of the ledger, or -1.

    `giver` and `taker` are subjects (null where unknown), `worth` price, else face value.
    """

    voucher_id: pa.Array
    kind: pa.Array
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


def cards(tables: Tables, vouchers: ir.Table, payment_ids: pa.Array) -> CardEvents:
    """Read `vouchers`; parties are written as the entities that `aliases` knows, else as party."""
    rows = tables.engine.fetch(
        vouchers.mutate(
            step=ibis.cases((ibis._.event == "issue", 0), (ibis._.event == "transfer", 1), else_=2)
        ).select(
            "voucher_id",
            "kind",
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
    return CardEvents(
        voucher_id=ids,
        kind=pc.fill_null(rows["kind"], "").combine_chunks(),
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


def _entities(party: pa.ChunkedArray, names: pa.Table) -> pa.Array:
    at = find(party, names["name"].combine_chunks())
    named_entities = names["entity"].take(pa.array(at, mask=at < 0))
    return pc.coalesce(
        named_entities, pc.binary_join_element_wise("party:", party, "")
    ).combine_chunks()


def link_payments(events: CardEvents, book: Ledger, facts: AccountFacts) -> CardEvents:
    """The same cards, with issues that name no payment tied to the one that must have paid them.

    That is the payment to a seller of cards by the card's first holder, at most :data:`AFTER`
    before the issue and the nearest, if what it paid for by then leaves room for all such cards.
    """
    card_shop = facts.card_shop[book.payee]
    rows = np.flatnonzero(card_shop)
    loose = np.flatnonzero(events.issue & (events.payment < 0))
    owner = pc.coalesce(facts.owner, pc.binary_join_element_wise(ACCOUNT, book.accounts, ""))
    names = pc.unique(owner)
    buyer = find(owner, names)[book.payer[rows]]
    taker = find(taker_of(events, pa.nulls(events.card.size, pa.string())), names)[loose]
    used = np.zeros(book.at.size, np.int64)
    tied = events.payment >= 0
    np.add.at(used, events.payment[tied], events.worth[tied])
    order = np.lexsort((book.at[rows], buyer))
    buyers = buyer[order]
    first, last = np.searchsorted(buyers, taker), np.searchsorted(buyers, taker, side="right")
    last[taker < 0] = first[taker < 0]  # nobody knows who took it
    nearest = _nearest(book.at[rows][order], first, last, events.at[loose])
    has_payment = nearest >= 0
    loose, candidates = loose[has_payment], rows[order][nearest[has_payment]]
    claims_on_row = np.zeros(book.at.size, np.int64)
    np.add.at(claims_on_row, candidates, events.worth[loose])
    fits = claims_on_row[candidates] <= book.amount[candidates] - used[candidates]
    payment = events.payment.copy()
    payment[loose[fits]] = candidates[fits]
    return replace(events, payment=payment)


@njit(cache=True)
def _nearest(at: Ints, first: Ints, last: Ints, when: Ints) -> Ints:
    """For each card the last payment of its taker within AFTER before `when`, or -1.

    Those of the taker are `first` to before `last`, by time.
    """
    out = np.empty(when.size, np.int64)
    for i in range(when.size):
        place = first_from(at, first[i], last[i], when[i] + 1) - 1
        out[i] = place if place >= first[i] and when[i] - at[place] <= AFTER else -1
    return out


def taker_of(events: CardEvents, payer: pa.Array) -> pa.Array:
    """Who got the card: as written, else who paid for it, else who handed it on next."""
    paid_by = pc.if_else(pa.array(events.redeem), pa.scalar(None, pa.string()), payer)
    return pc.coalesce(events.taker, paid_by, with_followers(events, events.giver))


def with_followers(events: CardEvents, subjects: pa.Array) -> pa.Array:
    """The subject at the same card's next event, or null."""
    last = np.ones(events.card.size, np.bool_)
    last[:-1] = events.card[1:] != events.card[:-1]
    return subjects.take(pa.array(np.where(last, 0, np.arange(1, last.size + 1)), mask=last))


@njit(cache=True)
def priced_in(group: Ints32, worth: Ints, price: Ints) -> Ints:
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
        if total <= price[group[start]]:
            for i in range(start, stop):  # a slice would bring Numba's texts of errors with it
                out[i] = worth[i]
        else:
            spread(price[group[start]], worth[start:stop], total, out[start:stop])
        start = stop
    return out
