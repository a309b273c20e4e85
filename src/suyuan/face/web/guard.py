"""What every request passes first, and every answer carries: host, origin, size, pace, headers."""

import hashlib
import re
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from suyuan.face.web.problems import answer
from suyuan.face.web.request_pace import Pace
from suyuan.face.web.sessions import COOKIE
from suyuan.face.web.uploads import LARGEST_FILE

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; font-src 'self'; worker-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "x-frame-options": "DENY",
}
#: Bytes of a JSON body.
LARGEST_BODY = 1_000_000
#: Requests within ten seconds: of one address, of one session, and its searches in a minute.
OF_ADDRESS, OF_SESSION, SEARCHES = (400, 10.0), (200, 10.0), (30, 60.0)
_FILE = re.compile(r"^/api/v1/cases/[a-z0-9-]+/files/[^/]+$")
_SEARCH = re.compile(r"^/api/v1/cases/[a-z0-9-]+/(?:search|why)$")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class AccessGuard:
    """Middleware around the whole app. `hosts` are the names under which it may be called."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self.app = app
        self.hosts = frozenset(hosts)
        self._addresses, self._sessions = Pace(*OF_ADDRESS), Pace(*OF_SESSION)
        self._searches = Pace(*SEARCHES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                _dress(MutableHeaders(scope=message))
            await send(message)

        status = self._refusal_status(scope)
        if status:
            response = answer(status)
            if status == 429:
                response.headers["retry-after"] = "10"
            await response(scope, receive, send_dressed)
        else:
            await self.app(scope, receive, send_dressed)

    def _refusal_status(self, scope: Scope) -> int:
        """The status to refuse with; 0 where it may pass."""
        headers = Headers(scope=scope)
        if headers.get("host", "").rpartition(":")[0] not in self.hosts and (
            headers.get("host", "") not in self.hosts
        ):
            return 400
        if self._too_fast(scope, headers):
            return 429
        if scope["method"] in _SAFE:
            return 0
        return _unsafe(headers, file=scope["method"] == "PUT" and bool(_FILE.match(scope["path"])))

    def _too_fast(self, scope: Scope, headers: Headers) -> bool:
        """Each of the three is asked, so that none runs on while another refuses."""
        session = _session(headers)
        tries = [self._addresses.over((scope.get("client") or ("",))[0])]
        if session:
            tries.append(self._sessions.over(session))
            if _SEARCH.match(scope["path"]):
                tries.append(self._searches.over(session))
        return any(tries)


def _session(headers: Headers) -> str:
    """A short hash of the cookie, whether or not it is anybody's."""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return hashlib.sha256(cookie.value.encode()).hexdigest()[:16] if cookie else ""


def _unsafe(headers: Headers, *, file: bool) -> int:
    """Only our own pages write: same site, our header, of a known and bounded size.

    JSON, but for a file that is brought: its bytes as they are.
    """
    origin, host = headers.get("origin"), headers.get("host", "")
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return 403
    if origin is not None and origin.partition("://")[2] != host:
        return 403
    if headers.get("x-suyuan") != "1":
        return 403
    length = headers.get("content-length")
    if length is None and "transfer-encoding" in headers:
        return 413
    most = LARGEST_FILE if file else LARGEST_BODY
    if length is not None and (not length.isdecimal() or int(length) > most):
        return 413
    kind = headers.get("content-type", "").partition(";")[0].strip()
    expected_kind = "application/octet-stream" if file else "application/json"
    return 0 if kind == expected_kind or length in {None, "0"} else 415


def _dress(headers: MutableHeaders) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
    headers.setdefault("cache-control", "no-store")
