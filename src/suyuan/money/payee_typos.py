"""Payees that a report misspells: an account number with one slip of the pen.

A number that no payment and no register knows, while exactly one known account differs from it by
one digit or by two that changed places, is read as that account. Luhn's check digit and the like
catch such slips at a till, not in a statement.
"""

from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suyuan.store.tables import Tables

#: Shorter names differ by one letter without being the same.
LEAST: Final = 10
_SCHEMA: Final = pa.schema({"written": pa.string(), "account_no": pa.string()})


def correct_payees(tables: Tables, payees: ir.Table) -> ir.Table:
    """`payees` (report_id, account_no) with misspelt numbers put right; the rest as it is."""
    unknown_accounts = _unknown_accounts(tables, payees)
    if not unknown_accounts:
        return payees
    corrections = tables.engine.arrow(
        _accounts_meant(tables, unknown_accounts).rename_columns(["account_no", "meant"])
    )
    rows = payees.left_join(corrections, "account_no")
    return rows.select(
        "report_id", account_no=ibis.coalesce(rows["meant"], rows["account_no"])
    ).distinct()


def _unknown_accounts(tables: Tables, payees: ir.Table) -> list[str]:
    accounts = payees.select("account_no").distinct()
    accounts = accounts.filter(accounts.account_no.length() >= LEAST)
    payments = tables["payments"]
    strange = (
        accounts.anti_join(tables["bank_accounts"], "account_no")
        .anti_join(payments.select(account_no="payee"), "account_no")
        .anti_join(payments.select(account_no="payer"), "account_no")
    )
    return sorted(tables.engine.fetch(strange)["account_no"].to_pylist())


def _accounts_meant(tables: Tables, accounts: list[str]) -> pa.Table:
    """The one payee that each number can stand for; none where there are two."""
    attempts = [(account, variant) for account in accounts for variant in variants(account)]
    pairs = tables.engine.arrow(
        pa.table([list(column) for column in zip(*attempts, strict=True)], schema=_SCHEMA)
    )
    payees = pairs.semi_join(tables["payments"].select(account_no="payee"), "account_no")
    sole = payees.group_by("written").agg(
        account_no=payees.account_no.min(), several=payees.count()
    )
    return tables.engine.fetch(sole.filter(sole.several == 1).select("written", "account_no"))


def variants(account: str) -> set[str]:
    """What was meant, if one character is wrong, or two neighbours changed places."""
    out = set()
    for place, sign in enumerate(account):
        alternatives = "0123456789" if sign.isdigit() else ""
        out |= {account[:place] + digit + account[place + 1 :] for digit in alternatives}
        if place:
            out.add(account[: place - 1] + sign + account[place - 1] + account[place + 1 :])
    return out - {account}
