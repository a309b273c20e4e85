"""Who stands behind a number, device or account, and the row that says so."""

import ibis
import ibis.expr.types as ir

from suyuan.model.derived import OWNERS
from suyuan.store.tables import Tables


def owners(tables: Tables) -> ir.Table:
    """One row for each statement that a subject belongs to a person.

    A SIM belongs to its customer, but its number does not: in bulk openings the customer is not
    the one who uses it, and tying all such numbers to one person would tie their rings together.
    """
    parties = tables["parties"]
    statements = [
        _listed(parties, "phones", "phone:"),
        _listed(parties, "devices", "device:"),
        _listed_accounts(parties),
        _held(tables["accounts"], "account_id", "holder_id", "account:", "accounts"),
        _held(tables["bank_accounts"], "account_no", "holder_id", "bank_account:", "bank_accounts"),
        _held(tables["sims"], "iccid", "customer_id", "sim:", "sims"),
    ]
    return ibis.union(*statements).select(*OWNERS.names)


def _listed(parties: ir.Table, column: str, kind: str) -> ir.Table:
    each = parties.select("party_id", "row_id", item=parties[column].unnest())
    return each.filter(each["item"].notnull()).select(
        subject=kind + each["item"],
        entity="party:" + each["party_id"],
        table=ibis.literal("parties"),
        row_id=each["row_id"],
    )


def _listed_accounts(parties: ir.Table) -> ir.Table:
    each = parties.select("party_id", "row_id", item=parties["accounts"].unnest())
    kind = ibis.ifelse(each["item"].contains(":"), "account:", "bank_account:")
    return each.filter(each["item"].notnull()).select(
        subject=kind + each["item"],
        entity="party:" + each["party_id"],
        table=ibis.literal("parties"),
        row_id=each["row_id"],
    )


def _held(rows: ir.Table, id_: str, holder: str, kind: str, name: str) -> ir.Table:
    known = rows.filter(rows[holder].notnull())
    return known.select(
        subject=kind + known[id_],
        entity="party:" + known[holder],
        table=ibis.literal(name),
        row_id=known["row_id"],
    )
