"""The wide view of a ring: every link at once, for a canvas."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from suyuan.face.drawings.ring_money import RING, ring_money
from suyuan.face.rings import RingView
from suyuan.face.source import ResultTables
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.routes.plan import ring_of
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.wide import MONEY, MOST_MARKS, WidePicture, title_of, wide_picture
from suyuan.face.web.words import Json, text

router = APIRouter(tags=["chain"])


@router.get("/cases/{case_id}/wide")
@rule(Act.read)
def wide(here: Here, ring: Annotated[str, Query(max_length=40)] = "") -> Any:
    """Places of everybody on a ring's chain, links by place, and how many links are left out."""
    with here.desk.source() as source:
        found = ring_of(here, source, ring)
        picture: WidePicture = here.desk.kept(
            ("wide", found.id), lambda: _picture(here, source, found)
        )
    return JSONResponse(_answer(here, found.id, picture))  # as it is: no look through each cell


def _answer(here: Visit, ring: str, picture: WidePicture) -> Json:
    return {
        "ring": ring,
        "width": picture.width,
        "height": picture.height,
        "nodes": [_mark(here, *node) for node in picture.nodes],
        "edges": picture.edges,
        "heads": [
            {"x": x, "role": role, "text": text(title_of(role)), "count": count}
            for x, role, count in picture.heads
        ],
        "left_out": picture.dropped,
        "most": MOST_MARKS,
    }


def _mark(here: Visit, subject: str, role: str, x: float, y: float, _: float) -> list[Any]:
    named = here.shown.subject(subject)
    return [here.desk.references.of(subject), named.id, named.name, role, x, y]


def _picture(here: Visit, source: ResultTables, ring: RingView) -> WidePicture:
    """Links of the chain (those to the ring as a whole end at its own mark), and money traced."""
    people = {
        role: [(one.subject, float(one.amount) + one.count) for one in stands]
        for role, stands in ring.by_role.items()
    }
    own = f"ring:{ring.id}"
    people["ring_member"] = [(own, float("inf")), *people.get("ring_member", [])]
    links = [
        (row["source"], row["target"], row["link"], row["strength"])
        for row in source.table("chain").to_pylist()
        if row["ring_id"] == ring.id
    ]
    themselves = {one: one for some in people.values() for one, _ in some}
    traced = here.desk.kept("flows", source.flow_graph)
    between = ring_money(ring, traced, themselves)
    most = max(between.values(), default=1)
    links += [
        (own if origin == RING else origin, own if target == RING else target, MONEY, fen / most)
        for (origin, target), fen in between.items()
    ]
    return wide_picture(people, links)
