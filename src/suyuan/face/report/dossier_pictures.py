"""The pictures of a dossier: chains, days, weeks and the flow of money, each as SVG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from suyuan.face.display import Display
from suyuan.face.drawings.sankey import sankey
from suyuan.face.report.boards import KeptBoard, board_drawings
from suyuan.face.report.page import fragment, ring_drawings
from suyuan.face.rings import RingView
from suyuan.face.source import ResultTables
from suyuan.model.text import Language, Text

#: Rings whose pictures a dossier holds; chapters speak of all that were asked for.
RINGS_PICTURED: Final = 3
#: Left of the zero of a drawing some marks stand out.
_MARGIN: Final = 10


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing of `width` by `height` CSS pixels, what it shows, and what to read below it."""

    svg: Markup
    title: Text
    width: int
    height: int
    caption: Text | None = None


def pictures(
    rings: list[RingView],
    source: ResultTables,
    display: Display,
    language: Language,
    boards: Sequence[KeptBoard] = (),
) -> list[Picture]:
    """Boards first, then the pictures of the first rings and the money of all of `rings`."""
    series = source.where("series", "ring_id", [ring.id for ring in rings])
    money = source.flow_graph(series["report_id"].combine_chunks())
    drawings = [
        _picture("chain", drawing, title, caption, language)
        for drawing, title, caption in board_drawings(boards, rings, source, display)
    ]
    for ring, chain, line, weeks in ring_drawings(rings[:RINGS_PICTURED], source, money, display):
        for kind, drawing, title, caption in _of_ring(ring, chain, line, weeks):
            drawings.append(_picture(kind, drawing, title, caption, language))
    flow = sankey(money)
    if flow:
        drawings.append(_picture("sankey", flow, _FLOW, _FLOW_TOLD, language))
    return drawings


def _of_ring(
    ring: RingView, chain: Any, line: Any, weeks: Any
) -> Iterator[tuple[str, Any, Text, Text | None]]:
    yield "chain", chain, _CHAIN.format(id=ring.id), _CHAIN_TOLD.format(id=ring.id)
    if line:
        yield "timeline", line, _DAYS.format(id=ring.id), None
    if weeks:
        yield "presence", weeks, _WEEKS.format(id=ring.id), _WEEKS_TOLD


def _picture(
    kind: str, drawing: Any, title: Text, caption: Text | None, language: Language
) -> Picture:
    context = {"language": language, "kind": kind, "drawing": drawing, "title": title}
    svg = fragment("picture.html", context)
    return Picture(svg, title, round(drawing.width) + _MARGIN, round(drawing.height), caption)


_CHAIN = Text("The chain of ring {id}", "团伙 {id} 的链条")
_CHAIN_TOLD = Text(
    "Ring {id}: roles as columns, money from left to right.", "团伙{id}：各列为角色，资金自左向右。"
)
_DAYS = Text("Days of ring {id}", "团伙 {id} 时间线")
_WEEKS = Text("Who of ring {id} was seen in which week", "团伙 {id} 各主体逐周活动")
_WEEKS_TOLD = Text(
    "Weeks in which rows tie somebody to the ring; + first seen, − seen no more.",
    "各主体有记录的周；+ 首次出现，− 其后不再出现。",
)
_FLOW = Text("Where the stolen money went", "赃款流向")
_FLOW_TOLD = Text(
    "Where the stolen money went, step by step; grey ends are where it rests.",
    "赃款逐步流向，灰色末端为停留处。",
)
