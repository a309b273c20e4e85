"""Seeing in full: one asks with a purpose, another grants, and it ends by itself."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.reveal_grants import (
    LEAST_REASON,
    MOST_MINUTES,
    MOST_SUBJECTS,
    PURPOSES,
    Grant,
    answer_request,
    ask,
    end,
    grants,
)
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.words import Json, text
from suyuan.model.text import Text

router = APIRouter(tags=["reveals"])
ALONE = Text(
    "One person alone cannot approve: start with --data, or use --unmask of a command.",
    "单人模式无法双人审批：请用 --data 启动，或使用命令的 --unmask。",
)
GrantId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
Ref = Annotated[str, Field(max_length=60)]


class Wish(BaseModel):
    """Whom one wants to see in full, for what, on what basis, how long."""

    subjects: Annotated[list[Ref], Field(min_length=1, max_length=MOST_SUBJECTS)]
    purpose: Literal["identify", "statement", "warn", "court"]
    reason: Annotated[str, Field(min_length=LEAST_REASON, max_length=400)]
    basis: Annotated[str, Field(min_length=2, max_length=200)]
    minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)]


class RevealAnswer(BaseModel):
    """Granted or refused."""

    granted: bool


@router.post("/cases/{case_id}/reveals", status_code=201)
@rule(Act.decide, "reveal.wished")
def wish(here: Here, form: Wish) -> dict[str, Any]:
    """Ask to see subjects in full; nothing is shown until another person grants it."""
    if here.site.alone:
        raise ProblemDetails(409, ALONE)
    subjects = [here.desk.references.subject(name) for name in form.subjects]
    if None in subjects:
        raise ProblemDetails(404)
    subjects_known = [name for name in subjects if name]
    now = here.site.sessions.clock()
    fresh = ask(here.site.state, here.session, here.desk.id, subjects_known, form.model_dump(), now)
    for name in form.subjects:
        here.record("reveal.asked", name, grant=fresh.id, purpose=form.purpose)
    return _grant_json(here, fresh)


@router.get("/cases/{case_id}/reveals")
@rule(Act.read)
def wishes(here: Here) -> dict[str, Any]:
    """All requests of the case, the newest first, without what they show."""
    grant_list = grants(here.site.state, here.desk.id)
    return {
        "items": [_grant_json(here, grant) for grant in grant_list],
        "total": len(grant_list),
        "purposes": [{"id": name, **text(sentence)} for name, sentence in PURPOSES.items()],
    }


@router.post("/cases/{case_id}/reveals/{grant_id}/answer", status_code=204)
@rule(Act.approve, "reveal.answer_asked")
def answer(here: Here, grant_id: GrantId, form: RevealAnswer) -> None:
    """Grant or refuse what another person asked for, freshly signed in."""
    grant = _own(here, grant_id)
    kind = "reveal.granted" if form.granted else "reveal.refused"
    answer_request(here.site.sessions, here.session, here.posts, grant, yes=form.granted)
    for name in grant.subjects:
        here.record(kind, here.desk.references.of(name), grant=grant.id)


@router.post("/cases/{case_id}/reveals/{grant_id}/end", status_code=204)
@rule(Act.read, "reveal.end_asked")
def finish(here: Here, grant_id: GrantId) -> None:
    """End it before its time."""
    grant = _own(here, grant_id)
    end(here.site.sessions, here.session, grant)
    here.record("reveal.ended", grant=grant.id)


def _own(here: Visit, id_: str) -> Grant:
    own = [grant for grant in grants(here.site.state, here.desk.id) if grant.id == id_]
    if not own:
        raise ProblemDetails(404)
    return own[0]


def _grant_json(here: Visit, grant: Grant) -> Json:
    now = here.site.sessions.clock()
    over = grant.state == "granted" and grant.until <= now
    return {
        "id": grant.id,
        "by": grant.person,
        "subjects": [here.desk.references.of(name) for name in grant.subjects],
        "purpose": text(PURPOSES[grant.purpose]),
        "reason": grant.reason,
        "basis": grant.basis,
        "minutes": grant.minutes,
        "state": "ended" if over else grant.state,
        "approver": grant.approver,
        "seconds_left": max(0, int(grant.until - now)) if grant.state == "granted" else 0,
        "mine": grant.session == here.session.key,
    }
