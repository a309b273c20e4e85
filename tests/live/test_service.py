"""The same answers over a socket and over HTTP; what is malformed ends in a clear answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from story import THIRD_PAYMENT
from wire import lines_of_the_story, scorer

from suyuan.live.service import loop_factory, serve


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[int]:
    live, ready = scorer(folder), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(live, "127.0.0.1", 0, ready))
    try:
        yield await ready
    finally:
        task.cancel()
        live.close()


async def talk(port: int, sent: bytes, until: bytes | int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    got = b""
    while (got.count(b"\n") < until) if isinstance(until, int) else (until not in got):
        part = await asyncio.wait_for(reader.read(1 << 16), 20)
        if not part:
            break
        got += part
    writer.close()
    return got


def post(lines: list[bytes]) -> bytes:
    body = b"\n".join(lines)
    head = f"POST /v1/payments HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize("factory", [None, loop_factory()])
def test_lines_and_http_give_the_same_answers(
    tmp_path: Path, factory: Callable[[], asyncio.AbstractEventLoop] | None
) -> None:
    lines = lines_of_the_story()

    async def both() -> tuple[bytes, bytes]:
        async with served(tmp_path / "lines") as port:
            plain = await talk(port, b"\n".join(lines) + b"\n", len(lines))
        async with served(tmp_path / "http") as port:
            # Two requests in one piece, cut where it hurts.
            whole = await talk(port, post(lines[:7]) + post(lines[7:]), THIRD_PAYMENT.encode())
        return plain, whole

    with asyncio.Runner(loop_factory=factory) as runner:
        plain, whole = runner.run(both())
    answers = [json.loads(line) for line in plain.splitlines()]
    third = next(answer for answer in answers if answer.get("id") == THIRD_PAYMENT)
    assert third["action"] == "hold"
    assert whole.count(b"HTTP/1.1 200 OK") == 2
    assert [line for line in plain.splitlines() if line != b"{}"] == [
        line for line in whole.splitlines() if line.startswith(b'{"id"')
    ]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /nowhere HTTP/1.1\r\n\r\n", b"404"),
        (b"POST /v1/payments HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"POST /v1/payments HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", b"413"),
        (b"POST /v1/payments HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
        (b"POST /v1/payments HTTP/1.1\r\nContent-Length: 1\r\n\r\n\n", b"400"),
        (b"GET /health HTTP/1.1\r\n\r\n", b"200"),
        (b"PUT\r\n\r\n", b"400"),
    ],
)
def test_http_that_cannot_be_served(tmp_path: Path, sent: bytes, status: bytes) -> None:
    async def ask() -> bytes:
        async with served(tmp_path) as port:
            return await talk(port, sent, b"\r\n\r\n")

    assert asyncio.run(ask()).split(b" ")[1] == status


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    async def ask() -> bytes:
        async with served(tmp_path) as port:
            return await talk(port, b"{" * 40_000, 1)

    assert json.loads(asyncio.run(ask()))["error"] == "line too long"


def test_metrics_count_what_was_answered(tmp_path: Path) -> None:
    lines = lines_of_the_story()

    async def ask() -> tuple[bytes, bytes]:
        async with served(tmp_path) as port:
            answers = await talk(port, b"\n".join(lines) + b"\n{\n", len(lines) + 1)
            return answers, await talk(port, b"GET /metrics HTTP/1.1\r\n\r\n", b'"hold"} ')

    answers, counted = asyncio.run(ask())
    held = answers.count(b'"action":"hold"')
    assert f"suyuan_live_lines_total {len(lines) + 1}".encode() in counted
    assert b"suyuan_live_refused_total 1" in counted
    assert f'suyuan_live_answers_total{{action="hold"}} {held}'.encode() in counted
