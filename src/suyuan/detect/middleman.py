"""Who stands between a ring and its card merchants (中间人).

A middleman is handed cards without paying, mostly minutes after they were bought with stolen money,
keeps none, passes all of them to a few dealers within hours, is paid by the dealers, and pays most
of it on to the ring. Somebody who collects cards from colleagues to sell them together does the
same with cards that their owners had bought for themselves; a dealer pays for what he gets; the
ring's own people are not paid by dealers.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.card_merchant import DIRTY, SEVERAL
from suyuan.detect.contract import Detector, Measurement
from suyuan.detect.evidence import rows
from suyuan.detect.money_flows.cards import card_transfers, custody, median_hours
from suyuan.identity.aliases import with_entity
from suyuan.model.text import Text
from suyuan.money.owners import ACCOUNT
from suyuan.money.settlement import settled_payments
from suyuan.store.programs import derive_tables
from suyuan.store.tables import Tables

#: Hours within which what dealers paid is passed on.
PASSED_ON = 72


def measure(tables: Tables) -> Measurement:
    """Whoever hands cards that it got from others to somebody who pays."""
    transfers = tables.engine.view(
        settled_payments(tables).select("payer", "payee", "amount", "at")
    )
    return Measurement(**derive_tables(tables, _of_payments, transfers, tables))


def _of_payments(settlements: ir.Table, tables: Tables) -> dict[str, ir.Table]:
    """The fields of what is measured, from the payments that moved money."""
    keep = tables.engine.keep
    chain = keep(custody(tables))
    transfers = card_transfers(tables, chain)
    gifts = keep(transfers.filter(transfers["giver"].notnull() & transfers["taker"].notnull()))
    receipts = keep(transfers.filter(transfers["taker"].notnull()))
    links = gifts.select(subject="giver").semi_join(receipts, [("subject", "taker")])
    ledger = keep(_ledger(tables))
    subjects = ibis.union(links, ledger.select("subject"), distinct=True)
    candidates = keep(subjects.anti_join(_victims(tables), "subject"))
    parts = (
        _receipts(receipts),
        _gifts(tables, gifts),
        _issues(chain),
        _ledger_sums(ledger),
        _paid_on(tables, settlements, candidates),
    )
    for part in parts:
        candidates = candidates.left_join(keep(part), "subject").drop("subject_right")
    zero = ("cards", "dirty_cards", "passed_cards", "dealers", "deals", "issued")
    candidates = candidates.mutate(**{name: candidates[name].fill_null(0) for name in zero})
    candidates = candidates.filter((candidates["cards"] > 0) | (candidates["deals"] > 0))
    candidates = candidates.mutate(
        own_share=candidates["issued"].cast("float64")
        / (candidates["issued"] + candidates["cards"]).nullif(0),
        passed_share=candidates["passed_cards"].cast("float64") / candidates["cards"].nullif(0),
        amount=ibis.coalesce(candidates["price_got"], candidates["noted_price"]),
        count=ibis.greatest(candidates["cards"], candidates["deals"]),
        first_seen=ibis.coalesce(candidates["since"], candidates["noted_since"]),
        last_seen=ibis.coalesce(candidates["until"], candidates["noted_until"]),
        corroborated=candidates["charged"] >= SEVERAL,
    )
    return {"candidates": keep(candidates), "evidence": _evidence(tables, gifts, receipts, ledger)}


def _victims(tables: Tables) -> ir.Table:
    facts = with_entity(tables, tables["reports"], "victim_id", into="subject")
    return facts.filter(facts["subject"].notnull()).select("subject").distinct()


def _receipts(receipts: ir.Table) -> ir.Table:
    face = receipts["face"].cast("float64")
    return receipts.group_by(subject="taker").aggregate(
        cards=receipts.count(),
        dirty_cards=(receipts["dirt"] >= DIRTY).cast("int64").sum(),
        charged=receipts["charged"].sum(),
        dirty_share=(face * receipts["dirt"]).sum() / face.sum().nullif(0.0),
        unpaid_share=(1 - receipts["paid"]).mean(),
        fresh_hours=receipts["fresh"].median(),
        givers=receipts["giver"].nunique(),
        hold_hours=median_hours(receipts["left_at"], receipts["at"]),
        since=receipts["at"].min(),
        until=receipts["at"].max(),
    )


def _issues(chain: ir.Table) -> ir.Table:
    """``issued``: cards that the shop gave to the subject itself: it, or its ring, bought them."""
    purchases = chain.filter((chain["event"] == "issue") & chain["taker"].notnull())
    return purchases.group_by(subject="taker").aggregate(issued=purchases.count())


def _gifts(tables: Tables, gifts: ir.Table) -> ir.Table:
    """To how many, at what price, and how much of it to likely card merchants."""
    merchants = tables["findings:card_merchant"].select(taker="subject", merchant="score")
    facts = gifts.left_join(merchants, "taker")
    face = facts["face"].cast("float64")
    return facts.group_by(subject="giver").aggregate(
        passed_cards=facts["voucher_id"].nunique(),
        dealers=facts["taker"].nunique(),
        per_dealer=facts.count().cast("float64") / facts["taker"].nunique().nullif(0),
        to_merchants=(face * facts["merchant"].fill_null(0.0)).sum() / face.sum().nullif(0.0),
        sold_share=facts["paid"].mean(),
        price_got=facts["price"].sum(),
    )


def _ledger(tables: Tables) -> ir.Table:
    """Dealings in cards of seized ledgers, by seller."""
    trades = tables["trades"].filter(ibis._["goods"] == "voucher")
    deals = with_entity(tables, trades, "seller", into="subject")
    deals = with_entity(tables, deals, "buyer", into="taker")
    return deals.filter(deals["subject"].notnull())


def _ledger_sums(ledger: ir.Table) -> ir.Table:
    return ledger.group_by("subject").aggregate(
        deals=ledger.count(),
        noted_price=ledger["price"].sum(),
        noted_since=ledger["at"].min(),
        noted_until=ledger["at"].max(),
    )


def _paid_on(tables: Tables, transfers: ir.Table, candidates: ir.Table) -> ir.Table:
    """``paid_on``: of what came into the subject's accounts, the share paid out within three days
    at the earliest (the smaller of both, day by day, over all that came in).
    """
    owner = tables["owners"].select("subject", entity="entity").distinct()
    owner = owner.join(candidates.select(entity="subject"), "entity")
    own = tables.engine.keep(owner.select(account="subject", who="entity").distinct())
    into = transfers.join(own, ACCOUNT + transfers["payee"] == own["account"])
    out = transfers.join(own, ACCOUNT + transfers["payer"] == own["account"])
    span = PASSED_ON * 3600
    sums = [
        side.group_by(
            subject="who", span=(side["at"].epoch_seconds() / span).floor().cast("int64")
        ).aggregate(fen=side["amount"].sum().cast("float64"))
        for side in (into, out)
    ]
    spans = sums[0].left_join(sums[1].rename(spent="fen"), ["subject", "span"])
    least = ibis.least(spans["fen"], spans["spent"].fill_null(0.0))
    return spans.group_by("subject").aggregate(paid_on=least.sum() / spans["fen"].sum().nullif(0.0))


def _evidence(tables: Tables, gifts: ir.Table, receipts: ir.Table, ledger: ir.Table) -> ir.Table:
    cards = tables["vouchers"]
    cards_on = cards.join(gifts.select("row_id", subject="giver"), "row_id")
    cards_in = cards.join(receipts.select("row_id", subject="taker"), "row_id")
    return ibis.union(
        rows(cards_on, table="vouchers", subject="subject", signal="to_merchants"),
        rows(cards_in, table="vouchers", subject="subject", signal="dirty_share"),
        rows(ledger, table="trades", subject="subject", signal="deals"),
    )


DETECTOR = Detector(
    role="middleman",
    title=Text("Who stands between ring and card merchants", "谁是团伙与卡商之间的中间人"),
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
    roles=("mule_account", "card_merchant"),
    without={
        "vouchers": Text(
            "Without cards only sellers in seized ledgers are seen.",
            "没有卡券数据时只能看到账本中的卖家。",
        ),
        "payments": Text(
            "Without payments it is not known whether the proceeds were passed on.",
            "没有流水时无法判断所得是否转出。",
        ),
    },
)
