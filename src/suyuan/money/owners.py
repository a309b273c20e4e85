"""Whose account is whose: the accounts of a victim, and those that evidence ties to a ring."""

from typing import Final

import ibis
import ibis.expr.types as ir

from suyuan.store.tables import Tables

#: How an account is written as a subject.
ACCOUNT: Final = "bank_account:"
#: Kinds of account whose holder gives goods for money.
SHOPS: Final = ("merchant", "voucher_shop")


def victims_accounts(tables: Tables) -> ir.Table:
    """Accounts of the person who reported: (report_id, account_no), no row twice.

    By holder, by what `owners` says of them, and, of accounts without a holder, by the phone.
    """
    reports, accounts, owners = (tables[name] for name in ("reports", "bank_accounts", "owners"))
    held = reports.inner_join(accounts, reports.victim_id == accounts.holder_id).select(
        "report_id", "account_no"
    )
    bound = reports.inner_join(
        accounts.filter(accounts.holder_id.isnull()), reports.victim_phone == accounts.phone
    ).select("report_id", "account_no")
    theirs = owners.filter(owners.subject.startswith(ACCOUNT))
    listed = reports.inner_join(theirs, "party:" + reports.victim_id == theirs.entity).select(
        "report_id", account_no=theirs.subject.substr(len(ACCOUNT))
    )
    return ibis.union(held, bound, listed, distinct=True)


def named_payees(tables: Tables) -> ir.Table:
    """Accounts that reports name as paid into: (report_id, account_no)."""
    reports = tables["reports"]
    named = reports.filter(reports.payee_accounts.notnull())
    return named.select("report_id", account_no=named.payee_accounts.unnest()).distinct()


def ring_accounts(tables: Tables, known: ir.Table | None = None) -> ir.Table:
    """Accounts that evidence ties to a ring: (account_no).

    Those that any report names, those that an officer has confirmed, those `known` from elsewhere
    (a table with account_no), and the other accounts of whoever holds one of these. Shops and card
    shops are left out: a report that names one says where a victim paid, not who stole.
    """
    accounts, decisions = tables["bank_accounts"], tables["decisions"]
    confirmed = decisions.filter(decisions.kind == "confirm", decisions.subject.startswith(ACCOUNT))
    tied = ibis.union(
        named_payees(tables).select("account_no"),
        confirmed.select(account_no=confirmed.subject.substr(len(ACCOUNT))),
        distinct=True,
    )
    if known is not None:
        tied = ibis.union(tied, known.select("account_no"), distinct=True)
    holders = accounts.semi_join(tied, "account_no").filter(ibis._.holder_id.notnull())
    also = accounts.semi_join(holders, "holder_id").select("account_no")
    shops = accounts.filter(accounts.kind.isin(SHOPS))
    return ibis.union(tied, also, distinct=True).anti_join(shops, "account_no")
