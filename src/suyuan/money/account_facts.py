"""What is known of the accounts of a ledger, one cell for each account."""

from dataclasses import dataclass
from typing import Final

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.money.arrays import Flags, Ints
from suyuan.money.holds import HeldFunds, held_funds
from suyuan.money.ledger import Ledger, find
from suyuan.money.order import NO_BALANCE
from suyuan.money.owners import ACCOUNT, SHOPS
from suyuan.store.tables import Tables


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """Columns aligned with ``Ledger.accounts``.

    `owner` is the entity behind the account (``party:…``, else null), `opening` the stated opening
    balance or ``UNKNOWN``, `shop` an account that gives goods for money, `pooled` one that an
    institution declares to be its pool, `personal` a person's, `desk` one where cash is drawn,
    `stated` one whose outgoing payments would be on record, `held` how much of what lies there a
    running measure holds, in fen.
    """

    owner: pa.Array
    institution: pa.Array
    opening: Ints
    registered: Flags
    shop: Flags
    card_shop: Flags
    lender: Flags
    closed: Flags
    pooled: Flags
    personal: Flags
    desk: Flags
    stated: Flags
    held: HeldFunds


def account_facts(tables: Tables, book: Ledger) -> AccountFacts:
    """Look up every account of the ledger in bank_accounts, owners and hubs."""
    fetch = tables.engine.fetch
    rows = fetch(
        tables["bank_accounts"].select(
            "account_no",
            "institution",
            "kind",
            "status",
            "opening_balance",
            "holder_id",
            "holder_name",
        )
    )
    at = find(book.accounts, rows["account_no"].combine_chunks())
    account_rows = rows.take(pa.array(at, mask=at < 0))
    kind = pc.fill_null(account_rows["kind"], "")
    opening = np.asarray(pc.fill_null(account_rows["opening_balance"], NO_BALANCE), dtype=np.int64)
    subjects = pc.binary_join_element_wise(ACCOUNT, book.accounts, "")
    is_registered = at >= 0
    owner = _owners(tables, subjects, account_rows["holder_id"])
    return AccountFacts(
        owner=owner,
        institution=account_rows["institution"].combine_chunks(),
        opening=opening,
        registered=is_registered,
        shop=_flags(pc.is_in(kind, value_set=pa.array(SHOPS))),
        card_shop=_flags(pc.equal(kind, "voucher_shop")),
        lender=_flags(pc.equal(kind, "loan")),
        closed=_flags(pc.equal(pc.fill_null(account_rows["status"], ""), "closed")),
        pooled=_is_pool(account_rows),
        personal=_personal(tables, owner),
        desk=_desks(book, owner),
        stated=_has_statement(book, is_registered, account_rows["institution"].combine_chunks()),
        held=held_funds(tables, book),
    )


def _flags(column: pa.Array | pa.ChunkedArray) -> Flags:
    return np.asarray(column, dtype=np.bool_)


def _owners(tables: Tables, subjects: pa.Array, holder: pa.ChunkedArray) -> pa.Array:
    """The one entity behind each account: what `owners` says, else the holder on the account."""
    owners: ir.Table = tables["owners"]
    sole = owners.filter(owners.subject.startswith(ACCOUNT)).group_by("subject")
    sole = sole.agg(entity=owners.entity.min(), several=owners.entity.nunique())
    rows = tables.engine.fetch(sole.filter(sole.several == 1))
    at = find(subjects, rows["subject"].combine_chunks())
    sole_owner = rows["entity"].take(pa.array(at, mask=at < 0))
    parties = pc.binary_join_element_wise("party:", holder, "")
    return pc.coalesce(sole_owner, parties).combine_chunks()


def _has_statement(book: Ledger, is_registered: Flags, institution: pa.Array) -> Flags:
    """Accounts whose statement is at hand.

    One that pays out is. One that never does is, too, where it is registered with an institution
    of whose accounts some pay out, or with none; else nobody has handed in its statement.
    """
    pays = np.zeros(len(book.accounts), np.bool_)
    pays[book.payer] = True
    institutions_with_rows = pc.unique(institution.filter(pa.array(pays)))
    speaks = _flags(
        pc.or_(pc.is_null(institution), pc.is_in(institution, value_set=institutions_with_rows))
    )
    return pays | (is_registered & speaks)


def _desks(book: Ledger, owner: pa.Array) -> Flags:
    """Nobody's accounts that are mostly paid in cash: tills of banks and cash machines."""
    size = len(book.accounts)
    cash = np.bincount(book.payee[book.cash], minlength=size)
    return (2 * cash > np.bincount(book.payee, minlength=size)) & np.asarray(pc.is_null(owner))


#: Kinds of account, and words in the name of its holder, by which an institution declares a pool.
POOLS: Final = ("pooled", "clearing", "settlement")
POOL_NAMES: Final = "备付金|待清算|清算资金|客户资金|pooled|clearing account|settlement account"


def _is_pool(rows: pa.Table) -> Flags:
    """Accounts that their institution declares to be pools; a number of payers declares none."""
    kind, name = (pc.utf8_lower(pc.fill_null(rows[c], "")) for c in ("kind", "holder_name"))
    by_name = pc.match_substring_regex(name, POOL_NAMES)
    return _flags(pc.or_(pc.is_in(kind, value_set=pa.array(POOLS)), by_name))


def _personal(tables: Tables, owner: pa.Array) -> Flags:
    """Accounts behind which there is a person."""
    parties = tables["parties"]
    people = tables.engine.fetch(
        parties.filter(parties.kind == "person").select(entity="party:" + parties.party_id)
    )
    return _flags(pc.is_in(owner, value_set=people["entity"].combine_chunks(), skip_nulls=True))
