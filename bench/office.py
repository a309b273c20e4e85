"""Load on the office's ledger and kernel: ``python bench/office.py [--quick] [--only PART]``.

Both sides of each ratio run in this process, one after the other, on the same disk.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from office_http import Beside, Lines, MattersBegun, tokens

from office_people import PARTIES, with_people
from postgres_cluster import cluster, why_not
from suyuan.casework.folding import fold
from suyuan.casework.office import ActForm, Office, Opening
from suyuan.casework.opening import open_office
from suyuan.casework.verbs import Verbs
from suyuan.store.ledger import Draft, EventLedger, SqliteLedger, verify
from suyuan.store.ledger.event import GENESIS
from suyuan.store.ledger.rows import row_behind

NOW = datetime(2023, 3, 1, 2)


def draft(n: int, chain: str) -> Draft:
    at = NOW + timedelta(seconds=n)
    return Draft(
        chain, "noted", "person:1", at, at, f"bank_account:{n}", {"n": n, "why": "x" * 60}, f"k{n}"
    )


def timed(work: Callable[[], int]) -> float:
    """How many a second."""
    start = time.perf_counter()
    done = work()
    return done / (time.perf_counter() - start)


def said(what: str, figure: float, unit: str, goal: str = "") -> None:
    print(f"{what:58} {figure:12,.1f} {unit:10} {goal}", flush=True)


def clients(ledger: EventLedger, count: int, each: int, name: str) -> int:
    """`count` threads, each waiting for every event of its own chain."""

    def client(c: int) -> None:
        for k in range(each):
            ledger.append(draft(k, f"{name}{c}"))

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(client, range(count)))
    return count * each


def pipelined(ledger: EventLedger, events: int) -> int:
    """One program that submits without waiting for each."""
    futures = [
        ledger.submit(lambda t, k=k: t.append(draft(k, f"p{k % 50}"))) for k in range(events)
    ]
    for future in futures:
        future.result()
    return events


def disk_wait(path: Path, times: int = 300) -> float:
    """Seconds until the disk has what one commit writes at least: a page and its header."""
    waits = []
    with path.open("wb", buffering=0) as file:
        for _ in range(times):
            start = time.perf_counter()
            file.write(b"x" * 4_120)
            os.fdatasync(file.fileno())
            waits.append(time.perf_counter() - start)
    return sorted(waits)[times // 2]


def reach(wait: float, single_cpu: float, group_cpu: float) -> None:
    """What group commit can gain at most with this disk, and the disk for which it gains tenfold.

    From CPU seconds, so that others on the machine change little of it.
    """
    said("  CPU of an event with its own commit", single_cpu * 1e6, "µs")
    said("  CPU of an event by group commit", group_cpu * 1e6, "µs")
    said("  most that group commit can gain here", (wait + single_cpu) / group_cpu, "x")
    needed = max(0.0, 10 * group_cpu - single_cpu)
    said("  10 x needs a disk whose wait is at least", needed * 1e3, "ms")


def with_cpu(work: Callable[[], int]) -> tuple[float, float]:
    """How many a second, and CPU seconds of each."""
    start, cpu = time.perf_counter(), time.process_time()
    done = work()
    return done / (time.perf_counter() - start), (time.process_time() - cpu) / done


def sqlite_load(folder: Path, events: int) -> None:
    ledger = SqliteLedger(folder / "load.db")
    wait = disk_wait(folder / "wait")
    said("one write of a page that waits for the disk (median)", wait * 1e3, "ms")
    single, single_cpu = with_cpu(lambda: clients(ledger, 1, events // 100, "s"))
    said("SQLite, one client, one commit each", single, "events/s")
    eight = timed(lambda: clients(ledger, 8, events // 60, "e"))
    said("SQLite, 8 waiting clients", eight, "events/s", f"{eight / single:.1f} x")
    many = timed(lambda: clients(ledger, 64, events // 200, "m"))
    said("SQLite, 64 waiting clients", many, "events/s", f"{many / single:.1f} x")
    group, group_cpu = with_cpu(lambda: pipelined(ledger, events))
    said("SQLite, group commit", group, "events/s", f"{group / single:.1f} x (goal 5,000/s, 10 x)")
    reach(wait, single_cpu, group_cpu)
    verified = timed(lambda: verify(ledger).events)
    said("verify", verified, "events/s", "(goal 100,000/s)")
    assert verify(ledger).whole
    start = time.perf_counter()
    ledger.seal(NOW)
    said("first seal over all of it", (time.perf_counter() - start) * 1e3, "ms")
    ledger.append(draft(1, "last"))
    start = time.perf_counter()
    ledger.seal(NOW)
    said("seal with one event more", (time.perf_counter() - start) * 1e3, "ms")
    ledger.close()


def postgres_load(events: int) -> None:
    from suyuan.store.ledger.postgres import PostgresLedger  # noqa: PLC0415  # an extra

    with cluster(durable=True) as address:
        ledger = PostgresLedger(address)
        clients(ledger, 8, 5, "warm")
        single = timed(lambda: clients(ledger, 1, events // 8, "s"))
        said("PostgreSQL, one client", single, "events/s")
        eight = timed(lambda: clients(ledger, 8, events // 8, "e"))
        said("PostgreSQL, 8 clients", eight, "events/s", f"{eight / single:.1f} x (goal 4 x)")
        said("verify", timed(lambda: verify(ledger).events), "events/s")
        ledger.close()


def opening(n: int) -> Opening:
    parties = {role: PARTIES[role] for role in ("police", "bank", "holder")}
    fields = {"account": str(n), "claim_fen": 100}
    return Opening("stop-payment", f"bank_account:{n}", fields, parties, "1")


def midnight(folder: Path, duties: int) -> None:
    """Rectification notices delivered on one day: all fall due at one midnight."""
    office = with_people(open_office(folder / "midnight"))
    delivered = datetime(2020, 5, 12, 1)
    start = time.perf_counter()
    office.ledger.write(lambda t: notified(office, t, 0, delivered))
    for begin in range(1, duties, 2_000):
        numbers = range(begin, min(begin + 2_000, duties))
        office.ledger.write(lambda t, numbers=numbers: copied(t, numbers))
    said(f"{duties:,} matters notified and delivered (copies)", time.perf_counter() - start, "s")
    for days, what in ((1, "a day later: silence"), (14, "one midnight: overdue")):
        start, cpu = time.perf_counter(), time.process_time()
        written = office.tick(delivered + timedelta(days=days, hours=15))
        took, used = time.perf_counter() - start, time.process_time() - cpu
        said(
            f"{what}, {written:,} events",
            took,
            "s",
            f"{written / took:,.0f}/s (goal 100,000 in 10 s), {used:.1f} s of CPU",
        )
        assert written == duties
        assert office.tick(delivered + timedelta(days=days, hours=15)) == 0
    assert verify(office.ledger).whole
    office.ledger.close()


def copied(transaction, numbers: range) -> None:
    """The first matter again for other operators: the same events, each chained anew."""
    [(first,)] = transaction.execute("SELECT id FROM matter ORDER BY opened LIMIT 1")
    model = transaction.events(first)
    matters = transaction.execute("SELECT * FROM matter WHERE id = ?", (first,))
    owed = transaction.execute("SELECT * FROM duty WHERE matter = ?", (first,))
    events, matter_rows, duty_rows = [], [], []
    for n in numbers:
        name, subject, end = f"rectify:copy{n}", f"operator:{n}", (0, GENESIS, "")
        for event in model:
            plan = Draft(
                name,
                event.kind,
                event.actor,
                event.at,
                event.recorded,
                subject,
                event.body,
                event.key,
            )
            row, end = row_behind(plan, end)
            events.append(row)
        [row] = matters
        matter_rows.append((name, *row[1:4], subject, *row[5:8], end[1], *row[9:]))
        duty_rows += [(name, *line[1:]) for line in owed]
    transaction.insert(events)
    transaction.execute_many(f"INSERT INTO matter VALUES ({', '.join('?' * 11)})", matter_rows)
    transaction.execute_many(f"INSERT INTO duty VALUES ({', '.join('?' * 11)})", duty_rows)


def notified(office: Office, transaction, n: int, at: datetime) -> None:
    verbs = Verbs(office.registry, transaction)
    parties = {"regulator": PARTIES["regulator"], "org": PARTIES["org"]}
    made = Opening("rectify", f"operator:{n}", {"rule": "sim-segment"}, parties, str(n))
    verbs.begin(made, "person:regulator-1", at)
    form = ActForm(made.matter, "notify", {"remedy": "r"})
    proposal = verbs.act(form, "person:regulator-1", at)
    verbs.approve(made.matter, proposal.number, "person:regulator-2", at)
    verbs.act(ActForm(made.matter, "delivered", {}), "person:regulator-1", at)


def folds(folder: Path) -> None:
    """A stop-payment of ten events."""
    office = with_people(open_office(folder / "folds"))
    matter = office.begin(opening(1), "person:police-1", NOW)
    steps = [
        ("instruct", "police", {"amount_fen": 50}),
        ("stop", "bank", {"matching": True}),
        ("freeze", "police", {"document": "D", "lien_fen": 50}),
        ("tell_holder", "bank", {"reason": "r", "remedy": "m", "materials": "x"}),
        ("renew", "police", {"document": "D2"}),
        ("release", "bank", {}),
    ]
    now = NOW
    for act, role, fields in steps:
        now += timedelta(minutes=5)
        event = office.act(ActForm(matter, act, fields), f"person:{role}-1", now)
        if event.kind.endswith(".proposed"):
            office.approve(matter, event.number, f"person:{role}-2", now)
    events = list(office.ledger.events(matter))
    procedure, law = office.registry.procedures["stop-payment"], office.registry.law
    repeat = 5_000
    start = time.perf_counter()
    for _ in range(repeat):
        fold(procedure, law, events, now)
    said(
        f"fold of {len(events)} events",
        (time.perf_counter() - start) / repeat * 1e6,
        "µs",
        "(goal 100 µs for ten)",
    )
    office.ledger.close()


def http(folder: Path, requests: int) -> None:
    """The same act through the kernel and over HTTP: a server of its own, the client beside it."""
    office = with_people(open_office(folder))
    parties = {role: PARTIES[role] for role in ("police", "bank", "holder")}
    fields = {"account": "1", "claim_fen": 1}

    def direct(n: int) -> None:
        asked = Opening("stop-payment", f"bank_account:d{n}", fields, parties, "k")
        office.begin(asked, "person:police-1", NOW)

    with ThreadPoolExecutor(24) as pool:
        start = time.perf_counter()
        list(pool.map(direct, range(requests)))
        kernel = requests / (time.perf_counter() - start)
    said("matters begun by 24 threads, no HTTP", kernel, "a second")
    bodies = [
        {"procedure": "stop-payment", "subject": f"bank_account:{n}", "key": "k"}
        | {"fields": fields, "parties": parties}
        for n in range(requests)
    ]
    with Beside(folder, None, 1, NOW) as server:
        lines = Lines(server.port, tokens(office, NOW, "police-1"))
        asyncio.run(MattersBegun(lines, "police-1", bodies[:50]).run(24))
        lines = Lines(server.port, lines.tokens)
        before = sum(server.cpu())
        seconds = asyncio.run(MattersBegun(lines, "police-1", bodies[50:]).run(24))
        spent = sum(server.cpu()) - before
    assert set(lines.answers) == {201}, lines.answers
    waits = sorted(lines.took)
    said("matters begun over HTTP, 24 clients", len(waits) / seconds, "a second", "(goal 500/s)")
    said("  of these 99 % within", waits[int(0.99 * len(waits))] * 1e3, "ms", "(goal 250 ms)")
    said("  CPU of the server for each", spent / len(waits) * 1e3, "ms")
    assert verify(office.ledger).whole
    office.ledger.close()


CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from office import draft
from suyuan.store.ledger import SqliteLedger
ledger = SqliteLedger(Path(sys.argv[1]))
n = int(sys.argv[3])
while True:
    numbers = range(n, n + 20)
    futures = [ledger.submit(lambda t, k=k: t.append(draft(k, f"c{k % 7}"))) for k in numbers]
    for future in futures:
        print(future.result().key, flush=True)
    n += 20
"""


def killed(folder: Path, times: int) -> None:
    """Kill -9 under load: what was acknowledged is there, once."""
    path = folder / "killed.db"
    SqliteLedger(path).close()
    acknowledged: list[str] = []
    for round_ in range(times):
        child = subprocess.Popen(
            [
                sys.executable,
                "-c",
                CHILD,
                str(path),
                str(Path(__file__).parent),
                str(round_ * 1_000_000),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        acknowledged.append(child.stdout.readline().strip())
        time.sleep(0.01 + 0.02 * (round_ % 10))
        os.kill(child.pid, signal.SIGKILL)
        acknowledged += [line.strip() for line in child.stdout if line.endswith("\n")]
        child.wait()
    ledger = SqliteLedger(path)
    stored = [event.key for event in ledger.events()]
    lost = set(acknowledged) - set(stored)
    said(
        f"{times} kills, {len(acknowledged):,} acknowledged, {len(stored):,} stored: lost",
        len(lost),
        "events",
        "(goal 0)",
    )
    assert not lost
    assert len(stored) == len(set(stored))
    assert verify(ledger).whole
    ledger.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--kills", type=int, default=20, help="100 takes three minutes by itself")
    asked = parser.parse_args()
    scale = 10 if asked.quick else 1
    print("load average", os.getloadavg())
    body = json.dumps({"n": 1, "why": "x" * 60})
    start = time.perf_counter()
    for _ in range(100_000):
        json.loads(body)
    said(
        "for comparison: json.loads of a small body",
        1e5 / (time.perf_counter() - start),
        "a second",
    )
    parts = {
        "sqlite": lambda folder: sqlite_load(folder, 60_000 // scale),
        "postgres": lambda _: print(why_not()) if why_not() else postgres_load(8_000 // scale),
        "folds": folds,
        "midnight": lambda folder: midnight(folder, 100_000 // scale),
        "http": lambda folder: http(folder, 4_000 // scale),
        "killed": lambda folder: killed(folder, max(1, asked.kills // scale)),
    }
    for name, part in parts.items():
        if asked.only in ("", name):
            with tempfile.TemporaryDirectory() as folder:
                part(Path(folder))


if __name__ == "__main__":
    main()
