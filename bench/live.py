"""Live scoring: the kernel, state, recovery, and the service under an open loop.

    python bench/live.py core    [--subscribers N]            kernel and bytes a subscriber
    python bench/live.py recover [--events N]                 the whole log, and from a snapshot
    python bench/live.py lines   [--rate R --seconds S --runs N]   newline JSON
    python bench/live.py frames  [--rate R --seconds S --runs N]   keyed events in bulk
    python bench/live.py http    [--rate R --seconds S --runs N]   one payment a request, 64 callers

An event's clock starts when it is due, not when it could be sent, so that a server that stalls is
charged for all who wait. The client runs beside the server on the same cores; the server's CPU for
each event and the machine's load are printed with each run.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from suyuan.detect.cards import scorecard
from suyuan.live.events import EVENT, EventKind
from suyuan.live.fold import fold
from suyuan.live.frames import ANSWER, frame
from suyuan.live.journal import Journal, read_journal
from suyuan.live.keys import Keyring
from suyuan.live.policy import default_policy
from suyuan.live.scorer import Scorer
from suyuan.live.service import run_service as run_alone
from suyuan.live.service import serve
from suyuan.live.state import empty_state, memory, with_room

KINDS = (EventKind.PAYMENT, EventKind.CALL, EventKind.ORDER, EventKind.LOAN)
SHARES = (0.6, 0.25, 0.1, 0.05)
CALLERS = 64


def register(subscribers: int) -> np.ndarray:
    """A phone and an account for each of so many people, and when the account was opened."""
    person = np.arange(1, subscribers + 1, dtype=np.uint64)
    events = np.zeros((3, subscribers), EVENT)
    events["kind"] = np.array([[EventKind.LINK], [EventKind.LINK], [EventKind.OPENED]])
    events["a"] = [person, person + 2**40, person + 2**40]
    events["b"][:2] = person + 2**41
    events["at"] = 1_600_000_000_000_000
    return events.reshape(-1)


def drawn(size: int, subscribers: int, seed: int = 1) -> np.ndarray:
    """60 % payments (to four payees each), 25 % calls, 10 % orders, 5 % loans; uniform people."""
    rng = np.random.default_rng(seed)
    events = np.zeros(size, EVENT)
    kind = rng.choice(KINDS, size, p=SHARES)
    one = rng.integers(1, subscribers + 1, size)
    other = (one * 7919 + rng.integers(0, 4, size) * 104_729) % subscribers + 1
    account, phone = np.uint64(2**40), np.uint64(0)
    calls = kind == EventKind.CALL
    events["kind"] = kind
    events["a"] = one.astype(np.uint64) + np.where(kind == EventKind.ORDER, phone, account)
    events["b"] = other.astype(np.uint64) + account
    events["a"][calls] -= account
    events["b"][calls] -= account
    events["b"][kind == EventKind.ORDER] %= np.uint64(5000)
    events["b"][kind == EventKind.ORDER] += np.uint64(2**42)
    events["c"] = np.where(kind == EventKind.PAYMENT, np.arange(1, size + 1), 0)
    events["at"] = np.sort(rng.integers(1, 30 * 86_400_000_000, size)) + 1_700_000_000_000_000
    events["known"] = events["at"]
    events["amount"] = rng.integers(1, 5_000_000, size)
    events["seconds"] = rng.integers(0, 900, size)
    return events


def core(subscribers: int) -> None:
    state = empty_state(subscribers)
    for part in np.array_split(register(subscribers), max(1, subscribers // 5_000)):
        state = with_room(state, len(part))
        fold(part, state)
    events = drawn(4 * subscribers, subscribers)
    size = min(len(events) // 3, 2_000_000)
    start = 0
    for batch in (64, 4096, 65_536):
        cpu = time.process_time()
        part = events[start : start + size]
        for first in range(0, size, batch):
            piece = part[first : first + batch]
            state = with_room(state, 2 * len(piece))
            fold(piece, state)
        spent = time.process_time() - cpu
        print(f"batch {batch:>9,}: {size / spent:>12,.0f} events a CPU second")
        start += size
    for first in range(start, len(events), 4096):
        state = with_room(state, 8192)
        fold(events[first : first + 4096], state)
    print(
        f"{subscribers:,} subscribers, {len(events):,} events: state {memory(state) / 1e9:.2f} GB,"
        f" {memory(state) / subscribers:.0f} bytes a subscriber"
    )
    for name, table, filled in zip(state._fields, state[:6], state.fills, strict=False):
        print(f"  {name:9} {table.dtype.itemsize:3} B x {int(filled):>11,} keys,"
              f" {filled / table.size:.2f} full")  # fmt: skip


def recover(size: int) -> None:
    people = max(size // 10, 1000)
    with tempfile.TemporaryDirectory() as folder:
        journal, events = Journal(Path(folder)), drawn(size, people)
        for start in range(0, size, 64):
            journal.append(events[start : start + 64])
        journal.close()
        started = time.perf_counter()
        sum(len(part) for part in read_journal(Path(folder)))
        print(f"{size:,} events in frames of 64, {people:,} people: read in"
              f" {time.perf_counter() - started:.1f} s")  # fmt: skip
        _started(Path(folder), "from the whole log", snapshot=True)
        _started(Path(folder), "from a snapshot")


def _started(folder: Path, name: str, *, snapshot: bool = False) -> None:
    started, cpu = time.perf_counter(), time.process_time()
    scorer = Scorer(folder, scorecard("payment_risk"), default_policy(), Keyring(b"1"))
    wall, spent = time.perf_counter() - started, time.process_time() - cpu
    print(f"  {name}: {wall:.1f} s, {spent:.1f} CPU s, load {os.getloadavg()[0]:.1f}")
    if snapshot:
        started = time.perf_counter()
        path = scorer.snapshot()
        print(f"  a snapshot of {path.stat().st_size / 1e9:.2f} GB written in"
              f" {time.perf_counter() - started:.1f} s")  # fmt: skip
    scorer.close()


def lines(count: int) -> list[bytes]:
    """The same mixture as JSON."""
    at = "2026-03-01T09:00:00+08:00"
    written = []
    for n, event in enumerate(drawn(count, 1_000_000)):
        a, b = str(int(event["a"]) % 2**40), str(int(event["b"]) % 2**40)
        if event["kind"] == EventKind.PAYMENT:
            body = {"kind": "payment", "id": str(n), "payer": a, "payee": b,
                    "amount": f"{event['amount'] / 100:.2f}"}  # fmt: skip
        elif event["kind"] == EventKind.CALL:
            body = {"kind": "call", "caller": a, "callee": b, "seconds": int(event["seconds"])}
        elif event["kind"] == EventKind.ORDER:
            body = {"kind": "order", "buyer": a, "merchant": b}
        else:
            body = {"kind": "loan", "payee": a, "amount": "50000.00"}
        written.append(json.dumps(body | {"at": at}).encode() + b"\n")
    return written


async def load_lines(port: int, rate: int, seconds: float) -> np.ndarray:
    """Latency of each line in ms: what is due in a millisecond is sent in it."""
    sent = lines(int(rate * seconds))
    step = max(1, rate // 1000)
    parts = [b"".join(sent[start : start + step]) for start in range(0, len(sent), step)]
    due = np.arange(len(sent)) // step / 1000.0
    return await _open_loop(port, parts, due, b"\n")


async def load_frames(port: int, rate: int, seconds: float) -> np.ndarray:
    """Latency of each frame in ms, one due each millisecond."""
    events = drawn(int(rate * seconds), 1_000_000)
    step = max(1, rate // 1000)
    parts = [frame(events[start : start + step]) for start in range(0, len(events), step)]
    paid = [int((events["kind"][s : s + step] == EventKind.PAYMENT).sum())
            for s in range(0, len(events), step)]  # fmt: skip
    ends = np.cumsum([8 + count * ANSWER.itemsize for count in paid])
    due = np.arange(len(parts)) / 1000.0
    return await _open_loop(port, parts, due, ends)


async def _open_loop(
    port: int, parts: list[bytes], due: np.ndarray, ends: bytes | np.ndarray
) -> np.ndarray:
    """Parts are sent one a millisecond; answers end with `ends`, or lie before those offsets."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = np.empty(len(due))
    begin = time.perf_counter() + 0.05

    async def read() -> None:
        done = held = 0
        while done < len(due):
            part = await reader.read(1 << 18)
            if not part:
                raise RuntimeError("the server hung up")
            now = time.perf_counter() - begin
            held += len(part)
            fresh = part.count(ends) if isinstance(ends, bytes) else (
                int(np.searchsorted(ends, held, side="right")) - done
            )  # fmt: skip
            answered[done : done + fresh] = now
            done += fresh

    task = asyncio.create_task(read())
    for place, part in enumerate(parts):
        wait = begin + place / 1000.0 - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        writer.write(part)
    await task
    writer.close()
    return (answered - due) * 1000.0


async def load_http(port: int, rate: int, seconds: float) -> np.ndarray:
    """One payment a request over 64 connections that are kept; each request has its due time."""
    sent = [line for line in lines(int(rate * seconds / 0.6 * 1.05)) if b'"payment"' in line]
    sent = sent[: int(rate * seconds)]
    took = np.empty(len(sent))
    begin = time.perf_counter() + 0.05

    async def caller(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for place in range(first, len(sent), CALLERS):
            due = begin + place / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            body = sent[place]
            head = f"POST /v1/payments HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await reader.readuntil(b"\r\n\r\n")
            await reader.readuntil(b"\n")
            took[place] = (time.perf_counter() - due) * 1000.0
        writer.close()

    await asyncio.gather(*(caller(first) for first in range(CALLERS)))
    return took


LOADS = {"lines": (load_lines, 50_000), "frames": (load_frames, 200_000), "http": (load_http, 5000)}


def served(what: str, rate: int, seconds: float, runs: int) -> None:
    load, usual = LOADS[what]
    rate = rate or usual
    medians = []
    for run in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            child = subprocess.Popen([sys.executable, __file__, "child", "--folder", folder],
                                     stdout=subprocess.PIPE)  # fmt: skip
            assert child.stdout is not None
            port = int(child.stdout.readline())
            before, started = _cpu(child.pid), time.perf_counter()
            took = asyncio.run(load(port, rate, seconds))
            spent, wall = _cpu(child.pid) - before, time.perf_counter() - started
            child.terminate()
            child.wait()
        events = int(rate * seconds)
        p50, p99, p999 = np.percentile(took, [50, 99, 99.9])
        medians.append(p99)
        print(f"run {run}: {what} {rate:,}/s p50 {p50:.2f} p99 {p99:.2f} p999 {p999:.2f} ms,"
              f" {spent / events * 1e6:.1f} CPU us an event, {events / spent:,.0f} a CPU second,"
              f" wall {wall:.1f} s, load {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(f"median p99 {np.median(medians):.2f} ms")


def _cpu(process: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def child(folder: str) -> None:
    scorer = Scorer(
        Path(folder), scorecard("payment_risk"), default_policy(), Keyring(b"1"),
        subscribers=1 << 20,
    )  # fmt: skip
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(scorer, "127.0.0.1", 0, ready))
    print(await ready, flush=True)
    await task


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["core", "recover", *LOADS, "child"])
    parser.add_argument("--subscribers", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", default="")
    asked = parser.parse_args()
    if asked.what == "child":
        run_alone(child(asked.folder))
    elif asked.what == "core":
        core(asked.subscribers)
    elif asked.what == "recover":
        recover(asked.events)
    else:
        served(asked.what, asked.rate, asked.seconds, asked.runs)
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
