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
    dropped: int


def wide_picture(
    people: Mapping[str, Sequence[tuple[str, float]]], links: Iterable[tuple[str, str, str, float]]
) -> WidePicture:
    """`people`: subjects with their weights by role; `links`: source, target, link, strength."""
    nodes, heads, x = [], [], 0.0
    tallest = max((len(some) for some in people.values()), default=1)
    rows = max(min(tallest, 24), ceil(sqrt(tallest) * 2))
    step = max(STEP, min(TALL / rows, 34.0))
    for roles in LAYERS:
        for role in roles:
            own = sorted(people.get(role, ()), key=lambda one: (-one[1], one[0]))
            if not own:
                continue
            heads.append((x, role, sum(not one.startswith("ring:") for one, _ in own)))
            for index, (subject, weight) in enumerate(own):
                column, row = divmod(index, rows)
                nodes.append((subject, role, x + column * step, row * step, weight))
            x += ceil(len(own) / rows) * step + GAP
    place = {node[0]: index for index, node in enumerate(nodes)}
    known = [
        (place[source], place[target], _layer(link), round(1 + 2 * strength, 1))
        for source, target, link, strength in sorted(links, key=lambda one: -one[3])
        if source in place and target in place and source != target
    ]
    room = max(MOST_MARKS - len(nodes), 0)
    return WidePicture(
        max(x - GAP, step), rows * step, nodes, known[:room], heads, max(len(known) - room, 0)
    )


def _layer(link: str) -> int:
    if link == MONEY:
        return 0
    known = LINKS.get(link)
    return _LAYER_NAMES.index(known.layer) if known and known.layer in _LAYER_NAMES else 2


def title_of(role: str) -> Any:
    return ROLES[role].title
