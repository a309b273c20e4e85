"""Middlemen in the trade of cards: takers at a price that somebody else pays.

A middleman writes down what a card is to bring, hands it to a dealer, and pays whoever gave it to
him once the dealer has paid. He gave no value of his own, so no money rests with him.
"""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from suyuan.money.arrays import Flags, Ints32
from suyuan.money.cards import CardEvents, with_followers
from suyuan.money.ledger import find

#: So few payments for so many prices come about by chance in at most one of a thousand takers.
CHANCE: Final = 1e-3
#: Whoever takes so many cards of one giver takes them in bulk.
BULK: Final = 3
Floats = NDArray[np.float64]


def middlemen(events: CardEvents, payer: pa.Array, taker: pa.Array) -> pa.Array:
    """Subjects whose cards come at prices that bear no payment, and leave them in bulk.

    `payer` is the subject who paid for each event (null: no payment on record), `taker` who got the
    card. Of the prices at which all others take cards a share *p* bears a payment (Laplace's rule
    of succession, as they may be few). Whoever took *n* cards at a price, a share *k* of them with
    a payment, is a middleman where ``exp(-n·KL(k, p))``, which no chance of so few exceeds
    (Chernoff 1952), is under :data:`CHANCE`, and where most of the cards that he handed on went to
    takers of several. A dealer sells by the piece, and is none.
    """
    names = pc.drop_null(pc.unique(taker))
    place = find(taker, names)
    sale = events.priced & ~events.issue & ~events.redeem & (place >= 0)
    with_payer = sale & np.asarray(pc.is_valid(payer), dtype=np.bool_)
    sales = np.bincount(place[sale], minlength=len(names)).astype(np.float64)
    payments = np.bincount(place[with_payer], minlength=len(names)).astype(np.float64)
    usual = (payments.sum() - payments + 1) / (sales.sum() - sales + 2)
    own = payments / np.maximum(sales, 1.0)
    rare = (own < usual) & (sales * _divergence(own, usual) > -np.log(CHANCE))
    return names.filter(pa.array(rare & _in_bulk(events, names, place)))


def _divergence(own: Floats, usual: Floats) -> Floats:
    """Kullback-Leibler divergence of two shares, in nats."""
    from scipy.special import rel_entr  # noqa: PLC0415  # a seventh of a second at start

    nats: Floats = rel_entr(own, usual) + rel_entr(1 - own, 1 - usual)
    return nats


def _in_bulk(events: CardEvents, names: pa.Array, place: Ints32) -> Flags:
    """Which of the takers `names` handed most of their cards to takers of several."""
    count = len(names)
    after = find(with_followers(events, names.take(pa.array(place, mask=place < 0))), names)
    on = (place >= 0) & (after >= 0) & (place != after)
    pair = place[on].astype(np.int64) * count + after[on]
    _, pair_index, cards = np.unique(pair, return_inverse=True, return_counts=True)
    bulk = np.bincount(place[on], weights=cards[pair_index] >= BULK, minlength=count)
    most: Flags = 2 * bulk > np.bincount(place[on], minlength=count)
    return most
