"""Where a payment provider tells of an order: a program with a token and the provider's post."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from suyuan.casework.payments import Cashier, PaymentNotice, PaymentOutcome
from suyuan.face.office_api.bodies import decode_body
from suyuan.face.office_api.event_loop import in_thread
from suyuan.face.office_api.identity import caller_of, site_of
from suyuan.face.web.problems import ProblemDetails
from suyuan.model.times import utc

PATH: Final = "/fees/notices"
_ROLE: Final = "provider"


class NoticeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a provider tells; `at`, with its offset, is when the money was settled."""

    order: str
    outcome: PaymentOutcome
    at: datetime
    receipt: str = ""
    amount_fen: int | None = None


def notice_route(cashiers: Mapping[str, Cashier]) -> Route:
    """The route of notices for the procedures that have a cashier."""

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        return await in_thread(_take_notice, cashiers, request, body)

    return Route(PATH, endpoint, methods=["POST"], name="noticed")


def _take_notice(cashiers: Mapping[str, Cashier], request: Request, body: bytes) -> Response:
    """Write it down, once however often it comes: 201, with what became of it."""
    now = site_of(request).clock()
    caller = caller_of(request, now)
    if not any(post.role == _ROLE for post in caller.posts):
        raise ProblemDetails(403)
    notice = decode_body(body, NoticeBody)
    cashier = cashiers.get(notice.order.partition(":")[0])
    if cashier is None:
        raise ProblemDetails(404)
    at = utc(notice.at)
    event = cashier.note(
        PaymentNotice(notice.order, notice.outcome, at, notice.receipt, notice.amount_fen), now
    )
    return JSONResponse({"kind": event.kind, "number": event.number}, 201)
