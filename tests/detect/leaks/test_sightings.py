"""A named hand's accesses part a source's orders; another's, or another firm's, do not."""

from typing import Any

from suyuan.detect.leaks.sightings import with_sight
from suyuan.store.engine import Engine
from tables import given

HAND = {
    "role": "leak_source", "subject": "actor:M1/qian", "score": 0.9, "decided": True,
    "because_en": "", "because_zh": "", "rivals_en": "", "rivals_zh": "",
    "detector": "leak_source", "version": "2",
}  # fmt: skip


def look(n: int, order: str, **more: Any) -> dict[str, Any]:
    at = f"2019-05-01T1{n}:00"
    base = {"access_id": f"A{n}", "at": at, "org": "M1", "actor_id": "qian", "action": "view"}
    return base | {"order_id": order} | more


def seen(engine: Engine, *accesses: dict[str, Any], hand: dict[str, Any] = HAND) -> dict[str, int]:
    rows = [
        {"order_id": f"O{n}", "ordered_at": f"2019-05-01T0{n}:00", "merchant_id": "M1"}
        for n in range(4)
    ]
    tables = given(engine, orders=rows, accesses=list(accesses), **{"findings:leak_source": [hand]})
    exposed = tables["orders"].mutate(source="merchant:" + tables["orders"]["merchant_id"])
    found = engine.fetch(with_sight(tables, engine.keep(exposed))).to_pylist()
    assert len(found) == len(rows)
    return {row["order_id"]: row["seen"] for row in found}


def test_what_the_hand_looked_at(engine: Engine) -> None:
    looks = [look(0, "O1"), look(1, "O2", actor_id="lin"), look(2, "O3", org="M2")]
    assert seen(engine, *looks) == {"O0": 0, "O1": 1, "O2": 0, "O3": 0}


def test_a_range_that_it_took_whole(duck: Engine) -> None:
    times = {"range_from": "2019-05-01T00:30", "range_to": "2019-05-01T02:30", "row_count": 2}
    assert seen(duck, look(3, None, action="export", **times)) == {  # type: ignore[arg-type]
        "O0": 0, "O1": 1, "O2": 1, "O3": 0,
    }  # fmt: skip


def test_a_hand_that_is_hardly_likelier_than_not_parts_nothing(duck: Engine) -> None:
    assert set(seen(duck, look(0, "O1"), hand=HAND | {"score": 0.4}).values()) == {0}


def test_without_a_log(duck: Engine) -> None:
    assert set(seen(duck).values()) == {0}
