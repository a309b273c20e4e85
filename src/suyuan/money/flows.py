"""Build the flow that a sweep runs over: payments, cards, and where money would rest."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.money.arrays import ALL, CLEAN, Flags, Flow, Ints, Ints32
from suyuan.money.cards import (
    BOUGHT,
    PASSED,
    SOLD,
    USED,
    Cards,
    Deeds,
    buyers,
    judge,
    priced_in,
)
from suyuan.money.case import Holders
from suyuan.money.ledger import Ledger
from suyuan.money.order import UNKNOWN, in_before_out, openings
from suyuan.money.owners import ACCOUNT
from suyuan.money.places import (
    BALANCE,
    CASH,
    DISSIPATED,
    FEE,
    NO_STATEMENT,
    POOLED,
    PURCHASE,
    VOUCHER,
    Places,
)
from suyuan.money.reach import reached


@dataclass(frozen=True, slots=True)
class Claims:
    """What the reports claim, by row of the ledger and by event of a card; -1 for nothing.

    `reports` names the labels. `own` marks accounts of victims; `own_pairs` holds, for each of
    them, label * accounts + account.
    """

    reports: pa.Array
    payment: Ints32
    card: Ints32
    card_amount: Ints
    own: Flags
    own_pairs: Ints


@dataclass(frozen=True, slots=True)
class Material:
    """What a scene is built from."""

    book: Ledger
    known: Holders
    cards: Cards
    claims: Claims


@dataclass(frozen=True, slots=True)
class Scene:
    """A flow with what its events and nodes stand for.

    `payment` is the ledger's row and `card` the card's event behind each event (-1 for none);
    `shown_from` and `shown_to` are the places to show, where they are not source and target.
    Accounts of the ledger are the first places, numbered as there. `stated` marks places whose
    opening balance is known.
    """

    flow: Flow
    places: Places
    at: Ints
    payment: Ints32
    card: Ints32
    shown_from: Ints32
    shown_to: Ints32
    stated: Flags
    tied: int
    circles: int


class _Events:
    """Collects events as columns; every value is an array, or one number for all."""

    names = (
        "at",
        "source",
        "target",
        "amount",
        "label",
        "payment",
        "card",
        "shown_from",
        "shown_to",
        "after",
    )

    def __init__(self) -> None:
        self._parts: list[list[Ints]] = []

    def add(self, count: int, **values: Ints | Ints32 | int) -> None:
        usual = {
            "label": CLEAN,
            "payment": -1,
            "card": -1,
            "shown_from": -1,
            "shown_to": -1,
            "after": UNKNOWN,
        }
        row = usual | values
        self._parts.append(
            [np.broadcast_to(np.asarray(row[name], np.int64), (count,)) for name in self.names]
        )

    def columns(self) -> list[Ints]:
        return [np.concatenate(parts) for parts in zip(*self._parts, strict=True)]


def scene(given: Material) -> Scene:
    """The flow of what the claims can have reached; the rest of the ledger is left out."""
    follow = followed(given, pa.array([], pa.string()))
    dealers = buyers(given.cards, _judged(given, follow, pa.array([], pa.string())))
    if len(dealers):
        follow = followed(given, dealers)
    judged = _judged(given, follow, dealers)
    deeds = judged.deed
    places, events = Places(), _Events()
    _add_accounts(places, given, follow)
    target = _add_payments(events, places, given, follow, deeds)
    home = _card_places(places, given, deeds)
    _fill_cards(events, places, given, deeds, home, target)
    _pass_cards(events, places, given, deeds, home)
    _end_cards(events, places, given, judged, home)
    return _finish(events, places, given)


def followed(given: Material, dealers: pa.Array) -> Flags:
    """Accounts that money is followed through.

    Not through a victim's, a shop's, a lender's, a payment company's pooled account, nor one of a
    dealer who gave his own money for cards: there it rests.
    """
    book, known, claims = given.book, given.known, given.claims
    stops = claims.own | known.shop | known.lender | known.pooled | _among(known.owner, dealers)
    moves = ~(book.cash | book.fee | known.desk[book.payee])
    source = np.where(moves, book.payer, book.payee).astype(np.int32)
    return reached(source, book.payee, (claims.payment >= 0) & moves, stops)


def _among(names: pa.Array, some: pa.Array) -> Flags:
    found = pc.fill_null(pc.is_in(names, value_set=some, skip_nulls=True), fill_value=False)
    return np.asarray(found, dtype=np.bool_)


def _judged(given: Material, follow: Flags, dealers: pa.Array) -> Deeds:
    cards, book = given.cards, given.book
    linked = cards.payment >= 0
    payer = np.zeros(cards.card.size, np.int32)
    payer[linked] = book.payer[cards.payment[linked]]
    ours = linked.copy()
    # a card bought second-hand is bought with the buyer's own money, unless we know it was stolen
    ours[linked] = follow[payer[linked]] & cards.issue[linked]
    ours[linked] |= given.claims.payment[cards.payment[linked]] >= 0
    written = pc.binary_join_element_wise(ACCOUNT, book.accounts, "")
    who = pc.coalesce(given.known.owner, written).take(pa.array(payer, mask=~linked))
    return judge(cards, ours, who, given.claims.card >= 0, dealers)


def _add_accounts(places: Places, given: Material, follow: Flags) -> None:
    known = given.known
    reason = np.full(follow.size, PURCHASE, dtype=object)
    reason[~(known.shop | known.lender)] = BALANCE
    reason[known.pooled & ~known.shop] = POOLED
    reason[follow & ~known.stated] = NO_STATEMENT
    names = pc.binary_join_element_wise(ACCOUNT, given.book.accounts, "")
    places.add(names, pa.array(reason, pa.string()), follow)


def _add_payments(
    events: _Events, places: Places, given: Material, follow: Flags, deeds: Ints32
) -> Ints:
    """Payments that touch a followed account or are claimed; returns where each payment goes.

    Cash and fees rest at once, payments for cards go into a till.
    """
    book, claims, cards = given.book, given.claims, given.cards
    claimed = claims.payment >= 0
    leaves = follow[book.payer] | claimed
    target = book.payee.astype(np.int64)
    drawn = book.cash | given.known.desk[book.payee]
    for flag, reason in ((book.fee & ~claimed, FEE), (drawn, CASH)):
        rows = np.flatnonzero(flag & leaves)
        payees, which = np.unique(target[rows], return_inverse=True)
        target[rows] = places.add(places.subjects(payees), reason, follow=False)[which]
    tills = np.unique(cards.payment[(deeds == BOUGHT) & (cards.payment >= 0)])
    target[tills] = places.add(places.subjects(book.payee[tills]), PURCHASE, follow=True)
    rows = np.flatnonzero(leaves | follow[book.payee])
    events.add(
        rows.size,
        at=book.at[rows],
        source=book.payer[rows],
        target=target[rows],
        amount=book.amount[rows],
        label=claims.payment[rows],
        payment=rows,
        after=book.after[rows],
    )
    return target


def _card_places(places: Places, given: Material, deeds: Ints32) -> Ints:
    """A place for every card that money went into, by number of the card; -1 for the others."""
    cards = given.cards
    touched = np.unique(cards.card[deeds > 0])
    home = np.full(int(cards.card.max(initial=-1)) + 1, -1, np.int64)
    first = np.searchsorted(cards.card, touched)
    names = cards.voucher_id.take(pa.array(first))
    home[touched] = places.add(
        pc.binary_join_element_wise("voucher:", names, ""), VOUCHER, follow=True
    )
    return home


def _fill_cards(
    events: _Events, places: Places, given: Material, deeds: Ints32, home: Ints, target: Ints
) -> None:
    """From tills, and from victims whose payment is not on record, into cards."""
    cards, claims, book = given.cards, given.claims, given.book
    linked = np.flatnonzero((deeds == BOUGHT) & (cards.payment >= 0))
    linked = linked[np.argsort(cards.payment[linked], kind="stable")]
    payments, group = np.unique(cards.payment[linked], return_inverse=True)
    events.add(
        linked.size,
        at=np.maximum(cards.at[linked], book.at[cards.payment[linked]]),
        source=target[cards.payment[linked]],
        target=home[cards.card[linked]],
        amount=priced_in(group.astype(np.int32), cards.worth[linked], book.amount[payments]),
        card=linked,
    )
    alone = np.flatnonzero((deeds == BOUGHT) & (claims.card >= 0) & (cards.payment < 0))
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
    events: _Events, places: Places, given: Material, deeds: Ints32, home: Ints
) -> None:
    """Cards that change hands without payment: the money stays in the card, the step is shown."""
    cards = given.cards
    rows = np.flatnonzero(deeds == PASSED)
    own = home[cards.card[rows]]
    names = places.subjects(own)
    giver, taker = (pc.coalesce(c.take(pa.array(rows)), names) for c in (cards.giver, cards.taker))
    events.add(
        rows.size,
        at=cards.at[rows],
        source=own,
        target=own,
        amount=ALL,
        card=rows,
        shown_from=places.add(giver, BALANCE, follow=False),
        shown_to=places.add(taker, BALANCE, follow=False),
    )


def _end_cards(events: _Events, places: Places, given: Material, judged: Deeds, home: Ints) -> None:
    """Cards sold for a dealer's money, and cards used up (in whose favour, where that is known)."""
    cards = given.cards
    rows = np.flatnonzero((judged.deed == SOLD) | (judged.deed == USED))
    own = home[cards.card[rows]]
    names = places.subjects(own)
    giver = pc.coalesce(cards.giver.take(pa.array(rows)), names)
    taker = judged.receiver.take(pa.array(rows))
    reasons = pc.if_else(pc.is_null(taker), DISSIPATED, PURCHASE)
    events.add(
        rows.size,
        at=cards.at[rows],
        source=own,
        target=places.add(pc.coalesce(taker, names), reasons, follow=False),
        amount=ALL,
        card=rows,
        shown_from=places.add(giver, BALANCE, follow=False),
    )


def _finish(events: _Events, places: Places, given: Material) -> Scene:
    """Sort the events, untie them, and give every followed account its opening balance."""
    at, source, target, amount, label, payment, card, shown_from, shown_to, after = events.columns()
    source, target = source.astype(np.int32), target.astype(np.int32)
    order = np.lexsort((card, payment, source, at))
    untied, tied, circles = in_before_out(at[order], source[order], target[order], places.count)
    order = order[untied]
    source, target, amount = source[order], target[order], amount[order]
    known = np.full(places.count, UNKNOWN, np.int64)
    known[: given.known.opening.size] = given.known.opening
    stated = np.zeros(places.count, np.bool_)
    opening = openings(source, target, amount, after[order], known, stated)
    clean = np.full(places.count, CLEAN, np.int32)
    label = label[order].astype(np.int32)
    flow = Flow(source, target, amount, label, places.follow(), opening, clean)
    rest = (c[order].astype(np.int32) for c in (payment, card, shown_from, shown_to))
    return Scene(flow, places, at[order], *rest, stated, int(tied), int(circles))
