"""Groups of accounts tied by what they were registered with (union-find over shared things)."""

import ibis
import ibis.expr.types as ir

from suyuan.detect.openings import opening
from suyuan.detect.registering.crowds import HUB_LEAST
from suyuan.detect.ties import thing

#: Registrations on one device or number further apart than this are not of one sitting.
SITTING = 2 * 86400


def sittings(slim: ir.Table, column: str) -> ir.Table:
    """``account_id`` and ``sitting``: registrations on one `column` that follow each other closely.

    A farm fills a device in hours; what a family adds to a tablet years later is another sitting.
    """
    seen = slim.filter(slim[column].notnull())
    order = ibis.window(group_by=column, order_by=["registered_at", "account_id"])
    gap = seen["registered_at"].epoch_seconds() - seen["registered_at"].epoch_seconds().lag().over(
        order
    )
    begun = seen.mutate(begins=(gap > SITTING).fill_null(ibis.literal(value=True)).cast("int64"))
    running = ibis.cumulative_window(group_by=column, order_by=["registered_at", "account_id"])
    nth = begun["begins"].sum().over(running)
    return begun.select("account_id", sitting=begun[column] + "#" + nth.cast("string"))


def ties(slim: ir.Table, batched: ir.Table, otps: ir.Table) -> ir.Table:
    """Pairs (``member``, ``thing``): its device, number, the cards opened with it, the relay.

    `slim` is the outcome of ``crowds.registrations``, `batched` of ``openings.batches``. Addresses
    are left out: cafés and campuses would tie strangers.
    """
    devices, numbers = sittings(slim, "device"), sittings(slim, "phone")
    phones = slim.filter(slim["phone"].notnull())
    cards = batched.filter((batched["batch"] > 2) & (batched["batch"] <= HUB_LEAST))
    cards = cards.select(number="msisdn", opening=opening(cards)).distinct()
    sent = otps.filter(otps["relayed_to"].notnull())
    sent = sent.select(number="msisdn", target="relayed_to").distinct()
    by_card = phones.join(cards, phones["phone"] == cards["number"])
    by_relay = phones.join(sent, phones["phone"] == sent["number"])
    return ibis.union(
        devices.select(member="account_id", thing=thing("device:", devices["sitting"])),
        numbers.select(member="account_id", thing=thing("phone:", numbers["sitting"])),
        by_card.select(member="account_id", thing=thing("opening:", by_card["opening"])),
        by_relay.select(member="account_id", thing=thing("relay:", by_relay["target"])),
    )


def company(grouped: ir.Table, marked: ir.Table) -> ir.Table:
    """For each grouped account: ``group_accounts``, and share of the *others* that `marked` lists.

    `marked` has ``account_id``; the account's own mark does not count for itself.
    """
    flag = marked.select("account_id").distinct().mutate(hit=ibis.literal(1))
    own = grouped.rename(account_id="member").left_join(flag, "account_id").drop("account_id_right")
    own = own.mutate(hit=own["hit"].fill_null(0))
    window = ibis.window(group_by="group")
    whole = own.mutate(size=own.count().over(window), hits=own["hit"].sum().over(window))
    others = ibis.greatest(whole["size"] - 1, 1).cast("float64")
    return whole.select(
        "account_id",
        "group",
        group_accounts=whole["size"],
        group_known=(whole["hits"] - whole["hit"]) / others,
    )
