"""Communities: bridges do not fuse, words of people bind."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from suyuan.chain.communities import communities


def grouped(ties, nodes, resolution=0.1):
    left, right, weight = zip(*ties, strict=True)
    return communities(
        np.array(left, np.int32),
        np.array(right, np.int32),
        np.array(weight, np.float64),
        nodes,
        resolution,
    )


def clique(members, weight=1.0):
    return [(a, b, weight) for a in members for b in members if a < b]


def test_a_bridge_does_not_fuse_two_dense_groups():
    label = grouped([*clique(range(10)), *clique(range(10, 20)), (3, 14, 2.0)], 20)
    assert len(set(label[:10])) == len(set(label[10:])) == 1
    assert label[0] != label[19]


def test_a_chain_of_ties_is_one_group_while_it_is_short():
    assert len(set(grouped([(0, 1, 2.0), (1, 2, 2.0)], 3))) == 1


def test_what_people_took_apart_stays_apart():
    label = grouped([*clique(range(6)), (6, 0, 4.0), (6, 1, -1000.0)], 7)
    assert label[6] != label[1]


@given(st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)), min_size=1))
def test_groups_never_span_what_no_tie_connects(pairs):
    ties = sorted((min(a, b), max(a, b), 1.0) for a, b in pairs if a != b)
    if not ties:
        return
    label = grouped(ties, 12, resolution=0.01)
    reach = {n: {n} for n in range(12)}
    for a, b, _ in ties:
        merged = reach[a] | reach[b]
        for n in merged:
            reach[n] = merged
    for a in range(12):
        for b in range(12):
            if label[a] == label[b]:
                assert b in reach[a]
