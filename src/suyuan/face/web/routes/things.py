"""Boards, notes and states of a list's rows: versions, of which a second writer sees both."""

from sqlite3 import Connection
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path
from pydantic import BaseModel, Field

from suyuan.face.display import clean
from suyuan.face.web import item_versions as kept
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.routes.inbox import colleagues_of
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.words import Json

router = APIRouter(tags=["things"])
Kind = Literal["freeze", "statement", "warn", "note", "board", "lead"]
Id = Annotated[str, Path(max_length=120, pattern=r"^[A-Za-z0-9~_-]+$")]


class Content(BaseModel):
    """What is kept: how far it got, whose it is, text; for boards a picture's places too."""

    state: Annotated[str, Field(max_length=40)] = ""
    person: Annotated[str, Field(max_length=80)] = ""
    note: Annotated[str, Field(max_length=4000)] = ""
    address: Annotated[str, Field(max_length=4000, pattern=r"^(/c/.*)?$")] = ""
    places: Annotated[dict[Annotated[str, Field(max_length=60)], tuple[int, int]], Field()] = {}
    hidden: bool = False


@router.get("/cases/{case_id}/things/{kind}")
@rule(Act.read)
def things(here: Here, kind: Kind) -> dict[str, Any]:
    """All of a kind, the newest first; hidden ones are marked, none is ever deleted."""
    newest = kept.newest_things(here.site.state, here.desk.id, kind)
    versions_now = sorted(newest.values(), key=lambda version: version["at"], reverse=True)
    return {"items": versions_now, "total": len(versions_now)}


@router.get("/cases/{case_id}/things/{kind}/{id}")
@rule(Act.read)
def versions(here: Here, kind: Kind, id: Id) -> dict[str, Any]:  # noqa: A002
    """Every version of one thing, the newest first."""
    history = kept.history(here.site.state, here.desk.id, kind, id)
    if not history:
        raise ProblemDetails(404)
    return {"items": history, "total": len(history)}


@router.put("/cases/{case_id}/things/{kind}/{id}")
@rule(Act.decide, "thing.asked")
def keep(
    here: Here,
    kind: Kind,
    id: Id,  # noqa: A002
    form: Content,
    if_match: Annotated[int, Header(ge=0, le=1_000_000)],
) -> dict[str, Any]:
    """A new version upon that which ``If-Match`` names; 412 with both where another came first."""
    body = _body(here, kind, form)
    here.record("thing.kept", id if "~" in id else "", thing=kind, state=form.state)

    def work(file: Connection) -> tuple[bool, Json | None]:
        there = kept.last(file, here.desk.id, kind, id)
        if (there["version"] if there else 0) != if_match:
            return False, there
        place = (here.desk.id, kind, id)
        return True, kept.add(file, place, if_match, here.session.person, body)

    is_done, newest = here.site.state.write(work)
    if not is_done or newest is None:
        raise ProblemDetails(412, standing=newest, yours=body)
    return newest


def _body(here: Visit, kind: str, form: Content) -> Json:
    """What is kept, without signs that hide; a lead is given only to who may decide on it."""
    if kind == "lead" and form.person and form.person not in colleagues_of(here):
        raise ProblemDetails(422, errors=[{"where": ["person"], "what": "may not take leads"}])
    if len(form.places) > 2_000:
        raise ProblemDetails(422, errors=[{"where": ["places"], "what": "over 2000"}])
    body = form.model_dump(mode="json", exclude_defaults=True)
    if form.note:
        lines = form.note.split("\n")
        body["note"] = "\n".join(clean(line) for line in lines)
    return {"state": form.state, "note": "", "hidden": form.hidden, **body}
