"""Cards and points from hand to hand: who had them, for what price, and how dirty the money was."""

import ibis
import ibis.expr.types as ir

from suyuan.detect.money_flows.stolen import traced
from suyuan.identity.aliases import with_entity
from suyuan.money.card_payments import bought
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
    return passed(tables, tables.engine.keep(custody(tables)))


def passed(tables: Tables, chain: ir.Table) -> ir.Table:
    """The same from :func:`custody` made before."""
    keep = tables.engine.keep
    issued = chain.filter(chain["event"] == "issue")
    born = issued.group_by("voucher_id").aggregate(
        born=issued["at"].min(), paid_by=issued["payment_id"].max(), first=issued["taker"].max()
    )
    dirt = keep(_dirt(tables, keep(born)))
    moved = chain.filter(chain["event"] == "transfer")
    moved = moved.left_join(dirt, "voucher_id").drop("voucher_id_right")
    rate = ibis.ifelse(
        moved["face"] > 0, moved["price"].cast("float64") / moved["face"].nullif(0), None
    )
    moved = keep(
        moved.mutate(
            rate=rate,
            fresh=(moved["at"].epoch_seconds() - moved["born"].epoch_seconds()) / 3600.0,
            dirt=ibis.ifelse(moved["paid_before"] > 0, 0.0, moved["dirt"].fill_null(0.0)),
            charged=ibis.ifelse(moved["paid_before"] > 0, 0, moved["charged"].fill_null(0)),
        )
    )
    usual = moved.group_by("kind").aggregate(usual=moved["rate"].median())
    moved = moved.left_join(usual, "kind").drop("kind_right")
    return keep(moved.mutate(gap=moved["rate"] - moved["usual"]))


def custody(tables: Tables) -> ir.Table:
    """Every event of every card, with both hands filled in from the event before and after.

    ``paid`` is 1 where a transfer was paid for, ``paid_before`` how many were before it.
    """
    facts = bought(tables, tables["card_payments"])
    facts = with_entity(tables, facts, "from_party", into="giver")
    facts = with_entity(tables, facts, "to_party", into="taker")
    rank = ibis.cases((facts["event"] == "issue", 0), (facts["event"] == "transfer", 1), else_=2)
    sold = (facts["price"].notnull() | facts["payment_id"].notnull()) & (
        facts["event"] == "transfer"
    )
    facts = facts.mutate(rank=rank, bought=sold.cast("int64"))
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


def _dirt(tables: Tables, born: ir.Table) -> ir.Table:
    """``dirt`` of each card and whether it is ``charged``, with when it was issued."""
    mules = tables["findings:mule_account"]
    mules = mules.select("subject", "score", named=mules["decided"].cast("int64"))
    paid = tables["payments"].select("payment_id", payer=ACCOUNT + tables["payments"]["payer"])
    by_payer = born.join(paid, born["paid_by"] == paid["payment_id"])
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
    by_owner = born.join(owner, born["first"] == owner["entity"])
    by_owner = by_owner.select("voucher_id", owned_dirt="score", owned_named="named")
    steps = traced(tables)
    into = steps.filter(steps["voucher_id"].notnull()).select("voucher_id").distinct()
    found = born.left_join(by_payer, "voucher_id").drop("voucher_id_right")
    found = found.left_join(by_owner, "voucher_id").drop("voucher_id_right")
    found = found.left_join(into.mutate(seen=ibis.literal(1.0)), "voucher_id")
    worst = ibis.greatest(
        found["paid_dirt"].fill_null(0.0),
        found["owned_dirt"].fill_null(0.0),
        found["seen"].fill_null(0.0),
    )
    sure = ibis.greatest(
        found["paid_named"].fill_null(0),
        found["owned_named"].fill_null(0),
        found["seen"].fill_null(0.0).cast("int64"),
    )
    return found.select("voucher_id", "born", dirt=worst, charged=sure)


def median_hours(later: ir.TimestampValue, earlier: ir.TimestampValue) -> ir.FloatingScalar:
    return ((later.epoch_seconds() - earlier.epoch_seconds()) / 3600.0).median()
