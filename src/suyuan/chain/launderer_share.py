"""How much of a report's money got past a set of launderers: a sweep over its traced steps.

Traced money is a graph in layers: a step of hop h leads from where hop h-1 ended. In a place where
several steps met, what had passed a launderer and what had not leave in proportion.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StepArrays:
    """Traced steps in order of hops: from node, to node, fen, and whose report's (its index)."""

    origin: Ints
    target: Ints
    fen: Ints
    owner: Ints
    nodes: int
    reports: pa.Array
    to: pa.Array


def steps(flows: pa.Table) -> StepArrays:
    """From rows ``report_id, hop, voucher_id, from, to, amount`` of one method.

    Money that became a card lies in the card, whoever holds it, until the card leads on.
    """
    flows = flows.sort_by([("hop", "ascending")]).combine_chunks()
    card = pc.binary_join_element_wise("voucher:", flows["voucher_id"], "")
    is_issue = pc.starts_with(flows["to"], "voucher:")
    origin = pc.if_else(pc.and_(pc.is_valid(card), pc.invert(is_issue)), card, flows["from"])
    target = pc.coalesce(card, flows["to"])
    own = flows["report_id"].combine_chunks().dictionary_encode()
    reports, hop = own.indices.to_numpy().astype(np.int64), flows["hop"].to_numpy()
    names = pa.chunked_array([*origin.chunks, *target.chunks], pa.string()).combine_chunks()
    code = names.dictionary_encode().indices.to_numpy().astype(np.int64)
    at = np.concatenate([hop, hop + 1])
    places = np.stack([np.concatenate([reports, reports]), at, code], axis=1)
    _, node = np.unique(places, axis=0, return_inverse=True)
    node = node.reshape(-1).astype(np.int64)
    count = len(reports)
    return StepArrays(
        node[:count],
        node[count:],
        flows["amount"].to_numpy().astype(np.int64),
        reports,
        int(node.max(initial=-1)) + 1,
        own.dictionary,
        flows["to"].combine_chunks(),
    )


def share_through(flow: StepArrays, is_cut: NDArray[np.bool_]) -> NDArray[np.float64]:
    """For each report the share (0..1) of its money at rest that took a step of `is_cut`."""
    inflow, clean, out = _sweep(flow.origin, flow.target, flow.fen, is_cut, flow.nodes)
    rest = np.maximum(inflow - out, 0)
    share = np.divide(clean, inflow, out=np.ones(flow.nodes), where=inflow > 0)
    owner = np.zeros(flow.nodes, dtype=np.int64)
    owner[flow.target] = flow.owner
    size = len(flow.reports)
    total = np.bincount(owner, weights=rest, minlength=size)
    past = np.bincount(owner, weights=rest * share, minlength=size)
    clean_share = np.divide(past, total, out=np.ones(size), where=total > 0)
    return np.clip(1.0 - clean_share, 0.0, 1.0)


@njit(cache=True)
def _sweep(
    origin: Ints, target: Ints, fen: Ints, is_cut: NDArray[np.bool_], nodes: int
) -> tuple[Ints, NDArray[np.float64], Ints]:
    """Fen that came to each node, how much of it untouched, and fen that left."""
    inflow = np.zeros(nodes, dtype=np.int64)
    clean = np.zeros(nodes)
    out = np.zeros(nodes, dtype=np.int64)
    for step in range(len(fen)):
        here, there = origin[step], target[step]
        share = clean[here] / inflow[here] if inflow[here] > 0 else 1.0
        out[here] += fen[step]
        inflow[there] += fen[step]
        if not is_cut[step]:
            clean[there] += fen[step] * share
    return inflow, clean, out
