"""What a name in a namespace column stands for (spec/records.md, "Namespaces")."""

import ibis
import ibis.expr.types as ir

from suyuan.model.derived import ALIASES
from suyuan.store.tables import Tables

#: Columns whose cells are names: of a person, else an account, else just text.
NAMED: tuple[tuple[str, str], ...] = (
    ("trades", "seller"),
    ("trades", "buyer"),
    ("vouchers", "from_party"),
    ("vouchers", "to_party"),
    ("leaked", "holder_id"),
    ("reports", "victim_id"),
    ("orders", "buyer_id"),
    ("accounts", "holder_id"),
    ("bank_accounts", "holder_id"),
    ("sims", "customer_id"),
)


def aliases(tables: Tables, owners: ir.Table) -> ir.Table:
    """Every name in use, the subject it denotes, and the entity (the person, where known).

    A name is a person of ``parties`` if it is one; else an account if registered or of the form
    ``platform:id``; else an account that holds money; else the outlet or operator that `sims` knows
    by it (ledgers of cards name those); else a person of whom only the name is known.
    A subject with just one owner is that person; one shared by several stays itself.
    """
    sole = owners.group_by("subject").aggregate(
        entity=owners["entity"].min(), n=owners["entity"].nunique()
    )
    sole = sole.filter(sole["n"] == 1).select(owned="subject", person="entity")
    subjects = _subjects(tables).view()
    known = subjects.left_join(sole, subjects["subject"] == sole["owned"])
    return known.mutate(entity=ibis.coalesce(known["person"], known["subject"])).select(
        *ALIASES.names
    )


def named(tables: Tables, expression: ir.Table, column: str, *, into: str) -> ir.Table:
    """`expression` with a column `into`: the entity that the name in `column` stands for."""
    names = tables["aliases"].select(name_="name", entity_="entity")
    joined = expression.left_join(names, expression[column] == names["name_"])
    return joined.mutate(**{into: joined["entity_"]}).drop("name_", "entity_")


def _subjects(tables: Tables) -> ir.Table:
    used = ibis.union(
        *(tables[table].select(name=tables[table][column]) for table, column in NAMED),
        tables["parties"].select(name="party_id"),
        tables["accounts"].select(name="account_id"),
        tables["bank_accounts"].select(name="account_no"),
        distinct=True,
    )
    used = used.filter(used["name"].notnull())
    people = tables["parties"].select(person="party_id").distinct()
    logins = tables["accounts"].select(login="account_id").distinct()
    money = tables["bank_accounts"].select(money="account_no").distinct()
    outlets = tables["sims"].select(outlet="agent").distinct()
    sellers = tables["sims"].select(seller="operator").distinct()
    found = (
        used.left_join(people, used["name"] == people["person"])
        .left_join(logins, used["name"] == logins["login"])
        .left_join(money, used["name"] == money["money"])
        .left_join(outlets, used["name"] == outlets["outlet"])
        .left_join(sellers, used["name"] == sellers["seller"])
    )
    kind = ibis.cases(
        (found["person"].notnull(), "party:"),
        (found["login"].notnull(), "account:"),
        (found["money"].notnull(), "bank_account:"),
        (found["name"].contains(":"), "account:"),
        (found["outlet"].notnull(), "agent:"),
        (found["seller"].notnull(), "operator:"),
        else_="party:",
    )
    return found.select("name", subject=kind + found["name"])
