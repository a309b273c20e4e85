"""Signs that hide or reorder what stands beside them never leave in an answer, whoever wrote it.

Most texts are cleaned where they are shown (:func:`suyuan.face.display.clean`); a bank's name in a
sentence, or a file's, comes by other ways, and a route that is written later may forget.
"""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: In UTF-8: zero width, bidi marks and overrides, word joiners, the byte order mark. Each is three
#: bytes, as is the sign that takes its place, so that an answer keeps its length.
_INVISIBLE = re.compile(
    rb"\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xa9]|\xef\xbb\xbf",
)
_SIGN = "\N{REPLACEMENT CHARACTER}".encode()
_JSON = frozenset({"application/json", "application/problem+json"})


class VisibleText:
    """Middleware: JSON answers without such signs. They come in one piece, as Starlette sends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        json = False

        async def send_visible(message: Message) -> None:
            nonlocal json
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                json = kind.partition(";")[0] in _JSON
            elif json and message["type"] == "http.response.body":
                message = {**message, "body": _INVISIBLE.sub(_SIGN, message.get("body", b""))}
            await send(message)

        await self.app(scope, receive, send_visible)
