"""A chain as somebody arranged it on a board: boxes moved by hand, curves that follow, marks."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from suyuan.chain.flow_graph import FlowGraph
from suyuan.face.display import Display
from suyuan.face.drawings.chain import BOX, Box, Drawing, Edge, Folds, chain_drawing
from suyuan.face.rings import RingView

Shift = tuple[float, float]
_FIGURE = re.compile(r"-?\d+(?:\.\d+)?")
_STILL: Shift = (0.0, 0.0)
_EDGE = 6.0


@dataclass(frozen=True, slots=True)
class BoardPlan:
    """What a board holds, with subjects as the case writes them.

    `places` are shifts from the plan in its own units: by subject, or by ``kind-role`` of a box
    that stands for several.
    """

    folds: Folds
    places: Mapping[str, Shift]
    choices: frozenset[str]
    cut: frozenset[str]


def board_drawing(
    ring: RingView, flow_graph: FlowGraph, display: Display, board: BoardPlan
) -> Drawing:
    """The plan of `ring` with the board's shifts and marks; its bounds take in what was moved."""
    plan = chain_drawing(ring, flow_graph, display, board.folds)
    shifts = {
        name: board.places.get(place_of(box), _STILL)
        for name, box in zip(plan.names, plan.boxes, strict=True)
    }
    pairs = list(zip(plan.names, plan.boxes, strict=True))
    pairs.sort(key=lambda pair: shifts[pair[0]] != _STILL)  # what was moved lies on top
    names = tuple(name for name, _ in pairs)
    boxes = tuple(_mark_box(_shift_box(box, shifts[name]), board) for name, box in pairs)
    edges = tuple(_shift_edge(edge, shifts.get) for edge in plan.edges)
    left = min(0.0, min(box.x for box in boxes) - _EDGE)
    top = min(plan.top, min(box.y for box in boxes) - _EDGE)
    right = max(plan.width, max(box.x for box in boxes) + BOX + _EDGE)
    bottom = max(plan.top + plan.height, max(box.y + box.height for box in boxes) + _EDGE)
    return Drawing(
        top,
        right - left,
        bottom - top,
        boxes,
        edges,
        plan.heads,
        plan.hidden,
        names,
        left,
    )


def place_of(box: Box) -> str:
    """The name under which a board keeps where a box is."""
    return box.subjects[0] if len(box.subjects) == 1 else f"{box.kind}-{box.role}"


def _shift_box(box: Box, by: Shift) -> Box:
    return replace(box, x=box.x + by[0], y=box.y + by[1])


def _mark_box(box: Box, board: BoardPlan) -> Box:
    """Chosen and cut ones say so by their frame, and to those who hear the picture read."""
    kinds = [box.kind]
    if box.kind == "person":
        own = set(box.subjects)
        kinds += ["chosen"] * bool(own & board.choices) + ["cut"] * bool(own & board.cut)
    return replace(box, kind=" ".join(kinds))


def _shift_edge(edge: Edge, shift: Callable[[str, Shift], Shift]) -> Edge:
    """A curve whose ends go with their boxes: four of its eight numbers are the origin's."""
    ends = (shift(edge.origin, _STILL), shift(edge.target, _STILL))
    if ends == (_STILL, _STILL):
        return edge
    figures = iter(range(8))

    def shift_number(match: re.Match[str]) -> str:
        index = next(figures)
        return f"{float(match[0]) + ends[index // 4][index % 2]:.0f}"

    return replace(edge, path=_FIGURE.sub(shift_number, edge.path))
