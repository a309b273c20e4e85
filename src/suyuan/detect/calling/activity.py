"""How a number calls: how many people, how often, for how long, and who calls it back."""

import ibis
import ibis.expr.types as ir

#: A number that reaches fewer people than this, all told or on a day it calls, is left aside
#: unless a report names it or its victim: it is how people call, and joins stay small.
LEAST_PEOPLE = 8
LEAST_PEOPLE_A_DAY = 1.5
#: An answered call shorter than this was hung up on; one longer than that was listened to.
HUNG_UP = 20
LISTENED = 240


def pairs(calls: ir.Table) -> ir.Table:
    """One row for each (caller, callee): ``calls``, ``first_call``, ``last_call``."""
    between = calls.filter(calls["caller"] != calls["callee"])
    return between.group_by("caller", "callee").aggregate(
        calls=between.count(),
        first_call=between["started_at"].min(),
        last_call=between["started_at"].max(),
    )


def habits(calls: ir.Table, met: ir.Table) -> ir.Table:
    """One row for each caller: volume, reach, span and how its calls end.

    `met` is the outcome of :func:`pairs`. Days are UTC days: in China they turn at eight in the
    morning, before anyone's working day.
    """
    daily = calls.group_by("caller", day=calls["started_at"].date()).aggregate(
        answered=(calls["duration"] > 0).sum(),
        hung_up=((calls["duration"] > 0) & (calls["duration"] < HUNG_UP)).sum(),
        listened=(calls["duration"] >= LISTENED).sum(),
    )
    ends = daily.group_by("caller").aggregate(
        active_days=daily.count(),
        answered=daily["answered"].sum(),
        hung_up=daily["hung_up"].sum(),
        listened=daily["listened"].sum(),
    )
    reached = met.group_by("caller").aggregate(
        calls=met["calls"].sum(),
        people=met.count(),
        first_seen=met["first_call"].min(),
        last_seen=met["last_call"].max(),
    )
    both = reached.join(ends, "caller")
    answered = both["answered"].cast("float64").nullif(0.0)
    people, calls_made = both["people"].cast("float64"), both["calls"].cast("float64")
    return both.select(
        "caller",
        "calls",
        "people",
        "active_days",
        "first_seen",
        "last_seen",
        reach=people / both["active_days"],
        once=people / calls_made,
        answered_share=both["answered"] / calls_made,
        hung_up=both["hung_up"] / answered,
        listened=both["listened"] / answered,
        life_days=days_between(both["first_seen"], both["last_seen"]),
    )


def busy(habits_: ir.Table) -> ir.Table:
    """Callers who reach many people."""
    return habits_.filter(
        (habits_["people"] >= LEAST_PEOPLE) & (habits_["reach"] >= LEAST_PEOPLE_A_DAY)
    )


def returned(met: ir.Table, candidates: ir.Table) -> ir.Table:
    """For each caller of `candidates`: share of its people who call it, and callers per callee.

    Keys: ``caller``; ``returned`` 0..1, ``inbound`` ratio, ``strangers_in``: callers it never
    called, per person it called.
    """
    mine = met.semi_join(candidates, "caller").select("caller", "callee")
    inward = met.semi_join(candidates, met["callee"] == candidates["caller"])
    inward = inward.select(caller="callee", callee="caller", back=ibis.literal(1))
    back = mine.left_join(inward, ["caller", "callee"])
    share = back.group_by("caller").aggregate(
        people=back.count(), answered_back=back["back"].sum().fill_null(0)
    )
    callers = inward.group_by("caller").aggregate(callers=inward.count())
    both = share.left_join(callers, "caller")
    people = both["people"].cast("float64")
    strangers = both["callers"].fill_null(0) - both["answered_back"]
    return both.select(
        "caller",
        returned=both["answered_back"] / people,
        strangers_in=strangers / people,
    )


def acquainted(met: ir.Table, candidates: ir.Table) -> ir.Table:
    """For each caller of `candidates`: share of its people who call another of its people.

    A family, a firm or a village know each other; names on a stolen list do not.
    """
    mine = met.semi_join(candidates, "caller").select("caller", "callee")
    theirs = met.select(one="caller", other="callee")
    steps = mine.join(theirs, mine["callee"] == theirs["one"]).select("caller", "one", "other")
    closed = steps.semi_join(
        mine, (steps["caller"] == mine["caller"]) & (steps["other"] == mine["callee"])
    )
    known = closed.group_by("caller").aggregate(known=closed["one"].nunique())
    people = mine.group_by("caller").aggregate(people=mine.count())
    both = people.left_join(known, "caller")
    return both.select("caller", acquainted=both["known"].fill_null(0) / both["people"])


def days_between(earlier: ir.TimestampValue, later: ir.TimestampValue) -> ir.FloatingValue:
    """Days, with their fraction."""
    return (later.epoch_seconds() - earlier.epoch_seconds()) / ibis.literal(86400.0).cast("float64")
