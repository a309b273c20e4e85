"""Hubs: nodes that tie everyone to everyone, and so tie nobody.

A carrier's service number, a courier's switchboard, a payment company's pooled account, a café's
address: each meets many unrelated people. They are found by how many others reach them, and told
from a ring's own nodes by how few of those others are victims (a mule's payers mostly are; a
pooled account's hardly ever).
"""

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from suyuan.model.results import HUBS
from suyuan.store.tables import Tables

#: A node with more than this share of victims among those who reach it is a ring's, not a hub.
VICTIM_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of hub: `reach` gives pairs (node, other, victim), `least` others make a hub."""

    subject: str
    least: int
    reach: Callable[[Tables], ir.Table]
    en: str
    zh: str


def hubs(tables: Tables) -> ir.Table:
    """The hubs of all kinds, with the number of links that linkage does not follow."""
    return ibis.union(*(_found(kind, tables) for kind in KINDS)).select(*HUBS.names)


def _found(kind: Kind, tables: Tables) -> ir.Table:
    reach = kind.reach(tables)
    nodes = reach.group_by("node").aggregate(
        degree=reach["other"].nunique(), victims=reach["other"].nunique(where=reach["victim"])
    )
    many = nodes.filter(
        (nodes["degree"] >= kind.least)
        & (nodes["victims"].cast("float64") < nodes["degree"].cast("float64") * VICTIM_SHARE)
    )
    written = many["degree"].cast("string")
    return many.select(
        subject=kind.subject + ":" + many["node"],
        degree=many["degree"],
        because=written + ibis.literal(kind.en),
        because_zh=written + ibis.literal(kind.zh),
        not_followed=many["degree"],
    )


def _callers(tables: Tables) -> ir.Table:
    """Who calls a number that is called about as often as it calls."""
    calls = tables["calls"]
    out = calls.group_by("caller").aggregate(called=calls["callee"].nunique())
    back = calls.group_by("callee").aggregate(callers=calls["caller"].nunique())
    both = back.left_join(out, back["callee"] == out["caller"])
    busy = both.filter(both["callers"] * 2 >= ibis.coalesce(both["called"], 0))
    busy = busy.select(node="callee").view()
    victims = tables["reports"].select(victim="victim_phone").distinct()
    pairs = calls.select("caller", "callee").distinct()
    pairs = pairs.semi_join(busy, pairs["callee"] == busy["node"])
    marked = pairs.left_join(victims, pairs["caller"] == victims["victim"])
    return marked.select(node="callee", other="caller", victim=marked["victim"].notnull())


def _payers(tables: Tables) -> ir.Table:
    payments, held = tables["payments"], tables["bank_accounts"]
    victims = tables["reports"].select(person="victim_id").distinct()
    theirs = held.semi_join(victims, held["holder_id"] == victims["person"])
    theirs = theirs.select(victim="account_no").distinct()
    marked = payments.left_join(theirs, payments["payer"] == theirs["victim"])
    return marked.select(node="payee", other="payer", victim=marked["victim"].notnull())


def _devices(tables: Tables) -> ir.Table:
    accounts = tables["accounts"]
    seen = accounts.filter(accounts["ip"].notnull() & accounts["device"].notnull())
    return seen.select(node="ip", other="device", victim=ibis.literal(value=False))


KINDS = (
    Kind("phone", 50, _callers, " different numbers call it", "个不同号码呼入"),
    Kind("bank_account", 50, _payers, " different accounts pay into it", "个不同账户向其付款"),
    Kind("ip", 30, _devices, " different devices register from it", "台不同设备由此注册"),
)
