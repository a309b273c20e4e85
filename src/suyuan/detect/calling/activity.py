"""How a number calls: how many people, how often, for how long, and who calls it back."""

from datetime import datetime
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

#: A number that reaches fewer people than this, all told or on a day it calls, is left aside
#: unless a report names it or its victim: it is how people call, and joins stay small.
LEAST_PEOPLE = 2
LEAST_PEOPLE_A_DAY = 1.3
#: An answered call shorter than this was hung up on; one longer than that was listened to.
HUNG_UP = 20
#: Hours of work by the clock on the wall.
OPENS, CLOSES = 9, 19
LISTENING_SECONDS = 240


def pairs(calls: ir.Table) -> ir.Table:
    """One row for each (caller, callee): ``calls``, ``first_call``, ``last_call``."""
    between = calls.filter(calls["caller"] != calls["callee"])
    return between.group_by("caller", "callee").aggregate(
        calls=between.count(),
        first_call=between["started_at"].min(),
        last_call=between["started_at"].max(),
    )


def habits(calls: ir.Table, call_pairs: ir.Table) -> ir.Table:
    """One row for each caller: volume, reach, span and how its calls end.

    `call_pairs` is the outcome of :func:`pairs`. Days are UTC days: in China they turn at eight in
    the morning, before anyone's working day.
    """
    daily = calls.group_by("caller", day=calls["started_at"].date()).aggregate(
        answered=(calls["duration"] > 0).sum(),
        hung_up=((calls["duration"] > 0) & (calls["duration"] < HUNG_UP)).sum(),
        listened=(calls["duration"] >= LISTENING_SECONDS).sum(),
    )
    ends = daily.group_by("caller").aggregate(
        active_days=daily.count(),
        answered=daily["answered"].sum(),
        hung_up=daily["hung_up"].sum(),
        listened=daily["listened"].sum(),
    )
    reach = call_pairs.group_by("caller").aggregate(
        calls=call_pairs["calls"].sum(),
        people=call_pairs.count(),
        first_seen=call_pairs["first_call"].min(),
        last_seen=call_pairs["last_call"].max(),
    )
    rows = reach.join(ends, "caller")
    answers = rows["answered"].cast("float64").nullif(0.0)
    people, calls_made = rows["people"].cast("float64"), rows["calls"].cast("float64")
    return rows.select(
        "caller",
        "calls",
        "people",
        "active_days",
        "first_seen",
        "last_seen",
        reach=people / rows["active_days"],
        once=people / calls_made,
        answered_share=rows["answered"] / calls_made,
        hung_up=rows["hung_up"] / answers,
        listened=rows["listened"] / answers,
        life_days=days_between(rows["first_seen"], rows["last_seen"]),
    )


def office(calls: ir.Table, zone: str) -> ir.Table:
    """For each caller: ``office``, share of its calls made from nine in the morning to seven."""
    # China keeps one time all year; where clocks change, an hour more or less makes no difference.
    ahead = ZoneInfo(zone).utcoffset(datetime(2019, 6, 1))
    seconds = calls["started_at"].epoch_seconds() + int(ahead.total_seconds() if ahead else 0)
    hour = (seconds % 86_400) / 3_600
    calls_by_hour = calls.mutate(working=((hour >= OPENS) & (hour < CLOSES)).cast("float64"))
    return calls_by_hour.group_by("caller").aggregate(office=calls_by_hour["working"].mean())


def busy(habits_: ir.Table) -> ir.Table:
    """Callers who reach many people."""
    return habits_.filter(
        (habits_["people"] >= LEAST_PEOPLE) & (habits_["reach"] >= LEAST_PEOPLE_A_DAY)
    )


def return_share(call_pairs: ir.Table, candidates: ir.Table) -> ir.Table:
    """For each caller of `candidates`: share of its people who call it, and callers per callee.

    Keys: ``caller``; ``returned`` 0..1, ``inbound`` ratio, ``strangers_in``: callers it never
    called, per person it called.
    """
    own = call_pairs.semi_join(candidates, "caller").select("caller", "callee")
    inward = call_pairs.semi_join(candidates, call_pairs["callee"] == candidates["caller"])
    inward = inward.select(caller="callee", callee="caller", back=ibis.literal(1))
    back = own.left_join(inward, ["caller", "callee"])
    share = back.group_by("caller").aggregate(
        people=back.count(), answered_back=back["back"].sum().fill_null(0)
    )
    callers = inward.group_by("caller").aggregate(callers=inward.count())
    shares = share.left_join(callers, "caller")
    people = shares["people"].cast("float64")
    strangers = shares["callers"].fill_null(0) - shares["answered_back"]
    return shares.select(
        "caller",
        returned=shares["answered_back"] / people,
        strangers_in=strangers / people,
    )


def acquaintance(call_pairs: ir.Table, candidates: ir.Table) -> ir.Table:
    """For each caller of `candidates`: share of its people who call another of its people.

    A family, a firm or a village know each other; names on a stolen list do not.
    """
    own = call_pairs.semi_join(candidates, "caller").select("caller", "callee")
    contacts = call_pairs.select(one="caller", other="callee")
    steps = own.join(contacts, own["callee"] == contacts["one"]).select("caller", "one", "other")
    triangles = steps.semi_join(
        own, (steps["caller"] == own["caller"]) & (steps["other"] == own["callee"])
    )
    acquaintances = triangles.group_by("caller").aggregate(known=triangles["one"].nunique())
    people = own.group_by("caller").aggregate(people=own.count())
    shares = people.left_join(acquaintances, "caller")
    return shares.select("caller", acquainted=shares["known"].fill_null(0) / shares["people"])


def days_between(earlier: ir.TimestampValue, later: ir.TimestampValue) -> ir.FloatingValue:
    """Days, with their fraction."""
    return (later.epoch_seconds() - earlier.epoch_seconds()) / ibis.literal(86400.0).cast("float64")
