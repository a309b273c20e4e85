"""What paid for a card whose record does not say so: by buyer, by time, by amount and by seller.

A card that names its payment keeps it. For any other, in this order,

1. the nearest payment of its first holder to a seller of cards shortly before its issue, if that
   has room for all such cards (:func:`suyuan.money.cards.linked`);
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
from suyuan.money.card_lots import completed
from suyuan.money.cards import AFTER, CardEvents, cards, linked, taker_of
from suyuan.money.ledger import Ledger, find, ledger
from suyuan.money.owners import ACCOUNT
from suyuan.store.tables import Tables

SCHEMA: Final = pa.schema(
    [("voucher_id", pa.string()), ("payment_id", pa.string()), ("how", pa.string())]
)
LINKED, AMBIGUOUS = "linked", "ambiguous"
#: In place of a first holder of whom no account is known.
NOBODY: Final = -2


@dataclass(frozen=True, slots=True)
class CardLots:
    """Cards issued together: `buyer` (-1: known, but of him no payment in that time), `at`, `worth`
    of all together in fen.
    """

    buyer: Ints
    at: Ints
    worth: Ints


def card_payments(tables: Tables, moved: ir.Table) -> pa.Table:
    """Columns ``voucher_id``, ``payment_id``, ``how``: cards whose record names no known payment.

    `moved` are the settled payments. ``how`` is ``linked``, or ``ambiguous`` where several
    payments could be meant; then ``payment_id`` is null. Cards that nothing could have paid for
    are left out.
    """
    vouchers = tables["vouchers"]
    issues = vouchers.filter(vouchers.event == "issue")
    loose = tables.engine.keep(issues.anti_join(moved, "payment_id").select("voucher_id", "at"))
    if not tables.engine.fetch(loose.limit(1)).num_rows:
        return SCHEMA.empty_table()
    sellers = tables.engine.keep(_sellers(tables, issues, moved))
    book = ledger(tables.engine, _near(tables, moved, loose))
    shop = np.zeros(len(book.accounts), np.bool_)
    at = book.codes(tables.engine.fetch(sellers)["account_no"])
    shop[at[at >= 0]] = True
    known = replace(account_facts(tables, book), card_shop=shop)
    before = completed(cards(tables, vouchers, book.payment_id))
    found, unclear = exact(linked(before, book, known), book, known, shop, _housed(tables))
    return _listed(before, found, unclear, book, tables.engine.fetch(loose))


def bought(tables: Tables, found: ir.Table) -> ir.Table:
    """`vouchers` whose issues name the payment that `found` (of :func:`card_payments`) adds."""
    vouchers = tables["vouchers"]
    added = found.filter(found.how == LINKED).select("voucher_id", added="payment_id").view()
    joined = vouchers.left_join(added, "voucher_id").drop("voucher_id_right")
    fits = (joined.event == "issue") & joined.added.notnull()
    return joined.mutate(payment_id=ibis.ifelse(fits, joined.added, joined.payment_id)).drop(
        "added"
    )


def _sellers(tables: Tables, issues: ir.Table, moved: ir.Table) -> ir.Table:
    """``account_no`` of sellers of cards: so registered, an issuer's, or paid for other cards."""
    held, owners = tables["bank_accounts"], tables["owners"]
    kind = held.filter(held.kind == "voucher_shop").select("account_no")
    paid = moved.semi_join(issues.filter(issues.payment_id.notnull()), "payment_id")
    issuer = issues.filter(issues.from_party.notnull()).select(name="from_party").distinct()
    known = tables["aliases"].semi_join(issuer, "name").select("entity", "subject")
    behind = owners.filter(owners.subject.startswith(ACCOUNT)).select(of="subject", entity="entity")
    owned = behind.semi_join(known, "entity").select(subject="of")
    written = known.filter(known.subject.startswith(ACCOUNT)).select("subject")
    accounts = ibis.union(owned, written).select(account_no=ibis._.subject.substr(len(ACCOUNT)))
    direct = issuer.select(account_no="name")
    return ibis.union(
        kind, paid.select(account_no="payee"), accounts, direct, distinct=True
    ).select("account_no")


def _near(tables: Tables, moved: ir.Table, loose: ir.Table) -> ir.Table:
    """The payments that could be meant, and others of their time: of the spans of :data:`AFTER` in
    which a loose card was issued, and of the one before each.
    """
    span = AFTER // 1_000_000
    issued = loose.select(span=(loose.at.epoch_seconds() / span).floor().cast("int64")).distinct()
    spans = ibis.union(issued, issued.select(span=issued["span"] - 1), distinct=True)
    timed = moved.mutate(span=(moved.at.epoch_seconds() / span).floor().cast("int64"))
    return timed.semi_join(tables.engine.keep(spans), "span").drop("span")


def _housed(tables: Tables) -> pa.Array:
    """People of whom an account is known that holds money."""
    owners = tables["owners"]
    held = owners.filter(owners.subject.startswith(ACCOUNT)).select("entity").distinct()
    return tables.engine.fetch(held)["entity"].combine_chunks()


def exact(
    events: CardEvents, book: Ledger, known: AccountFacts, shop: Flags, housed: pa.Array
) -> tuple[CardEvents, Flags]:
    """Rules 2 and 3, and which issues could be meant by several payments.

    `housed` are the people of whom some account is known, whether it paid in that time or not.
    """
    loose = np.flatnonzero(events.issue & (events.payment < 0))
    owner = pc.coalesce(known.owner, pc.binary_join_element_wise(ACCOUNT, book.accounts, ""))
    names = pc.unique(owner)
    takers = taker_of(events, pa.nulls(events.card.size, pa.string()))
    taker = find(takers, names)[loose]
    nobody = (taker < 0) & (find(takers, housed)[loose] < 0)
    group, lots = _groups(events, loose, np.where(nobody, NOBODY, taker))
    free = np.ones(book.at.size, np.bool_)
    free[events.payment[events.payment >= 0]] = False
    payer = find(owner, names)[book.payer].astype(np.int64)
    everyone = np.full(book.at.size, NOBODY, np.int64)
    own = _found(lots, lots.buyer >= 0, np.flatnonzero(free), payer, book)
    any_ = _found(
        lots, lots.buyer == NOBODY, np.flatnonzero(free & shop[book.payee]), everyone, book
    )
    chosen, several = np.maximum(own[0], any_[0]), own[1] | any_[1]
    payment, unclear = events.payment.copy(), np.zeros(events.card.size, np.bool_)
    payment[loose] = chosen[group]
    unclear[loose] = several[group]
    return replace(events, payment=payment), unclear


def _found(
    lots: CardLots, asked: Flags, rows: Ints, payer: Ints, book: Ledger
) -> tuple[Ints, Flags]:
    """For each of the `asked` lots the one payment among `rows` that can be meant, else -1; and
    whether several can.
    """
    rows = rows[np.lexsort((book.at[rows], book.amount[rows], payer[rows]))]
    first, count = _candidates(
        payer[rows], book.amount[rows], book.at[rows], lots.buyer, lots.worth, lots.at
    )
    here = asked & (count > 0)
    wanted = np.bincount(first[here], minlength=rows.size + 1)
    sole = here & (count == 1) & (wanted[first] == 1)
    chosen = np.full(asked.size, -1, np.int64)
    chosen[sole] = rows[first[sole]]
    return chosen, here & ~sole


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


def _listed(
    before: CardEvents, found: CardEvents, unclear: Flags, book: Ledger, loose: pa.Table
) -> pa.Table:
    """Of the `loose` cards those that were linked and those that could not be told."""
    asked = np.asarray(pc.is_in(found.voucher_id, value_set=loose["voucher_id"].combine_chunks()))
    new = found.issue & (before.payment < 0) & (found.payment >= 0) & asked
    open_ = found.issue & unclear & (found.payment < 0) & asked
    linked_to = book.payment_id.take(pa.array(found.payment[new]))
    return pa.table(
        {
            "voucher_id": pa.concat_arrays(
                [found.voucher_id.filter(pa.array(new)), found.voucher_id.filter(pa.array(open_))]
            ),
            "payment_id": pa.concat_arrays([linked_to, pa.nulls(int(open_.sum()), pa.string())]),
            "how": pa.array([LINKED] * int(new.sum()) + [AMBIGUOUS] * int(open_.sum())),
        },
        schema=SCHEMA,
    )
