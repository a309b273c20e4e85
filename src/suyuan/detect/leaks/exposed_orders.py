"""Orders that a source let out or may have, with their age, and the people reached so far."""

import ibis
import ibis.expr.types as ir
import numpy as np

from suyuan.detect.leaks.contacts import (
    ATTRIBUTES,
    calls_of_callers,
    reported_people,
)
from suyuan.detect.leaks.copies import copies
from suyuan.detect.leaks.lags import EDGES
from suyuan.detect.leaks.relevance import relevance
from suyuan.detect.leaks.sightings import with_sight
from suyuan.detect.leaks.unnamed_sources import ELSEWHERE
from suyuan.store.tables import Tables

#: Sources below this probability expose nobody; above it, orders count by it.
LEAST_SCORE = 0.05
SURE_COPY = 0.5
#: Calls to one person that are further apart are two contacts.
SPELL_HOURS = 72


def aged_orders(now: int, tables: Tables) -> ir.Table:
    """Exposed orders of the sources found, with who saw them, and their ``age`` in hours."""
    keep, sources = tables.engine.keep, tables["findings:leak_source"]
    return with_age(keep(with_sight(tables, keep(exposed_orders(tables, now, sources)))), now)


def unlooked_orders(now: int, tables: Tables, sources: ir.Table) -> ir.Table:
    """The same of `sources`, before it is asked whose hands were at them."""
    orders = tables.engine.keep(exposed_orders(tables, now, sources))
    return with_age(orders.mutate(seen=ibis.literal(0, "int64")), now)


def with_age(orders: ir.Table, now: int) -> ir.Table:
    """`orders` with their ``age`` in hours."""
    seconds = ibis.literal(now) - orders["ordered_at"].epoch_seconds()
    return orders.mutate(age=seconds.cast("float64") / 3600.0)


def people_reached(tables: Tables) -> ir.Table:
    """Contacts with buyers, and how ``sure`` it is that it was the scammers, about an order.

    A report counts by what it tells. A call of a decided caller counts by that decision alone:
    what it was about is asked with the rates. Calls to one person that follow each other closely
    are one contact. ``caller`` is the number, or of a report its id.
    """
    reported_contacts = reported_people(tables["reports"]).select(
        "contact", "person", "phone", "called_at", "quoted_order_id"
    )
    facts = relevance(tables).view()
    weighted_contacts = reported_contacts.left_join(
        facts, reported_contacts["contact"] == facts["contact"]
    )
    weighted_contacts = weighted_contacts.select(
        *reported_contacts.columns,
        reported=1,
        sure=ibis.coalesce(weighted_contacts["relevance"], 1.0),
        caller=weighted_contacts["contact"],
    )
    if not tables.has("findings:scam_caller") or not tables.has("calls"):
        return weighted_contacts
    spells = _spells(tables, calls_of_callers(tables, reported_contacts))
    call_contacts = spells.select(
        contact=spells["row_id"],
        person=ibis.null("string"),
        phone=spells["callee"],
        called_at=spells["started_at"],
        quoted_order_id=ibis.null("string"),
        reported=ibis.literal(0, weighted_contacts["reported"].type()),
        sure=spells["sure"],
        caller=spells["caller"],
    )
    return ibis.union(weighted_contacts, call_contacts.select(*weighted_contacts.columns))


def _spells(tables: Tables, calls: ir.Table) -> ir.Table:
    """The first of the calls to a buyer after so long without one."""
    calls = calls.semi_join(tables["orders"], calls["callee"] == tables["orders"]["buyer_phone"])
    before = calls["started_at"].lag().over(group_by="callee", order_by=["started_at", "row_id"])
    gap = calls["started_at"].epoch_seconds() - before.epoch_seconds()
    calls_with_gap = calls.mutate(gap=gap)
    return calls_with_gap.filter(
        calls_with_gap["gap"].isnull() | (calls_with_gap["gap"] > SPELL_HOURS * 3600)
    )


def exposed_orders(tables: Tables, now: int, sources: ir.Table) -> ir.Table:
    """Each order that a source of `sources` handled since it leaked, once a source.

    ``late`` is 1 for those after the last that is known to have got out.
    """
    sources = sources.filter(sources["score"] >= LEAST_SCORE)
    sources = sources.select(
        source="subject", leaked="score", leaked_from="first_seen", leaked_to="last_seen"
    )
    copy_flags = copies(tables, SURE_COPY).select("order_id").distinct().mutate(copied=1)
    parts = []
    for name, kind in ATTRIBUTES.items():
        orders = tables["orders"]
        own = orders.mutate(source=ibis.literal(f"{kind}:") + orders[name])
        rows = own.inner_join(sources, "source").mutate(shop=ibis.null("string"))
        rows = rows.filter(rows["ordered_at"] >= rows["leaked_from"])
        parts.append(
            rows.select(
                "order_id", "ordered_at", "buyer_id", "buyer_phone", "source", "leaked",
                "leaked_from", "leaked_to", "shop", "row_id", "file", "line", "sha256",
            )
        )  # fmt: skip
    every = ibis.union(*parts, _elsewhere(tables, now))
    late = (every["ordered_at"] > every["leaked_to"]).fill_null(ibis.literal(value=False))
    every = every.mutate(late=late.cast("int64"))
    return every.left_join(copy_flags, "order_id").select(
        *every.columns, copied=ibis.coalesce(copy_flags["copied"], 0)
    )


def _elsewhere(tables: Tables, now: int) -> ir.Table:
    """Every order young enough to be called about, as of a source that nobody knows."""
    orders = tables["orders"]
    begin = now - int(EDGES[-1] * 3600)
    young = orders.filter(orders["ordered_at"].epoch_seconds() >= begin)
    return young.select(
        "order_id",
        "ordered_at",
        "buyer_id",
        "buyer_phone",
        source=ibis.literal(ELSEWHERE),
        leaked=ibis.literal(1.0),
        leaked_from=ibis.null("timestamp(6)"),
        leaked_to=ibis.null("timestamp(6)"),
        shop=ibis.literal("merchant:") + young["merchant_id"],
        **{name: young[name] for name in ("row_id", "file", "line", "sha256")},
    )


def latest_moment(tables: Tables) -> int:
    """The latest moment that the records know of, in seconds since 1970."""
    moments = []
    for name, column in (
        ("orders", "ordered_at"),
        ("reports", "reported_at"),
        ("calls", "started_at"),
    ):
        latest = tables.engine.gather(_latest, tables[name], by=(column,))
        moments.append(latest["t"][0].as_py())
    seconds = [np.datetime64(moment, "s").astype(np.int64) for moment in moments if moment]
    return int(max(seconds, default=np.int64(0)))


def _latest(rows: ir.Table, column: str) -> ir.Table:
    return rows.aggregate(t=rows[column].max())
