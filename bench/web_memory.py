"""What the workbench's own process takes for a case of a million events that are on disk.

The process serves nothing but the case, so that its highest mark is the workbench's alone: not
what an investigation took before, nor a browser. Its records are read as any case's are.
"""

import http.client
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import uvicorn
from web_screen import many_marks

from suyuan.face.bind_address import listening_socket
from suyuan.face.web.app import build
from suyuan.face.web.serving import give_back
from suyuan.face.web.site import one_case
from suyuan.store.duck import DuckEngine
from suyuan.store.tables import as_declared, stored_schema

EVENTS = 1_000_000
FIRST_DAY = 1_735_689_600_000_000


def stored_calls(path: Path) -> None:
    """A million calls of sixty days among 20,000 numbers and 3,000 cells, as they are stored."""
    draw = np.random.default_rng(7)
    numbers = pa.array([f"{13_000_000_000 + one}" for one in range(20_000)])
    cells = pa.array([f"cell-{one}" for one in range(3_000)])
    moments = FIRST_DAY + draw.integers(0, 60 * 86_400_000_000, EVENTS)
    drawn = {
        "caller": numbers.take(pa.array(draw.integers(0, len(numbers), EVENTS))),
        "callee": numbers.take(pa.array(draw.integers(0, len(numbers), EVENTS))),
        "cell": cells.take(pa.array(draw.integers(0, len(cells), EVENTS))),
        "started_at": pa.array(moments),
        "row_id": pa.array([f"0123456789abcdef:{one}" for one in range(EVENTS)]),
        "line": pa.array(np.arange(EVENTS)),
    }
    schema = stored_schema("calls")
    columns = [
        drawn[one.name].cast(one.type) if one.name in drawn else pa.nulls(EVENTS, one.type)
        for one in schema
    ]
    pq.write_table(pa.table(columns, schema=schema), path)


def _serve(case: Path, out: Path, calls: Path) -> None:
    """Serve the case with these calls in the place of its own, until the input ends."""
    give_back()
    site = one_case(case, out)
    desk = next(iter(site.desks.values()))
    with desk.source() as source:
        engine = source.engine
        assert isinstance(engine, DuckEngine)
        source.records.offer(
            "calls", lambda: engine.view(as_declared(engine, "calls", engine.parquet([calls])))
        )
        ring = source.table("rings")["ring_id"].to_pylist()[0]
    desk.cache(("wide", ring), many_marks)
    listening = listening_socket("127.0.0.1", 0)
    told = {"port": listening.getsockname()[1], "link": site.sessions.one_time_link(), "ring": ring}
    server = uvicorn.Server(uvicorn.Config(build(site), log_level="error", access_log=False))
    threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True).start()
    print(json.dumps(told), flush=True)
    sys.stdin.read()
    server.should_exit = True


def memory(case: Path, out: Path, folder: Path) -> float:
    """The highest mark in MB after pages, sorts, brushes, a wide view and a lead were asked for."""
    stored_calls(folder / "calls.parquet")
    command = [sys.executable, __file__, str(case), str(out), str(folder / "calls.parquet")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        _visit(json.loads(one.stdout.readline()))
        marks = Path(f"/proc/{one.pid}/status").read_text("ascii").splitlines()
        most = next(int(row.split()[1]) for row in marks if row.startswith("VmHWM"))
        assert one.stdin is not None
        one.stdin.close()
    return most / 1024


def _visit(told: dict[str, Any]) -> None:
    server = http.client.HTTPConnection("127.0.0.1", told["port"], timeout=120)
    headers = {"x-suyuan": "1", "content-type": "application/json"}
    server.request("POST", "/api/v1/session", json.dumps({"link": told["link"]}), headers)
    entered = server.getresponse()
    entered.read()
    cookie = {"cookie": entered.headers["set-cookie"].partition(";")[0]}

    def ask(path: str) -> Any:
        server.request("GET", f"/api/v1/cases/zheng{path}", headers=cookie)
        answer = server.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, body[:200])
        return json.loads(body)

    ask("")
    assert ask("/events")["of"] >= EVENTS
    for query in ("sort=amount", "kind=calls", "kind=payments&sort=amount", "offset=777777"):
        ask(f"/events?{query}")
    for day in range(1, 21):
        ask(f"/events?since=2025-01-{day:02}&until=2025-01-{day + 7:02}")
    lead = ask("/findings?role=card_merchant")["items"][0]["id"]
    row = ask(f"/findings/{lead}")["rows"][0]
    ask(f"/rows/{row['table']}/{row['row_id']}?around=3")
    ask(f"/wide?ring={told['ring']}")


if __name__ == "__main__":
    _serve(*map(Path, sys.argv[1:]))
