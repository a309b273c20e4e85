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


def corrected(tables: Tables, named: ir.Table) -> ir.Table:
    """`named` (report_id, account_no) with misspelt numbers put right; the rest as it is."""
    unknown = _unknown(tables, named)
    if not unknown:
        return named
    meant = tables.engine.arrow(_meant(tables, unknown).rename_columns(["account_no", "meant"]))
    joined = named.left_join(meant, "account_no")
    return joined.select(
        "report_id", account_no=ibis.coalesce(joined["meant"], joined["account_no"])
    ).distinct()


def _unknown(tables: Tables, named: ir.Table) -> list[str]:
    each = named.select("account_no").distinct()
    each = each.filter(each.account_no.length() >= LEAST)
    payments = tables["payments"]
    strange = (
        each.anti_join(tables["bank_accounts"], "account_no")
        .anti_join(payments.select(account_no="payee"), "account_no")
        .anti_join(payments.select(account_no="payer"), "account_no")
    )
    return sorted(tables.engine.fetch(strange)["account_no"].to_pylist())


def _meant(tables: Tables, unknown: list[str]) -> pa.Table:
    """The one payee that each number can stand for; none where there are two."""
    tried = [(written, variant) for written in unknown for variant in variants(written)]
    pairs = tables.engine.arrow(
        pa.table([list(column) for column in zip(*tried, strict=True)], schema=_SCHEMA)
    )
    payees = pairs.semi_join(tables["payments"].select(account_no="payee"), "account_no")
    sole = payees.group_by("written").agg(
        account_no=payees.account_no.min(), several=payees.count()
    )
    return tables.engine.fetch(sole.filter(sole.several == 1).select("written", "account_no"))


def variants(written: str) -> set[str]:
    """What was meant, if one character is wrong, or two neighbours changed places."""
    out = set()
    for place, sign in enumerate(written):
        others = "0123456789" if sign.isdigit() else ""
        out |= {written[:place] + other + written[place + 1 :] for other in others}
        if place:
            out.add(written[: place - 1] + sign + written[place - 1] + written[place + 1 :])
    return out - {written}
