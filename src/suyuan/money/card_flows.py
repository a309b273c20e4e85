"""The part of a flow that goes through cards and points: filled, passed on, sold, used up."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.exits import BALANCE, DISSIPATION, PURCHASE, VOUCHER
from suyuan.money.arrays import WHOLE_BALANCE, Flags, Ints, Ints32
from suyuan.money.card_effects import BUY, SALE, TRANSFER, USED, CardEffects, judge
from suyuan.money.cards import priced_in
from suyuan.money.flow_graph import Events, TraceInputs
from suyuan.money.owners import ACCOUNT
from suyuan.money.places import Places


def card_effects(inputs: TraceInputs, follow: Flags, dealers: pa.Array) -> CardEffects:
    cards, book = inputs.cards, inputs.book
    has_payment = cards.payment >= 0
    payer = np.zeros(cards.card.size, np.int32)
    payer[has_payment] = book.payer[cards.payment[has_payment]]
    follow_event = has_payment.copy()
    # a card bought second-hand is bought with the buyer's own money, unless we know it was stolen
    follow_event[has_payment] = follow[payer[has_payment]] & cards.issue[has_payment]
    follow_event[has_payment] |= inputs.claims.payment[cards.payment[has_payment]] >= 0
    subjects = pc.binary_join_element_wise(ACCOUNT, book.accounts, "")
    payers = pc.coalesce(inputs.known.owner, subjects).take(pa.array(payer, mask=~has_payment))
    return judge(cards, follow_event, payers, inputs.claims.card >= 0, dealers)


def add_cards(
    events: Events, places: Places, inputs: TraceInputs, effects: CardEffects, target: Ints
) -> None:
    """Every event of a card that holds followed money; `target` is where each payment goes."""
    home = _card_places(places, inputs, effects.effect)
    _fill_cards(events, places, inputs, effects.effect, (home, target))
    _pass_cards(events, places, inputs, effects.effect, home)
    _end_cards(events, places, inputs, effects, home)


def _card_places(places: Places, inputs: TraceInputs, effects: Ints32) -> Ints:
    """A place for every card that money went into, by number of the card; -1 for the others."""
    cards = inputs.cards
    distinct = np.unique(cards.card[effects > 0])
    home = np.full(int(cards.card.max(initial=-1)) + 1, -1, np.int64)
    first = np.searchsorted(cards.card, distinct)
    names = cards.voucher_id.take(pa.array(first))
    home[distinct] = places.add(
        pc.binary_join_element_wise("voucher:", names, ""), VOUCHER, follow=True
    )
    return home


def _fill_cards(
    events: Events, places: Places, inputs: TraceInputs, effects: Ints32, to: tuple[Ints, Ints]
) -> None:
    """From tills, and from victims whose payment is not on record, into cards.

    `to` is the place of each card, and where each payment goes.
    """
    home, target = to
    cards, claims, book = inputs.cards, inputs.claims, inputs.book
    purchases = np.flatnonzero((effects == BUY) & (cards.payment >= 0))
    purchases = purchases[np.argsort(cards.payment[purchases], kind="stable")]
    payments, group = np.unique(cards.payment[purchases], return_inverse=True)
    events.add(
        purchases.size,
        at=np.maximum(cards.at[purchases], book.at[cards.payment[purchases]]),
        source=target[cards.payment[purchases]],
        target=home[cards.card[purchases]],
        amount=priced_in(group.astype(np.int32), cards.worth[purchases], book.amount[payments]),
        card=purchases,
    )
    alone = np.flatnonzero((effects == BUY) & (claims.card >= 0) & (cards.payment < 0))
    events.add(
        alone.size,
        at=cards.at[alone],
        source=places.add(cards.taker.take(pa.array(alone)), BALANCE, follow=False),
        target=home[cards.card[alone]],
        amount=claims.card_amount[alone],
        label=claims.card[alone],
        card=alone,
    )


def _pass_cards(
    events: Events, places: Places, inputs: TraceInputs, effects: Ints32, home: Ints
) -> None:
    """Cards that change hands without payment: the money stays in the card, the step is shown."""
    cards = inputs.cards
    rows = np.flatnonzero(effects == TRANSFER)
    own = home[cards.card[rows]]
    names = places.subjects(own)
    giver, taker = (pc.coalesce(c.take(pa.array(rows)), names) for c in (cards.giver, cards.taker))
    events.add(
        rows.size,
        at=cards.at[rows],
        source=own,
        target=own,
        amount=WHOLE_BALANCE,
        card=rows,
        shown_from=places.add(giver, BALANCE, follow=False),
        shown_to=places.add(taker, BALANCE, follow=False),
    )


def _end_cards(
    events: Events, places: Places, inputs: TraceInputs, card_effects_: CardEffects, home: Ints
) -> None:
    """Cards sold for a dealer's money, and cards used up (in whose favour, where that is known)."""
    cards = inputs.cards
    rows = np.flatnonzero((card_effects_.effect == SALE) | (card_effects_.effect == USED))
    own = home[cards.card[rows]]
    names = places.subjects(own)
    giver = pc.coalesce(cards.giver.take(pa.array(rows)), names)
    taker = card_effects_.receiver.take(pa.array(rows))
    reasons = pc.if_else(pc.is_null(taker), DISSIPATION, PURCHASE)
    events.add(
        rows.size,
        at=cards.at[rows],
        source=own,
        target=places.add(pc.coalesce(taker, names), reasons, follow=False),
        amount=WHOLE_BALANCE,
        card=rows,
        shown_from=places.add(giver, BALANCE, follow=False),
    )
