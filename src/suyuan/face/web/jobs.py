"""Children of the server: what they are at, step by step, and how they are stopped.

A child is a program of its own with a list of arguments, no shell, its own group. It tells each
step as a line of JSON (:mod:`suyuan.face.web.child`); the server reads lines and nothing else.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from suyuan.face.web.problems import ProblemDetails

Json = dict[str, Any]
_CHILD = "from suyuan.face.web.child import main; main()"
#: Seconds between the first signal to stop and the one that cannot be refused.
PATIENCE = 10.0
LONGEST_LINE = 1_000_000


@dataclass(slots=True)
class Job:
    """One child: its steps so far, its answer or its error, and a number that grows with each."""

    process: subprocess.Popen[bytes]
    by: str
    began: float
    steps: list[Json] = field(default_factory=list)
    answer: Json | None = None
    error: Json | None = None
    version: int = 0
    is_stopped: bool = False
    end: float | None = None

    @property
    def state(self) -> str:
        code = self.process.poll()
        if code is None:
            return "stopping" if self.is_stopped else "running"
        return "stopped" if self.is_stopped else "done" if code == 0 else "failed"

    def stop(self) -> None:
        """Ask it to end; after :data:`PATIENCE` seconds it is not asked any more."""
        self.is_stopped = True
        self.version += 1
        _signal(self.process, signal.SIGINT)
        timer = threading.Timer(PATIENCE, _signal, (self.process, signal.SIGKILL))
        timer.daemon = True
        timer.start()

    def status(self) -> Json:
        return {
            "state": self.state,
            "by": self.by,
            "seconds": round((self.end or time.time()) - self.began, 1),
            "steps": self.steps,
            "answer": self.answer,
            "error": self.error,
            "version": self.version,
        }


IDLE: Json = {
    "state": "idle",
    "by": "",
    "seconds": 0,
    "steps": [],
    "answer": None,
    "error": None,
    "version": 0,
}


class Jobs:
    """The children of one site, by case and kind; one of a kind at a time."""

    def __init__(self) -> None:
        self._jobs: dict[tuple[str, str], Job] = {}
        self._lock = threading.Lock()

    def start(self, case_id: str, kind: str, by: str, arguments: Sequence[str]) -> Job:
        """Begin. Raises :class:`ProblemDetails` 409 while another of this kind runs."""
        with self._lock:
            old = self._jobs.get((case_id, kind))
            if old is not None and old.process.poll() is None:
                raise ProblemDetails(409)
            process = subprocess.Popen(  # noqa: S603  # our own program
                [sys.executable, "-c", _CHILD, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"},
            )
            job = self._jobs[case_id, kind] = Job(process, by, time.time())
        threading.Thread(target=_follow, args=(job,), daemon=True).start()
        return job

    def of(self, case_id: str, kind: str) -> Job | None:
        return self._jobs.get((case_id, kind))

    def state(self, case_id: str, kind: str) -> str:
        job = self.of(case_id, kind)
        return job.state if job else "idle"

    def close(self) -> None:
        """Nothing outlives the server."""
        for job in self._jobs.values():
            _signal(job.process, signal.SIGINT)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return


def _follow(job: Job) -> None:
    """Read the child's lines until it ends."""
    if job.process.stdout is not None:
        _read(job, job.process.stdout)
    job.process.wait()
    job.end = time.time()
    job.version += 1


def _read(job: Job, sentence: IO[bytes]) -> None:
    while line := sentence.readline(LONGEST_LINE):
        try:
            message = json.loads(line)
            _hear(job, message["what"], message)
        except (ValueError, LookupError, TypeError):
            continue  # a library printed something
        job.version += 1


def _hear(job: Job, event: str, message: Json) -> None:
    if event == "start":
        job.steps.append({"title": message["title"], "state": "running", "done": 0, "total": None})
    elif event == "advance":
        job.steps[-1] |= {"done": message["done"], "total": message["total"]}
    elif event == "finish":
        job.steps[-1] |= {"state": "done", "rows": message["rows"], "seconds": message["seconds"]}
    elif event == "answer":
        job.answer = message["answer"]
    elif event == "error":
        job.error = message["error"]
