"""Hubs: nodes that tie everyone to everyone, and so tie nobody.

A carrier's service number, a courier's switchboard, a payment company's pooled account, a café's
address: each meets many unrelated people. They are found by how many others reach them, and told
from a ring's own nodes by the victims among those others: a hub meets victims as often as anybody
does, a mule's account many times as often, even where most of its victims never reported.
"""

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from suyuan.model.results import HUBS
from suyuan.store.tables import Tables

#: A node that meets more than so many times the victims of chance, and some, is a ring's, no hub.
LIFT = 2.0
SLACK = 2.0


@dataclass(frozen=True, slots=True)
class HubKind:
    """One kind of hub: `reach` gives pairs (node, other, victim), `least` others make a hub."""

    subject: str
    least: int
    reach: Callable[[Tables], ir.Table]
    en: str
    zh: str


def hubs(tables: Tables) -> ir.Table:
    """The hubs of all kinds, with the number of links that linkage does not follow."""
    return ibis.union(*(_found(kind, tables) for kind in KINDS)).select(*HUBS.schema.names)


def _found(kind: HubKind, tables: Tables) -> ir.Table:
    reach = tables.engine.keep(kind.reach(tables))
    everyone = reach.aggregate(
        others=reach["other"].nunique(), victims=reach["other"].nunique(where=reach["victim"])
    )
    chance = everyone.select(
        chance=everyone["victims"].cast("float64")
        / ibis.greatest(everyone["others"], 1).cast("float64")
    )
    nodes = reach.group_by("node").aggregate(
        degree=reach["other"].nunique(), met=reach["other"].nunique(where=reach["victim"])
    )
    many = nodes.filter(nodes["degree"] >= kind.least).cross_join(chance)
    expected = many["degree"].cast("float64") * many["chance"]
    many = many.filter(many["met"].cast("float64") <= LIFT * expected + SLACK)
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


def _payers(tables: Tables, *, shops: bool) -> ir.Table:
    """Who pays an account, of shops (and payment companies) or of everybody else."""
    payments, held = tables["payments"], tables["bank_accounts"]
    victims = tables["reports"].select(person="victim_id").distinct()
    victim_accounts = held.semi_join(victims, held["holder_id"] == victims["person"])
    victim_accounts = victim_accounts.select(victim="account_no").distinct()
    trading = held.filter(held["kind"].isin(("merchant", "voucher_shop")))
    trading = trading.select(shop="account_no").distinct()
    same = payments["payee"] == trading["shop"]
    edges = payments.semi_join(trading, same) if shops else payments.anti_join(trading, same)
    edges = edges.select("payer", "payee").distinct().view()
    marked = edges.left_join(victim_accounts, edges["payer"] == victim_accounts["victim"])
    return marked.select(node="payee", other="payer", victim=marked["victim"].notnull())


def _shops(tables: Tables) -> ir.Table:
    return _payers(tables, shops=True)


def _holders(tables: Tables) -> ir.Table:
    return _payers(tables, shops=False)


def _devices(tables: Tables) -> ir.Table:
    accounts = tables["accounts"]
    sightings = accounts.filter(accounts["ip"].notnull() & accounts["device"].notnull())
    return sightings.select(node="ip", other="device", victim=ibis.literal(value=False))


KINDS = (
    HubKind("phone", 50, _callers, " different numbers call it", "个不同号码呼入"),
    HubKind("bank_account", 50, _shops, " different accounts pay into it", "个不同账户向其付款"),
    # A mule of a busy ring has a hundred payers, most of whom never report.
    HubKind("bank_account", 200, _holders, " different accounts pay into it", "个不同账户向其付款"),
    HubKind("ip", 30, _devices, " different devices register from it", "台不同设备由此注册"),
)
