"""People and posts, and the ledger of who did what."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from suyuan.face.web.event_words import event_title
from suyuan.face.web.permissions import Act, CasePost, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.site import Site, appoint
from suyuan.face.web.visit import AnySession, AnySite, Here
from suyuan.face.web.words import Json, text
from suyuan.store.ledger import Event

router = APIRouter(tags=["office"])
Name = Annotated[str, Path(min_length=1, max_length=80)]


class DutyPost(BaseModel):
    """In which role, and for which party, somebody acts in the office."""

    role: Annotated[str, Field(max_length=40, pattern=r"^[a-z_]+$")]
    party: Annotated[str, Field(min_length=1, max_length=80)]


class Person(BaseModel):
    """A password, and what somebody is in which case."""

    password: Annotated[str, Field(max_length=200)] = ""
    posts: dict[str, list[CasePost]] = {}
    duties: Annotated[list[DutyPost], Field(max_length=50)] = []
    closed: bool | None = None


class First(BaseModel):
    """The first account, made with the link that the command printed."""

    link: Annotated[str, Field(max_length=100)]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    password: Annotated[str, Field(max_length=200)]


@router.post("/people/first", status_code=204)
@rule(Act.public, "person.first_asked")
def first(form: First, site: AnySite) -> None:
    """Make the first administrator; works once, where nobody is there yet."""
    if site.alone or site.state.rows("SELECT 1 FROM person LIMIT 1"):
        raise ProblemDetails(409)
    site.audit.record("person.first_asked", "unknown")
    site.sessions.spend_link(form.link)
    site.sessions.enrol(form.name, form.password, admin=True)
    site.audit.record("person.enrolled", form.name, admin=True)


@router.get("/people")
@rule(Act.administer)
def people(session: AnySession, site: AnySite) -> dict[str, Any]:  # noqa: ARG001
    """Everybody, what they are in which case, and how many sessions they have open."""
    found = [
        _person(site, *row) for row in site.state.rows("SELECT name, admin, closed FROM person")
    ]
    return {"items": found, "total": len(found), "cases": sorted(site.desks)}


def _person(site: Site, name: str, admin: int, closed: int) -> Json:
    members = site.state.rows("SELECT case_id, post FROM member WHERE person = ?", (name,))
    live = site.state.rows("SELECT count(*) FROM session WHERE person = ? AND NOT ended", (name,))
    return {
        "name": name,
        "admin": bool(admin),
        "closed": bool(closed),
        "posts": {case: post.split(",") for case, post in members},
        "sessions": live[0][0],
    }


@router.put("/people/{name}", status_code=204)
@rule(Act.administer, "person.changed")
def put_person(name: Name, form: Person, session: AnySession, site: AnySite) -> None:
    """Enrol a person, change their posts or password; their sessions end."""
    if form.password:
        site.sessions.enrol(name, form.password)
    elif not site.state.rows("SELECT 1 FROM person WHERE name = ?", (name,)):
        raise ProblemDetails(404)
    for case, posts in form.posts.items():
        if case not in site.desks:
            raise ProblemDetails(404)
        site.audit.record("person.appointed", session.person, case_id=case, person=name)
        appoint(site, name, case, set(posts) - {CasePost.admin})
    for post in form.duties:
        site.audit.record("person.posted", session.person, person=name, role=post.role)
        site.office.appoint(name, post.role, f"party:{post.party.removeprefix('party:')}")
    if form.closed is not None:
        shut = int(form.closed)
        site.state.write(
            lambda file: file.execute("UPDATE person SET closed = ? WHERE name = ?", (shut, name))
        )
    if name != session.person:
        site.sessions.end_all(name)


@router.get("/cases/{case_id}/ledger")
@rule(Act.audit, "ledger.read")
def ledger(here: Here, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> dict[str, Any]:
    """The newest events of the case: who, what, about which reference; no content."""
    found, total = here.site.audit.events(here.desk.id, 0, limit)
    return {"items": [_event(one) for one in found], "total": total}


def _event(event: Event) -> Json:
    return {
        "sequence": event.sequence,
        "number": event.number,
        "at": event.at.isoformat(timespec="seconds") + "Z",
        "who": event.actor,
        "kind": event.kind,
        "title": text(event_title(event)),
        "subject": event.subject,
        "detail": event.body,
        "hash": event.hash,
    }


@router.get("/cases/{case_id}/ledger/verdict")
@rule(Act.audit)
def verdict(here: Here) -> dict[str, Any]:
    """Whether every event still is what it was; the first faults by name."""
    found = here.site.audit.verdict()
    return {
        "whole": found.whole,
        "events": found.events,
        "root": found.root,
        "faults": [
            {
                "kind": one.kind,
                "sequence": one.sequence,
                "text": asdict(one.text),
            }
            for one in found.faults[:20]
        ],
    }
