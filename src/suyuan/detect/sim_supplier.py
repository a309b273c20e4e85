"""Who opens SIM cards in bulk for others (卡源): outlets, operators and people.

Three kinds of source are measured alike: the outlet (`agent`), the seller (`operator`) and the
person or firm that cards are opened for or who sells them (`party`). A supplier opens many cards on
one day for one customer, personal ones or things' cards that can call and text, and its cards turn
up in fraud more often than its share of all openings explains. A busy outlet has many bad cards
because it has many cards; a company's fleet is opened in bulk too, and its cards call nobody and
register nothing.

What tells a supplier from a busy or an unlucky outlet is how many *openings* ended in fraud, for
different customers and on different days, against the share among all cards of the case. In whose
name cards stand is listed and never decided: a straw man was paid for his name, or knows nothing.

One delivery of cards passes through several of these: who sold them to the ring, the outlet that
opened them, the operator above it, the straw man in whose name they stand. Each is listed, for each
has its own rows; the signal `kind` says which level it is, and who counts suppliers takes the one
that stands nearest to the buyer (:data:`NEAREST`), once.

"Turn up in fraud" is the score that other detectors gave the card's number as a caller, as a
receiver of codes, or through the accounts registered on it.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect import dealing, openings
from suyuan.detect.contract import Detector, Measurement
from suyuan.detect.evidence import ROWS_SHOWN, rows
from suyuan.identity.aliases import with_entity
from suyuan.model.text import Text
from suyuan.store.tables import Tables

#: Cards whose fraud is decided, without which an outlet is ranked and not named.
SEVERAL = 2
ROLES = ("scam_caller", "farmed_account", "sms_activation")
#: From so many on, cards opened together are a bulk opening; a family's are fewer.
BULK = 5
#: A person's or firm's cards are looked at from so many on, unless they sell cards.
LEAST_CARDS = 3
#: Innocent cards added to everybody's, so that few cards say little.
PRIOR_CARDS = 4.0
#: Values of the signal ``kind``. A customer is in whose name cards stand, a seller has them in a
#: ledger.
OUTLET, OPERATOR, CUSTOMER, SELLER = 0.0, 1.0, 2.0, 3.0
#: Of those through whom the same cards went, the first that was found is the supplier.
NEAREST = (SELLER, OUTLET, OPERATOR, CUSTOMER)


def measure(tables: Tables) -> Measurement:
    """Outlets, operators and people, by the cards that went through them."""
    keep = tables.engine.keep
    cards = keep(_cards(tables))
    base = keep(cards.aggregate(base=cards["hit"].mean(), bulk_base=cards["bulk"].mean()))
    sales = keep(_sales(tables))
    through = keep(
        ibis.union(
            _through(cards, "agent", "agent"),
            _through(cards, "operator", "operator"),
            _through(cards, "customer_id", "party"),
            _sold_cards(cards, sales) if tables.has("sims") else _sold_numbers(tables, sales),
        ).distinct()
    )
    candidates = _sums(through).cross_join(base)
    candidates = candidates.left_join(keep(_by_opening(through)), "subject").drop("subject_right")
    for part in (_deals(sales), dealing.clientele(sales, tables["trades"])):
        candidates = candidates.left_join(keep(part), "subject").drop("subject_right")
    candidates = keep(_signals(candidates))
    candidates = keep(
        candidates.filter(
            ~candidates["subject"].startswith("party:")
            | (candidates["cards"].fill_null(0) >= LEAST_CARDS)
            | (candidates["deals"] > 0)
        )
    )
    return Measurement(candidates, _evidence(tables, through, sales))


def _cards(tables: Tables) -> ir.Table:
    """Each card with its batch and ``hit``: how sure it is that its number served fraud.

    ``named`` is 1 where that was decided, and not only suspected by how the number behaves.
    """
    batch_cards = openings.batches(tables["sims"])
    hits = _hits(tables)
    pairs = batch_cards.left_join(hits, batch_cards["msisdn"] == hits["number"])
    voice = pairs["functions"].contains("voice") | pairs["functions"].contains("sms")
    things = pairs["product"].isin(["industry", "iot"])
    open_days = pairs["closed_at"].epoch_seconds() - pairs["opened_at"].epoch_seconds()
    bulk = (pairs["batch"] >= BULK).fill_null(ibis.literal(value=False))
    return pairs.select(
        "iccid", "msisdn", "operator", "agent", "customer_id", "batch", "opened_at", "row_id",
        hit=pairs["hit"].fill_null(0.0),
        named=pairs["named"].fill_null(0),
        bulk=bulk.cast("float64"),
        person_bulk=(bulk & ~things).cast("float64"),
        talking_thing=(things & voice).fill_null(ibis.literal(value=False)).cast("float64"),
        brief=(open_days < 60 * 86400).fill_null(ibis.literal(value=False)).cast("float64"),
        opening=openings.opening(pairs),
    )  # fmt: skip


def _hits(tables: Tables) -> ir.Table:
    """Numbers that other detectors found, with the best of their scores; whether any decided."""
    callers = tables["findings:scam_caller"]
    pools = tables["findings:sms_activation"]
    farm_findings = tables["findings:farmed_account"]
    accounts = tables["accounts"]
    on = accounts.join(
        farm_findings, "account:" + accounts["account_id"] == farm_findings["subject"]
    )
    scores = ibis.union(
        callers.select("score", "decided", number=_id(callers)),
        pools.select("score", "decided", number=_id(pools)),
        on.select("score", "decided", number="phone"),
    )
    is_decided = scores["decided"].cast("int64").max()
    return scores.group_by("number").aggregate(hit=scores["score"].max(), named=is_decided)


def _id(findings: ir.Table) -> ir.StringValue:
    return findings["subject"].substr(findings["subject"].find(":") + 1)


def _through(cards: ir.Table, column: str, kind: str) -> ir.Table:
    cards_known = cards.filter(cards[column].notnull())
    return cards_known.select("iccid", *CARD, subject=f"{kind}:" + cards_known[column])


CARD = (
    "hit",
    "named",
    "bulk",
    "person_bulk",
    "talking_thing",
    "brief",
    "batch",
    "opening",
    "opened_at",
)


def _sales(tables: Tables) -> ir.Table:
    """Dealings in cards, with the seller's ``subject`` and what was sold."""
    trades = tables["trades"]
    deals = with_entity(tables, trades.filter(trades["goods"] == "sim"), "seller", into="subject")
    return deals.filter(deals["subject"].notnull()).select(
        "subject", "row_id", "at", "buyer", "quantity", "items"
    )


def _sold_cards(cards: ir.Table, sales: ir.Table) -> ir.Table:
    items = sales.select("subject", item=sales["items"].unnest())
    by_number = items.join(cards, items["item"] == cards["msisdn"])
    by_card = items.join(cards, items["item"] == cards["iccid"])
    return ibis.union(
        by_number.select("iccid", *CARD, "subject"), by_card.select("iccid", *CARD, "subject")
    )


def _sold_numbers(tables: Tables, sales: ir.Table) -> ir.Table:
    """The same of numbers in ledgers alone, where no openings are at hand."""
    items = sales.select("subject", item=sales["items"].unnest())
    items = items.filter(items["item"].notnull()).distinct()
    hits = _hits(tables)
    pairs = items.left_join(hits, items["item"] == hits["number"])
    no_facts = {name: ibis.null("float64") for name in ("bulk", "person_bulk", "brief")}
    return pairs.select(
        iccid="item",
        hit=pairs["hit"].fill_null(0.0),
        named=pairs["named"].fill_null(0),
        **no_facts,
        talking_thing=ibis.null("float64"),
        batch=ibis.null("int64"),
        opening="item",
        opened_at=ibis.null("timestamp(6)"),
        subject="subject",
    ).select("iccid", *CARD, "subject")


def _deals(sales: ir.Table) -> ir.Table:
    return sales.group_by("subject").aggregate(
        deals=sales.count(),
        cards_sold=sales["quantity"].sum(),
        card_buyers=sales["buyer"].nunique(),
    )


def _sums(through: ir.Table) -> ir.Table:
    return through.group_by("subject").aggregate(
        cards=through.count(),
        openings=through["opening"].nunique(),
        fraud_cards=through["hit"].sum(),
        named_cards=through["named"].sum(),
        bulk_fraud=(through["hit"] * through["bulk"]).sum(),
        bulk_share=through["bulk"].mean(),
        bulk_cards=through["bulk"].sum(),
        person_bulk=through["person_bulk"].mean(),
        largest_batch=through["batch"].max(),
        talking_things=through["talking_thing"].mean(),
        brief=through["brief"].mean(),
        first_seen=through["opened_at"].min(),
        last_seen=through["opened_at"].max(),
    )


def _by_opening(through: ir.Table) -> ir.Table:
    """``fraud_openings``: openings of which at least one card served fraud, by how sure that is.

    Ten bad cards of one customer are one piece of bad luck; ten of ten customers are not.
    """
    worst = through.group_by("subject", "opening").aggregate(hit=through["hit"].max())
    return worst.group_by("subject").aggregate(fraud_openings=worst["hit"].sum())


def _signals(candidates: ir.Table) -> ir.Table:
    cards = candidates["cards"].cast("float64")
    expectation = cards * candidates["base"]
    deals = candidates["deals"].fill_null(0)
    kind = ibis.cases(
        (candidates["subject"].startswith("agent:"), OUTLET),
        (candidates["subject"].startswith("operator:"), OPERATOR),
        (deals > 0, SELLER),
        else_=CUSTOMER,
    )
    return candidates.mutate(
        count=candidates["cards"],
        deals=deals,
        kind=kind,
        corroborated=(kind != CUSTOMER) & ((deals > 0) | (candidates["named_cards"] >= SEVERAL)),
        fraud_share=candidates["fraud_cards"] / cards,
        # Two bad cards of two say less than twenty of twenty.
        cautious_share=candidates["fraud_cards"] / (cards + PRIOR_CARDS),
        opening_lift=(
            (candidates["fraud_openings"] + 0.5)
            / (candidates["openings"] * candidates["base"] + 0.5)
        ).ln(),
        fraud_lift=((candidates["fraud_cards"] + 0.5) / (expectation + 0.5)).ln(),
        bulk_fraud_share=candidates["bulk_fraud"] / candidates["bulk_cards"].nullif(0.0),
        bulk_lift=((candidates["bulk_cards"] + 0.5) / (cards * candidates["bulk_base"] + 0.5)).ln(),
    )


def _evidence(tables: Tables, through: ir.Table, sales: ir.Table) -> ir.Table:
    """Cards of bulk openings and of fraud first, and the dealings."""
    order = [ibis.desc(through["hit"]), ibis.desc(through["batch"]), ibis.asc(through["iccid"])]
    rank = ibis.row_number().over(ibis.window(group_by="subject", order_by=order))
    sample = through.mutate(rank=rank)
    sample = sample.filter(sample["rank"] < ROWS_SHOWN).select("iccid", "subject", "hit")
    sample_cards = tables["sims"].join(sample, "iccid")
    deals = tables["trades"].join(sales.select("row_id", "subject"), "row_id")
    return ibis.union(
        rows(sample_cards, table="sims", subject="subject", signal="fraud_lift"),
        rows(deals, table="trades", subject="subject", signal="deals"),
    )


DETECTOR = Detector(
    role="sim_supplier",
    title=Text("Who opened the SIM cards", "电话卡从哪里来"),
    reads=("sims", "trades", "accounts", "aliases"),
    needs=(),
    measure=measure,
    roles=ROLES,
    without={
        "sims": Text(
            "Without SIM openings, sellers are found only in seized ledgers, by what "
            "became of the numbers that they sold.",
            "没有开卡数据时，只能依据账本中的售卡记录及所售号码的去向查找卖家。",
        ),
        "trades": Text("Seized ledgers of cards are not weighed.", "无法衡量查获的电话卡交易。"),
        "accounts": Text(
            "Accounts registered on the cards are not weighed.", "无法衡量卡上注册的账号。"
        ),
    },
)
