"""Every link of a ring as marks on one wide picture: places and widths as plain arrays.

Columns are those of the folded chain. A column of many stands in a block as tall as wide allows,
the heaviest first; nothing is placed by chance, so the picture is the same each time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

from suyuan.model.links import LINKS
from suyuan.model.roles import LAYERS, ROLES

#: Marks (people and links) of one picture; the weakest links beyond are counted, not drawn.
MOST_MARKS = 60_000
STEP, GAP = 14.0, 150.0
#: A picture of few stands wider apart, up to this height.
TALL = 520.0
#: The link of money that was traced from one to the next.
MONEY = "money"
_LAYER_NAMES = ("money", "information", "people", "resale")


@dataclass(frozen=True, slots=True)
class WidePicture:
    """`nodes`: (subject, role, x, y, weight); `edges`: (from, to, layer, width), by places."""

    width: float
    height: float
    nodes: list[tuple[str, str, float, float, float]]
    edges: list[tuple[int, int, int, float]]
    heads: list[tuple[float, str, int]]
    left_out: int


def wide_picture(
    people: Mapping[str, Sequence[tuple[str, float]]], links: Iterable[tuple[str, str, str, float]]
) -> WidePicture:
    """`people`: subjects with their weights by role; `links`: source, target, link, strength."""
    nodes, heads, x = [], [], 0.0
    tallest = max((len(pairs) for pairs in people.values()), default=1)
    rows = max(min(tallest, 24), ceil(sqrt(tallest) * 2))
    step = max(STEP, min(TALL / rows, 34.0))
    for roles in LAYERS:
        for role in roles:
            own = sorted(people.get(role, ()), key=lambda pair: (-pair[1], pair[0]))
            if not own:
                continue
            heads.append((x, role, sum(not name.startswith("ring:") for name, _ in own)))
            for index, (subject, weight) in enumerate(own):
                column, row = divmod(index, rows)
                nodes.append((subject, role, x + column * step, row * step, weight))
            x += ceil(len(own) / rows) * step + GAP
    place = {node[0]: index for index, node in enumerate(nodes)}
    edges = [
        (place[source], place[target], _layer(link), round(1 + 2 * strength, 1))
        for source, target, link, strength in sorted(links, key=lambda link: -link[3])
        if source in place and target in place and source != target
    ]
    room = max(MOST_MARKS - len(nodes), 0)
    return WidePicture(
        max(x - GAP, step), rows * step, nodes, edges[:room], heads, max(len(edges) - room, 0)
    )


def _layer(link: str) -> int:
    if link == MONEY:
        return 0
    entry = LINKS.get(link)
    return _LAYER_NAMES.index(entry.layer) if entry and entry.layer in _LAYER_NAMES else 2


def title_of(role: str) -> Any:
    return ROLES[role].title
