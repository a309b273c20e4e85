"""Signing in and out, and who one is."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.sessions import COOKIE, WHOLE
from suyuan.face.web.visit import AnySession, AnySite, posts_in
from suyuan.face.web.words import text

router = APIRouter(tags=["session"])


class SignIn(BaseModel):
    """A one-time link's secret, or a name with its password."""

    link: Annotated[str, Field(max_length=100)] = ""
    name: Annotated[str, Field(max_length=80)] = ""
    password: Annotated[str, Field(max_length=200)] = ""


class Proof(BaseModel):
    """The password once more."""

    password: Annotated[str, Field(max_length=200)]


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


@router.post("/session", status_code=204)
@rule(Act.public, "session.begun")
def sign_in(form: SignIn, request: Request, site: AnySite) -> Response:
    """Begin a session; its cookie is sent with every later request."""
    try:
        if form.link:
            person = site.alone
            if not person:
                raise ProblemDetails(401)
            cookie = site.sessions.by_link(form.link, person)
        else:
            person = form.name
            cookie = site.sessions.by_password(person, form.password, address_of(request))
    except ProblemDetails:
        site.audit.record("session.refused", "unknown")
        raise
    site.audit.record("session.begun", person)
    return with_session(cookie)


def with_session(cookie: str) -> Response:
    """An answer without content that sets a session's cookie."""
    return set_session(Response(status_code=204), cookie)


def set_session(answer: Response, cookie: str) -> Response:
    """The answer, with the session's cookie."""
    answer.set_cookie(
        COOKIE, cookie, max_age=int(WHOLE), secure=True, httponly=True, samesite="strict", path="/"
    )
    return answer


@router.delete("/session", status_code=204)
@rule(Act.signed_in, "session.ended")
def sign_out(session: AnySession, site: AnySite) -> Response:
    """End this session; what it was granted ends with it."""
    site.sessions.end(session.key)
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict", path="/")
    return answer


@router.post("/session/proof", status_code=204)
@rule(Act.signed_in, "session.proved")
def prove(form: Proof, request: Request, session: AnySession, site: AnySite) -> Response:
    """Give the password again: approvals ask for it."""
    site.sessions.prove(session, form.password, address_of(request))
    return Response(status_code=204)


@router.get("/me")
@rule(Act.signed_in)
def me(session: AnySession, site: AnySite) -> dict[str, Any]:
    """Who I am, and what I am in which case."""
    cases = [
        {"id": desk.id, "name": text(desk.title), "posts": sorted(own)}
        for desk in site.desks.values()
        if (own := posts_in(site, session, desk.id))
    ]
    return {
        "name": session.person,
        "admin": session.admin,
        "alone": bool(site.alone),
        "cases": cases,
    }
