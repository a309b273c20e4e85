"""Answers to packets, the passing of time, heads, and the sessions of browsers."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from suyuan.casework.answers import take_answer
from suyuan.face.office_api.bodies import EmptyBody, Enter, decode_body
from suyuan.face.office_api.event_loop import in_thread
from suyuan.face.office_api.identity import COOKIE, site_of
from suyuan.face.office_api.shapes import Json, iso_moment, receipt_json
from suyuan.face.office_api.site import WHOLE
from suyuan.face.office_api.visit import OfficeRequest, route
from suyuan.face.web.problems import ProblemDetails
from suyuan.store.ledger import TreeHead


def answer(visit: OfficeRequest) -> Response:
    """An answer to a packet: 201, or 200 where the same one had come before."""
    person, keys = visit.caller.person, visit.site.keys
    receipt = take_answer(visit.office, visit.body, person, keys, visit.now)
    body = {"packet": receipt.packet, "again": receipt.again, **receipt_json(receipt.event)}
    return JSONResponse(body, 200 if receipt.again else 201)


def tick(visit: OfficeRequest) -> Response:
    """Write what time alone has brought about; for a registrar only."""
    _registrar(visit)
    return JSONResponse({"written": visit.office.tick(visit.now)})


def heads(visit: OfficeRequest) -> Response:
    """The sealed heads, newest first: keep one, and nobody can change what it covers unseen."""
    tree_heads = visit.office.ledger.heads()[::-1]
    limit = visit.number("limit", 20, 1000)
    return JSONResponse(
        {"items": [_head(head) for head in tree_heads[:limit]], "total": len(tree_heads)}
    )


def seal(visit: OfficeRequest) -> Response:
    """A new head over all events; for a registrar only."""
    _registrar(visit)
    return JSONResponse(_head(visit.office.ledger.seal(visit.now)), 201)


def _registrar(visit: OfficeRequest) -> None:
    decode_body(visit.body, EmptyBody)
    if not visit.caller.registrar:
        raise ProblemDetails(403)


def _head(head: TreeHead) -> Json:
    return {"size": head.size, "root": head.root, "at": iso_moment(head.at), "head": str(head)}


async def enter(request: Request) -> Response:
    """Spend a one-time link; the cookie of a session."""
    body = decode_body(await request.body(), Enter)
    site = site_of(request)
    session = await in_thread(site.browsers.open, body.link, site.clock())
    if session is None:
        raise ProblemDetails(401)
    return with_cookie(Response(status_code=204), session[0])


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
