"""Who buys cards and points of stolen money and sells them on (卡商).

A dealer in stolen cards pays a middleman or a ring for them in lots, minutes or hours after they
were issued, cards of high face value that mules or victims paid for, and turns them over at once to
customers of his own. An honest reseller pays about the same price: what tells them apart is where
the cards come from (many people, one card each, days or weeks old, bought by themselves), not the
discount. Where stolen cards are about, every buyer gets some, and a middleman leaves a few with
honest resellers: what counts is the share of the trade beyond what buyers of cards usually get in
this case, and how many cards that is. Cards of accounts that are only suspected rank a dealer and
name none (0255).
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.contract import Detector, Measurement
from suyuan.detect.evidence import rows
from suyuan.detect.money_flows.cards import median_hours, passages
from suyuan.detect.money_flows.peers import usual_share
from suyuan.identity.aliases import with_entity
from suyuan.model.text import Text
from suyuan.store.tables import Tables

#: A card counts as dirty from here on.
DIRTY = 0.5
#: Charged cards without which a taker of cards is ranked and not named: one or two come by chance.
SEVERAL = 3


def measure(tables: Tables) -> Measurement:
    """Whoever pays for cards that others had, by vouchers or by seized ledgers."""
    keep = tables.engine.keep
    transfers = passages(tables)
    purchases = keep(transfers.filter((transfers["paid"] == 1) & transfers["taker"].notnull()))
    ledger = keep(_ledger(tables))
    subjects = ibis.union(
        purchases.select(subject="taker"), ledger.select("subject"), distinct=True
    ).anti_join(_issuers(tables), "subject")
    candidates = keep(subjects)
    for part in (_purchases(purchases), _lots(purchases), _sales(transfers), _ledger_sums(ledger)):
        candidates = candidates.left_join(keep(part), "subject").drop("subject_right")
    zero = ("cards", "dirty_cards", "deals", "buyers", "sellers")
    candidates = keep(candidates.mutate(**{name: candidates[name].fill_null(0) for name in zero}))
    candidates = candidates.cross_join(
        keep(usual_share(purchases, candidates.select("subject", "dirty_share")))
    )
    candidates = candidates.mutate(
        amount=ibis.coalesce(candidates["price_paid"], candidates["noted_price"]),
        count=ibis.greatest(candidates["cards"], candidates["deals"]),
        excess_share=(candidates["dirty_share"] - candidates["usual"])
        / (1.0 - candidates["usual"]),
        excess_cards=candidates["dirty_cards"] - candidates["usual"] * candidates["cards"],
        first_seen=ibis.coalesce(candidates["since"], candidates["noted_since"]),
        last_seen=ibis.coalesce(candidates["until"], candidates["noted_until"]),
        corroborated=candidates["charged"] >= SEVERAL,
    )
    return Measurement(keep(candidates), _evidence(tables, purchases, ledger))


def _issuers(tables: Tables) -> ir.Table:
    issues = tables["vouchers"].filter(ibis._["event"] == "issue")
    issuers = with_entity(tables, issues, "from_party", into="subject")
    return issuers.filter(issuers["subject"].notnull()).select("subject").distinct()


def _purchases(purchases: ir.Table) -> ir.Table:
    face = purchases["face"].cast("float64")
    dirty = (purchases["dirt"] >= DIRTY).cast("int64")
    return purchases.group_by(subject="taker").aggregate(
        cards=purchases.count(),
        dirty_cards=dirty.sum(),
        charged=purchases["charged"].sum(),
        face=purchases["face"].sum(),
        dirty_share=(face * purchases["dirt"]).sum() / face.sum().nullif(0.0),
        discount=(
            purchases["price"].sum().cast("float64") / face.sum(where=purchases["price"].notnull())
        ),
        gap=purchases["gap"].median(),
        face_median=face.median() / 100.0,
        fresh_hours=purchases["fresh"].median(),
        sellers=purchases["giver"].nunique(),
        price_paid=purchases["price"].sum(),
        since=purchases["at"].min(),
        until=purchases["at"].max(),
        turn_hours=median_hours(purchases["left_at"], purchases["at"]),
    )


def _lots(purchases: ir.Table) -> ir.Table:
    """``per_seller``: cards from each seller; ``main_seller``: share of face from the biggest."""
    lots = purchases.group_by("taker", "giver").aggregate(
        n=purchases.count(), face=purchases["face"].sum().cast("float64")
    )
    return lots.group_by(subject="taker").aggregate(
        per_seller=lots["n"].cast("float64").mean(),
        main_seller=lots["face"].max() / lots["face"].sum().nullif(0.0),
    )


def _sales(transfers: ir.Table) -> ir.Table:
    """``buyers`` and ``kept_share``: what it redeemed itself of all that it got."""
    receipts = transfers.filter(transfers["taker"].notnull())
    used = receipts.group_by(subject="taker").aggregate(
        kept_share=((receipts["left_as"] == "redeem").fill_null(False)).cast("float64").mean()  # noqa: FBT003
    )
    gifts = transfers.filter(transfers["giver"].notnull())
    buyers = gifts.group_by(subject="giver").aggregate(buyers=gifts["taker"].nunique())
    return used.left_join(buyers, "subject").drop("subject_right")


def _ledger(tables: Tables) -> ir.Table:
    """Dealings in cards of seized ledgers: ``subject`` bought of ``seller_``."""
    trades = tables["trades"].filter(ibis._["goods"] == "voucher")
    deals = with_entity(tables, trades, "buyer", into="subject")
    deals = with_entity(tables, deals, "seller", into="seller_")
    return deals.filter(deals["subject"].notnull())


def _ledger_sums(ledger: ir.Table) -> ir.Table:
    return ledger.group_by("subject").aggregate(
        deals=ledger.count(),
        deal_sellers=ledger["seller_"].nunique(),
        noted_price=ledger["price"].sum(),
        noted_since=ledger["at"].min(),
        noted_until=ledger["at"].max(),
    )


def _evidence(tables: Tables, purchases: ir.Table, ledger: ir.Table) -> ir.Table:
    sight = tables["vouchers"].join(purchases.select("row_id", "dirt", subject="taker"), "row_id")
    dirty = sight.filter(sight["dirt"] >= DIRTY)
    clean = sight.filter(sight["dirt"] < DIRTY)
    return ibis.union(
        rows(dirty, table="vouchers", subject="subject", signal="excess_share"),
        rows(clean, table="vouchers", subject="subject", signal="cards"),
        rows(ledger, table="trades", subject="subject", signal="deals"),
    )


DETECTOR = Detector(
    role="card_merchant",
    title=Text("Who buys up cards paid for with stolen money", "谁在回收赃款购得的卡券"),
    reads=(
        "vouchers",
        "trades",
        "payments",
        "reports",
        "traces",
        "card_payments",
        "owners",
        "aliases",
    ),
    needs=(),
    measure=measure,
    roles=("mule_account",),
    without={
        "vouchers": Text(
            "Without cards only buyers in seized ledgers are seen.",
            "没有卡券数据时只能看到账本中的买家。",
        ),
        "payments": Text(
            "Without payments it is not known whose money bought the cards.",
            "没有流水时无法判断购卡资金来源。",
        ),
    },
)
