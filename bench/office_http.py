"""The last hour over HTTP: the office's own server in processes of its own, a client beside it.

Called by ``bench/office_rush.py --http``. The clock of the hour is shared memory that the client
moves on; each candidate begins, submits, tries to print and asks three times at once to pay.
"""

import asyncio
import json
import multiprocessing
import os
import socket
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Self
from urllib.parse import quote

import numpy as np

from suyuan.casework.office import Office, Opening
from suyuan.casework.opening import open_office
from suyuan.casework.payments import Cashier, PaymentNotice, PaymentOutcome
from suyuan.casework.tokens import issue_token
from suyuan.face.office_api.serving import server_of
from suyuan.face.office_api.site import OfficeSite
from suyuan.face.office_pages.site_pages import office_pages

FEES = "gaokao-2021-fees"
#: Candidates before the clock starts, who are not counted in the times.
WARM = 20


class Books:
    """A provider whose books several processes share: the first who asks settles the order."""

    def __init__(self, path: Path) -> None:
        self.books = sqlite3.connect(path, 30, isolation_level=None, check_same_thread=False)
        self.books.execute("PRAGMA journal_mode=WAL")
        self.books.execute("PRAGMA synchronous=OFF")
        self.books.execute(
            "CREATE TABLE IF NOT EXISTS charge (charge INTEGER PRIMARY KEY, ord TEXT, at TEXT)"
        )
        self.books.execute("CREATE INDEX IF NOT EXISTS charge_ord ON charge (ord)")

    def ask(self, order: str, _: int | None, now: datetime) -> PaymentNotice:
        self.books.execute(
            "INSERT INTO charge (ord, at) SELECT ?, ? WHERE NOT EXISTS"
            " (SELECT 1 FROM charge WHERE ord = ?)",
            (order, now.isoformat(), order),
        )
        return self.query(order, now)

    def query(self, order: str, now: datetime) -> PaymentNotice:
        found = self.books.execute("SELECT at FROM charge WHERE ord = ?", (order,)).fetchone()
        if found is None:
            return PaymentNotice(order, PaymentOutcome.FAILED, now, f"none:{order}")
        at = datetime.fromisoformat(found[0])
        return PaymentNotice(order, PaymentOutcome.SETTLED, at, f"R:{order}")

    def refund(self, receipt: str) -> None:
        """Give the charge back: an order without one has failed."""
        self.books.execute("DELETE FROM charge WHERE ord = ?", (receipt.removeprefix("R:"),))


class SharedClock:
    """Seconds since `start`, in memory that every process sees."""

    def __init__(self, start: datetime, name: str | None = None) -> None:
        self.memory = SharedMemory(name, create=name is None, size=8)
        self.seconds = np.ndarray((1,), np.float64, self.memory.buf)
        self.start = start

    def __call__(self) -> datetime:
        return self.start + timedelta(seconds=float(self.seconds[0]))


def serve(listening: socket.socket, folder: Path, postgres: str | None, name: str, start) -> None:
    """One process of the server, until it is told to stop."""
    office = open_office(folder, postgres)
    cashier = Cashier(office, Books(folder / "books.db"), "person:provider", FEES)
    site = OfficeSite(office, SharedClock(start, name))
    server = server_of(site, office_pages({"gaokao-2021": cashier}))
    server.config.timeout_keep_alive = 600
    server.run(sockets=[listening])
    office.ledger.close()


def cpu_seconds(process: int) -> float:
    """CPU that a process has used, user and system."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Lines:
    """Connections kept open; a request takes one and gives it back."""

    def __init__(self, port: int, tokens: dict[str, str]) -> None:
        self.port, self.tokens = port, tokens
        self.free: asyncio.Queue = asyncio.Queue()
        self.took: list[float] = []
        self.answers: Counter[int] = Counter()

    async def open(self, connections: int) -> None:
        for _ in range(connections):
            self.free.put_nowait(await asyncio.open_connection("127.0.0.1", self.port))

    async def post(self, path: str, who: str, body: bytes, kind: str, key: str = "") -> int:
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\nauthorization: Bearer"
            f" {self.tokens[who]}\r\ncontent-type: {kind}\r\nidempotency-key: {key}\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        line = await self.free.get()
        start = time.perf_counter()
        try:
            reader, writer = line
            writer.write(head.encode() + body)
            status = await self.read(reader)
        finally:
            self.took.append(time.perf_counter() - start)
            self.free.put_nowait(line)
        self.answers[status] += 1
        return status

    async def read(self, reader: asyncio.StreamReader) -> int:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        at = head.find(b"content-length: ")
        if at >= 0:
            length = int(head[at + 16 : head.index(b"\r\n", at)])
            if length:
                await reader.readexactly(length)
        return int(head[9:12])


class HttpRush:
    """Candidates of the last hour, each six requests."""

    def __init__(
        self, lines: Lines, clock: SharedClock, candidates: int, setting: dict,
        started: Callable[[], None],
    ) -> None:  # fmt: skip
        self.lines, self.clock, self.candidates = lines, clock, candidates
        self.started = started
        self.setting = setting

    async def candidate(self, n: int) -> None:
        now = max(0.0, 3600 * n / self.candidates)
        self.clock.seconds[0] = max(now, float(self.clock.seconds[0]))
        opening = Opening("gaokao-2021", f"candidate:{n}", {}, {}, "2021")
        who = {"name": "欧阳娜", "identity": self.setting["identity"], "phone": "13800000000"}
        begin = {
            "procedure": "gaokao-2021",
            "subject": opening.subject,
            "key": "2021",
            "fields": {**who, "category": "ordinary"},
            "parties": self.setting["parties"],
        }
        acts = f"/api/v1/matters/{opening.matter}/acts"
        await self.send("/api/v1/matters", begin, f"b{n}")
        await self.send(acts, {"act": "submit", "fields": self.setting["form"]}, f"s{n}")
        await self.send(acts, {"act": "print"}, f"p{n}")
        order = f"{opening.matter}/registration"
        if n % self.setting["late"] == 0:
            settled = self.clock() + timedelta(seconds=n % 120)
            at = settled.replace(tzinfo=UTC).isoformat()
            told = {"order": order, "outcome": "settled", "at": at, "receipt": f"L:{order}"}
            both = (self.send("/fees/notices", told, "", "provider") for _ in range(2))
            await asyncio.gather(*both)
            return
        path = f"/matters/{quote(opening.matter)}/fees/registration"
        form = f"csrf={self.setting['csrf']}".encode()
        kind = "application/x-www-form-urlencoded"
        await asyncio.gather(*(self.lines.post(path, "candidate", form, kind) for _ in range(3)))

    async def send(self, path: str, body: dict, key: str, who: str = "candidate") -> None:
        content = json.dumps(body).encode()
        await self.lines.post(path, who, content, "application/json", key)

    async def run(self, clients: int) -> float:
        """Seconds for all of them, after some that only warm the server up."""
        await self.lines.open(3 * clients)
        for n in range(-WARM, 0):
            await self.candidate(n)
        self.lines.took.clear()
        self.lines.answers.clear()
        self.started()
        numbers = iter(range(self.candidates))

        async def one() -> None:
            for n in numbers:
                await self.candidate(n)

        start = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(clients)))
        return time.perf_counter() - start


def tokens(office: Office, now: datetime, *people: str) -> dict[str, str]:
    until = now + timedelta(days=2)
    return {who: issue_token(office, f"person:{who}", until, "person:admin", now) for who in people}


class Beside:
    """The office's server in processes of its own, and what CPU they have used."""

    def __init__(self, folder: Path, postgres: str | None, workers: int, start: datetime) -> None:
        self.clock = SharedClock(start)
        self.port = 0
        context = multiprocessing.get_context("spawn")
        self.processes = [
            context.Process(
                target=serve,
                args=(self._listening(), folder, postgres, self.clock.memory.name, start),
            )
            for _ in range(workers)
        ]

    def _listening(self) -> socket.socket:
        """A socket of each process on one port: the kernel shares the connections out."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.bind(("127.0.0.1", self.port))
        listening.listen(1024)
        self.port = listening.getsockname()[1]
        return listening

    def __enter__(self) -> Self:
        for process in self.processes:
            process.start()
        time.sleep(8)  # until each has compiled its procedures
        return self

    def cpu(self) -> list[float]:
        return [cpu_seconds(process.pid) for process in self.processes if process.pid]

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.join(30)
        self.clock.memory.close()
        self.clock.memory.unlink()


def http_rush(
    office: Office, folder: Path, postgres: str | None, candidates: int, clients: int,
    workers: int, start: datetime, setting: dict,
) -> tuple[float, Lines]:  # fmt: skip
    """Serve the office from `workers` processes and send all candidates through them."""
    with Beside(folder, postgres, workers, start) as servers:
        lines = Lines(servers.port, tokens(office, start, "candidate", "provider"))
        before: list[float] = []

        def started() -> None:
            before.extend(servers.cpu())
            before.append(time.process_time())

        rush = HttpRush(lines, servers.clock, candidates, setting, started)
        seconds = asyncio.run(rush.run(clients))
        client = time.process_time() - before.pop()
        spent = [late - early for early, late in zip(before, servers.cpu(), strict=True)]
        a_request = 1000 * sum(spent) / len(lines.took)
        print(f"  CPU: client {client:.1f} s, servers", ", ".join(f"{s:.1f}" for s in spent), "s:")
        print(f"  {a_request:.2f} ms a request; answers {dict(sorted(lines.answers.items()))}")
        sys.stdout.flush()
    return seconds, lines


class MattersBegun:
    """Matters begun over HTTP by so many connections, each waiting for its answer."""

    def __init__(self, lines: Lines, who: str, bodies: list[dict]) -> None:
        self.lines, self.who, self.bodies = lines, who, bodies

    async def run(self, connections: int) -> float:
        """Seconds for all of them."""
        await self.lines.open(connections)
        numbers = iter(range(len(self.bodies)))

        async def one() -> None:
            for n in numbers:
                content = json.dumps(self.bodies[n]).encode()
                await self.lines.post(
                    "/api/v1/matters",
                    self.who,
                    content,
                    "application/json",
                    self.bodies[n]["subject"],
                )

        start = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(connections)))
        return time.perf_counter() - start
