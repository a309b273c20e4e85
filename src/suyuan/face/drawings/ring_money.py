"""Money between the boxes of a ring's launderers, as the chain's room derives it."""

from collections.abc import Mapping
from decimal import Decimal

from suyuan.chain.flow_graph import FlowGraph
from suyuan.chain.ring_flows import RingFlow, ring_flows
from suyuan.face.rings import RingView
from suyuan.model.roles import LAYERS, ROLES

#: Columns of launderers, from left to right: money is drawn from an earlier to a later one.
_LAUNDERING = tuple(
    own for layer in LAYERS if (own := tuple(r for r in layer if ROLES[r].link == "laundered_for"))
)


def ring_money(
    ring: RingView, flow_graph: FlowGraph, stands_for: Mapping[str, str]
) -> list[RingFlow]:
    """Flows from box to box; `stands_for` names the box of each of `ring`'s people."""

    def box(place: str) -> str:
        return stands_for.get(place) or stands_for.get(flow_graph.holders.entity(place), place)

    return ring_flows(flow_graph.between.get(ring.id, {}), _columns(ring, stands_for), box)


def _columns(ring: RingView, stands_for: Mapping[str, str]) -> list[list[tuple[str, Decimal]]]:
    return [
        [
            (stands_for[stand.subject], Decimal(stand.amount))
            for role in layer
            for stand in ring.by_role.get(role, [])
        ]
        for layer in _LAUNDERING
    ]
