"""Build the flow that a sweep runs over: payments, cards, and where money would rest."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.exits import BALANCE, CASH, FEE, NO_STATEMENT, POOL, PURCHASE
from suyuan.money.arrays import CLEAN, Flags, Flow, Ints, Ints32
from suyuan.money.card_effects import BUY, buyers
from suyuan.money.card_flows import add_cards, card_effects
from suyuan.money.conduct import conduct, pooling_accounts
from suyuan.money.flow_graph import Events, TraceGraph, TraceInputs
from suyuan.money.ledger import Ledger
from suyuan.money.order import NO_BALANCE, in_before_out, openings
from suyuan.money.owners import ACCOUNT
from suyuan.money.places import Places
from suyuan.money.reachability import reach_of
from suyuan.money.settlement import NOWHERE


def build_graph(inputs: TraceInputs) -> TraceGraph:
    """The flow of what the claims can have reached; the rest of the ledger is left out."""
    no_dealers = pa.array([], pa.string())
    stops, pools = resting_places(inputs)
    follow = accounts_to_follow(inputs, stops, no_dealers)
    dealers = buyers(inputs.cards, card_effects(inputs, follow, no_dealers))
    if len(dealers):
        follow = accounts_to_follow(inputs, stops, dealers)
    effects = card_effects(inputs, follow, dealers)
    places, events = Places(), Events()
    _add_accounts(places, inputs, follow, pools)
    target = _add_payments(events, places, inputs, follow, effects.effect)
    _add_gaps(events, places, inputs, follow)
    add_cards(events, places, inputs, effects, target)
    extra_pools = pools & ~inputs.known.pooled & _paid_into(inputs, follow)
    unpaid_prices = int(np.count_nonzero(effects.unpaid))
    return _finish(events, places, inputs, np.flatnonzero(extra_pools), unpaid_prices)


def _paid_into(inputs: TraceInputs, follow: Flags) -> Flags:
    """Accounts that followed accounts, or victims, pay."""
    book, is_paid = inputs.book, np.zeros(follow.size, np.bool_)
    is_paid[book.payee[follow[book.payer] | (inputs.claims.payment >= 0)]] = True
    return is_paid


def resting_places(inputs: TraceInputs) -> tuple[Flags, Flags]:
    """Accounts at which money rests by what they do, and which of them are pools.

    Sellers of cards and lenders give value. Any other shop does, unless a report or a ring's
    evidence claims what it got, and it passed some on, or it is a conduit. Whose an account is
    decides nothing: a mule may have reported a fraud himself.
    """
    facts, claims = inputs.known, inputs.claims
    habits = conduct(inputs)
    pools = pooling_accounts(inputs, habits)
    has_claims = np.zeros(facts.shop.size, np.bool_)
    has_claims[inputs.book.payee[claims.payment >= 0]] = True
    collects = habits.conduit() | (has_claims & (habits.paid > 0))
    return facts.card_shop | facts.lender | pools | (facts.shop & ~collects), pools


def accounts_to_follow(inputs: TraceInputs, stops: Flags, dealers: pa.Array) -> Flags:
    """Accounts that money is followed through: not `stops`, nor an account of a dealer who gave
    his own money for cards.
    """
    book, facts = inputs.book, inputs.known
    stops = stops | _among(facts.owner, dealers)
    moves = ~(withdrawals(inputs) | book.fee)
    source = np.where(moves, book.payer, book.payee).astype(np.int32)
    return reach_of(source, book.payee, (inputs.claims.payment >= 0) & moves, stops)


def withdrawals(inputs: TraceInputs) -> Flags:
    """Payments by which money leaves as cash: over a desk, or in cash to nobody's account.

    Cash that goes to an account of somebody's, or to one that pays others, was paid in there.
    """
    book, facts = inputs.book, inputs.known
    is_normal = np.asarray(pc.is_valid(facts.owner)).copy()
    is_normal[book.payer[~book.cash]] = True
    return facts.desk[book.payee] | (book.cash & ~is_normal[book.payee])


def _among(names: pa.Array, members: pa.Array) -> Flags:
    membership = pc.fill_null(pc.is_in(names, value_set=members, skip_nulls=True), fill_value=False)
    return np.asarray(membership, dtype=np.bool_)


def _add_accounts(places: Places, inputs: TraceInputs, follow: Flags, pools: Flags) -> None:
    facts = inputs.known
    reason = np.full(follow.size, PURCHASE, dtype=object)
    reason[follow | ~(facts.shop | facts.lender)] = BALANCE
    reason[pools] = POOL
    reason[follow & ~facts.stated] = NO_STATEMENT
    names = pc.binary_join_element_wise(ACCOUNT, inputs.book.accounts, "")
    places.add(names, pa.array(reason, pa.string()), follow=follow)


def _add_payments(
    events: Events, places: Places, inputs: TraceInputs, follow: Flags, effects: Ints32
) -> Ints:
    """Payments that touch a followed account or are claimed; returns where each payment goes.

    Cash and fees rest at once, payments for cards go into a till. Cash rests with the account that
    it was drawn from, the last that is known; where it was drawn is shown.
    """
    book, claims, cards = inputs.book, inputs.claims, inputs.cards
    has_claim = claims.payment >= 0
    leaves = follow[book.payer] | has_claim
    target, withdrawn_rows = book.payee.astype(np.int64), withdrawals(inputs)
    rests = ((book.fee & ~has_claim, book.payee, FEE), (withdrawn_rows, book.payer, CASH))
    for flag, named_by, reason in rests:
        rows = np.flatnonzero(flag & leaves)
        own, place_of = np.unique(named_by[rows], return_inverse=True)
        target[rows] = places.add(places.subjects(own), reason, follow=False)[place_of]
    tills = np.unique(cards.payment[(effects == BUY) & (cards.payment >= 0)])
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
        shown_to=np.where(withdrawn_rows, _display_rows(book), -1)[rows],
        after=book.after[rows],
    )
    return target


def _display_rows(book: Ledger) -> Ints32:
    """Where each payment is shown to go: a withdrawal at no named place stays with its payer."""
    nowhere = np.asarray(pc.starts_with(book.accounts, NOWHERE))
    return np.where(nowhere[book.payee], book.payer, book.payee).astype(np.int32)


def _add_gaps(events: Events, places: Places, inputs: TraceInputs, follow: Flags) -> None:
    """What went or came unseen, by the balances: out at the end of the gap, in at its beginning."""
    gaps_, names = inputs.gaps, inputs.book.accounts
    rows = np.flatnonzero(follow[gaps_.account] & (gaps_.amount < 0))
    subjects = pc.binary_join_element_wise(ACCOUNT, names.take(pa.array(gaps_.account[rows])), "")
    events.add(
        rows.size,
        at=gaps_.until[rows] - 1,
        source=gaps_.account[rows],
        target=places.add(subjects, NO_STATEMENT, follow=False),
        amount=-gaps_.amount[rows],
    )
    rows = np.flatnonzero(follow[gaps_.account] & (gaps_.amount > 0) & (gaps_.since > 0))
    subjects = pc.binary_join_element_wise(ACCOUNT, names.take(pa.array(gaps_.account[rows])), "")
    events.add(
        rows.size,
        at=gaps_.since[rows] + 1,
        source=places.add(subjects, NO_STATEMENT, follow=False),
        target=gaps_.account[rows],
        amount=gaps_.amount[rows],
    )


def _finish(
    events: Events, places: Places, inputs: TraceInputs, pools: Ints, unpaid_prices: int
) -> TraceGraph:
    """Sort the events, untie them, and give every followed account its opening balance."""
    columns = events.columns()
    at, source, target = columns["at"], columns["source"], columns["target"]
    order = np.lexsort((columns["card"], columns["payment"], source, at))
    sequence, tied, circles = in_before_out(at[order], source[order], target[order], places.count)
    order = order[sequence]
    del at, source, target, sequence
    row = {name: columns.pop(name)[order] for name in list(columns)}
    source, target, amount, label = (row.pop(n) for n in ("source", "target", "amount", "label"))
    balances = np.full(places.count, NO_BALANCE)
    balances[: inputs.known.opening.size] = inputs.known.opening
    has_statement = np.zeros(places.count, np.bool_)
    opening = openings(source, target, amount, row.pop("after"), balances, has_statement)
    no_labels = np.full(places.count, CLEAN, np.int32)
    return TraceGraph(
        flow=Flow(source, target, amount, label, places.follow(), opening, no_labels),
        places=places,
        **row,
        stated=has_statement,
        tied=int(tied),
        circles=int(circles),
        pools_by_flow=pools,
        prices_unpaid=unpaid_prices,
    )
