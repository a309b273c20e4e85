"""Groups of accounts tied by what they were registered with (union-find over shared things)."""

import ibis
import ibis.expr.types as ir

from suyuan.detect.openings import opening
from suyuan.detect.registering.crowds import HUB_LEAST
from suyuan.detect.ties import thing

#: At an address, where strangers come and go.
VISIT = 6 * 3600
#: Registrations on one device or number further apart than this are not of one sitting.
SITTING_SECONDS = 2 * 86400


def sittings(slim: ir.Table, column: str, *, gap: int = SITTING_SECONDS) -> ir.Table:
    """``account_id`` and ``sitting``: registrations on one `column` that follow each other closely.

    A farm fills a device in hours; what a family adds to a tablet years later is another sitting.
    `gap` is in seconds.
    """
    sight = slim.filter(slim[column].notnull())
    sight = sight.mutate(second=sight["registered_at"].epoch_seconds())
    order = ibis.window(group_by=column, order_by=["second", "account_id"])
    since = sight["second"] - sight["second"].lag().over(order)
    starts = sight.mutate(begins=(since > gap).fill_null(ibis.literal(value=True)).cast("int64"))
    window = ibis.cumulative_window(group_by=column, order_by=["second", "account_id"])
    nth = starts["begins"].sum().over(window)
    return starts.select("account_id", sitting=starts[column] + "#" + nth.cast("string"))


def openings_of(slim: ir.Table, batch_cards: ir.Table) -> ir.Table:
    """``account_id`` and ``opening`` of the cards that its number was opened with."""
    cards = batch_cards.filter((batch_cards["batch"] > 2) & (batch_cards["batch"] <= HUB_LEAST))
    cards = cards.select(number="msisdn", opening=opening(cards)).distinct()
    phones = slim.filter(slim["phone"].notnull())
    pairs = phones.join(cards, phones["phone"] == cards["number"])
    return pairs.select("account_id", "opening")


def ties(slim: ir.Table, batch_cards: ir.Table) -> ir.Table:
    """Pairs (``member``, ``thing``): its device, its number, the cards opened with it.

    `slim` is the outcome of ``crowds.registrations``, `batch_cards` of ``openings.batches``.
    Addresses are left out, since cafés and campuses would tie strangers, and so are the targets
    that codes are relayed to: a platform's target serves many farms that have nothing to do with
    each other.
    """
    devices, numbers = sittings(slim, "device"), sittings(slim, "phone")
    cards = openings_of(slim, batch_cards)
    return ibis.union(
        devices.select(member="account_id", thing=thing("device:", devices["sitting"])),
        numbers.select(member="account_id", thing=thing("phone:", numbers["sitting"])),
        cards.select(member="account_id", thing=thing("opening:", cards["opening"])),
    )


def company(group_members: ir.Table, members_known: ir.Table) -> ir.Table:
    """For each grouped account: ``group_accounts``, and the share of the *others* that are known.

    `members_known` has ``account_id``; the account's own mark does not count for itself.
    """
    flag = members_known.select("account_id").distinct().mutate(hit=ibis.literal(1))
    own = (
        group_members.rename(account_id="member")
        .left_join(flag, "account_id")
        .drop("account_id_right")
    )
    own = own.mutate(hit=own["hit"].fill_null(0))
    window = ibis.window(group_by="group")
    whole = own.mutate(size=own.count().over(window), hits=own["hit"].sum().over(window))
    peers = ibis.greatest(whole["size"] - 1, 1).cast("float64")
    return whole.select(
        "account_id",
        "group",
        group_accounts=whole["size"],
        group_known=(whole["hits"] - whole["hit"]) / peers,
    )
