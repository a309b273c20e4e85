"""The wide view of a ring: every link at once, for a canvas."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from suyuan.chain.ring_flows import RING
from suyuan.face.drawings.ring_money import ring_money
from suyuan.face.rings import RingView
from suyuan.face.source import ResultTables
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.routes.plan import ring_of
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.wide import MONEY, MOST_MARKS, WidePicture, title_of, wide_picture
from suyuan.face.web.words import Json, role, text

router = APIRouter(tags=["chain"])


@router.get("/cases/{case_id}/wide")
@rule(Act.read)
def wide(here: Here, ring: Annotated[str, Query(max_length=40)] = "") -> Any:
    """Places of everybody on a ring's chain, links by place, and how many links are left out."""
    with here.desk.source() as source:
        ring_view = ring_of(here, source, ring)
        picture: WidePicture = here.desk.cache(
            ("wide", ring_view.id), lambda: _picture(here, source, ring_view)
        )
    return JSONResponse(_answer(here, ring_view.id, picture))  # as it is: no look through each cell


def _answer(here: Visit, ring: str, picture: WidePicture) -> Json:
    return {
        "ring": ring,
        "width": picture.width,
        "height": picture.height,
        "nodes": [_mark(here, *node) for node in picture.nodes],
        "edges": picture.edges,
        "heads": [
            {"x": x, "role": name, "text": text(title_of(name)), "count": count}
            for x, name, count in picture.heads
        ],
        "tones": {name: role(name)["tone"] for _, name, _ in picture.heads},
        "left_out": picture.left_out,
        "most": MOST_MARKS,
    }


def _mark(here: Visit, subject: str, name: str, x: float, y: float, _: float) -> list[Any]:
    label = here.display.subject(subject)
    return [here.desk.references.of(subject), label.id, label.name, name, x, y]


def _picture(here: Visit, source: ResultTables, ring: RingView) -> WidePicture:
    """Links of the chain (those to the ring as a whole end at its own mark), and money traced."""
    people = {
        role: [(stand.subject, float(stand.amount) + stand.count) for stand in stands]
        for role, stands in ring.by_role.items()
    }
    own = f"ring:{ring.id}"
    people["ring_member"] = [(own, float("inf")), *people.get("ring_member", [])]
    links = [
        (row["source"], row["target"], row["link"], row["strength"])
        for row in source.table("chain").to_pylist()
        if row["ring_id"] == ring.id
    ]
    themselves = {name: name for pairs in people.values() for name, _ in pairs}
    flow_graph = here.desk.cache("flows", source.flow_graph)
    flows = ring_money(ring, flow_graph, themselves)
    most = max((flow.fen for flow in flows), default=0) or 1
    links += [
        (own if flow.origin == RING else flow.origin, flow.target, MONEY, flow.fen / most)
        for flow in flows
    ]
    return wide_picture(people, links)
