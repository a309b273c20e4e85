"""The chain of a ring as a plan to draw: the one that the report draws."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from suyuan.face.drawings.chain import Box, Drawing, Edge, Folds, chain_drawing
from suyuan.face.rings import RingView, rings
from suyuan.face.source import ResultTables
from suyuan.face.web.evidence import evidence_of
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.words import Json, role, subject, text, yuan
from suyuan.model.links import LINKS
from suyuan.model.text import row_text

router = APIRouter(tags=["chain"])
Refs = Annotated[list[str], Query(max_length=200)]


@router.get("/cases/{case_id}/plan")
@rule(Act.read)
def plan(
    here: Here,
    ring: Annotated[str, Query(max_length=40)] = "",
    fold: Refs = [],  # noqa: B006  # FastAPI copies it
    unfold: Refs = [],  # noqa: B006
) -> dict[str, Any]:
    """Boxes, edges, heads of columns, and who is not drawn one by one.

    `fold` puts subjects into their column's box of others, `unfold` takes them out of it; nobody
    else's box moves.
    """
    with here.desk.source() as source:
        ring_view = ring_of(here, source, ring)
        flow_graph = here.desk.cache("flows", source.flow_graph)
        folds = Folds(_subjects(here, fold), _subjects(here, unfold))
        drawing = chain_drawing(ring_view, flow_graph, here.display, folds)
        return _plan(here, ring_view, drawing)


def ring_of(here: Visit, source: ResultTables, ring_id: str) -> RingView:
    """The ring of this id, or the costliest one."""
    ring_views: list[RingView] = here.desk.cache("rings", lambda: rings(source))
    own = [ring_view for ring_view in ring_views if not ring_id or ring_view.id == ring_id]
    if not own:
        raise ProblemDetails(404)
    return own[0]


def _subjects(here: Visit, references: list[str]) -> frozenset[str]:
    subjects = (here.desk.references.subject(name) for name in references)
    return frozenset(name for name in subjects if name)


def _plan(here: Visit, ring: RingView, drawing: Drawing) -> Json:
    boxes = dict(zip(drawing.names, drawing.boxes, strict=True))
    ids = {name: f"b{index}" for index, name in enumerate(drawing.names)}
    stands = {(entry.role, entry.subject): entry for own in ring.by_role.values() for entry in own}
    return {
        "ring": ring.id,
        "reports": ring.row["reports"],
        "loss": yuan(ring.row["loss"]),
        "view": [0, drawing.top, drawing.width, drawing.height],
        "boxes": [_box(here, ids[name], box, stands) for name, box in boxes.items()],
        "edges": [_edge(edge, ids) for edge in drawing.edges],
        "heads": [
            {"x": x, "y": y, "text": text(sentence), "count": count}
            for x, y, sentence, count in drawing.heads
        ],
        "hidden": [
            {
                "box": ids[name],
                "role": role(box.role),
                "subjects": [
                    {**subject(here.desk, here.display, entry), **_stand(stands[box.role, entry])}
                    for entry in box.subjects
                ],
            }
            for name, box in boxes.items()
            if box.kind == "more"
        ],
        "hidden_total": drawing.hidden,
        "shown_total": sum(box.kind == "person" for box in drawing.boxes),
    }


def _stand(stand: Any) -> Json:
    return {"amount": yuan(stand.amount) if stand.amount else None, "rows": stand.count}


def _box(here: Visit, id_: str, box: Box, stands: dict[tuple[str, str], Any]) -> Json:
    own = stands.get((box.role, box.subjects[0])) if len(box.subjects) == 1 else None
    return {
        "id": id_,
        "x": box.x,
        "y": box.y,
        "height": box.height,
        "kind": box.kind,
        "role": box.role,
        "tone": role(box.role)["tone"] if box.role else "",
        "first": text(box.first),
        "second": text(box.second),
        "title": text(box.title),
        "strength": round(own.strength, 3) if own else None,
        "refs": [here.desk.references.of(name) for name in box.subjects],
    }


def _edge(edge: Edge, ids: dict[str, str]) -> Json:
    return {
        "path": edge.path,
        "width": edge.width,
        "layer": edge.layer,
        "title": text(edge.title),
        "origin": ids[edge.origin],
        "target": ids[edge.target],
    }


@router.get("/cases/{case_id}/subjects/{reference}")
@rule(Act.read)
def one_subject(here: Here, reference: str) -> dict[str, Any]:
    """A subject: its names, its place on chains with the rows behind, and whether it is a hub."""
    name = here.desk.references.subject(reference)
    if name is None:
        raise ProblemDetails(404)
    with here.desk.source() as source:
        links = [
            row
            for row in source.table("chain").to_pylist()
            if name in (row["source"], row["target"])
        ]
        hubs = source.where("hubs", "subject", [name]).to_pylist()
        limit = 12
        return {
            **subject(here.desk, here.display, name),
            "links": [_link(here, source, row) for row in links[:limit]],
            "links_total": len(links),
            "hub": {
                "degree": hubs[0]["degree"],
                "not_followed": hubs[0]["not_followed"],
                "because": text(row_text(hubs[0], "because")),
            }
            if hubs
            else None,
        }


def _link(here: Visit, source: ResultTables, row: dict[str, Any]) -> Json:
    return {
        "source": subject(here.desk, here.display, row["source"]),
        "target": subject(here.desk, here.display, row["target"]),
        "link": text(LINKS[row["link"]].title) if row["link"] in LINKS else None,
        "ring": row["ring_id"],
        "amount": yuan(row["amount"]),
        "count": row["count"],
        "strength": round(row["strength"], 3),
        **evidence_of(here.display, source, row["evidence_id"], limit=5),
    }
