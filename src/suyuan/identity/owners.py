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
        _list_subjects(parties, "phones", "phone:"),
        _list_subjects(parties, "devices", "device:"),
        _listed_accounts(parties),
        _holder_rows(tables["accounts"], "account_id", "holder_id", "account:", "accounts"),
        _holder_rows(
            tables["bank_accounts"], "account_no", "holder_id", "bank_account:", "bank_accounts"
        ),
        _holder_rows(tables["sims"], "iccid", "customer_id", "sim:", "sims"),
    ]
    return ibis.union(*statements).select(*OWNERS.names)


def _list_subjects(parties: ir.Table, column: str, kind: str) -> ir.Table:
    rows = parties.select("party_id", "row_id", item=parties[column].unnest())
    return rows.filter(rows["item"].notnull()).select(
        subject=kind + rows["item"],
        entity="party:" + rows["party_id"],
        table=ibis.literal("parties"),
        row_id=rows["row_id"],
    )


def _listed_accounts(parties: ir.Table) -> ir.Table:
    rows = parties.select("party_id", "row_id", item=parties["accounts"].unnest())
    kind = ibis.ifelse(rows["item"].contains(":"), "account:", "bank_account:")
    return rows.filter(rows["item"].notnull()).select(
        subject=kind + rows["item"],
        entity="party:" + rows["party_id"],
        table=ibis.literal("parties"),
        row_id=rows["row_id"],
    )


def _holder_rows(rows: ir.Table, id_: str, holder: str, kind: str, name: str) -> ir.Table:
    holder_rows = rows.filter(rows[holder].notnull())
    return holder_rows.select(
        subject=kind + holder_rows[id_],
        entity="party:" + holder_rows[holder],
        table=ibis.literal(name),
        row_id=holder_rows["row_id"],
    )
