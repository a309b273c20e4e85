"""Bulk work as a habit: who takes ranges of orders again and again, and from where.

A single export is daily business. The same span taken again and again by one login, or ranges
pulled from an address at which nobody of the organisation works, is a habit that few have; how few
is asked of the case's other logins, so that no number of exports is a limit.
"""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

DAY_SECONDS = 86_400.0


def bulk(accesses: ir.Table) -> ir.Table:
    """Bulk actions of `accesses` with ``span`` (days that the range covers) and ``outside``.

    ``outside`` is 1 where the address is known and nobody of the organisation sits there: it is
    recorded at no terminal and with no single order. It is null where no address is recorded, or
    none at which somebody of the organisation sits. ``span`` is null where only the number of rows
    is known.
    """
    many = accesses["range_from"].notnull() | (accesses["row_count"] > 1)
    range_accesses = accesses.filter(accesses["order_id"].isnull(), many)
    home_addresses = accesses.filter(
        accesses["ip"].notnull(), accesses["terminal"].notnull() | accesses["order_id"].notnull()
    )
    seats = home_addresses.select("org").distinct().mutate(seated=1).view()
    home_addresses = home_addresses.select("org", "ip").distinct().mutate(inhabited=1).view()
    rows = (
        range_accesses.left_join(home_addresses, ["org", "ip"]).drop("org_right", "ip_right").view()
    )
    rows = rows.left_join(seats, "org")
    end = ibis.coalesce(rows["range_to"], rows["at"])
    seconds = (end.epoch_seconds() - rows["range_from"].epoch_seconds()).cast("float64")
    strange = 1 - ibis.coalesce(rows["inhabited"], 0)
    return rows.select(
        "row_id",
        "org",
        "actor_id",
        span=(seconds / DAY_SECONDS).round().cast("int64"),
        outside=ibis.ifelse(
            rows["ip"].notnull() & rows["seated"].notnull(), strange, ibis.null("int64")
        ),
    )


def unusual(accesses: ir.Table, day: tuple[int, int], hours_from_utc: int) -> ir.Table:
    """``org``, ``ip`` of addresses that are no login's usual one in the hours of `day` (local).

    A login's usual address is that of most of its accesses by day. What is done elsewhere may be
    its owner's, at home or on the road, or somebody's who has its session.
    """
    named_accesses = accesses.filter(accesses["ip"].notnull(), accesses["actor_id"].notnull())
    hour = (named_accesses["at"].epoch_seconds() / 3600).floor().cast("int64") + hours_from_utc
    by_day = named_accesses.filter((hour % 24 >= day[0]) & (hour % 24 < day[1]))
    used = by_day.group_by(["org", "actor_id", "ip"]).aggregate(n=by_day.count())
    place = ibis.row_number().over(
        group_by=["org", "actor_id"], order_by=[used["n"].desc(), used["ip"]]
    )
    usual = used.mutate(place=place).filter(lambda t: t["place"] == 0).select("org", "ip").view()
    return named_accesses.select("org", "ip").distinct().anti_join(usual, ["org", "ip"])


def routines(accesses: ir.Table) -> ir.Table:
    """``org``, ``hand`` (a login), ``repeats`` (of one span, from within), ``outside``, ``zeal``.

    ``outside`` counts bulk actions from addresses where nobody works; null where none of the
    login's addresses is known. ``zeal`` is how many single orders it opened, as a multiple of what
    a colleague of it opened on average; null where it has no colleague.
    """
    bulk_rows = bulk(accesses).filter(lambda t: t["actor_id"].notnull())
    within = bulk_rows.filter(ibis.coalesce(bulk_rows["outside"], 0) == 0)
    within = within.filter(within["span"].notnull())
    spans = within.group_by(["org", "actor_id", "span"]).aggregate(n=within.count())
    most = spans.group_by(["org", "actor_id"]).aggregate(repeats=spans["n"].max()).view()
    strange = bulk_rows.group_by(["org", "actor_id"]).aggregate(outside=bulk_rows["outside"].sum())
    zeal_rows = _zeal(accesses).view()
    rows = zeal_rows.left_join(most, ["org", "actor_id"]).drop("org_right", "actor_id_right").view()
    rows = rows.left_join(strange, ["org", "actor_id"])
    return rows.select(
        "org",
        hand="actor_id",
        repeats=ibis.coalesce(rows["repeats"], 0),
        outside="outside",
        zeal="zeal",
    )


def recorded_accesses(accesses: ir.Table) -> ir.Table:
    """By ``org``: ``terminals`` and ``addresses``, whether its log has any; and of the whole case
    ``looks`` and ``ranges``, whether any log has single orders, or bulk actions with their range.
    """
    whole = accesses.aggregate(
        looks=accesses["order_id"].count() > 0,
        ranges=accesses["range_from"].count() > 0,
    )
    own = accesses.group_by("org").aggregate(
        terminals=accesses["terminal"].count() > 0, addresses=accesses["ip"].count() > 0
    )
    return own.cross_join(whole)


def _zeal(accesses: ir.Table) -> ir.Table:
    named_accesses = accesses.filter(accesses["actor_id"].notnull())
    order_count = named_accesses["order_id"].notnull().cast("int64").sum()
    actors = named_accesses.group_by(["org", "actor_id"]).aggregate(opened=order_count)
    whole = actors.group_by("org").aggregate(every=actors["opened"].sum(), logins=actors.count())
    actors = actors.inner_join(whole, "org")
    others_mean = (actors["every"] - actors["opened"]).cast("float64") / (
        actors["logins"] - 1
    ).nullif(0)
    return actors.select("org", "actor_id", zeal=actors["opened"] / (others_mean + 1.0))


def habitual(accesses: ir.Table) -> ir.Table:
    """Of each login's bulk actions those of the span that it takes most often, else the shortest.

    What got out through a habit was not in its other exports; they would hide that it was.
    """
    bulk_rows = bulk(accesses).filter(lambda t: t["actor_id"].notnull() & t["span"].notnull())
    spans = bulk_rows.group_by(["org", "actor_id", "span"]).aggregate(n=bulk_rows.count())
    place = ibis.row_number().over(
        group_by=["org", "actor_id"], order_by=[spans["n"].desc(), spans["span"]]
    )
    usual = spans.mutate(place=place).filter(lambda t: t["place"] == 0)
    usual_rows = bulk_rows.semi_join(usual, ["org", "actor_id", "span"]).select("row_id")
    return accesses.semi_join(usual_rows, "row_id")


def rarity(values: Sequence[float | None]) -> NDArray[np.float64]:
    """Log evidence that each value is no chance among the others: ``0.5 / sqrt(p)``.

    `p` is the share of all that reach it, itself among them (ties count against it); the
    calibrator of p-values by Vovk and Sellke keeps it from being believed too much. What was not
    measured, or is nought, says nothing: 0.
    """
    numbers = np.array([0.0 if value is None else float(value) for value in values])
    sorted_numbers = np.sort(numbers)
    reach = len(numbers) - np.searchsorted(sorted_numbers, numbers, side="left")
    strength = np.log(0.5) - 0.5 * np.log(reach / max(len(numbers), 1))
    return np.where(numbers > 0, np.maximum(strength, 0.0), 0.0)
