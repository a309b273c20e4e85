"""Build the flow that a sweep runs over: payments, cards, and where money would rest."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.money.arrays import CLEAN, Flags, Flow, Ints, Ints32
from suyuan.money.cardflow import add_cards, judged
from suyuan.money.deeds import BOUGHT, buyers
from suyuan.money.order import UNKNOWN, in_before_out, openings
from suyuan.money.owners import ACCOUNT
from suyuan.money.places import BALANCE, CASH, FEE, NO_STATEMENT, POOLED, PURCHASE, Places
from suyuan.money.reach import reached
from suyuan.money.scenes import Events, Material, Scene

_CODES = ("source", "target", "label", "payment", "card", "shown_from", "shown_to")


def scene(given: Material) -> Scene:
    """The flow of what the claims can have reached; the rest of the ledger is left out."""
    nobody = pa.array([], pa.string())
    follow = followed(given, nobody)
    dealers = buyers(given.cards, judged(given, follow, nobody))
    if len(dealers):
        follow = followed(given, dealers)
    found = judged(given, follow, dealers)
    places, events = Places(), Events()
    _add_accounts(places, given, follow)
    target = _add_payments(events, places, given, follow, found.deed)
    add_cards(events, places, given, found, target)
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


def _add_accounts(places: Places, given: Material, follow: Flags) -> None:
    known = given.known
    reason = np.full(follow.size, PURCHASE, dtype=object)
    reason[~(known.shop | known.lender)] = BALANCE
    reason[known.pooled & ~known.shop] = POOLED
    reason[follow & ~known.stated] = NO_STATEMENT
    names = pc.binary_join_element_wise(ACCOUNT, given.book.accounts, "")
    places.add(names, pa.array(reason, pa.string()), follow=follow)


def _add_payments(
    events: Events, places: Places, given: Material, follow: Flags, deeds: Ints32
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


def _finish(events: Events, places: Places, given: Material) -> Scene:
    """Sort the events, untie them, and give every followed account its opening balance."""
    columns = events.columns()
    codes = {name: column.astype(np.int32) for name, column in columns.items() if name in _CODES}
    at, source, target = columns["at"], codes["source"], codes["target"]
    order = np.lexsort((columns["card"], columns["payment"], source, at))
    untied, tied, circles = in_before_out(at[order], source[order], target[order], places.count)
    order = order[untied]
    source, target, amount = source[order], target[order], columns["amount"][order]
    known = np.full(places.count, UNKNOWN)
    known[: given.known.opening.size] = given.known.opening
    stated = np.zeros(places.count, np.bool_)
    opening = openings(source, target, amount, columns["after"][order], known, stated)
    nobody = np.full(places.count, CLEAN, np.int32)
    label = codes["label"][order]
    return Scene(
        flow=Flow(source, target, amount, label, places.follow(), opening, nobody),
        places=places,
        at=at[order],
        payment=codes["payment"][order],
        card=codes["card"][order],
        shown_from=codes["shown_from"][order],
        shown_to=codes["shown_to"][order],
        stated=stated,
        tied=int(tied),
        circles=int(circles),
    )
