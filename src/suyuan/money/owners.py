"""Whose account is whose: the accounts of a victim, and those that evidence ties to a ring."""

from typing import Final

import ibis
import ibis.expr.types as ir

from suyuan.money.payee_typos import correct_payees
from suyuan.money.report_windows import windows
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
    registered_accounts = people.inner_join(
        accounts, people.entity == "party:" + accounts.holder_id
    )
    holdings = owners.filter(owners.subject.startswith(ACCOUNT))
    owner_accounts = people.inner_join(holdings, "entity").select(
        "report_id", account_no=holdings.subject.substr(len(ACCOUNT))
    )
    phone = reports.inner_join(accounts, reports.victim_phone == accounts.phone)
    phone_accounts = phone.filter(phone.holder_id.isnull() | phone.victim_id.isnull())
    return ibis.union(
        registered_accounts.select("report_id", "account_no"),
        owner_accounts,
        phone_accounts.select("report_id", "account_no"),
        distinct=True,
    )


def borrowers_accounts(tables: Tables, own: ir.Table, payments: ir.Table) -> ir.Table:
    """Accounts into which a victim's loan was paid out: (report_id, account_no).

    A loan is paid out to the borrower. Not where the report names that account, or where it is
    known to be a shop's or somebody else's.
    """
    accounts = tables["bank_accounts"]
    loans = own.semi_join(accounts.filter(accounts.kind == "loan"), "account_no")
    paid_out = payments.select("payee", account_no="payer")
    out = loans.inner_join(paid_out, "account_no").select("report_id", "payee")
    payees = out.rename(account_no="payee").distinct()
    known_accounts = accounts.filter(
        accounts.holder_id.notnull() | accounts.kind.isin((*SHOPS, "loan"))
    )
    return payees.anti_join(known_accounts, "account_no").anti_join(
        named_payees(tables), ["report_id", "account_no"]
    )


def accounts_between(tables: Tables, own: ir.Table, payments: ir.Table) -> ir.Table:
    """Accounts that stand between hers and the payee she names: (report_id, account_no).

    Nobody is known to hold such an account, it paid in that time a payee that she names, and money
    moved between it and one of hers: she paid out of it, though no record says whose it is.
    """
    named_accounts = named_payees(tables)
    into = named_accounts.inner_join(windows(tables), "report_id").rename(payee="account_no")
    into_named = payments.inner_join(into, "payee")
    into_named = into_named.filter(
        into_named["at"] >= into_named.since, into_named["at"] <= into_named.until
    )
    to = own.inner_join(payments, own.account_no == payments.payer).select(
        "report_id", other="payee"
    )
    of = own.inner_join(payments, own.account_no == payments.payee).select(
        "report_id", other="payer"
    )
    partners = ibis.union(to, of, distinct=True).rename(account_no="other")
    candidates = into_named.select("report_id", account_no="payer").distinct()
    candidates = candidates.semi_join(partners, ["report_id", "account_no"]).anti_join(
        named_accounts, "account_no"
    )
    accounts, owners = tables["bank_accounts"], tables["owners"]
    registered_accounts = accounts.filter(
        accounts.holder_id.notnull() | accounts.kind.isin((*SHOPS, "loan"))
    )
    owner_subjects = owners.filter(owners.subject.startswith(ACCOUNT))
    return candidates.anti_join(registered_accounts, "account_no").anti_join(
        owner_subjects.select(account_no=owner_subjects.subject.substr(len(ACCOUNT))), "account_no"
    )


def _victims(tables: Tables) -> ir.Table:
    """Who reported: (report_id, entity), by name, else as the only person behind the phone."""
    reports, owners = tables["reports"], tables["owners"]
    reports_with_victim = reports.filter(reports.victim_id.notnull())
    victims = reports_with_victim.select(
        "report_id", entity="party:" + reports_with_victim.victim_id
    )
    lines = owners.filter(owners.subject.startswith("phone:"))
    sole = lines.group_by("subject").agg(person=lines.entity.min(), several=lines.entity.nunique())
    sole = sole.filter(sole.several == 1)
    nameless = reports.filter(reports.victim_id.isnull())
    by_phone = nameless.inner_join(sole, "phone:" + nameless.victim_phone == sole.subject)
    return ibis.union(victims, by_phone.select("report_id", entity="person"))


def named_payees(tables: Tables) -> ir.Table:
    """Accounts that reports name as paid into: (report_id, account_no), slips of the pen mended."""
    reports = tables["reports"]
    account_lists = reports.filter(reports.payee_accounts.notnull())
    account_lists = account_lists.select(
        "report_id", account_no=account_lists.payee_accounts.unnest()
    ).distinct()
    return correct_payees(tables, account_lists)


def ring_accounts(tables: Tables, extra_accounts: ir.Table | None = None) -> ir.Table:
    """Accounts that evidence ties to a ring: (account_no).

    Those that any report names, those that an officer has confirmed, those `extra_accounts` from
    elsewhere (a table with account_no), and the other accounts of whoever holds one of these. Shops
    and card shops are left out: a report that names one says where a victim paid, not who stole.
    """
    accounts = tables["bank_accounts"]
    tied = ibis.union(
        named_payees(tables).select("account_no"),
        tables["confirmed_accounts"].select("account_no"),
        distinct=True,
    )
    if extra_accounts is not None:
        tied = ibis.union(tied, extra_accounts.select("account_no"), distinct=True)
    holders = accounts.semi_join(tied, "account_no").filter(ibis._.holder_id.notnull())
    also = accounts.semi_join(holders, "holder_id").select("account_no")
    shops = accounts.filter(accounts.kind.isin(SHOPS))
    return ibis.union(tied, also, distinct=True).anti_join(shops, "account_no")
