"""The last hour of registration: everybody submits and pays at once, and nobody pays twice.

    python bench/office_rush.py [--candidates 30000] [--clients 64] [--postgres ADDRESS]
    python bench/office_rush.py --http [--workers 1] [--clients 16] [--candidates 30000]
    python bench/office_rush.py --rules 100000

``--postgres`` is an address, or ``own`` for a durable cluster of the bench's own. With ``--http``
the server runs in processes of its own, and the client beside it. The first form runs the office in
this process: each candidate begins, submits, asks to pay three
times at once, tries to print a ticket; one payment in ten is told minutes late and twice, some of
them after midnight. The second judges candidates as a table, and each row again by closures.
"""

import argparse
import hashlib
import hmac
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import ibis
import numpy as np
import pyarrow as pa
from office_http import Books, http_rush

from postgres_cluster import cluster
from suyuan.casework.checks import Post, RefusedError
from suyuan.casework.compiled import load_procedures
from suyuan.casework.office import ActForm, Office, Opening
from suyuan.casework.opening import open_office
from suyuan.casework.payments import Cashier, PaymentNotice
from suyuan.casework.simulated_provider import SimulatedProvider
from suyuan.model.columns import ARROW_TYPES
from suyuan.model.times import utc
from suyuan.rulebook import load_rules
from suyuan.rulebook.declare import Rule
from suyuan.rulebook.judge import judge
from suyuan.rulebook.row_rule import row_rule

IDENTITY = "11010519491231002X"
LAST_HOUR, CLOSED = utc(datetime(2020, 11, 20, 23)), utc(datetime(2020, 11, 21))
PARTIES = {r: f"party:{r}" for r in ("candidate", "point", "office", "provider")}
FORM: dict[str, Any] = {
    "category": "ordinary",
    "arts": False,
    "sports": False,
    "graduate": "this_year",
    "school_kind": "general",
    "register": "city",
    "area": "urban",
    "roll_local": True,
    "roll_point": True,
    "cram_school": False,
}
#: One payment in so many is told late and twice.
TOLD_LATE = 10
#: Candidates of the page's city in the last hour: an assumption.
CITY = 30_000


class Rush:
    """One rush on one office."""

    def __init__(self, office: Office, candidates: int, clients: int) -> None:
        self.office, self.candidates = office, candidates
        self.provider = SimulatedProvider()
        self.cashier = Cashier(office, self.provider, "person:provider", "gaokao-2021-fees")
        self.took: list[float] = []
        self.refused: Counter[str] = Counter()
        self.payers = ThreadPoolExecutor(3 * clients)
        self.clients = ThreadPoolExecutor(clients)

    def people(self) -> None:
        since = datetime(2020, 1, 1)
        registrar = Post("person:admin", "registrar", "party:office", "", since, None)
        self.office.grant(registrar, "person:admin", since)
        for role, party in PARTIES.items():
            post = Post(f"person:{role}", role, party, "", since, None)
            self.office.grant(post, "person:admin", since)

    def request(self, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        try:
            return work()
        except RefusedError as refused:
            self.refused[refused.text("zh")[:30]] += 1
            return None
        finally:
            self.took.append(time.perf_counter() - start)

    def candidate(self, n: int) -> None:
        now = LAST_HOUR + timedelta(hours=1) * (n / self.candidates)
        person = "person:candidate"
        who = {"name": "欧阳娜", "identity": IDENTITY, "phone": "13800000000"}
        opening = Opening(
            "gaokao-2021", f"candidate:{n}", {**who, "category": "ordinary"}, PARTIES, "2021"
        )
        matter = self.request(lambda: self.office.begin(opening, person, now))
        self.request(lambda: self.office.act(ActForm(matter, "submit", FORM), person, now))
        self.request(lambda: self.office.act(ActForm(matter, "print", {}), person, now))
        if n % TOLD_LATE == 0:
            self.told_late(matter, n, now)
            return
        asked: list[Future[Any]] = [
            self.payers.submit(
                self.request, lambda: self.cashier.ask(matter, "registration", person, now)
            )
            for _ in range(3)
        ]
        for each in asked:
            each.result()

    def told_late(self, matter: str, n: int, now: datetime) -> None:
        """Settled up to two minutes later, told three minutes after that, twice at once."""
        order = f"{matter}/registration"
        settled = now + timedelta(seconds=n % 120)
        notice: PaymentNotice = self.provider.ask(order, None, settled)
        told = settled + timedelta(minutes=3)
        both = [
            self.payers.submit(self.request, lambda: self.cashier.note(notice, told))
            for _ in range(2)
        ]
        for each in both:
            each.result()

    def run(self) -> float:
        start = time.perf_counter()
        list(self.clients.map(self.candidate, range(self.candidates)))
        return time.perf_counter() - start

    def check(self) -> dict[str, int]:
        return checked(self.office, self.provider.charges)


def rush(candidates: int, clients: int, postgres: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        office = open_office(Path(folder), postgres)
        running = Rush(office, candidates, clients)
        running.people()
        seconds = running.run()
        took = np.array(running.took) * 1000
        print(f"{candidates} candidates, {len(took)} requests in {seconds:.1f} s:", end=" ")
        print(
            f"{candidates / seconds:.0f} candidates/s, {len(took) / seconds:.0f} requests/s,",
            end=" ",
        )
        print(f"p50 {np.percentile(took, 50):.0f} ms, p99 {np.percentile(took, 99):.0f} ms")
        for name, number in running.check().items():
            print(f"  {name}: {number}")
        for words, number in running.refused.most_common():
            print(f"  refused {number}: {words}")
        _room(candidates / seconds)
        office.ledger.close()


def over_http(candidates: int, clients: int, workers: int, postgres: str | None) -> None:
    """The same through the server."""
    with tempfile.TemporaryDirectory() as folder:
        office = open_office(Path(folder), postgres)
        Rush(office, candidates, 1).people()
        csrf = hmac.new(b"", b"office form", hashlib.sha256).hexdigest()
        setting = {
            "identity": IDENTITY, "parties": PARTIES, "form": FORM, "late": TOLD_LATE,
            "csrf": csrf,
        }  # fmt: skip
        seconds, lines = http_rush(
            office, Path(folder), postgres, candidates, clients, workers, LAST_HOUR, setting
        )
        took = np.array(lines.took) * 1000
        print(f"over HTTP, {workers} server processes, {clients} candidates at once:", end=" ")
        print(f"{candidates} candidates, {len(took)} requests in {seconds:.1f} s:", end=" ")
        print(f"{candidates / seconds:.0f} candidates/s, {len(took) / seconds:.0f} requests/s,")
        print(f"  p50 {np.percentile(took, 50):.0f} ms, p99 {np.percentile(took, 99):.0f} ms")
        charges = Counter(
            row[0]
            for row in Books(Path(folder) / "books.db").books.execute("SELECT ord FROM charge")
        )
        for name, number in checked(office, charges).items():
            print(f"  {name}: {number}")
        _room(candidates / seconds)
        office.ledger.close()


def _room(rate: float) -> None:
    mean, peak = CITY / 3600, CITY / 2 / 300
    print(f"  {CITY} in the last hour are {mean:.1f}/s; half of them in its last", end=" ")
    print(f"five minutes {peak:.0f}/s: room {rate / peak:.1f} x")


def checked(office: Office, charges: Counter[str]) -> dict[str, int]:
    """What must be nought, and how many are registered."""
    events = Counter[tuple[str, str]]()
    late = printed = 0
    for event in office.ledger.events():
        events[event.chain, event.kind] += 1
        late += event.kind == "pay_registration" and event.at >= CLOSED
        printed += event.kind == "print"
    paid = Counter(n for (_, kind), n in events.items() if kind == "pay_registration")
    return {
        "registered": paid[1],
        "paid twice": sum(times for n, times in paid.items() if n > 1),
        "charged twice by the provider": sum(n > 1 for n in charges.values()),
        "registered though settled after the window": late,
        "tickets before payment": printed,
        "to be paid back": sum(kind == "payment_excess" for _, kind in events),
    }


def drawn(rules: list[Rule], rows: int) -> pa.Table:
    """Candidates of every kind that the form can describe, one cell in ten left open."""
    draw = np.random.default_rng(7)
    fields = load_procedures()["gaokao-2021"].fields
    facts = {fact.name: fact for rule in rules for fact in rule.facts.values()}
    columns = {}
    for name, fact in facts.items():
        field = fields.get(name)
        words: Any = (field.words if field else None) or (
            [True, False] if fact.type.value == "bool" else list(range(1, 31))
        )
        cells = [words[i] for i in draw.integers(0, len(words), rows)]
        columns[name] = pa.array(cells, ARROW_TYPES[fact.type], mask=draw.random(rows) < 0.1)
    return pa.table(columns)


def judged(rows: int) -> None:
    rules = [
        r for r in load_rules() if r.id.startswith("gaokao-2021-") and r.id != "gaokao-2021-fees"
    ]
    table, day = drawn(rules, rows), utc(datetime(2020, 11, 12))
    database = ibis.duckdb.connect()
    there = database.create_table("candidates", table)
    moment = ibis.literal(day)
    columns = {}
    for rule in rules:
        scope = {name: there[name] for name in there.columns}
        found = judge(rule, scope, moment)
        columns[rule.id.replace("-", "_")] = found["condition"]
    query = ibis.to_sql(there.select(**columns), dialect="duckdb")
    start, used = time.perf_counter(), time.process_time()
    by_table = database.raw_sql(str(query)).to_arrow_table()
    seconds, used = time.perf_counter() - start, time.process_time() - used
    print(f"{rows} candidates by {len(rules)} rules as a table: {seconds:.2f} s,", end=" ")
    print(f"{rows / seconds:.0f} rows/s with compiling in the database;", end=" ")
    print(f"{used:.2f} s of CPU")
    facts = table.to_pylist()
    start = time.perf_counter()
    differing = 0
    for rule in rules:
        one = row_rule(rule)
        told = by_table[rule.id.replace("-", "_")].to_pylist()
        differing += sum(
            (one.judge(f, day).condition or "") != t for f, t in zip(facts, told, strict=True)
        )
    seconds = time.perf_counter() - start
    print(f"each again by closures: {seconds:.1f} s,", end=" ")
    print(f"{rows * len(rules) / seconds:.0f} answers/s; differing: {differing}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=30_000)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--postgres")
    parser.add_argument("--rules", type=int, help="judge so many candidates instead")
    parser.add_argument("--http", action="store_true", help="through the server")
    parser.add_argument("--workers", type=int, default=1, help="server processes")
    asked = parser.parse_args()
    if asked.rules:
        judged(asked.rules)
        return
    with ExitStack() as stack:
        postgres = asked.postgres
        if postgres == "own":
            postgres = stack.enter_context(cluster(durable=True))
        if asked.http:
            over_http(asked.candidates, asked.clients, asked.workers, postgres)
        else:
            rush(asked.candidates, asked.clients, postgres)


if __name__ == "__main__":
    main()
