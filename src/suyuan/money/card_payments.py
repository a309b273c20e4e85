"""What paid for a card whose record does not say so: by buyer, by time, by amount and by seller.

A card that names its payment keeps it. For any other, in this order,

1. the nearest payment of its first holder to a seller of cards shortly before its issue, if that
   has room for all such cards (:func:`suyuan.money.cards.link_payments`);
2. the one payment of its first holder in that time, to anybody, of what the cards of that instant
   are worth together, to the fen;
3. where no account of its first holder is known, the one such payment to a seller of cards, if it
   could mean no other cards.

Of what could be paid for by several payments nothing is taken: it is counted as ``ambiguous``.
"""

from dataclasses import dataclass, replace
from typing import Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from suyuan.money.account_facts import AccountFacts, account_facts
from suyuan.money.arrays import Flags, Ints
from suyuan.money.card_lots import complete_lots
from suyuan.money.cards import AFTER, CardEvents, cards, link_payments, taker_of
from suyuan.money.ledger import Ledger, find, ledger
from suyuan.money.owners import ACCOUNT
from suyuan.store.tables import Tables

SCHEMA: Final = pa.schema(
    [("voucher_id", pa.string()), ("payment_id", pa.string()), ("how", pa.string())]
)
LINK, AMBIGUOUS = "linked", "ambiguous"
#: In place of a first holder of whom no account is known.
NO_BUYER: Final = -2


@dataclass(frozen=True, slots=True)
class CardLots:
    """Cards issued together: `buyer` (-1: known, but of him no payment in that time), `at`, `worth`
    of all together in fen.
    """

    buyer: Ints
    at: Ints
    worth: Ints


def card_payments(tables: Tables, settled_payments: ir.Table) -> pa.Table:
    """Columns ``voucher_id``, ``payment_id``, ``how``: cards whose record names no known payment.

    `settled_payments` are the settled payments. ``how`` is ``linked``, or ``ambiguous`` where
    several payments could be meant; then ``payment_id`` is null. Cards that nothing could have
    paid for are left out.
    """
    vouchers = tables["vouchers"]
    issues = vouchers.filter(vouchers.event == "issue")
    loose = tables.engine.keep(
        issues.anti_join(settled_payments, "payment_id").select("voucher_id", "at")
    )
    if not tables.engine.fetch(loose.limit(1)).num_rows:
        return SCHEMA.empty_table()
    sellers = tables.engine.keep(_sellers(tables, issues, settled_payments))
    book = ledger(tables.engine, _near(tables, settled_payments, loose))
    shop = np.zeros(len(book.accounts), np.bool_)
    at = book.codes(tables.engine.fetch(sellers)["account_no"])
    shop[at[at >= 0]] = True
    facts = replace(account_facts(tables, book), card_shop=shop)
    before = complete_lots(cards(tables, vouchers, book.payment_id))
    matches, unclear = exact(
        link_payments(before, book, facts), book, facts, shop, _entities_with_accounts(tables)
    )
    return _list_matches(before, matches, unclear, book, tables.engine.fetch(loose))


def with_payments(tables: Tables, matches: ir.Table) -> ir.Table:
    """`vouchers` whose issues name the payment that `matches` (of :func:`card_payments`) adds."""
    vouchers = tables["vouchers"]
    payments_of_cards = (
        matches.filter(matches.how == LINK).select("voucher_id", added="payment_id").view()
    )
    rows = vouchers.left_join(payments_of_cards, "voucher_id").drop("voucher_id_right")
    fits = (rows.event == "issue") & rows.added.notnull()
    return rows.mutate(payment_id=ibis.ifelse(fits, rows.added, rows.payment_id)).drop("added")


def _sellers(tables: Tables, issues: ir.Table, settled_payments: ir.Table) -> ir.Table:
    """``account_no`` of sellers of cards: so registered, an issuer's, or paid for other cards."""
    accounts_table, owners = tables["bank_accounts"], tables["owners"]
    kind = accounts_table.filter(accounts_table.kind == "voucher_shop").select("account_no")
    issue_payments = settled_payments.semi_join(
        issues.filter(issues.payment_id.notnull()), "payment_id"
    )
    issuer = issues.filter(issues.from_party.notnull()).select(name="from_party").distinct()
    issuers = tables["aliases"].semi_join(issuer, "name").select("entity", "subject")
    behind = owners.filter(owners.subject.startswith(ACCOUNT)).select(of="subject", entity="entity")
    issuer_accounts = behind.semi_join(issuers, "entity").select(subject="of")
    account_subjects = issuers.filter(issuers.subject.startswith(ACCOUNT)).select("subject")
    accounts = ibis.union(issuer_accounts, account_subjects).select(
        account_no=ibis._.subject.substr(len(ACCOUNT))
    )
    direct = issuer.select(account_no="name")
    return ibis.union(
        kind, issue_payments.select(account_no="payee"), accounts, direct, distinct=True
    ).select("account_no")


def _near(tables: Tables, settled_payments: ir.Table, loose: ir.Table) -> ir.Table:
    """The payments that could be meant, and others of their time: of the spans of :data:`AFTER` in
    which a loose card was issued, and of the one before each.
    """
    span = AFTER // 1_000_000
    issue_spans = loose.select(
        span=(loose.at.epoch_seconds() / span).floor().cast("int64")
    ).distinct()
    spans = ibis.union(issue_spans, issue_spans.select(span=issue_spans["span"] - 1), distinct=True)
    with_span = settled_payments.mutate(
        span=(settled_payments.at.epoch_seconds() / span).floor().cast("int64")
    )
    return with_span.semi_join(tables.engine.keep(spans), "span").drop("span")


def _entities_with_accounts(tables: Tables) -> pa.Array:
    """People of whom an account is known that holds money."""
    owners = tables["owners"]
    entities = owners.filter(owners.subject.startswith(ACCOUNT)).select("entity").distinct()
    return tables.engine.fetch(entities)["entity"].combine_chunks()


def exact(
    events: CardEvents, book: Ledger, facts: AccountFacts, shop: Flags, with_accounts: pa.Array
) -> tuple[CardEvents, Flags]:
    """Rules 2 and 3, and which issues could be meant by several payments.

    `with_accounts` are the people of whom some account is known, whether it paid in that time
    or not.
    """
    loose = np.flatnonzero(events.issue & (events.payment < 0))
    owner = pc.coalesce(facts.owner, pc.binary_join_element_wise(ACCOUNT, book.accounts, ""))
    names = pc.unique(owner)
    takers = taker_of(events, pa.nulls(events.card.size, pa.string()))
    taker = find(takers, names)[loose]
    no_buyer = (taker < 0) & (find(takers, with_accounts)[loose] < 0)
    group, lots = _groups(events, loose, np.where(no_buyer, NO_BUYER, taker))
    free = np.ones(book.at.size, np.bool_)
    free[events.payment[events.payment >= 0]] = False
    payer = find(owner, names)[book.payer].astype(np.int64)
    everyone = np.full(book.at.size, NO_BUYER, np.int64)
    own = _match_lots(lots, lots.buyer >= 0, np.flatnonzero(free), payer, book)
    at_any_shop = _match_lots(
        lots, lots.buyer == NO_BUYER, np.flatnonzero(free & shop[book.payee]), everyone, book
    )
    choice, several = np.maximum(own[0], at_any_shop[0]), own[1] | at_any_shop[1]
    payment, unclear = events.payment.copy(), np.zeros(events.card.size, np.bool_)
    payment[loose] = choice[group]
    unclear[loose] = several[group]
    return replace(events, payment=payment), unclear


def _match_lots(
    lots: CardLots, is_open: Flags, rows: Ints, payer: Ints, book: Ledger
) -> tuple[Ints, Flags]:
    """For each of the `is_open` lots the one payment among `rows` that can be meant, else -1; and
    whether several can.
    """
    rows = rows[np.lexsort((book.at[rows], book.amount[rows], payer[rows]))]
    first, count = _candidates(
        payer[rows], book.amount[rows], book.at[rows], lots.buyer, lots.worth, lots.at
    )
    here = is_open & (count > 0)
    claims_on_row = np.bincount(first[here], minlength=rows.size + 1)
    sole = here & (count == 1) & (claims_on_row[first] == 1)
    choice = np.full(is_open.size, -1, np.int64)
    choice[sole] = rows[first[sole]]
    return choice, here & ~sole


def _groups(events: CardEvents, loose: Ints, taker: Ints) -> tuple[Ints, CardLots]:
    """Cards that one first holder got of one giver at one instant: each one's lot, and the lots."""
    giver = find(events.giver, pc.drop_null(pc.unique(events.giver)))[loose]
    keys = np.stack([taker.astype(np.int64), events.at[loose], giver.astype(np.int64)], axis=1)
    unique, group = np.unique(keys, axis=0, return_inverse=True)
    group = group.reshape(-1)
    worth = np.zeros(len(unique), np.int64)
    np.add.at(worth, group, events.worth[loose])
    return group, CardLots(
        np.ascontiguousarray(unique[:, 0]), np.ascontiguousarray(unique[:, 1]), worth
    )


@njit(cache=True)
def _candidates(
    payer: Ints, amount: Ints, at: Ints, buyer: Ints, worth: Ints, when: Ints
) -> tuple[Ints, Ints]:
    """For each group the first payment of `worth` by `buyer` at most AFTER before, and how many.

    Payments come by payer, amount and time.
    """
    first = np.full(worth.size, -1, np.int64)
    count = np.zeros(worth.size, np.int64)
    for i in range(worth.size):
        low = np.searchsorted(payer, buyer[i])
        high = np.searchsorted(payer, buyer[i], side="right")
        start = low + np.searchsorted(amount[low:high], worth[i])
        stop = low + np.searchsorted(amount[low:high], worth[i], side="right")
        begin = start + np.searchsorted(at[start:stop], when[i] - AFTER)
        end = start + np.searchsorted(at[start:stop], when[i], side="right")
        count[i] = end - begin
        if end > begin:
            first[i] = begin
    return first, count


def _list_matches(
    before: CardEvents, matches: CardEvents, unclear: Flags, book: Ledger, loose: pa.Table
) -> pa.Table:
    """Of the `loose` cards those that were linked and those that could not be told."""
    is_loose = np.asarray(
        pc.is_in(matches.voucher_id, value_set=loose["voucher_id"].combine_chunks())
    )
    new = matches.issue & (before.payment < 0) & (matches.payment >= 0) & is_loose
    open_ = matches.issue & unclear & (matches.payment < 0) & is_loose
    linked_to = book.payment_id.take(pa.array(matches.payment[new]))
    return pa.table(
        {
            "voucher_id": pa.concat_arrays(
                [
                    matches.voucher_id.filter(pa.array(new)),
                    matches.voucher_id.filter(pa.array(open_)),
                ]
            ),
            "payment_id": pa.concat_arrays([linked_to, pa.nulls(int(open_.sum()), pa.string())]),
            "how": pa.array([LINK] * int(new.sum()) + [AMBIGUOUS] * int(open_.sum())),
        },
        schema=SCHEMA,
    )
