"""Cards and points in the ledger: money becomes a card, changes hands, is sold or used up.

A payment by somebody who is followed that bought cards goes into a *till* and from there into each
card: at its price, else its face value; what is left over stays with the shop. A card that passes
on without payment carries its money along. Where a dealer gives money for it, the stolen money
rests with the dealer, and what the dealer paid is his own money: so a sale counts nothing twice,
whatever the discount. A card used up takes its money to whoever was paid with it.
"""

from dataclasses import dataclass
from typing import Final

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from suyuan.money.arrays import Flags, Ints, Ints32
from suyuan.money.exact import spread
from suyuan.money.ledger import find, instants
from suyuan.store.tables import Tables

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


def _entities(party: pa.ChunkedArray, names: pa.Table) -> pa.Array:
    at = find(party, names["name"].combine_chunks())
    known = names["entity"].take(pa.array(at, mask=at < 0))
    return pc.coalesce(known, pc.binary_join_element_wise("party:", party, "")).combine_chunks()


def judge(
    events: Cards, payer_follows: Flags, owner_of_payer: pa.Array, begins: Flags, dealers: pa.Array
) -> Ints32:
    """What each event did to followed money: one of the constants above, or 0 for nothing.

    `payer_follows` marks events whose payment came from somebody who is followed, `begins` those
    with which a report begins. `dealers` are known to pay for cards.
    """
    bought = (payer_follows & ~events.redeem) | begins
    held = _held(events.card, bought)
    paid = events.payment >= 0
    # a payment made by another than the taker is that other's, if he is the one to have it later
    other = np.asarray(
        pc.fill_null(pc.not_equal(owner_of_payer, events.taker), fill_value=False), dtype=np.bool_
    )
    for_another = paid & other & ~_last(events.card)
    known = np.asarray(
        pc.fill_null(pc.is_in(events.taker, value_set=dealers), fill_value=False), dtype=np.bool_
    )
    gave = (paid | events.priced | known) & ~for_another
    out = np.zeros(events.card.size, np.int32)
    later = held & ~bought & ~events.issue
    out[later] = PASSED
    out[later & gave & ~events.redeem] = SOLD
    out[later & events.redeem] = USED
    out[bought] = BOUGHT
    return out


@njit(cache=True)
def _held(card: Ints32, bought: Flags) -> Flags:
    """Events of a card after it was bought, events being in order of card and time."""
    out = np.zeros(card.size, np.bool_)
    for i in range(1, card.size):
        out[i] = card[i] == card[i - 1] and (out[i - 1] or bought[i - 1])
    return out


def _last(card: Ints32) -> Flags:
    out = np.ones(card.size, np.bool_)
    out[:-1] = card[1:] != card[:-1]
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
