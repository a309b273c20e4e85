"""One request of a page: who asks, in which language, and that our own form was sent."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from suyuan.casework.attempts import Attempt
from suyuan.casework.checks import MissingError, RefusedError
from suyuan.casework.office import Office
from suyuan.casework.state import MatterState
from suyuan.casework.visibility import Sight, sight
from suyuan.face.office_api.event_loop import in_thread
from suyuan.face.office_api.identity import COOKIE, Caller, caller_of, site_of
from suyuan.face.office_api.site import OfficeSite
from suyuan.face.office_pages.forms import sent_values
from suyuan.face.office_pages.rendering import render
from suyuan.face.office_pages.uploads import SentFile, has_files, taken_apart, whole_body
from suyuan.face.office_pages.views import citation
from suyuan.face.web.problems import ProblemDetails
from suyuan.model.errors import SuyuanError
from suyuan.model.text import Language, Text

LANGUAGE_COOKIE: Final = "office-language"
#: Our forms say who sent them (Origin); with ``no-referrer`` a browser would write ``null``.
_REFERRER: Final = {"referrer-policy": "same-origin"}
_SAFE: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for a page; `now` is the moment at which all of it happens."""

    request: Request
    site: OfficeSite
    caller: Caller
    body: bytes
    now: datetime
    language: Language
    files: tuple[SentFile, ...] = ()

    @property
    def office(self) -> Office:
        return self.site.office

    @property
    def csrf(self) -> str:
        return csrf_token(self.request)

    def matter(self) -> tuple[MatterState, Sight]:
        """The matter of the path and how the caller stands in it; else it is not there."""
        try:
            state = self.office.state(str(self.request.path_params["matter"]), self.now)
        except MissingError:
            raise ProblemDetails(404) from None
        own_sight = sight(state, self.caller.person, self.caller.posts, self.now)
        if not own_sight:
            raise ProblemDetails(404)
        return state, own_sight

    def attempt(self, key: str) -> Attempt:
        """A form sent twice is one attempt: its key was made when it was shown."""
        return Attempt.of(self.caller.person, f"page:{key}", self.request.url.path.encode())

    def page(self, name: str, status: int = 200, **values: Any) -> Response:
        html = render(
            name,
            self.language,
            self.now,
            person=self.caller.person,
            csrf=self.csrf,
            here=self.request.url.path,
            interactive=True,
            cite=partial(citation, self.office),
            **values,
        )
        return HTMLResponse(html, status, headers=_REFERRER)

    def go(self, path: str) -> Response:
        return RedirectResponse(path, 303, headers=_REFERRER)


def csrf_token(request: Request) -> str:
    """What our own forms carry: bound to the session, of no use without its cookie."""
    cookie = request.cookies.get(COOKIE, "")
    return hmac.new(cookie.encode(), b"office form", hashlib.sha256).hexdigest()


def language_of(request: Request) -> Language:
    """Chinese, unless the person chose English."""
    return "en" if request.cookies.get(LANGUAGE_COOKIE) == "en" else "zh"


def page_route(path: str, method: str, work: Callable[[PageRequest], Response]) -> Route:
    """A route for a signed-in person; `work` runs in a thread. Errors are pages too."""

    async def endpoint(request: Request) -> Response:
        if has_files(request):
            return await _with_files(work, request)
        body = await request.body() if request.method not in _SAFE else b""
        return await in_thread(_page, work, request, body)

    return Route(path, endpoint, methods=[method], name=work.__name__)


async def _with_files(work: Callable[[PageRequest], Response], request: Request) -> Response:
    """A form with files: its body is not read before it is known who sends it."""
    now, language = site_of(request).clock(), language_of(request)
    try:
        await in_thread(caller_of, request, now)
        body = await whole_body(request)
        parts = taken_apart(request.headers["content-type"], body)
    except (ProblemDetails, SuyuanError) as error:
        return error_page(error, request, now, language)
    return await in_thread(_page, work, request, parts.fields, parts.files)


def waiting_page_route(
    path: str, method: str, work: Callable[[PageRequest], Awaitable[Response]]
) -> Route:
    """A route whose `work` waits without a thread."""

    async def endpoint(request: Request) -> Response:
        body, now = await request.body(), site_of(request).clock()
        try:
            if site_of(request).office.ledger.one_writer:
                return await work(_page_request(request, body, now))
            return await work(await in_thread(_page_request, request, body, now))
        except (ProblemDetails, SuyuanError) as error:
            return error_page(error, request, now, language_of(request))

    return Route(path, endpoint, methods=[method], name=work.__name__)


def _page(
    work: Callable[[PageRequest], Response],
    request: Request,
    body: bytes,
    files: tuple[SentFile, ...] = (),
) -> Response:
    now = site_of(request).clock()
    try:
        return work(_page_request(request, body, now, files))
    except (ProblemDetails, SuyuanError) as error:
        return error_page(error, request, now, language_of(request))


def _page_request(
    request: Request, body: bytes, now: datetime, files: tuple[SentFile, ...] = ()
) -> PageRequest:
    """The request once it is known who sends it, and that our own form did."""
    caller = caller_of(request, now)
    if request.method not in _SAFE and not _own_form(request, body):
        raise ProblemDetails(403)
    return PageRequest(request, site_of(request), caller, body, now, language_of(request), files)


def _own_form(request: Request, body: bytes) -> bool:
    token = sent_values(body).get("csrf", "")
    return hmac.compare_digest(token.encode(), csrf_token(request).encode())


def error_page(
    error: ProblemDetails | SuyuanError, request: Request, now: datetime, language: Language
) -> Response:
    """What happened, every reason and what to try, as a page."""
    status = error.status if isinstance(error, ProblemDetails) else 409
    title = error.title if isinstance(error, ProblemDetails) else Text("Not done.", "未能办理。")
    html = render(
        "error.html.j2", language, now, title=title, reasons=reasons_of(error),
        here=request.url.path, status=status,
    )  # fmt: skip
    return HTMLResponse(html, status, headers=_REFERRER)


def reasons_of(error: Exception) -> list[Text]:
    """All that an error says to people; a value may name somebody and stays here."""
    if isinstance(error, RefusedError):
        return list(error.reasons)
    if not isinstance(error, SuyuanError):
        return []
    return [error.message, *([error.hint] if error.hint is not None else [])]
