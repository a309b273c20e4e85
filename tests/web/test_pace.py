"""How often one may ask, and what a child of the server tells."""

import sys
import time

import pytest
from site_of import ALONE_HEADERS, client_of

from suyuan.face.web import jobs
from suyuan.face.web.guard import SEARCHES
from suyuan.face.web.jobs import Jobs
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.request_pace import Pace
from suyuan.face.web.site import Site

CASE = "/api/v1/cases/zheng"


def test_a_window_that_moves_on_lets_in_again() -> None:
    now = [0.0]
    pace = Pace(2, 10.0, lambda: now[0])
    assert [pace.over("a"), pace.over("a"), pace.over("a"), pace.over("b")] == [
        False,
        False,
        True,
        False,
    ]
    now[0] = 10.1
    assert not pace.over("a")


def test_numbers_cannot_be_tried_one_after_the_other(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("suyuan.face.web.guard.SEARCHES", (SEARCHES[0], 6000.0))
    client = client_of(site)
    client.headers.update(ALONE_HEADERS)
    client.post("/api/v1/session", json={"link": site.sessions.one_time_link()})
    codes = [
        client.post(f"{CASE}/search", json={"text": f"1380000{index:04d}"}).status_code
        for index in range(SEARCHES[0] + 2)
    ]
    assert codes == [200] * SEARCHES[0] + [429] * 2
    late = client.post(f"{CASE}/why", json={"text": "13800000000"})
    assert late.status_code == 429
    assert late.headers["retry-after"]
    assert client.get(CASE).status_code == 200


def _wait(job: jobs.Job) -> str:
    for _ in range(200):
        if job.state not in {"running", "stopping"} and job.end:
            break
        time.sleep(0.05)
    return job.state


SAYS = """
import json, time
def tell(**it): print(json.dumps(it), flush=True)
print('a library says something')
tell(what='start', title={'en': 'Reading', 'zh': '读取'})
tell(what='advance', done=3, total=9)
{more}
tell(what='finish', rows=9, seconds=1.5)
tell(what='answer', answer={'files': []})
"""


def _job(monkeypatch: pytest.MonkeyPatch, more: str = "") -> tuple[Jobs, jobs.Job]:
    monkeypatch.setattr(jobs, "_CHILD", SAYS.replace("{more}", more))
    made = Jobs()
    return made, made.start("zheng", "run", "li", [])


def test_a_child_tells_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    _, job = _job(monkeypatch)
    assert _wait(job) == "done"
    assert job.steps == [
        {
            "title": {"en": "Reading", "zh": "读取"},
            "state": "done",
            "done": 3,
            "total": 9,
            "rows": 9,
            "seconds": 1.5,
        }
    ]
    assert job.answer == {"files": []}


def test_a_child_is_stopped_and_only_one_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    made, job = _job(monkeypatch, "time.sleep(60)")
    with pytest.raises(ProblemDetails):
        made.start("zheng", "run", "wang", [])
    for _ in range(100):
        if job.steps:
            break
        time.sleep(0.05)
    job.stop()
    assert _wait(job) == "stopped"
    assert job.steps[0]["state"] == "running"


def test_a_child_that_breaks_is_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    _, job = _job(monkeypatch, "raise SystemExit(3)")
    assert _wait(job) == "failed"
    assert sys.executable
