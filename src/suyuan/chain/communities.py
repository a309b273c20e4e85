"""Communities of a weighted graph: the constant Potts model (Traag, Van Dooren, Nesterov 2011).

A community is worth the weight of the ties inside it less `resolution` for every pair in it, tied
or not: so a bridge of a few ties between two dense groups does not make one of them, which linking
over every tie (single linkage) would. Optimised by local moves and aggregation (Blondel et al.
2008), in a fixed order, so that equal input gives equal output.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray


def communities(
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    weight: NDArray[np.float64],
    nodes: int,
    resolution: float,
) -> NDArray[np.int32]:
    """A label for each of `nodes` nodes, int32[nodes]; ties are undirected, each given once."""
    label: NDArray[np.int32] = np.arange(nodes, dtype=np.int32)
    size: NDArray[np.float64] = np.ones(nodes, dtype=np.float64)
    while True:
        start, end, pull = _csr(left, right, weight, len(size))
        home_of = _move(start, end, pull, size, resolution)
        distinct, dense = np.unique(home_of, return_inverse=True)
        if len(distinct) == len(size):
            return label
        home: NDArray[np.int32] = dense.astype(np.int32)
        label = home[label]
        size = np.bincount(home, weights=size).astype(np.float64)
        left, right = home[left], home[right]
        apart = left != right
        left, right, weight = left[apart], right[apart], weight[apart]


def _csr(
    left: NDArray[np.int32], right: NDArray[np.int32], weight: NDArray[np.float64], nodes: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """Neighbours of each node: where they start, who they are, how strong the tie is."""
    source = np.concatenate([left, right])
    order = np.argsort(source, kind="stable")
    start = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(source, minlength=nodes), out=start[1:])
    ends = np.concatenate([right, left])[order].astype(np.int32)
    return start, ends, np.concatenate([weight, weight])[order]


@njit(cache=True)
def _move(
    start: NDArray[np.int64],
    end: NDArray[np.int32],
    pull: NDArray[np.float64],
    size: NDArray[np.float64],
    resolution: float,
) -> NDArray[np.int32]:
    nodes = size.size
    home = np.arange(nodes).astype(np.int32)
    mass = size.copy()
    toward = np.zeros(nodes)
    is_moving = True
    while is_moving:
        is_moving = False
        for node in range(nodes):
            own = home[node]
            mass[own] -= size[node]
            for tie in range(start[node], start[node + 1]):
                toward[home[end[tie]]] += pull[tie]
            best, most = own, toward[own] - resolution * size[node] * mass[own]
            for tie in range(start[node], start[node + 1]):
                there = home[end[tie]]
                gain = toward[there] - resolution * size[node] * mass[there]
                if gain > most + 1e-9:
                    best, most = there, gain
            for tie in range(start[node], start[node + 1]):
                toward[home[end[tie]]] = 0.0
            mass[best] += size[node]
            if best != own:
                home[node] = best
                is_moving = True
    return home
