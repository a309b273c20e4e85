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
    return ibis.union(*(_find_hubs(kind, tables) for kind in KINDS)).select(*HUBS.schema.names)


def _find_hubs(kind: HubKind, tables: Tables) -> ir.Table:
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
    expectation = many["degree"].cast("float64") * many["chance"]
    many = many.filter(many["met"].cast("float64") <= LIFT * expectation + SLACK)
    degree_text = many["degree"].cast("string")
    return many.select(
        subject=kind.subject + ":" + many["node"],
        degree=many["degree"],
        because=degree_text + ibis.literal(kind.en),
        because_zh=degree_text + ibis.literal(kind.zh),
        not_followed=many["degree"],
    )


def _callers(tables: Tables) -> ir.Table:
    """Who calls a number that is called about as often as it calls."""
    calls = tables["calls"]
    out = calls.group_by("caller").aggregate(called=calls["callee"].nunique())
    back = calls.group_by("callee").aggregate(callers=calls["caller"].nunique())
    rates = back.left_join(out, back["callee"] == out["caller"])
    busy = rates.filter(rates["callers"] * 2 >= ibis.coalesce(rates["called"], 0))
    busy = busy.select(node="callee").view()
    victims = tables["reports"].select(victim="victim_phone").distinct()
    pairs = calls.select("caller", "callee").distinct()
    pairs = pairs.semi_join(busy, pairs["callee"] == busy["node"])
    edges = pairs.left_join(victims, pairs["caller"] == victims["victim"])
    return edges.select(node="callee", other="caller", victim=edges["victim"].notnull())


def _payers(tables: Tables, *, shops: bool) -> ir.Table:
    """Who pays an account, of shops (and payment companies) or of everybody else."""
    payments, accounts = tables["payments"], tables["bank_accounts"]
    victims = tables["reports"].select(person="victim_id").distinct()
    victim_accounts = accounts.semi_join(victims, accounts["holder_id"] == victims["person"])
    victim_accounts = victim_accounts.select(victim="account_no").distinct()
    shop_accounts = accounts.filter(accounts["kind"].isin(("merchant", "voucher_shop")))
    shop_accounts = shop_accounts.select(shop="account_no").distinct()
    is_shop = payments["payee"] == shop_accounts["shop"]
    edges = (
        payments.semi_join(shop_accounts, is_shop)
        if shops
        else payments.anti_join(shop_accounts, is_shop)
    )
    edges = edges.select("payer", "payee").distinct().view()
    flags = edges.left_join(victim_accounts, edges["payer"] == victim_accounts["victim"])
    return flags.select(node="payee", other="payer", victim=flags["victim"].notnull())


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
