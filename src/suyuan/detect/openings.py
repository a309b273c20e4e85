"""Card openings: which were opened together, and the card behind a number at a moment."""

import ibis
import ibis.expr.types as ir

DAY_SECONDS = 86400.0


def opening(sims: ir.Table) -> ir.StringValue:
    """What a card shares with those opened with it: the day, the outlet, the customer.

    Where the customer or the outlet is not known, the operator and product keep apart what else
    would fall together.
    """
    part = [sims[c].fill_null("") for c in ("customer_id", "agent", "operator", "product")]
    return part[0] + "|" + part[1] + "|" + part[2] + "|" + part[3] + "|" + _day(sims)


def _day(sims: ir.Table) -> ir.StringValue:
    return sims["opened_at"].date().cast("string")


def batches(sims: ir.Table) -> ir.Table:
    """`sims` with ``batch`` (cards opened together) and ``customer_cards`` (same customer, ever).

    Null where neither customer nor outlet is known.
    """
    cards = sims.mutate(opening_=opening(sims))
    size = cards.count().over(ibis.window(group_by="opening_"))
    own = cards.count().over(ibis.window(group_by="customer_id"))
    has_holder = cards["customer_id"].notnull() | cards["agent"].notnull()
    return cards.mutate(
        batch=ibis.ifelse(has_holder, size, ibis.null("int64")),
        customer_cards=ibis.ifelse(cards["customer_id"].notnull(), own, ibis.null("int64")),
    ).drop("opening_")


def behind(numbers: ir.Table, batch_cards: ir.Table) -> ir.Table:
    """For each row of `numbers` (``number``, ``first_seen``) the card it was on at first use.

    ``card_age`` in days from opening to first use, ``batch``, ``customer_cards``, ``thing_card``
    (1 for an industry or IoT card), and the card's ``agent``, ``operator``, ``customer_id``.
    """
    cards = batch_cards.select(
        "msisdn", "opened_at", "product", "batch", "customer_cards", "agent", "operator",
        "customer_id", card_row="row_id",
    )  # fmt: skip
    # A day's grace: the carrier's opening time and the other clock need not agree.
    on = numbers.join(
        cards,
        (numbers["number"] == cards["msisdn"])
        & (cards["opened_at"] <= numbers["first_seen"] + ibis.interval(days=1)),
    )
    latest = ibis.row_number().over(
        ibis.window(group_by="number", order_by=[ibis.desc("opened_at"), ibis.asc("card_row")])
    )
    newest = on.mutate(rank=latest).filter(lambda t: t["rank"] == 0)
    age = newest["first_seen"].epoch_seconds() - newest["opened_at"].epoch_seconds()
    return newest.select(
        "number", "batch", "customer_cards", "agent", "operator", "customer_id", "card_row",
        card_age=age.cast("float64") / DAY_SECONDS,
        thing_card=newest["product"].isin(["industry", "iot"]).cast("float64"),
    )  # fmt: skip
