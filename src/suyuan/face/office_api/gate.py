"""What every request passes first, and every answer carries: host, size, kind, headers."""

import re
from collections.abc import Iterable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from suyuan.face.web.guard import HEADERS
from suyuan.face.web.problems import answer

#: Bytes of a body.
LARGEST: Final = 1_000_000
#: Of a form with files: more than a document may have, so that its page can say so.
LARGEST_UPLOAD: Final = 128_000_000
_UPLOAD: Final = re.compile(r"/matters/[^/]+/acts/[^/]+|/begin/[^/]+")
#: Pages of the office have no scripts; their style stands in them.
POLICY: Final = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class TooLongError(Exception):
    """More bytes came than a request may have."""


class Gate:
    """Middleware around the whole app. `hosts` are the names under which it may be called."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self.app = app
        self.hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_begun = False

        async def send_dressed(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                _dress(MutableHeaders(scope=message))
            await send(message)

        status = self._refusal_status(scope)
        if status:
            await answer(status)(scope, receive, send_dressed)
            return
        try:
            await self.app(scope, _limit(receive, _most(scope)), send_dressed)
        except TooLongError:
            if not has_begun:
                await answer(413)(scope, receive, send_dressed)

    def _refusal_status(self, scope: Scope) -> int:
        """The status to refuse with; 0 where it may pass."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host not in self.hosts and host.rpartition(":")[0] not in self.hosts:
            return 400
        if scope["method"] in _SAFE:
            return 0
        length = headers.get("content-length")
        if length is not None and (not length.isdecimal() or int(length) > _most(scope)):
            return 413
        return _kind(scope, headers, length)


def _kind(scope: Scope, headers: Headers, length: str | None) -> int:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not str(scope["path"]).startswith("/api/") or kind == "application/json":
        return 0
    empty = length in {None, "0"} and "transfer-encoding" not in headers
    return 0 if empty else 415


def _most(scope: Scope) -> int:
    """How many bytes a body may have: a form with files reads its own, and keeps fewer."""
    kind = Headers(scope=scope).get("content-type", "").lower()
    files = kind.startswith("multipart/form-data") and _UPLOAD.fullmatch(str(scope["path"]))
    return LARGEST_UPLOAD if files else LARGEST


def _limit(receive: Receive, most: int) -> Receive:
    size = 0

    async def receive_part() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise TooLongError
        return message

    return receive_part


def _dress(headers: MutableHeaders) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, POLICY if name == "content-security-policy" else value)
    headers.setdefault("cache-control", "no-store")
