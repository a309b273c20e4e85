"""ETags: an answer that the browser has already is not sent again.

The tag is of the answer's own bytes, so that it differs wherever anything does: results, decisions,
what a grant shows. It names nobody.
"""

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Longer answers are sent as they come.
LARGEST = 4_000_000


class Tags:
    """Middleware: JSON answers to GET carry a tag; the same one again is 304 without a body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        tags = Headers(scope=scope).get("if-none-match", "")
        await self.app(scope, receive, _TagSender(send, tags, scope))


class _TagSender:
    """Holds a JSON answer back until its tag is known; others pass."""

    def __init__(self, send: Send, tags: str, scope: Scope) -> None:
        self._scope = scope
        self._send = send
        self._known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _takes_tag(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        tag = f'"{hashlib.sha256(self._body).hexdigest()[:32]}"'
        headers = MutableHeaders(scope=start)
        headers["etag"] = tag
        has_reveal = self._scope.get("state", {}).get("revealed", False)
        headers["cache-control"] = "no-store" if has_reveal else "private, no-cache"
        is_same = tag in self._known
        if is_same:
            start = {**start, "status": 304}
            MutableHeaders(scope=start).update({"content-length": "0"})
        await self._send(start)
        body = b"" if is_same else bytes(self._body)
        await self._send({"type": "http.response.body", "body": body})


def _takes_tag(message: Message) -> bool:
    headers = Headers(raw=message["headers"])
    kind = headers.get("content-type", "").partition(";")[0]
    long = int(headers.get("content-length", "0") or 0) > LARGEST
    return bool(message["status"] == 200 and kind == "application/json" and not long)
