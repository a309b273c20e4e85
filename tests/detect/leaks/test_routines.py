"""Ranges taken again and again, and from where nobody works."""

from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from suyuan.detect.leaks.access_log import covered_victims
from suyuan.detect.leaks.routines import habitual, rarity, recorded_accesses, routines, unusual
from suyuan.store.engine import Engine
from tables import given


def access(n: int, login: str, **more: Any) -> dict[str, Any]:
    base = {"access_id": f"A{n}", "at": f"2019-05-{n:02}T04:00", "org": "M1", "actor_id": login}
    return base | {"action": "export"} | more


def night(n: int, login: str, **more: Any) -> dict[str, Any]:
    day = {"range_from": f"2019-05-{n - 1:02}T04:00", "range_to": f"2019-05-{n:02}T04:00"}
    return access(n, login, row_count=300, **day, **more)


def habits(engine: Engine, *rows: dict[str, Any]) -> dict[str, tuple[int, int | None]]:
    tables = given(engine, accesses=list(rows))
    found = engine.fetch(routines(tables["accesses"])).to_pylist()
    return {row["hand"]: (row["repeats"], row["outside"]) for row in found}


def test_the_same_span_again_and_again(engine: Engine) -> None:
    nights = [night(n, "qian") for n in range(2, 9)]
    month = access(20, "lin", range_from="2019-04-20T04:00", range_to="2019-05-20T04:00")
    assert habits(engine, *nights, month) == {"qian": (7, None), "lin": (1, None)}


def test_other_exports_do_not_hide_a_habit(engine: Engine) -> None:
    nights = [night(n, "qian") for n in range(2, 6)]
    month = access(20, "qian", range_from="2019-04-20T04:00", range_to="2019-05-20T04:00")
    week = access(21, "lin", range_from="2019-05-14T04:00", range_to="2019-05-21T04:00")
    tables = given(engine, accesses=[*nights, month, week])
    found = engine.fetch(habitual(tables["accesses"]))["access_id"].to_pylist()
    assert sorted(found) == ["A2", "A21", "A3", "A4", "A5"]


def test_an_address_where_nobody_works(engine: Engine) -> None:
    at_work = access(1, "qian", order_id="O1", terminal="T1", ip="10.0.0.1", action="view")
    nights = [night(n, "qian", ip="58.1.1.1") for n in range(2, 5)]
    usual = night(6, "lin", ip="10.0.0.1")
    assert habits(engine, at_work, *nights, usual) == {"qian": (0, 3), "lin": (1, 0)}


def test_rare_is_what_few_others_do() -> None:
    usual = rarity([1.0] * 20)
    assert (usual == 0.0).all()
    rare = rarity([1.0] * 99 + [12.0])
    assert np.isclose(rare[-1], np.log(0.5) + 0.5 * np.log(100))
    assert rarity([None, 0.0, 0.0]).tolist() == [0.0, 0.0, 0.0]


def test_an_address_that_is_nobodys_usual_one(engine: Engine) -> None:
    by_day = [
        access(n, login, order_id=f"O{n}", ip=ip, action="view")
        for n, login, ip in (
            (1, "qian", "10.0.0.1"),
            (2, "qian", "10.0.0.1"),
            (3, "lin", "10.0.0.2"),
        )
    ]
    night = [
        {**access(n, login, order_id=f"O{n}", ip="58.1.1.1"), "at": f"2019-05-{n:02}T18:00"}
        for n, login in ((4, "qian"), (5, "qian"), (6, "qian"), (7, "lin"))
    ]
    tables = given(engine, accesses=[*by_day, *night])
    found = engine.fetch(unusual(tables["accesses"], (7, 22), 8)).to_pylist()
    assert found == [{"org": "M1", "ip": "58.1.1.1"}]


def test_where_nobodys_seat_is_recorded_no_address_is_strange(engine: Engine) -> None:
    nights = [night(n, "qian", ip="58.1.1.1") for n in range(2, 5)]
    seat = {"org": "M2", "order_id": "O1", "terminal": "T1", "ip": "10.0.0.1", "action": "view"}
    elsewhere = access(1, "lin") | seat
    assert habits(engine, *nights, elsewhere)["qian"] == (3, None)


def test_bulk_actions_of_which_only_the_number_of_rows_is_known(engine: Engine) -> None:
    at_work = access(1, "qian", order_id="O1", terminal="T1", ip="10.0.0.1", action="view")
    counted = [access(n, "lin", row_count=300, ip="58.1.1.1") for n in range(2, 5)]
    assert habits(engine, at_work, *counted)["lin"] == (0, 3)


def test_what_a_log_would_show_at_all(engine: Engine) -> None:
    rows = [
        access(1, "qian", order_id="O1", terminal="T1", action="view"),
        access(2, "lin", ip="10.0.0.1") | {"org": "M2"},
    ]
    tables = given(engine, accesses=rows)
    shown = {
        row.pop("org"): row
        for row in engine.fetch(recorded_accesses(tables["accesses"])).to_pylist()
    }
    both = {"looks": True, "ranges": False}
    assert shown == {
        "M1": both | {"terminals": True, "addresses": False},
        "M2": both | {"terminals": False, "addresses": True},
    }


def test_a_log_speaks_of_its_own_time_only(engine: Engine) -> None:
    log = given(engine, accesses=[access(10, "qian"), access(20, "qian")])["accesses"]
    orders = {
        "within": (12, 15),
        "out before it begins": (2, 8),
        "placed before it, out after": (2, 12),
        "placed after it ended": (22, 25),
    }
    rows = [
        {"org": "M1", "order_id": name, "called_at": datetime(2019, 5, out), "held": 1.0}
        for name, (_, out) in orders.items()
    ]
    placed = [
        {"org": "M1", "order_id": name, "ordered_at": datetime(2019, 5, day)}
        for name, (day, _) in orders.items()
    ]
    victims, handled = (engine.arrow(pa.Table.from_pylist(part)) for part in (rows, placed))
    found = engine.fetch(covered_victims(victims, handled, log))["order_id"].to_pylist()
    assert sorted(found) == ["placed before it, out after", "within"]
