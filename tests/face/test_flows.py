"""Drawings say what the tables say: money comes out as it went in."""

from collections import defaultdict
from itertools import pairwise

import pyarrow.compute as pc

import suyuan
from suyuan.chain.flow_graph import FlowGraph
from suyuan.face.drawings.sankey import sankey
from suyuan.face.source import open_source
from suyuan.money.methods import DEFAULT


def _graph(results: suyuan.Results) -> FlowGraph:
    with open_source(results) as source:
        return source.flow_graph()


def test_the_sankey_conserves_to_the_fen(zheng: suyuan.Results) -> None:
    money = _graph(zheng)
    came: dict[tuple[int, str], int] = defaultdict(int)
    left: dict[tuple[int, str], int] = defaultdict(int)
    for flow in money.flows:
        left[flow.step, flow.origin] += flow.fen
        came[flow.step + 1, flow.target] += flow.fen
    assert money.total > 0
    assert sum(flow.fen for flow in money.flows if flow.rests) == money.total
    for place, fen in left.items():
        if place[0] > 0:
            assert came[place] == fen


def test_it_rests_where_the_exits_say(zheng: suyuan.Results) -> None:
    money = _graph(zheng)
    exits = zheng["exits"]
    own = exits.filter(pc.equal(exits["method"], DEFAULT))
    said = own.group_by("reason").aggregate([("amount", "sum")]).to_pylist()
    drawn: dict[str, int] = defaultdict(int)
    for flow in money.flows:
        if flow.rests:
            drawn[flow.target.removeprefix("exit:")] += flow.fen
    assert drawn == {
        row["reason"]: int(row["amount_sum"] * 100) for row in said if row["amount_sum"]
    }


def test_bars_do_not_overlap(zheng: suyuan.Results) -> None:
    drawing = sankey(_graph(zheng))
    assert drawing is not None
    by_column = defaultdict(list)
    for bar in drawing.bars:
        by_column[bar.x].append((bar.y, bar.y + bar.height))
    for column in by_column.values():
        column.sort()
        assert all(below[0] >= above[1] for above, below in pairwise(column))
    assert all(bar.y + bar.height <= drawing.height for bar in drawing.bars)
