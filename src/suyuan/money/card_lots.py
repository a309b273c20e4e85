"""Cards that travel together: what one row of a lot leaves out, its fellows say.

Books of cards name one side only, or none, of many events. Cards are handed over in lots, though:
those with the same step at the same instant that came out of one earlier lot went from one giver to
one taker. Where all rows of a lot that name a side name the same one, the others have it too.
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.money.arrays import Ints, Ints32
from suyuan.money.cards import CardEvents
from suyuan.money.ledger import find

#: Without an earlier lot in common, so many rows must agree.
LEAST_AGREEMENT = 2


def complete_lots(events: CardEvents) -> CardEvents:
    """The same events with sides filled in from their lots; what a row says itself stands."""
    step = np.where(events.issue, 0, np.where(events.redeem, 2, 1))
    near = _lots(step, events.at, _neighbour(events))
    wide = _lots(step, events.at, find(events.kind, pc.unique(events.kind)))
    sides = {}
    for name in ("giver", "taker"):
        side: pa.Array = getattr(events, name)
        # a card is used up alone, whoever else uses one at that instant
        side = _fill_side(side, np.where(events.redeem, -1, near), least=1)
        sides[name] = _fill_side(side, np.where(events.redeem, -1, wide), least=LEAST_AGREEMENT)
    return replace(events, **sides)


def _neighbour(events: CardEvents) -> Ints:
    """When the card was handed over before; for an issue, when it was next."""
    same_card = events.card[1:] == events.card[:-1]
    before, after = np.full(events.at.size, -1), np.full(events.at.size, -1)
    before[1:][same_card] = events.at[:-1][same_card]
    after[:-1][same_card] = events.at[1:][same_card]
    return np.where(events.issue, after, before)


def _lots(*keys: Ints | Ints32) -> Ints:
    """A number for each distinct combination of keys."""
    rows = np.stack([np.asarray(key, np.int64) for key in keys], axis=1)
    return np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _fill_side(side: pa.Array, lot: Ints, *, least: int) -> pa.Array:
    """Nulls filled with the one name that at least `least` rows of the lot give, and no other."""
    names = pc.drop_null(pc.unique(side))
    if not len(names):
        return side
    code = find(side, names).astype(np.int64)
    complete = (code >= 0) & (lot >= 0)
    lots = int(lot.max(initial=-1)) + 1
    lowest, highest = np.full(lots, len(names)), np.full(lots, -1)
    np.minimum.at(lowest, lot[complete], code[complete])
    np.maximum.at(highest, lot[complete], code[complete])
    is_unique = (lowest == highest) & (np.bincount(lot[complete], minlength=lots) >= least)
    fill = (code < 0) & (lot >= 0)
    fill[fill] = is_unique[lot[fill]]
    return pc.if_else(pa.array(fill), names.take(pa.array(lowest[lot], mask=~fill)), side)
