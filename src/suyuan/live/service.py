"""The live service: newline JSON over a socket, the same lines over HTTP, and frames of events.

One thread owns the state. A line is a JSON event; each line is answered by one line (an empty
object for what is not a payment). HTTP: ``POST /v1/payments`` or ``/v1/events`` with such lines as
the body, and the addresses of :mod:`suyuan.live.api`. Frames: :mod:`suyuan.live.frames`.
"""

import asyncio
import time
from typing import Final

from suyuan.live.api import respond
from suyuan.live.batching import Batcher
from suyuan.live.frames import MAGIC, answered, cut, refusal
from suyuan.live.http import HttpError, Request, parse, response
from suyuan.live.messages import ENCODER, Refusal
from suyuan.live.scorer import Scorer

#: A longer line or body is refused.
LONGEST_LINE: Final = 16_384
LONGEST_BODY: Final = 4 << 20
_LINES, _HTTP, _FRAMES = range(3)


class Connection(asyncio.Protocol):
    """Lines of JSON, frames, or HTTP: the first bytes say which."""

    def __init__(self, batcher: Batcher) -> None:
        self._batcher = batcher
        self._buffer = b""
        self._speaks: int | None = None
        self._missing = 0
        self._parts: list[bytes] = []
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._speaks is None:
            if len(self._buffer) < len(MAGIC) and MAGIC.startswith(self._buffer):
                return
            magic = self._buffer.startswith(MAGIC)
            self._speaks = _FRAMES if magic else _HTTP if self._buffer[:1].isalpha() else _LINES
        if self._speaks == _LINES:
            self._read_lines()
        elif self._speaks == _HTTP:
            self._read_requests()
        else:
            self._read_frames()

    def answer(self, replies: bytes, count: int) -> None:
        """`count` lines that were asked for."""
        if self._speaks == _HTTP:
            self._parts.append(replies)
            self._missing -= count
            if self._missing:
                return
            replies = response(200, b"".join(self._parts), "application/x-ndjson")
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(replies)
            if self._speaks == _HTTP and self._buffer:
                self._read_requests()

    def _read_lines(self) -> None:
        *lines, self._buffer = self._buffer.split(b"\n")
        if len(self._buffer) > LONGEST_LINE:
            self._end(ENCODER.encode(Refusal("line too long", "")) + b"\n")
            return
        if events := [line for line in lines if line and not line.isspace()]:
            self._batcher.put(self, events)

    def _read_frames(self) -> None:
        assert self._transport is not None
        try:
            events, self._buffer = cut(self._buffer)
            while events is not None:
                self._transport.write(
                    answered(self._batcher.scorer, events, time.time_ns() // 1000)
                )
                events, self._buffer = cut(self._buffer)
            self._batcher.rest()
        except ValueError as error:
            self._end(refusal(str(error)))

    def _read_requests(self) -> None:
        while not self._missing:
            try:
                request, self._buffer = parse(self._buffer, LONGEST_BODY)
            except HttpError as error:
                self._end(response(error.status, str(error).encode(), "text/plain"))
                return
            if request is None:
                return
            self._route(request)

    def _route(self, request: Request) -> None:
        assert self._transport is not None
        if request.method != "POST" or request.path not in ("/v1/payments", "/v1/events"):
            self._transport.write(respond(self._batcher, request))
            return
        lines = [line for line in request.body.split(b"\n") if line.strip()]
        if not lines:
            self._transport.write(response(400, b"no events in the body\n", "text/plain"))
            return
        self._missing, self._parts = len(lines), []
        self._batcher.put(self, lines)

    def _end(self, last: bytes) -> None:
        if self._transport is not None:
            self._transport.write(last)
            self._transport.close()


async def serve(
    scorer: Scorer,
    host: str,
    port: int,
    ready: "asyncio.Future[int] | None" = None,
    *,
    snapshot_every: int = 0,
) -> None:
    """Serve until cancelled; `ready` gets the port that is listened on (0: any).

    A snapshot is written each `snapshot_every` events (0: none). The caller closes `scorer`.
    """
    batcher = Batcher(scorer, snapshot_every)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(batcher), host, port)
    if ready is not None:
        ready.set_result(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()
