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

    By holder; by what `owners` says of that person; and by the phone that an account is bound to,
    where the account or the report names no person.
    """
    reports, accounts, owners = (tables[name] for name in ("reports", "bank_accounts", "owners"))
    people = _victims(tables)
    held = people.inner_join(accounts, people.entity == "party:" + accounts.holder_id)
    theirs = owners.filter(owners.subject.startswith(ACCOUNT))
    listed = people.inner_join(theirs, "entity").select(
        "report_id", account_no=theirs.subject.substr(len(ACCOUNT))
    )
    phone = reports.inner_join(accounts, reports.victim_phone == accounts.phone)
    bound = phone.filter(phone.holder_id.isnull() | phone.victim_id.isnull())
    return ibis.union(
        held.select("report_id", "account_no"),
        listed,
        bound.select("report_id", "account_no"),
        distinct=True,
    )


def _victims(tables: Tables) -> ir.Table:
    """Who reported: (report_id, entity), by name, else as the only person behind the phone."""
    reports, owners = tables["reports"], tables["owners"]
    named = reports.filter(reports.victim_id.notnull())
    known = named.select("report_id", entity="party:" + named.victim_id)
    lines = owners.filter(owners.subject.startswith("phone:"))
    sole = lines.group_by("subject").agg(person=lines.entity.min(), several=lines.entity.nunique())
    sole = sole.filter(sole.several == 1)
    nameless = reports.filter(reports.victim_id.isnull())
    told = nameless.inner_join(sole, "phone:" + nameless.victim_phone == sole.subject)
    return ibis.union(known, told.select("report_id", entity="person"))


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
