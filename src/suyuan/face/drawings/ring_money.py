"""What passed between a ring's launderers, by way of places that are not drawn."""

from collections import defaultdict
from collections.abc import Mapping

from suyuan.chain.flow_graph import FlowGraph
from suyuan.face.rings import RingView, Stand
from suyuan.model.roles import LAYERS, ROLES

#: Columns of launderers, from left to right: money is drawn from an earlier to a later one.
_LAUNDERING = tuple(
    own for layer in LAYERS if (own := tuple(r for r in layer if ROLES[r].link == "laundered_for"))
)
RING = "ring"
#: Undrawn places (shops, wallets, the ring's own cards) that money is followed through.
DEEPEST = 4

Between = Mapping[tuple[str, str], float]


def ring_money(
    ring: RingView, flow_graph: FlowGraph, stands_for: Mapping[str, str]
) -> dict[tuple[str, str], int]:
    """Fen from box to box. What leaves an undrawn place is shared out in proportion.

    A launderer whom no traced money reaches is tied to the ring by the amount of its own edge.
    """
    column = {RING: 0}
    for index, layer in enumerate(_LAUNDERING, start=1):
        for stand in _stands(ring, layer):
            column.setdefault(stands_for[stand.subject], index)
    between = _of_boxes(flow_graph, ring.id, stands_for)
    flows: dict[tuple[str, str], float] = defaultdict(float)
    for origin in column:
        for target, fen in _flows_from(origin, between, column).items():
            flows[origin, target] += fen
    targets = {target for _, target in flows}
    for layer in _LAUNDERING:
        for stand in _stands(ring, layer):
            box = stands_for[stand.subject]
            if box not in targets:
                flows[RING, box] += float(stand.amount * 100) or 1.0
    return {pair: round(fen) for pair, fen in flows.items() if fen >= 1}


def _stands(ring: RingView, layer: tuple[str, ...]) -> list[Stand]:
    return [stand for role in layer for stand in ring.by_role.get(role, [])]


def _of_boxes(flow_graph: FlowGraph, ring_id: str, stands_for: Mapping[str, str]) -> Between:
    """Money from place to place, a place being its box, or its holder's, where either is drawn."""
    at = flow_graph.holders

    def box(place: str) -> str:
        return stands_for.get(place) or stands_for.get(at.entity(place), place)

    flows: dict[tuple[str, str], float] = defaultdict(float)
    for (origin, target), fen in flow_graph.between.get(ring_id, {}).items():
        if box(origin) != box(target):
            flows[box(origin), box(target)] += fen
    return flows


def _flows_from(origin: str, between: Between, column: Mapping[str, int]) -> dict[str, float]:
    """Fen of `origin` that come to a box further right, straight or through undrawn places."""
    outflows: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for (a, b), fen in between.items():
        outflows[a].append((b, fen))
    arrivals: dict[str, float] = defaultdict(float)
    frontier = dict(outflows[origin])
    for _ in range(DEEPEST):
        onward: dict[str, float] = defaultdict(float)
        for place, fen in frontier.items():
            if column.get(place, -1) > column[origin]:
                arrivals[place] += fen
            elif place not in column:
                total = sum(out for _, out in outflows[place])
                for after, out in outflows[place]:
                    onward[after] += fen * min(out / total, 1.0)
        frontier = onward
    return arrivals
