"""Lists that nobody held: used ones name their source, others nobody."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from running import running
from worlds import Shape, make

from suyuan.detect.leak_source import _corroborate, _resting_on_lists, measure
from suyuan.detect.leaks.used_lists import LIKELIER, evidence_of_use
from suyuan.store.duck import DuckEngine
from tables import given


@pytest.mark.parametrize(
    ("orders", "called", "unused"),
    [(300, 21, True), (300, 60, False), (300, 0, True), (5, 0, False), (0, 0, False)],
    ids=["called as anybody", "called three times as often", "never", "too few to tell", "none"],
)
def test_use_is_asked_of_the_people_on_the_list(orders, called, unused):
    assert (evidence_of_use(orders, called, base=0.07, used=0.21) < LIKELIER) == unused


def row(subject, victims=0.0, canary=0.0):
    return {"subject": subject, "victims": victims, "canary": canary}


def test_who_rests_on_unused_lists_alone_is_not_named():
    found = [
        row("courier:YTO"),
        row("merchant:M1", victims=4.0),
        row("actor:YTO/li"),
        row("courier:ZTO"),
        row("merchant:M2", canary=3.0),
    ]
    lists = frozenset({"courier:YTO", "merchant:M1", "merchant:M2"})
    idle = _resting_on_lists(found, lists)
    assert idle == {"YTO", "M2"}
    report = {"report_id": "r1", "reported_at": "2026-03-02T10:00", "fraud_type": "冒充客服"}
    with DuckEngine() as duck:
        named = _corroborate(given(duck, reports=[report]), found, idle)
    assert {one["subject"] for one in named if one["corroborated"]} == {
        "merchant:M1",
        "courier:ZTO",
        "merchant:M2",
    }


def listed(orders):
    """Seized rows without a holder, each matched with its order."""
    rows = [f"leaked:{n}" for n in range(len(orders))]
    leaked = {"leaked_id": rows, "row_id": rows, "exhibit_id": ["E1"] * len(rows)}
    matches = {"leaked_row": rows, "order_id": orders, "probability": [0.99] * len(rows)}
    return pa.table(leaked), pa.table(matches)


def test_a_stations_list_names_no_courier_and_a_used_one_its_source():
    world = make(11, Shape(orders=12_000, leaks=1, rate=0.3, callers_seen=True))
    (leak,) = world.leaks
    courier = next(
        name
        for name in pc.unique(world.orders["courier"]).to_pylist()
        if name and f"courier:{name}" not in world.sources
    )
    of_station = world.orders.filter(pc.equal(world.orders["courier"], courier))["order_id"]
    stolen = world.orders["order_id"].take(pa.array(leak.orders))
    named = {}
    for subject, orders in ((f"courier:{courier}", of_station), (leak.subject, stolen)):
        leaked, matches = listed(orders.to_pylist()[:300])
        with running(world, leaked=leaked, matches=matches) as tables:
            found = tables.engine.fetch(measure(tables).candidates).to_pylist()
        (row,) = (row for row in found if row["subject"] == subject)
        named[subject] = row["corroborated"]
    assert named == {f"courier:{courier}": False, leak.subject: True}
