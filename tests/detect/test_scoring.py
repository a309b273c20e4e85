"""One small detector taken through scoring, on each engine."""

import math
from datetime import datetime

import ibis
import pyarrow as pa
import pytest

from suyuan.detect.contract import Measurement
from suyuan.detect.evidence import rows
from suyuan.detect.scoring import findings
from suyuan.detect.sentences import decimals
from suyuan.model.scorecard import Scorecard, Signal, from_mapping, to_mapping
from suyuan.model.text import Text
from suyuan.store.tables import Tables

CARD = Scorecard(
    role="scam_caller",
    version="t",
    fitted=False,
    prior=-1.0,
    threshold=0.6,
    signals=(
        Signal("calls", "calls", "up", ("calls",), Text("c", "c"), (2.0,), (-0.5, 2.0)),
        Signal("bought", "share", "up", ("orders",), Text("b", "b"), (0.5,), (0.0, 9.0)),
        Signal("odds", "nat", "up", ("calls",), Text("o", "o"), linear=True, bounds=(-1, 1)),
    ),
    because=Text("{subject:id} called {calls} times, {odds:2} on {first_seen:date}.", "{calls}次"),
    rivals=Text("A courier ({bought:%}).", "快递。"),
)


@pytest.fixture
def calls() -> pa.Table:
    return pa.table(
        {
            "call_id": ["1", "2", "3"],
            "caller": ["13800000001", "13800000001", "13900000002"],
            "started_at": pa.array([datetime(2019, 4, 28, 1)] * 3, pa.timestamp("us")),
            "row_id": ["k:1", "k:2", "k:3"],
            "file": ["calls.csv"] * 3,
            "line": [1, 2, 3],
            "sha256": ["00"] * 3,
        }
    )


def measured(calls: ibis.Table) -> Measurement:
    named = calls.mutate(subject="phone:" + calls["caller"])
    return Measurement(
        candidates=named.group_by("subject").aggregate(
            calls=named.count(),
            bought=ibis.null("float64"),
            odds=ibis.literal(5.0),
            first_seen=named["started_at"].min(),
        ),
        evidence=rows(named, table="calls", subject="subject", signal="calls"),
    )


def test_conduct_alone_is_listed_and_never_decided(engine, calls):
    tables = Tables(engine, zone="Asia/Shanghai")
    seen = measured(engine.arrow(calls))
    for said, decided in ((False, False), (True, True), (None, True)):
        mark = ibis.null("boolean") if said is None else ibis.literal(said)
        told = Measurement(seen.candidates.mutate(corroborated=mark), seen.evidence)
        out = findings(told, CARD, tables, frozenset({"orders"}), floor=0.01)
        found = engine.fetch(out["findings:scam_caller"].order_by("subject")).to_pylist()
        assert found[0]["score"] > CARD.threshold
        assert [f["decided"] for f in found] == [decided, False]


def test_scores_add_up(engine, calls):
    tables = Tables(engine, zone="Asia/Shanghai")
    out = findings(measured(engine.arrow(calls)), CARD, tables, frozenset({"orders"}), floor=0.01)
    found = engine.fetch(out["findings:scam_caller"].order_by("subject")).to_pylist()
    assert [f["subject"] for f in found] == ["phone:13800000001", "phone:13900000002"]
    assert found[0]["score"] == pytest.approx(1 / (1 + math.exp(-(-1 + 2.0 + 0 + 1))))
    assert found[1]["score"] == pytest.approx(1 / (1 + math.exp(-(-1 - 0.5 + 0 + 1))))
    assert [f["decided"] for f in found] == [True, False]
    assert found[0]["because_en"] == "13800000001 called 2 times, 5.00 on 2019-04-28."
    assert found[0]["rivals_en"] == "A courier (unknown)."
    signals = engine.fetch(out["signals:scam_caller"]).to_pylist()
    assert {s["signal"]: s["missing"] for s in signals} == {
        "calls": False,
        "bought": True,
        "odds": False,
    }
    evidence = engine.fetch(out["evidence:scam_caller"]).to_pylist()
    weights = [e["weight"] for e in evidence if e["subject"] == "phone:13800000001"]
    assert len(weights) == 2
    assert sum(weights) == pytest.approx(1)


def test_a_row_shows_the_signal_that_weighs_most(engine, calls):
    seen = measured(engine.arrow(calls))
    twice = engine.arrow(calls).mutate(subject=ibis.literal("phone:13800000001"))
    lesser = rows(twice, table="calls", subject="subject", signal="odds")
    seen = Measurement(seen.candidates, seen.evidence.union(lesser))
    tables = Tables(engine, zone="Asia/Shanghai")
    out = findings(seen, CARD, tables, frozenset({"orders"}), floor=0.01)
    evidence = engine.fetch(out["evidence:scam_caller"]).to_pylist()
    own = {e["row_id"]: e["shows"] for e in evidence if e["subject"] == "phone:13800000001"}
    signals = engine.fetch(out["signals:scam_caller"]).to_pylist()
    weights = {s["signal"]: s["weight"] for s in signals if s["subject"] == "phone:13800000001"}
    heaviest = "calls" if weights["calls"] / 2 > weights["odds"] / 3 else "odds"
    assert own == {
        "k:1": f"scam_caller.{heaviest}",
        "k:2": f"scam_caller.{heaviest}",
        "k:3": "scam_caller.odds",
    }
    assert heaviest < "odds"  # the last by name would be wrong


def test_a_scorecard_survives_its_file():
    assert from_mapping(to_mapping(CARD)) == CARD


@pytest.mark.parametrize(
    ("number", "places", "written"),
    [
        (0.0, 0, "0"),
        (-1.5, 1, "-1.5"),
        (12.345, 2, "12.35"),
        (0.05, 2, "0.05"),
        (99.999, 2, "100.00"),
    ],
)
def test_decimals_are_written_alike(engine, number, places, written):
    table = engine.arrow(pa.table({"x": [number]}))
    assert engine.fetch(table.select(s=decimals(table["x"], places)))["s"].to_pylist() == [written]
