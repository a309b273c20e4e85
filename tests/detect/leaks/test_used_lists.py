"""Lists that nobody held: used ones name their source, others nobody."""

import pytest

from suyuan.detect.leak_source import _corroborated, _resting_on_lists
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
        named = _corroborated(given(duck, reports=[report]), found, idle)
    assert {one["subject"] for one in named if one["corroborated"]} == {
        "merchant:M1",
        "courier:ZTO",
        "merchant:M2",
    }
