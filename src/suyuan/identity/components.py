"""Connected components of a graph given as two arrays of node numbers."""

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True)
def components(left: NDArray[np.int32], right: NDArray[np.int32], nodes: int) -> NDArray[np.int32]:
    """For each of `nodes` nodes the smallest node of its component, int32[nodes].

    Union-find with path halving, linking the larger root to the smaller (Tarjan and van Leeuwen
    1984): the label does not depend on the order of the edges.
    """
    parent = np.arange(nodes, dtype=np.int32)
    for edge in range(left.size):
        a, b = left[edge], right[edge]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a < b:
            parent[b] = a
        elif b < a:
            parent[a] = b
    for node in range(nodes):
        parent[node] = parent[parent[node]]
    return parent
