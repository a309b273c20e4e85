"""What the events of cards did to stolen money: bought with it, passed it on, sold it, used it up.

A card that passes on without payment carries its money along. Where a dealer gives money for it,
the stolen money rests with the dealer, and what the dealer paid is his own money: so a sale counts
nothing twice, whatever the discount. A price that a middleman wrote down is no sale. A card used up
takes its money to whoever used it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from suyuan.money.arrays import Flags, Ints32
from suyuan.money.card_middlemen import middlemen
from suyuan.money.cards import CardEvents, taker_of, with_followers

BUY: Final = 1
TRANSFER: Final = 2
SALE: Final = 3
USED: Final = 4


@dataclass(frozen=True, slots=True)
class CardEffects:
    """What each event did to followed money: a constant above, or 0 for nothing.

    `receiver` is with whom money comes to rest where a card is sold or used up (null: unknown).
    `gap` marks events of a giver whom we never saw get the card, `unpaid` those at the price of a
    middleman, which would be sales by anybody else.
    """

    effect: Ints32
    receiver: pa.Array
    gap: Flags
    unpaid: Flags


def judge(
    events: CardEvents, follow: Flags, payer: pa.Array, begins: Flags, dealers: pa.Array
) -> CardEffects:
    """Judge every event of every card.

    `follow` marks events paid for by somebody who is followed, `begins` those with which a report
    begins; `payer` is the subject who paid for an event (null: no payment on record). `dealers`
    are known to pay for cards.
    """
    purchases = (follow & ~events.redeem) | begins
    is_held = _holdings(events.card, purchases)
    taker = taker_of(events, payer)
    giver, gap = _giver(events, taker)
    # a payment made by whoever has the card next is for that next step
    for_another = _true(pc.not_equal(payer, taker)) & _true(
        pc.equal(payer, with_followers(events, taker))
    )
    has_price = _true(pc.is_valid(payer)) | events.priced
    for_value = (has_price | _in(taker, dealers)) & ~for_another & ~events.redeem
    is_unpaid = _in(taker, middlemen(events, payer, taker)) & ~_true(pc.equal(payer, taker))
    # whoever hands on a card that we never saw come to him, and pays for cards, paid for this one
    is_unseen = gap & _in(giver, dealers)
    effect = np.zeros(events.card.size, np.int32)
    later = is_held & ~purchases & ~events.issue
    effect[later] = TRANSFER
    effect[later & events.redeem] = USED
    effect[later & ((for_value & ~is_unpaid) | is_unseen)] = SALE
    effect[purchases] = BUY
    used_by = pc.if_else(
        pa.array(gap), pa.scalar(None, pa.string()), pc.coalesce(events.taker, giver)
    )
    receiver = pc.if_else(pa.array(events.redeem), used_by, taker)
    receiver = pc.if_else(pa.array(is_unseen), giver, receiver)
    return CardEffects(effect, receiver, gap, later & for_value & is_unpaid & ~is_unseen)


#: Who was the first to give money for so many cards deals in them.
SEVERAL: Final = 3


def buyers(events: CardEvents, effects: CardEffects) -> pa.Array:
    """Dealers: those who were first to give money for several cards that held followed money.

    A sale by somebody whom we never saw get the card may not be the first, and does not count.
    """
    sales = np.flatnonzero(effects.effect == SALE)
    _, first = np.unique(events.card[sales], return_index=True)
    first = sales[first]
    counts = pc.value_counts(effects.receiver.take(pa.array(first[~effects.gap[first]])))
    many = counts.filter(pc.greater_equal(counts.field("counts"), SEVERAL)).field("values")
    return pc.drop_null(many)


def _true(column: pa.Array) -> Flags:
    return np.asarray(pc.fill_null(column, fill_value=False), dtype=np.bool_)


def _in(names: pa.Array, members: pa.Array) -> Flags:
    return _true(pc.is_in(names, value_set=members, skip_nulls=True))


def _giver(events: CardEvents, taker: pa.Array) -> tuple[pa.Array, Flags]:
    """Who handed it on, and where he is not the one who got it last, as far as we saw."""
    first = np.ones(events.card.size, np.bool_)
    first[1:] = events.card[1:] != events.card[:-1]
    before = taker.take(pa.array(np.arange(-1, events.card.size - 1), mask=first))
    return pc.coalesce(events.giver, before), _true(pc.not_equal(events.giver, before))


@njit(cache=True)
def _holdings(card: Ints32, purchases: Flags) -> Flags:
    """Events of a card after it was bought, events being in order of card and time."""
    out = np.zeros(card.size, np.bool_)
    for i in range(1, card.size):
        out[i] = card[i] == card[i - 1] and (out[i - 1] or purchases[i - 1])
    return out
