"""Cards and points from hand to hand: who had them, for what price, and how dirty the money was."""

import ibis
import ibis.expr.types as ir

from suyuan.detect.money_flows.taint import traced_money
from suyuan.identity.aliases import with_entity
from suyuan.money.card_payments import with_payments
from suyuan.money.owners import ACCOUNT
from suyuan.store.tables import Tables


def passages(tables: Tables) -> ir.Table:
    """Every card changing hands after its issue, one row for each transfer.

    Columns: row_id, voucher_id, kind, face (fen), price, paid (1 where something was given for it),
    at, giver, taker (entities; where a row names one side only the other is whoever had the card
    before or after), fresh (hours since issue), dirt (0..1: reported money was traced into it, or
    the account that paid for it is a likely mule; 0 from the hands of whoever once gave value for
    it, for what honest customers buy of a dealer is theirs), charged (1 where such money was
    traced into it or the account is a decided mule, unless dirt is 0), gap (price over face, less
    the median of that kind of card in this case), left_at (when the taker passed it on or used it)
    and left_as (``transfer`` or ``redeem``).
    """
    return card_transfers(tables, tables.engine.keep(custody(tables)))


def card_transfers(tables: Tables, chain: ir.Table) -> ir.Table:
    """The same from :func:`custody` made before."""
    keep = tables.engine.keep
    issues = chain.filter(chain["event"] == "issue")
    births = issues.group_by("voucher_id").aggregate(
        born=issues["at"].min(), paid_by=issues["payment_id"].max(), first=issues["taker"].max()
    )
    dirt = keep(_dirt(tables, keep(births)))
    transfers = chain.filter(chain["event"] == "transfer")
    transfers = transfers.left_join(dirt, "voucher_id").drop("voucher_id_right")
    rate = ibis.ifelse(
        transfers["face"] > 0,
        transfers["price"].cast("float64") / transfers["face"].nullif(0),
        None,
    )
    transfers = keep(
        transfers.mutate(
            rate=rate,
            fresh=(transfers["at"].epoch_seconds() - transfers["born"].epoch_seconds()) / 3600.0,
            dirt=ibis.ifelse(transfers["paid_before"] > 0, 0.0, transfers["dirt"].fill_null(0.0)),
            charged=ibis.ifelse(transfers["paid_before"] > 0, 0, transfers["charged"].fill_null(0)),
        )
    )
    usual = transfers.group_by("kind").aggregate(usual=transfers["rate"].median())
    transfers = transfers.left_join(usual, "kind").drop("kind_right")
    return keep(transfers.mutate(gap=transfers["rate"] - transfers["usual"]))


def custody(tables: Tables) -> ir.Table:
    """Every event of every card, with both hands filled in from the event before and after.

    ``paid`` is 1 where a transfer was paid for, ``paid_before`` how many were before it.
    """
    facts = with_payments(tables, tables["card_payments"])
    facts = with_entity(tables, facts, "from_party", into="giver")
    facts = with_entity(tables, facts, "to_party", into="taker")
    rank = ibis.cases((facts["event"] == "issue", 0), (facts["event"] == "transfer", 1), else_=2)
    is_sale = (facts["price"].notnull() | facts["payment_id"].notnull()) & (
        facts["event"] == "transfer"
    )
    facts = facts.mutate(rank=rank, bought=is_sale.cast("int64"))
    line = ibis.window(group_by="voucher_id", order_by=["at", "rank", "row_id"])
    facts = facts.mutate(
        giver=ibis.coalesce(facts["giver"], facts["taker"].lag().over(line)),
        taker=ibis.coalesce(facts["taker"], facts["giver"].lead().over(line)),
        left_at=facts["at"].lead().over(line),
        left_as=facts["event"].lead().over(line),
        paid_before=facts["bought"].cumsum().over(line) - facts["bought"],
    )
    return facts.select(
        "row_id",
        "voucher_id",
        "event",
        "kind",
        "price",
        "at",
        "payment_id",
        "giver",
        "taker",
        "left_at",
        "left_as",
        "paid_before",
        face="face_value",
        paid="bought",
    )


def _dirt(tables: Tables, births: ir.Table) -> ir.Table:
    """``dirt`` of each card and whether it is ``charged``, with when it was issued."""
    mules = tables["findings:mule_account"]
    mules = mules.select("subject", "score", named=mules["decided"].cast("int64"))
    payers = tables["payments"].select("payment_id", payer=ACCOUNT + tables["payments"]["payer"])
    by_payer = births.join(payers, births["paid_by"] == payers["payment_id"])
    by_payer = by_payer.join(mules, by_payer["payer"] == mules["subject"])
    by_payer = by_payer.group_by("voucher_id").aggregate(
        paid_dirt=by_payer["score"].max(), paid_named=by_payer["named"].max()
    )
    owners = tables["owners"].select("subject", "entity").distinct()
    owner = (
        owners.join(mules, "subject")
        .group_by("entity")
        .aggregate(score=ibis._["score"].max(), named=ibis._["named"].max())
    )
    by_owner = births.join(owner, births["first"] == owner["entity"])
    by_owner = by_owner.select("voucher_id", owned_dirt="score", owned_named="named")
    steps = traced_money(tables)
    into = steps.filter(steps["voucher_id"].notnull()).select("voucher_id").distinct()
    dirt = births.left_join(by_payer, "voucher_id").drop("voucher_id_right")
    dirt = dirt.left_join(by_owner, "voucher_id").drop("voucher_id_right")
    dirt = dirt.left_join(into.mutate(seen=ibis.literal(1.0)), "voucher_id")
    worst = ibis.greatest(
        dirt["paid_dirt"].fill_null(0.0),
        dirt["owned_dirt"].fill_null(0.0),
        dirt["seen"].fill_null(0.0),
    )
    sure = ibis.greatest(
        dirt["paid_named"].fill_null(0),
        dirt["owned_named"].fill_null(0),
        dirt["seen"].fill_null(0.0).cast("int64"),
    )
    return dirt.select("voucher_id", "born", dirt=worst, charged=sure)


def median_hours(later: ir.TimestampValue, earlier: ir.TimestampValue) -> ir.FloatingScalar:
    return ((later.epoch_seconds() - earlier.epoch_seconds()) / 3600.0).median()
