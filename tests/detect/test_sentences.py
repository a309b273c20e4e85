"""Counts in English sentences: one seller, two sellers."""

import pytest

from suyuan.detect.sentences import fill
from suyuan.store.duck import DuckEngine


@pytest.mark.parametrize(
    ("template", "one", "two"),
    [
        ("{n} cards of {n} sellers", "1 card of 1 seller", "2 cards of 2 sellers"),
        ("{n} people at {n} addresses", "1 person at 1 address", "2 people at 2 addresses"),
        ("{n} was seen, {n:%} cards", "1 was seen, 100% cards", "2 was seen, 200% cards"),
        ("{n:1} days", "1.0 days", "2.0 days"),
        ("{n}张卡", "1张卡", "2张卡"),
    ],
)
def test_a_count_of_one_is_singular(tmp_path, template, one, two):
    import pyarrow as pa

    with DuckEngine(tmp_path) as engine:
        rows = engine.arrow(pa.table({"n": [1, 2]}))
        told = engine.fetch(rows.mutate(told=fill(template, rows)).order_by("n"))
    assert told["told"].to_pylist() == [one, two]


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("sold for {n:yuan} yuan", "sold for an unknown number of yuan"),
        ("{n:%} of them", "an unknown share of them"),
        ("(largest here {n})", "(largest here unknown)"),
        ("共{n:yuan}元", "共若干元"),
    ],
)
def test_a_missing_figure_is_told_in_words(tmp_path, template, told):
    import pyarrow as pa

    with DuckEngine(tmp_path) as engine:
        rows = engine.arrow(pa.table({"n": pa.array([None], pa.int64())}))
        assert engine.fetch(rows.select(told=fill(template, rows)))["told"].to_pylist() == [told]


def test_a_clause_without_its_figure_is_left_out(tmp_path):
    import pyarrow as pa

    template = "Bought {n} cards[; it resold to {b} people][, half within {h:0} hours]."
    whole = "Bought 2 cards; it resold to 1 person, half within 3 hours."
    columns = {"n": [2, 2, 2], "b": [1, 0, None], "h": [3.0, None, None]}
    with DuckEngine(tmp_path) as engine:
        rows = engine.arrow(pa.table(columns))
        told = engine.fetch(rows.mutate(told=fill(template, rows)).order_by(rows.b.desc()))
    assert sorted(told["told"].to_pylist()) == ["Bought 2 cards.", "Bought 2 cards.", whole]
