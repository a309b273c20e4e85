"""Single sign-on: to the issuer and back. The way back is a page that a browser opens."""

import logging
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.routes.session import set_session
from suyuan.face.web.sign_on import PATIENCE, SignOnError, person_behind
from suyuan.face.web.site import Site
from suyuan.face.web.visit import AnySite
from suyuan.face.web.words import text
from suyuan.model.text import Text

router = APIRouter(tags=["session"])
#: Sent when the issuer's page leads back here, which a strict cookie is not.
COOKIE = "__Host-o"
BACK = "/api/v1/sign-on/return"
NO_SIGN_ON = Text("No single sign-on is set up here.", "此处未配置统一身份认证。")
NO_ANSWER = Text("The sign-on service did not respond properly.", "认证服务未正常应答。")
Parameter = Annotated[str, Query(max_length=4000)]
_log = logging.getLogger(__name__)


class SignOnWish(BaseModel):
    """`fresh` asks the person to prove it again, as approvals want."""

    fresh: bool = False


@router.get("/sign-on")
@rule(Act.public)
def sign_on(site: AnySite) -> dict[str, Any]:
    """Whether there is a single sign-on, and what it is called."""
    issuer = site.sign_on
    if issuer is None:
        return {"there": False, "title": None}
    own = issuer.settings
    return {"there": True, "title": text(Text(own.title_en, own.title_zh))}


@router.post("/sign-on")
@rule(Act.public, "session.sign_on_asked")
def begin(form: SignOnWish, request: Request, site: AnySite) -> Response:
    """The issuer's address to go to; the cookie binds the way back to this browser."""
    if site.sign_on is None:
        raise ProblemDetails(404, NO_SIGN_ON)
    site.audit.record("session.sign_on_asked", "unknown")
    cookie, try_ = site.tries.begin(fresh=form.fresh)
    try:
        address = site.sign_on.address(try_, _back(request))
    except SignOnError as error:
        _log.warning("sign-on: %s", error)
        raise ProblemDetails(502, NO_ANSWER) from error
    answer = Response(status_code=204, headers={"location": address})
    answer.set_cookie(
        COOKIE, cookie, max_age=int(PATIENCE), secure=True, httponly=True, samesite="lax", path="/"
    )
    return answer


@router.get("/sign-on/return", status_code=303)
@rule(Act.public, "session.begun")
def back(
    request: Request,
    site: AnySite,
    state: Parameter = "",
    code: Parameter = "",
    iss: Parameter = "",
    error: Parameter = "",
) -> Response:
    """From the issuer: a session for whom it vouches, if they are enrolled; then the first page."""
    if site.sign_on is None:
        raise ProblemDetails(404, NO_SIGN_ON)
    try_ = site.tries.take(request.cookies.get(COOKIE, ""), state)
    if try_ is None:
        return _refusal(site, "late", "no such try")
    if error or not code or iss not in {"", site.sign_on.settings.issuer}:
        return _refusal(site, "failed", f"issuer: {(error or iss)[:80]!r}")
    try:
        identity = site.sign_on.redeem(try_, code, _back(request))
    except SignOnError as fault:
        return _refusal(site, "failed", str(fault))
    person = person_behind(site.state, site.sign_on.settings.issuer, identity.subject)
    if person is None:
        return _refusal(site, f"unknown-{quote(identity.subject[:200], safe='')}", "not enrolled")
    site.audit.record("session.begun", person, way="sign-on")
    return set_session(_to(""), site.sessions.begin(person, identity.proved_at))


def _refusal(site: Site, why: str, detail: str) -> Response:
    """Back to the first page, which says why; what exactly was wrong stays here."""
    _log.warning("sign-on refused: %s", detail)
    site.audit.record("session.refused", "unknown", way="sign-on")
    return _to(f"#sign-on-{why}")


def _to(fragment: str) -> Response:
    answer = Response(status_code=303, headers={"location": f"/{fragment}"})
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax", path="/")
    return answer


def _back(request: Request) -> str:
    """Where the issuer sends the browser: under the name it called, which the guard knows."""
    return f"{request.url.scheme}://{request.headers['host']}{BACK}"
