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

from suyuan.detect.contract import Detector, Measured
from suyuan.detect.evidence import rows
from suyuan.detect.money_flows.cards import median_hours, passages
from suyuan.detect.money_flows.peers import usual_share
from suyuan.identity.aliases import named
from suyuan.model.text import Text
from suyuan.store.tables import Tables

#: A card counts as dirty from here on.
DIRTY = 0.5
#: Charged cards without which a taker of cards is ranked and not named: one or two come by chance.
SEVERAL = 3


def measure(tables: Tables) -> Measured:
    """Whoever pays for cards that others had, by vouchers or by seized ledgers."""
    keep = tables.engine.keep
    moved = passages(tables)
    paid = keep(moved.filter((moved["paid"] == 1) & moved["taker"].notnull()))
    ledger = keep(_ledger(tables))
    who = ibis.union(
        paid.select(subject="taker"), ledger.select("subject"), distinct=True
    ).anti_join(_issuers(tables), "subject")
    found = keep(who)
    for part in (_bought(paid), _lots(paid), _sold(moved), _noted(ledger)):
        found = found.left_join(keep(part), "subject").drop("subject_right")
    zero = ("cards", "dirty_cards", "deals", "buyers", "sellers")
    found = keep(found.mutate(**{name: found[name].fill_null(0) for name in zero}))
    found = found.cross_join(keep(usual_share(paid, found.select("subject", "dirty_share"))))
    found = found.mutate(
        amount=ibis.coalesce(found["price_paid"], found["noted_price"]),
        count=ibis.greatest(found["cards"], found["deals"]),
        excess_share=(found["dirty_share"] - found["usual"]) / (1.0 - found["usual"]),
        excess_cards=found["dirty_cards"] - found["usual"] * found["cards"],
        first_seen=ibis.coalesce(found["since"], found["noted_since"]),
        last_seen=ibis.coalesce(found["until"], found["noted_until"]),
        corroborated=found["charged"] >= SEVERAL,
    )
    return Measured(keep(found), _evidence(tables, paid, ledger))


def _issuers(tables: Tables) -> ir.Table:
    issues = tables["vouchers"].filter(ibis._["event"] == "issue")
    built = named(tables, issues, "from_party", into="subject")
    return built.filter(built["subject"].notnull()).select("subject").distinct()


def _bought(paid: ir.Table) -> ir.Table:
    face = paid["face"].cast("float64")
    dirty = (paid["dirt"] >= DIRTY).cast("int64")
    return paid.group_by(subject="taker").aggregate(
        cards=paid.count(),
        dirty_cards=dirty.sum(),
        charged=paid["charged"].sum(),
        face=paid["face"].sum(),
        dirty_share=(face * paid["dirt"]).sum() / face.sum().nullif(0.0),
        discount=(paid["price"].sum().cast("float64") / face.sum(where=paid["price"].notnull())),
        gap=paid["gap"].median(),
        face_median=face.median() / 100.0,
        fresh_hours=paid["fresh"].median(),
        sellers=paid["giver"].nunique(),
        price_paid=paid["price"].sum(),
        since=paid["at"].min(),
        until=paid["at"].max(),
        turn_hours=median_hours(paid["left_at"], paid["at"]),
    )


def _lots(paid: ir.Table) -> ir.Table:
    """``per_seller``: cards from each seller; ``main_seller``: share of face from the biggest."""
    each = paid.group_by("taker", "giver").aggregate(
        n=paid.count(), face=paid["face"].sum().cast("float64")
    )
    return each.group_by(subject="taker").aggregate(
        per_seller=each["n"].cast("float64").mean(),
        main_seller=each["face"].max() / each["face"].sum().nullif(0.0),
    )


def _sold(moved: ir.Table) -> ir.Table:
    """``buyers`` and ``kept_share``: what it redeemed itself of all that it got."""
    receipts = moved.filter(moved["taker"].notnull())
    used = receipts.group_by(subject="taker").aggregate(
        kept_share=((receipts["left_as"] == "redeem").fill_null(False)).cast("float64").mean()  # noqa: FBT003
    )
    gifts = moved.filter(moved["giver"].notnull())
    sold = gifts.group_by(subject="giver").aggregate(buyers=gifts["taker"].nunique())
    return used.left_join(sold, "subject").drop("subject_right")


def _ledger(tables: Tables) -> ir.Table:
    """Dealings in cards of seized ledgers: ``subject`` bought of ``seller_``."""
    trades = tables["trades"].filter(ibis._["goods"] == "voucher")
    dealt = named(tables, trades, "buyer", into="subject")
    dealt = named(tables, dealt, "seller", into="seller_")
    return dealt.filter(dealt["subject"].notnull())


def _noted(ledger: ir.Table) -> ir.Table:
    return ledger.group_by("subject").aggregate(
        deals=ledger.count(),
        deal_sellers=ledger["seller_"].nunique(),
        noted_price=ledger["price"].sum(),
        noted_since=ledger["at"].min(),
        noted_until=ledger["at"].max(),
    )


def _evidence(tables: Tables, paid: ir.Table, ledger: ir.Table) -> ir.Table:
    sight = tables["vouchers"].join(paid.select("row_id", "dirt", subject="taker"), "row_id")
    dirty = sight.filter(sight["dirt"] >= DIRTY)
    clean = sight.filter(sight["dirt"] < DIRTY)
    return ibis.union(
        rows(dirty, table="vouchers", subject="subject", signal="excess_share"),
        rows(clean, table="vouchers", subject="subject", signal="cards"),
        rows(ledger, table="trades", subject="subject", signal="deals"),
    )


DETECTOR = Detector(
    role="card_merchant",
    title=Text("Who cashes the cards of stolen money", "谁在回收赃款购得的卡券"),
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
