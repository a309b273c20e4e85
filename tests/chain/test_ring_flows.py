"""Money between launderers: nothing is made on the way, and what does not arrive is counted."""

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suyuan.chain.ring_flows import RING, RingFlow, arrivals, outflows_of, ring_flows

PLACES = (RING, "mule", "middleman", "dealer", "shop", "wallet", "own card", "till")
STAGES = {RING: 0, "mule": 1, "middleman": 2, "dealer": 3}
MOVES = st.dictionaries(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES)),
    st.integers(1, 10**9),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(MOVES)
def test_what_leaves_arrives_or_is_accounted_for(moves: dict[tuple[str, str], int]) -> None:
    outflows = outflows_of(moves, lambda place: place)
    for origin, stage in STAGES.items():
        parts = arrivals(origin, outflows, STAGES)
        out = sum(fen for (a, b), fen in moves.items() if a == origin and b != origin)
        assert sum(parts.by_target.values()) + parts.remainder == pytest.approx(out, rel=1e-9)
        assert all(STAGES[target] > stage for target in parts.by_target)


@settings(max_examples=100, deadline=None)
@given(MOVES)
def test_nobody_hands_on_more_than_left_them(moves: dict[tuple[str, str], int]) -> None:
    stages = [[(name, Decimal(0))] for name in list(STAGES)[1:]]
    sums: dict[str, int] = defaultdict(int)
    for flow in ring_flows(moves, stages, lambda place: place):
        sums[flow.origin] += flow.fen
    for origin, fen in sums.items():
        out = sum(sent for (a, b), sent in moves.items() if a == origin and b != origin)
        assert fen <= out + len(STAGES)  # each flow is rounded to the fen


def test_a_place_between_shares_out_in_proportion() -> None:
    moves = {("mule", "shop"): 90, ("shop", "middleman"): 20, ("shop", "till"): 40}
    stages = [[("mule", Decimal(3))], [("middleman", Decimal(0))]]
    outflows = outflows_of(moves, lambda place: place)
    assert ring_flows(moves, stages, lambda place: place) == [
        RingFlow("mule", "middleman", 30),
        RingFlow(RING, "mule", 300, is_traced=False),
    ]
    assert arrivals("mule", outflows, {"mule": 1, "middleman": 2}).remainder == pytest.approx(60)
