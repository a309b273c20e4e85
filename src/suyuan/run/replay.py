"""A case told again moment by moment: what could have been named then, and who was called next.

The records are imported once. At each moment only the rows known by then are read (the semantics
of ``--as-of``), and only the steps run that the at-risk list needs. Whom the scammers reached
afterwards is told by all records, so that a list is measured by what nobody knew when it was made.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.detect.leaks.relevance import relevance
from suyuan.identity.contact_windows import contact_moment
from suyuan.ingest import import_case
from suyuan.model.errors import InputError
from suyuan.model.progress import Progress
from suyuan.model.results import REPLAY
from suyuan.model.text import Text
from suyuan.run.order import steps
from suyuan.store.engine import Engine
from suyuan.store.layout import Layout
from suyuan.store.records import open_records
from suyuan.store.steps import execute, needed_for
from suyuan.store.tables import Tables

HORIZON = timedelta(days=7)
#: Places of a list that count, beside 5 % of the orders.
PLACES = (100, 500)
MOST_MOMENTS = 1000
#: A report counts as a call about an order if that is likelier than not.
ABOUT_AN_ORDER = 0.5
CONTACTS = ("findings:scam_caller", "fraud_types")
Opening = Callable[[], AbstractContextManager[Engine]]


@dataclass(frozen=True, slots=True)
class Course:
    """What happened in the end: ``first`` call to each phone, and the last moment recorded."""

    first: pa.Table
    last: datetime | None

    def after(self, moment: datetime) -> pa.Array:
        """Phones first called within the horizon after `moment`."""
        soon = pc.and_(
            pc.greater(self.first["first"], pa.scalar(moment, pa.timestamp("us"))),
            pc.less_equal(self.first["first"], pa.scalar(moment + HORIZON, pa.timestamp("us"))),
        )
        return self.first.filter(soon)["phone"].combine_chunks()


def moments(first: datetime, last: datetime, every: timedelta) -> list[datetime]:
    """From `first` to `last` in equal steps; :class:`InputError` where that is none or too many."""
    if every <= timedelta(0) or last < first or (last - first) / every >= MOST_MOMENTS:
        raise InputError(
            Text("These moments cannot be replayed.", "无法回放这些时刻。"),
            value=f"{first} – {last}, {every}",
            hint=Text(
                f"--since must be before --until, with at most {MOST_MOMENTS} steps.",
                f"--since 应早于 --until，且不超过{MOST_MOMENTS}步。",
            ),
        )
    return [first + n * every for n in range((last - first) // every + 1)]


def replay(
    case: Path, layout: Layout, opening: Opening, when: Sequence[datetime], progress: Progress
) -> pa.Table:
    """The table ``replay`` (stored types): one row for each moment of `when` (naive UTC)."""
    zone = import_case(case, layout.out, progress=progress).settings.timezone

    def records_at(engine: Engine, moment: datetime | None) -> Tables:
        return open_records(engine, layout, zone=zone, as_of=moment)

    start = time.perf_counter()
    progress.start(Text("What happened in the end", "最终结果"))
    with opening() as engine:
        course = _course(_derive(records_at(engine, None), CONTACTS))
    progress.finish(course.first.num_rows, time.perf_counter() - start)
    start = time.perf_counter()
    progress.start(Text("Moment by moment", "逐时刻回放"))
    rows = []
    for count, moment in enumerate(when, start=1):
        # An engine of its own, so that tables kept for one moment do not outlive it.
        with opening() as engine:
            rows.append(_row(_derive(records_at(engine, moment), ("at_risk",)), moment, course))
        progress.advance(count, len(when))
    progress.finish(len(rows), time.perf_counter() - start)
    return pa.Table.from_pylist(rows, schema=REPLAY.schema)


def _derive(tables: Tables, targets: Iterable[str]) -> Tables:
    for step in needed_for(targets, steps()):
        execute(step, tables)
    return tables


def _course(tables: Tables) -> Course:
    moments_of = (("reports", "reported_at"), ("calls", "started_at"))
    ends = [
        tables.engine.fetch(tables[name].aggregate(last=tables[name][column].max()))["last"][0]
        for name, column in moments_of
    ]
    last = max((end.as_py() for end in ends if end.is_valid), default=None)
    return Course(tables.engine.fetch(_first_calls(tables)), last)


def _first_calls(tables: Tables) -> ir.Table:
    """``phone`` and ``first``: when each person, by report or call record, was first called.

    Reports that have nothing to do with an order are left out. A person who is known only by name
    is met by the phones on their orders.
    """
    about = relevance(tables).filter(lambda t: t["relevance"] >= ABOUT_AN_ORDER)
    reports = tables["reports"]
    reports = reports.semi_join(about, reports["report_id"] == about["contact"])
    contacts = reports.select(
        phone="victim_phone",
        person="victim_id",
        moment=contact_moment(reports),
    )
    callers = tables["findings:scam_caller"].filter(lambda t: t["decided"])
    callers = callers.select(caller=callers["subject"].substr(len("phone:")))
    calls = tables["calls"].semi_join(callers, "caller")
    call_rows = calls.select(phone="callee", person=ibis.null("string"), moment="started_at")
    every = tables.engine.keep(ibis.union(contacts, call_rows))
    by_phone = every.filter(every["phone"].notnull()).select("phone", "moment")
    buyers = tables["orders"].select("buyer_id", buyer_phone="buyer_phone").distinct()
    buyers = buyers.filter(buyers["buyer_phone"].notnull())
    pairs = every.inner_join(buyers, every["person"] == buyers["buyer_id"])
    by_person = pairs.select("moment", phone="buyer_phone").select("phone", "moment")
    first_contacts = ibis.union(by_phone, by_person)
    return first_contacts.group_by("phone").aggregate(first=first_contacts["moment"].min())


def _row(tables: Tables, moment: datetime, course: Course) -> dict[str, Any]:
    fetch, orders = tables.engine.fetch, tables["orders"]
    count = int(fetch(orders.aggregate(n=orders.count()))["n"][0].as_py())
    top, soon = count // 20, course.after(moment)
    reached_people = tables.engine.keep(_first_calls(tables))
    buyers = orders.filter(orders["buyer_phone"].notnull()).group_by(phone="buyer_phone")
    buyers = tables.engine.keep(buyers.aggregate(newest=lambda t: t["ordered_at"].max()))
    newest = buyers.anti_join(reached_people, "phone")
    newest = newest.order_by([ibis.desc("newest"), "phone"]).limit(max(top, *PLACES))
    risky = tables["at_risk"].order_by([ibis.desc("score"), "order_id"]).select("buyer_phone")
    leak_sources = tables["findings:leak_source"].filter(lambda t: t["decided"])
    lists = {
        "hit": fetch(risky)["buyer_phone"],
        "newest": fetch(newest)["phone"],
    }
    hits = {
        f"{name}_{place}": _among(people.slice(0, cut), soon)
        for name, people in lists.items()
        for place, cut in (("top", top), *((str(places), places) for places in PLACES))
    }
    return hits | {
        "moment": moment,
        "orders": count,
        "reached": int(fetch(reached_people.aggregate(n=reached_people.count()))["n"][0].as_py()),
        "sources": sorted(set(fetch(leak_sources)["subject"].to_pylist())),
        "listed": len(lists["hit"]),
        "called": len(soon),
        "placed": _among(fetch(buyers)["phone"], soon),
        "top": top,
        "whole": course.last is not None and moment + HORIZON <= course.last,
    }


def _among(people: pa.ChunkedArray, soon: pa.Array) -> int:
    return int(pc.sum(pc.is_in(pc.unique(people), value_set=soon)).as_py() or 0)
