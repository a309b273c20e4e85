"""Fellows' victims count, one's own do not."""

import math

import pyarrow as pa
import pytest

from suyuan.detect.calling import fellows
from suyuan.detect.calling.home import home_country


def lifts(engine, members, victims):
    pairs = engine.arrow(pa.table({"caller": [m[0] for m in members], "fellowship": [m[1] for m in members]}))  # fmt: skip  # noqa: E501
    known = engine.arrow(
        pa.table(
            {
                "caller": list(victims),
                "victims": pa.array(victims.values(), pa.int64()),
                "own_victims": pa.array(victims.values(), pa.int64()),
                "expected": [0.0] * len(victims),
            }
        )
    )
    found = engine.fetch(fellows.lift(pairs, known, "lift")).to_pylist()
    return {row["caller"]: row["lift"] for row in found}


def test_the_others_speak(duck):
    found = lifts(duck, [("a", "g"), ("b", "g"), ("c", "g")], {"a": 3, "b": 0, "c": 0})
    assert found["b"] == found["c"] == pytest.approx(math.log(7))
    assert found["a"] == pytest.approx(0.0)


def test_alone_or_in_a_crowd_says_nothing(duck):
    many = [(f"n{i}", "town") for i in range(fellows.CROWD + 1)]
    found = lifts(duck, [("a", "g"), *many], {"a": 3} | {n: 1 for n, _ in many})
    assert found == {}


@pytest.mark.parametrize(
    ("zone", "country"), [("Asia/Shanghai", "CN"), ("Asia/Bangkok", "TH"), ("Mars/Base", None)]
)
def test_home_country(zone, country):
    assert home_country(zone) == country
