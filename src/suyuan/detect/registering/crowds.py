"""With how many others an account was registered: one device, number, address, block of numbers.

A farm registers many on little, in a short time. A family shares a device over years, a café and a
campus share an address among many devices, a studio does both for itself; so each count stands
beside how long it took and how many devices it was spread over.
"""

import ibis
import ibis.expr.types as ir

#: A device or number on more accounts than this share of all (and this many) is a placeholder.
HUB_SHARE = 0.02
HUB_LEAST = 200
#: Leading digits of a number that make a block of ten thousand.
BLOCK = 7


def registrations(accounts: ir.Table) -> ir.Table:
    """`accounts` cut to what is compared, placeholders blanked; one row an account."""
    slim = accounts.select(
        "account_id", "platform", "registered_at", "phone", "device", "ip", "holder_id", "token",
        "status", day=accounts["registered_at"].date(),
    )  # fmt: skip
    return slim.mutate(
        device=_without_hubs(slim, "device"),
        phone=_without_hubs(slim, "phone"),
    )


def _without_hubs(slim: ir.Table, column: str) -> ir.StringValue:
    size = slim.count().over(ibis.window(group_by=column))
    total = slim.count().over(ibis.window())
    hub = (size > HUB_LEAST) & (size.cast("float64") > total.cast("float64") * HUB_SHARE)
    return ibis.ifelse(hub, ibis.null("string"), slim[column])


def sharing_counts(slim: ir.Table, column: str, prefix: str) -> ir.Table:
    """For each value of `column`: ``<prefix>_accounts``, ``<prefix>_days`` from first to last."""
    sight = slim.filter(slim[column].notnull())
    groups = sight.group_by(column).aggregate(
        n=sight.count(),
        first=sight["registered_at"].min(),
        last=sight["registered_at"].max(),
    )
    span = (groups["last"].epoch_seconds() - groups["first"].epoch_seconds()).cast("float64")
    # One alone has no span; half a day is added so that minutes and hours count alike.
    return groups.select(
        column,
        **{
            f"{prefix}_accounts": groups["n"],
            f"{prefix}_pace": ibis.ifelse(
                groups["n"] > 1, groups["n"] / (span / 86400.0 + 0.5), ibis.null("float64")
            ),
        },
    )


def addresses(slim: ir.Table) -> ir.Table:
    """For each (ip, day): ``ip_day`` accounts, ``ip_same_hands`` per device, ``ip_burst`` share.

    ``ip_burst`` is the day's share of all that ever registered from the address: a farm comes and
    goes, a café is there every day. Null for an address with under three accounts.
    """
    sight = slim.filter(slim["ip"].notnull())
    days = sight.group_by("ip", "day").aggregate(
        ip_day=sight.count(), devices=sight["device"].nunique()
    )
    whole = days["ip_day"].sum().over(ibis.window(group_by="ip"))
    return days.select(
        "ip",
        "day",
        "ip_day",
        ip_same_hands=days["ip_day"] / ibis.greatest(days["devices"], 1).cast("float64"),
        ip_burst=ibis.ifelse(
            whole >= 3, days["ip_day"] / whole.cast("float64"), ibis.null("float64")
        ),
    )


def blocks(slim: ir.Table) -> ir.Table:
    """For each (block, day): ``block_day`` numbers of one block that registered that day."""
    sight = slim.filter(slim["phone"].notnull())
    sight = sight.mutate(block=sight["phone"].substr(0, BLOCK))
    return sight.group_by("block", "day").aggregate(block_day=sight["phone"].nunique())


def crowds(slim: ir.Table) -> ir.Table:
    """All of the above for each account."""
    rows = slim.mutate(block=slim["phone"].substr(0, BLOCK))
    for column, prefix in (("device", "device"), ("phone", "phone"), ("holder_id", "holder")):
        rows = rows.left_join(sharing_counts(slim, column, prefix), column).drop(f"{column}_right")
    rows = rows.left_join(addresses(slim), ["ip", "day"]).drop("ip_right", "day_right")
    rows = rows.left_join(blocks(slim), ["block", "day"]).drop("block_right", "day_right")
    return rows.drop("block")
