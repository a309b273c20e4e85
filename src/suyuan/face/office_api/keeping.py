"""Answers to packets, the passing of time, heads, and the sessions of browsers."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from suyuan.casework.answers import take_answer
from suyuan.face.office_api.bodies import Enter, Nothing, decoded
from suyuan.face.office_api.identity import COOKIE, site_of
from suyuan.face.office_api.shapes import Json, receipt_json, zoned
from suyuan.face.office_api.site import WHOLE
from suyuan.face.office_api.visit import OfficeRequest, route
from suyuan.face.office_api.waiting import in_thread
from suyuan.face.web.problems import ProblemDetails
from suyuan.store.ledger import TreeHead


def answer(visit: OfficeRequest) -> Response:
    """An answer to a packet: 201, or 200 where the same one had come before."""
    person, keys = visit.caller.person, visit.site.keys
    taken = take_answer(visit.office, visit.body, person, keys, visit.now)
    shown = {"packet": taken.packet, "again": taken.again, **receipt_json(taken.event)}
    return JSONResponse(shown, 200 if taken.again else 201)


def tick(visit: OfficeRequest) -> Response:
    """Write what time alone has brought about; for a registrar only."""
    _registrar(visit)
    return JSONResponse({"written": visit.office.tick(visit.now)})


def heads(visit: OfficeRequest) -> Response:
    """The sealed heads, newest first: keep one, and nobody can change what it covers unseen."""
    found = visit.office.ledger.heads()[::-1]
    limit = visit.number("limit", 20, 1000)
    return JSONResponse({"items": [_head(head) for head in found[:limit]], "total": len(found)})


def seal(visit: OfficeRequest) -> Response:
    """A new head over all events; for a registrar only."""
    _registrar(visit)
    return JSONResponse(_head(visit.office.ledger.seal(visit.now)), 201)


def _registrar(visit: OfficeRequest) -> None:
    decoded(visit.body, Nothing)
    if not visit.caller.registrar:
        raise ProblemDetails(403)


def _head(head: TreeHead) -> Json:
    return {"size": head.size, "root": head.root, "at": zoned(head.at), "head": str(head)}


async def enter(request: Request) -> Response:
    """Spend a one-time link; the cookie of a session."""
    asked = decoded(await request.body(), Enter)
    site = site_of(request)
    opened = await in_thread(site.browsers.open, asked.link, site.clock())
    if opened is None:
        raise ProblemDetails(401)
    return with_cookie(Response(status_code=204), opened[0])


async def leave(request: Request) -> Response:
    """End this browser's session."""
    site_of(request).browsers.close(request.cookies.get(COOKIE, ""))
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict", path="/")
    return answer


def with_cookie(answer: Response, cookie: str) -> Response:
    """`answer`, which signs the browser in."""
    seconds = int(WHOLE.total_seconds())
    answer.set_cookie(
        COOKIE, cookie, max_age=seconds, secure=True, httponly=True, samesite="strict", path="/"
    )
    return answer


ROUTES = (
    route("/answers", "POST", answer),
    route("/tick", "POST", tick),
    route("/heads", "GET", heads),
    route("/heads", "POST", seal),
    Route("/session", enter, methods=["POST"], name="enter"),
    Route("/session", leave, methods=["DELETE"], name="leave"),
)
