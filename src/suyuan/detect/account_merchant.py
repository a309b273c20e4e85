"""Who sells farmed accounts (号商): people, or the account that stands for them.

A merchant sells chat accounts by the hundred to several buyers at a few yuan each, what is sold
turns out to be farmed and is later used against victims, and the buyers also buy records and cards.
Somebody who parts with an old account or a game login sells one or two, dear, once. Where no ledger
was seized, the one on whose devices or to whose address the farm's accounts were registered is
weighed instead.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect import dealing
from suyuan.detect.contract import Detector, Measurement, any_ground
from suyuan.detect.evidence import ROWS_SHOWN, rows
from suyuan.identity.aliases import with_entity
from suyuan.model.text import Text
from suyuan.store.tables import Tables

GOODS = ("chat_account", "token_account")
#: Farmed accounts on a person's own things before that person is weighed without a ledger.
LEAST_FARMED = 5
#: Share of what was sold that must look farmed to speak against the seller by itself.
MOSTLY = 0.5


def measure(tables: Tables) -> Measurement:
    """Sellers of accounts, and those on whose things accounts were farmed."""
    keep = tables.engine.keep
    deals = keep(_deals(tables))
    items = keep(_items(tables, deals))
    farms = keep(_farms(tables))
    parts = (
        _sales(deals),
        dealing.clientele(deals, tables["trades"]),
        _supplies(tables, deals),
        _goods(items),
        _production(farms),
    )
    subjects = keep(
        ibis.union(deals.select("subject"), _growers(farms).select("subject")).distinct()
    )
    candidates = subjects
    for part in parts:
        candidates = candidates.left_join(keep(part), "subject").drop("subject_right")
    zero = (
        "deals",
        "accounts_sold",
        "buyers",
        "farmed_items",
        "used_items",
        "farm_accounts",
        "cards_bought",
    )
    candidates = candidates.mutate(**{name: candidates[name].fill_null(0) for name in zero})
    candidates = candidates.mutate(
        count=ibis.greatest(candidates["accounts_sold"], candidates["farm_accounts"]),
        corroborated=_corroboration(candidates),
    )
    return Measurement(keep(candidates), _evidence(tables, deals, farms))


def _corroboration(candidates: ir.Table) -> ir.BooleanValue:
    """Whether the goods, the buyers or the supplies speak against a seller, and not only the trade.

    Game accounts are sold by the hundred, too: a dealer in those has goods that nobody farmed and
    buyers who want nothing else.
    """
    return any_ground(
        candidates["used_items"] > 0,
        candidates["farmed_share"] >= MOSTLY,
        candidates["farm_accounts"] >= LEAST_FARMED,
        candidates["equipped"] > 0,
        candidates["cards_bought"] > 0,
    )


def _deals(tables: Tables) -> ir.Table:
    """Dealings in accounts, with the seller as ``subject``."""
    trades = tables["trades"]
    own = trades.filter(trades["goods"].isin(GOODS))
    sales = with_entity(tables, own, "seller", into="subject")
    return sales.filter(sales["subject"].notnull())


def _sales(deals: ir.Table) -> ir.Table:
    """How much, to how many, at what price beside the usual of the same goods."""
    prices = deals.mutate(each=deals["price"] / deals["quantity"].nullif(0).cast("float64"))
    usual = prices.group_by("goods").aggregate(usual=prices["each"].median())
    prices = prices.join(usual, "goods")
    return prices.group_by("subject").aggregate(
        deals=prices.count(),
        accounts_sold=prices["quantity"].sum().fill_null(0),
        lot=prices["quantity"].mean(),
        buyers=prices["buyer"].nunique(),
        amount=prices["price"].sum(),
        dear=(prices["each"] / prices["usual"].nullif(0.0)).mean(),
        first_seen=prices["at"].min(),
        last_seen=prices["at"].max(),
    )


def _supplies(tables: Tables, deals: ir.Table) -> ir.Table:
    """``cards_bought``: dealings in which a seller bought cards or codes, to make accounts with."""
    names = deals.select("subject", "seller").distinct()
    purchases = dealing.purchases(tables["trades"])
    pairs = names.join(purchases, names["seller"] == purchases["buyer"])
    return pairs.group_by("subject").aggregate(cards_bought=pairs["cards_bought"].sum())


def _items(tables: Tables, deals: ir.Table) -> ir.Table:
    """Each account sold: how farmed it looks, whether it was used against a victim."""
    farms, reports = tables["findings:farmed_account"], tables["reports"]
    sales = deals.select("subject", "row_id", item=deals["items"].unnest())
    scores = sales.left_join(farms, "account:" + sales["item"] == farms["subject"])
    scores = scores.select("subject", "row_id", "item", score=scores["score"].fill_null(0.0))
    used = reports.select(used=reports["chat_accounts"].unnest()).distinct()
    hits = scores.left_join(used, scores["item"] == used["used"])
    return hits.mutate(used=hits["used"].notnull().cast("int64"))


def _goods(items: ir.Table) -> ir.Table:
    return items.group_by("subject").aggregate(
        farmed_items=items["score"].sum(),
        farmed_share=items["score"].mean(),
        used_items=items["used"].sum(),
    )


def _farms(tables: Tables) -> ir.Table:
    """Farmed accounts registered on a device of somebody, or whose codes go to somebody.

    Columns ``subject``, ``account_id``, ``score``, ``row_id`` (of the registration).
    """
    findings, accounts, otps = tables["findings:farmed_account"], tables["accounts"], tables["otps"]
    slim = accounts.select("account_id", "device", "phone", "row_id")
    own = slim.join(findings, "account:" + slim["account_id"] == findings["subject"])
    own = own.select("account_id", "device", "phone", "row_id", "score")
    owners = tables["owners"].select(thing="subject", who="entity").distinct()
    sole = owners.group_by("thing").aggregate(who=owners["who"].min(), n=owners["who"].nunique())
    sole = sole.filter(sole["n"] == 1).select("thing", "who")
    on = own.join(sole, "device:" + own["device"] == sole["thing"])
    codes = otps.filter(otps["relayed_to"].notnull())
    codes = codes.select(number="msisdn", relayed_to="relayed_to").distinct()
    relays = with_entity(tables, codes, "relayed_to", into="direct")
    relays = relays.left_join(sole, "phone:" + relays["relayed_to"] == sole["thing"])
    relays = relays.mutate(who=ibis.coalesce(relays["direct"], relays["who"]))
    via = own.join(relays.filter(relays["who"].notnull()), own["phone"] == relays["number"])
    return ibis.union(
        on.select("account_id", "score", "row_id", subject="who"),
        via.select("account_id", "score", "row_id", subject="who"),
    ).distinct()


def _production(farms: ir.Table) -> ir.Table:
    return farms.group_by("subject").aggregate(farm_accounts=farms["score"].sum())


def _growers(farms: ir.Table) -> ir.Table:
    farm_sizes = _production(farms)
    return farm_sizes.filter(farm_sizes["farm_accounts"] >= LEAST_FARMED)


def _evidence(tables: Tables, deals: ir.Table, farms: ir.Table) -> ir.Table:
    """The dealings, and registrations of the farm."""
    rank = ibis.row_number().over(
        ibis.window(group_by="subject", order_by=[ibis.desc("score"), ibis.asc("account_id")])
    )
    sample = farms.mutate(rank=rank)
    sample = sample.filter(sample["rank"] < ROWS_SHOWN).select("subject", "row_id")
    accounts = tables["accounts"].join(sample, "row_id")
    return ibis.union(
        rows(deals, table="trades", subject="subject", signal="accounts_sold", note="goods"),
        rows(accounts, table="accounts", subject="subject", signal="farm_accounts"),
    )


DETECTOR = Detector(
    role="account_merchant",
    title=Text("Who sells the farmed accounts", "谁在贩卖账号"),
    reads=("trades", "accounts", "otps", "reports", "aliases", "owners"),
    needs=(),
    measure=measure,
    roles=("farmed_account",),
    without={
        "trades": Text(
            "Without ledgers only owners of farms are seen, not sellers.",
            "没有交易账本时只能看到养号者，看不到售卖者。",
        ),
        "reports": Text("Use against victims is not weighed.", "无法衡量账号是否用于诈骗。"),
    },
)
