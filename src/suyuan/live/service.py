"""The live service: newline JSON over a socket, the same lines over HTTP, and frames of events.

One thread owns the state. A line is a JSON event; each line is answered by one line (an empty
object for what is not a payment). HTTP: ``POST /v1/payments`` or ``/v1/events`` with such lines as
the body, and the addresses of :mod:`suyuan.live.api`. Frames: :mod:`suyuan.live.frames`.
"""

import asyncio
import gc
import time
from collections.abc import Callable, Coroutine
from importlib.util import find_spec
from typing import Any, Final, cast

from suyuan.live.api import respond
from suyuan.live.batching import Batcher
from suyuan.live.frames import MAGIC, answer_frame, cut
from suyuan.live.frames import refusal as frame_refusal
from suyuan.live.http import HttpError, Request, parse, response
from suyuan.live.line_reading import refusal
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
        self._waits = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def pause_writing(self) -> None:
        """Whoever does not read answers is not read from either."""
        assert self._transport is not None
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        assert self._transport is not None
        self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        if self._speaks is None:
            self._buffer = data = self._buffer + data
            if len(data) < len(MAGIC) and MAGIC.startswith(data):
                return
            self._speaks = _FRAMES if data.startswith(MAGIC) else _LINES
            if self._speaks == _LINES and data[:1].isalpha():
                self._speaks = _HTTP
            data, self._buffer = self._buffer, b""
        if self._speaks == _LINES:
            self._read_lines(data)
            return
        self._buffer += data
        if self._speaks == _HTTP:
            self._read_requests()
        else:
            self._read_frames()

    def answer(self, replies: bytes) -> None:
        """To the lines that were asked together."""
        if self._speaks == _HTTP:
            self._waits = False
            replies = response(200, replies, "application/x-ndjson")
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(replies)
            if self._speaks == _HTTP and self._buffer:
                self._read_requests()

    def _read_lines(self, data: bytes) -> None:
        end = data.rfind(b"\n") + 1
        if end:
            lines, self._buffer = self._buffer + data[:end], data[end:]
            self._batcher.put(self, lines)
        else:
            self._buffer += data
        if len(self._buffer) > LONGEST_LINE:
            self._batcher.fold()  # what came before it is answered first
            self._end(refusal("line too long", b""))

    def _read_frames(self) -> None:
        assert self._transport is not None
        try:
            events, self._buffer = cut(self._buffer)
            while events is not None:
                self._transport.write(
                    answer_frame(self._batcher.scorer, events, time.time_ns() // 1000)
                )
                events, self._buffer = cut(self._buffer)
            self._batcher.rest()
        except ValueError as error:
            self._end(frame_refusal(str(error)))

    def _read_requests(self) -> None:
        while not self._waits:
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
        if not request.body or request.body.isspace():
            self._transport.write(response(400, b"no events in the body\n", "text/plain"))
            return
        self._waits = True
        body = request.body
        self._batcher.put(self, body if body.endswith(b"\n") else body + b"\n")

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
    scorer.warm()
    batcher = Batcher(scorer, snapshot_every)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(batcher), host, port)
    if ready is not None:
        ready.set_result(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


def run_service(service: Coroutine[Any, Any, None]) -> None:
    """Run `service` in a process that does nothing else; on uvloop where the extra `rush` is there.

    Objects that imports left are taken out of the garbage collector's rounds: one such round took
    a third of a second, in which nobody was answered.
    """
    gc.collect()
    gc.freeze()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(service)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the fastest loop there is; None: asyncio's own."""
    if find_spec("uvloop") is None:
        return None
    import uvloop  # noqa: PLC0415  # an extra

    return uvloop.new_event_loop
