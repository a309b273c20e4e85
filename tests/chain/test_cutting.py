"""What would have stopped it: counts of known ways, and the share of money that got past."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given as cases
from hypothesis import strategies as st

from suyuan.chain import launderer_share
from suyuan.chain.activity import by_week
from suyuan.chain.cutting import cut, route_cuts, tally
from suyuan.store.duck import DuckEngine
from tables import given

WAYS = pa.schema(
    [(name, pa.string()) for name in ("ring_id", "report_id", "stage", "route", "mark")]
)
MARKS = ("a", "b", "c")
LOSS = 1000


@pytest.fixture(scope="module")
def duck(tmp_path_factory):
    with DuckEngine(tmp_path_factory.mktemp("work")) as engine:
        yield engine


def way(report, stage, route, mark):
    return {"ring_id": "G", "report_id": report, "stage": stage, "route": route, "mark": mark}


def stopped(engine, ways, **cuts):
    """``cut: (reports through, reports stopped, loss through, loss stopped)``."""
    named = [{"cut": name, "mark": mark} for name, marks in cuts.items() for mark in marks]
    schema = pa.schema([("cut", pa.string()), ("mark", pa.string())])
    reports = sorted({row["report_id"] for row in ways})
    tables = given(engine, reports=[{"report_id": one, "loss": LOSS} for one in reports])
    met = route_cuts(
        engine.arrow(pa.Table.from_pylist(ways, WAYS)),
        engine.arrow(pa.Table.from_pylist(named, schema)),
    )
    counted = engine.fetch(tally(engine.keep(met), tables)).to_pylist()
    columns = ("reports_through", "reports_stopped", "loss_through", "loss_stopped")
    return {row["cut"]: tuple(row[name] for name in columns) for row in counted}


def test_one_of_two_ways_stops_nobody_and_both_do(engine):
    ways = [way("r1", "calling", "n1", "a"), way("r1", "calling", "n2", "b")]
    found = stopped(engine, ways, one="a", both="ab")
    assert found == {"one": (1, 0, LOSS, 0), "both": (1, 1, LOSS, LOSS)}


def test_a_way_without_known_links_stays_open(engine):
    ways = [way("r1", "calling", "n1", "a"), way("r1", "calling", "n2", None)]
    assert stopped(engine, ways, one="a")["one"] == (1, 0, LOSS, 0)


def test_one_stage_that_is_closed_is_enough(engine):
    ways = [way("r1", "calling", "n1", "a"), way("r1", "chatting", "x", "b")]
    ways.append(way("r1", "chatting", "y", None))
    assert stopped(engine, ways, one="a", other="b") == {
        "one": (1, 1, LOSS, LOSS),
        "other": (1, 0, LOSS, 0),
    }


known_ways = st.lists(
    st.builds(
        way,
        st.sampled_from(("r1", "r2", "r3")),
        st.sampled_from(("calling", "chatting")),
        st.sampled_from(("1", "2", "3")),
        st.sampled_from((*MARKS, None)),
    ),
    min_size=1,
    max_size=12,
)


@cases(known_ways)
def test_cutting_more_never_stops_fewer(duck, ways):
    found = stopped(duck, ways, one="a", two="ab", three="abc")
    none = (0, 0, 0, 0)
    one, two, three = (found.get(name, none) for name in ("one", "two", "three"))
    total = LOSS * len({row["report_id"] for row in ways})
    for fewer, more in ((one, two), (two, three)):
        assert all(a <= b for a, b in zip(fewer, more, strict=True))
    for through, shut, lost, saved in (one, two, three):
        assert shut <= through
        assert saved <= lost <= total


def steps(*moved):
    """Steps of one report: hop, from, to, fen, and the card that was handed on if any."""
    rows = [
        {"report_id": "r", "hop": hop, "from": a, "to": b, "amount": fen, "voucher_id": card}
        for hop, a, b, fen, card in ((*row, None)[:5] for row in moved)
    ]
    types = {"hop": pa.int64(), "amount": pa.int64()}
    names = ("report_id", "hop", "voucher_id", "from", "to", "amount")
    schema = pa.schema([(name, types.get(name, pa.string())) for name in names])
    return launderer_share.steps(pa.Table.from_pylist(rows, schema))


def share(made, *cut_off):
    touched = np.isin(np.array(made.to.to_pylist()), cut_off)
    return float(launderer_share.share_through(made, touched)[0])


def test_money_that_meets_again_leaves_in_proportion():
    made = steps((0, "v", "m", 60), (0, "v", "n", 40), (1, "m", "x", 60), (1, "n", "x", 40))
    assert share(made, "m") == pytest.approx(0.6)
    assert share(made, "m", "n") == pytest.approx(1.0)
    assert share(made, "x") == pytest.approx(1.0)
    assert share(made, "nobody") == 0.0


def test_a_card_carries_money_from_hand_to_hand():
    made = steps(
        (0, "v", "m", 100),
        (1, "m", "voucher:k", 100, "k"),
        (2, "party:a", "party:dealer", 100, "k"),
    )
    assert share(made, "party:dealer") == pytest.approx(1.0)
    assert share(made, "m") == pytest.approx(1.0)


layered = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from("abc"), st.sampled_from("abc"), st.integers(1, 99)
    ),
    min_size=1,
    max_size=15,
)


@cases(layered)
def test_the_share_grows_with_the_cut_and_stays_in_bounds(moved):
    made = steps(*moved)
    shares = [share(made, *cut_off) for cut_off in ((), "a", "ab", "abc")]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert 0.0 <= shares[-1] <= 1.0


def chain_of_one_ring(engine):
    """One caller's number, opened by a dealer in SIMs, reached two victims; one names it too."""
    decided = {
        "score": 0.9,
        "decided": True,
        **dict.fromkeys(("because_en", "because_zh", "rivals_en", "rivals_zh"), ""),
        **dict.fromkeys(("detector", "version"), "1"),
    }
    touch = {"table": "calls", "file": "calls.csv", "line": 1, "sha256": "0" * 64}
    return given(
        engine,
        reports=[{"report_id": "r1", "loss": 700}, {"report_id": "r2", "loss": 300}],
        ring_series=[
            {"report_id": one, "series_id": "r1", "ring_id": "r1", "strength": 1.0}
            for one in ("r1", "r2")
        ],
        touches=[
            {"report_id": "r1", "node": "phone:1", "how": "called", "row_id": "1", **touch},
            {"report_id": "r2", "node": "phone:1", "how": "called", "row_id": "2", **touch},
            {"report_id": "r2", "node": "phone:2", "how": "named", "row_id": "3", **touch},
        ],
        sims=[{"iccid": "8986", "msisdn": "1", "agent": "shop", "opened_at": "2019-01-01"}],
        chain=[
            {
                "source": "agent:shop",
                "target": "ring:r1",
                "link": "opened_sim_for",
                "ring_id": "r1",
                "strength": 0.9,
                "evidence_id": "e1",
            }
        ],
        **{"findings:sim_supplier": [{"role": "sim_supplier", "subject": "agent:shop", **decided}]},
    )


def test_links_and_causes_of_a_ring(engine):
    rows = engine.fetch(cut(chain_of_one_ring(engine))["cuts"]).to_pylist()
    found = {row["cut_id"]: row for row in rows}
    assert set(found) == {
        "e1",
        *(f"cause:{name}" for name in ("sims", "platforms", "leaks", "services")),
        *(f"cause:{name}|r1" for name in ("sims", "platforms", "leaks", "services")),
    }
    for name in ("e1", "cause:sims|r1", "cause:sims"):
        row = found[name]
        assert (row["reports"], row["reports_known"], row["reports_through"]) == (2, 2, 2)
        assert (row["reports_stopped"], row["loss_stopped"]) == (1, 700)
        assert (row["reports_left"], row["loss_left"]) == (1, 300)
    assert found["cause:leaks"]["reports_known"] == 0


def test_weeks_start_on_monday_in_the_zone_of_the_case():
    from datetime import datetime

    seen = [datetime(2019, 5, 5, 15), datetime(2019, 5, 5, 17), datetime(2019, 5, 21, 1)]
    rows = pa.table(
        {
            "ring_id": ["G"] * 4,
            "role": ["data_broker"] * 4,
            "subject": ["party:1", "party:1", "party:1", "party:2"],
            "row_id": ["1", "2", "3", "4"],
            "seen": pa.array([*seen, datetime(2019, 5, 7)], pa.timestamp("us")),
        }
    )
    found = by_week(rows, "Asia/Shanghai").to_pylist()
    told = [(row["subject"], row["week"], row["appears"], row["vanishes"]) for row in found]
    assert told == [
        ("party:1", "2019-04-29", True, False),
        ("party:1", "2019-05-06", False, False),
        ("party:1", "2019-05-20", False, False),
        ("party:2", "2019-05-06", True, True),
    ]
