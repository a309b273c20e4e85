"""Signing in by a one-time link, choosing a language, leaving. These pages know nobody yet."""

from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from suyuan.face.office_api.event_loop import in_thread
from suyuan.face.office_api.identity import COOKIE, site_of
from suyuan.face.office_api.keeping import with_cookie
from suyuan.face.office_pages.browsing import (
    LANGUAGE_COOKIE,
    csrf_token,
    error_page,
    language_of,
)
from suyuan.face.office_pages.forms import sent_values
from suyuan.face.office_pages.rendering import render
from suyuan.face.web.problems import ProblemDetails

_YEAR: Final = 365 * 24 * 3600
_OWN_SITES: Final = frozenset({"same-origin", "none"})


async def doorway(request: Request) -> Response:
    """The link's page: a button. A mail program that looks at links does not use it up."""
    site, language = site_of(request), language_of(request)
    link = quote(request.path_params["link"])
    html = render("enter.html.j2", language, site.clock(), link=link, here=request.url.path)
    return HTMLResponse(html, headers={"referrer-policy": "same-origin"})


async def enter(request: Request) -> Response:
    """Spend the link; the session's cookie."""
    site = site_of(request)
    if request.headers.get("sec-fetch-site", "same-origin") not in _OWN_SITES:
        return error_page(ProblemDetails(403), request, site.clock(), language_of(request))
    session = await in_thread(site.browsers.open, request.path_params["link"], site.clock())
    if session is None:
        return error_page(ProblemDetails(401), request, site.clock(), language_of(request))
    return with_cookie(RedirectResponse("/", 303), session[0])


async def leave(request: Request) -> Response:
    """End the session; only our own form may."""
    site = site_of(request)
    try:
        own = sent_values(await request.body()).get("csrf") == csrf_token(request)
    except ProblemDetails:
        own = False
    if not own:
        return error_page(ProblemDetails(403), request, site.clock(), language_of(request))
    site.browsers.close(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/left", 303)
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict", path="/")
    return answer


async def goodbye(request: Request) -> Response:
    site, language = site_of(request), language_of(request)
    return HTMLResponse(render("left.html.j2", language, site.clock(), here="/left"))


async def language(request: Request) -> Response:
    """Remember the language and go back to where the person was, on this site only."""
    code = "en" if request.path_params["code"] == "en" else "zh"
    to = request.query_params.get("to", "/")
    safe = to.startswith("/") and not to.startswith(("//", "/\\")) and "\\" not in to
    answer = RedirectResponse(quote(to, safe="/:?=&%") if safe else "/", 303)
    answer.set_cookie(LANGUAGE_COOKIE, code, max_age=_YEAR, httponly=True, samesite="lax", path="/")
    return answer


ENTRANCE = (
    Route("/enter/{link}", doorway, methods=["GET"]),
    Route("/enter/{link}", enter, methods=["POST"]),
    Route("/leave", leave, methods=["POST"]),
    Route("/left", goodbye, methods=["GET"]),
    Route("/language/{code}", language, methods=["GET"]),
)
