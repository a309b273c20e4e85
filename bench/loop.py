"""The loop of an investigator: cold, again, after a decision, a file more, watched, questions.

    python bench/loop.py [--case examples/zheng] [--json OUT]

Every line is a command of its own, as a user runs it, with the caches in a folder of this trial;
those of `--watch` are from a change of the case to the outcome that the same process prints.
The floor is a Python that imports Ibis and DuckDB and reads every file of the same case whole: what
anybody pays who does it by hand. Printed are wall and processor seconds (children and threads
counted) and both as multiples of the floor's, taken in the same run.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow.parquet as pq

ZHENG = Path(__file__).parents[1] / "examples" / "zheng"
FLOOR = """
import sys, ibis, duckdb, pathlib
con = ibis.duckdb.connect()
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.csv")):
    con.read_csv(str(path)).to_pyarrow()
"""
#: What the floor is to the targets: seconds of wall on two quiet cores.
TARGETS = {
    "cold": 25.0, "another folder": 8.0, "same again": 3.0, "after one decision": 3.0,
    "one more file": 3.0, "watching": 3.0, "who": 1.0, "explain": 1.0, "trace": 1.0, "match": 1.0,
}  # fmt: skip


@dataclass(frozen=True)
class Taken:
    """Wall and processor seconds of a command."""

    name: str
    wall: float
    cpu: float


def environment(cache: Path) -> dict[str, str]:
    variables = {**os.environ, "SUYUAN_CACHE": str(cache), "LANG": "en_US.UTF-8"}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its byte code
    return variables


def taken(name: str, command: Sequence[str | Path], cache: Path) -> Taken:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(
        [*map(str, command)], env=environment(cache), stdout=subprocess.DEVNULL, check=False
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode:
        raise SystemExit(f"{name}: exit {done.returncode}")
    return Taken(name, wall, cpu)


def decide(case: Path, subject: str) -> None:
    (case / "decisions.csv").write_text(
        "decision_id,at,by,kind,subject,role,reason\n"
        f"d1,2026-01-01T10:00:00,Li,reject,{subject},scam_caller,a courier\n",
        encoding="utf-8",
    )


def add_rows(case: Path, table: str, number: str = "2") -> None:
    """A hundred rows more of a table, in a file of their own: ids are made new."""
    head, *rows = (case / f"{table}.csv").read_text(encoding="utf-8").splitlines()
    more = [f"9{number}{row}" for row in rows[:100]]
    (case / f"{table}-{number}.csv").write_text("\n".join([head, *more]) + "\n", encoding="utf-8")


class WatchTrial:
    """``investigate --watch`` as a process: how long from a change of the case to its outcome."""

    def __init__(self, command: Sequence[str | Path], cache: Path, log: Path) -> None:
        self._log, self._outcomes = log, 0
        with log.open("w", encoding="utf-8") as printed:
            self._process = subprocess.Popen(
                [*map(str, command)], env=environment(cache), stdout=printed
            )
        self._await("Watching", 1)

    def follow(self, name: str, change: Callable[[], None]) -> Taken:
        before, began = self._cpu(), time.perf_counter()
        change()
        self._outcomes += 1
        self._await("report: ", self._outcomes)
        return Taken(name, time.perf_counter() - began, self._cpu() - before)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _await(self, words: str, times: int) -> None:
        while self._log.read_text("utf-8").count(words) < times:
            if self._process.poll() is not None:
                raise SystemExit(f"watch: exit {self._process.returncode}")
            time.sleep(0.01)

    def _cpu(self) -> float:
        """Processor seconds so far, of all its threads."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def watch(case: Path, out: Path, cache: Path, callers: Sequence[str]) -> list[Taken]:
    """The second decision of a session, and a file more of each kind, under ``--watch``."""
    suyuan = Path(sys.executable).with_name("suyuan")
    command = (suyuan, "investigate", case, "--out", out, "--watch", "--lang", "en")
    trial = WatchTrial(command, cache, out.with_name("watch.txt"))
    try:
        trial.follow("warm", lambda: decide(case, callers[1]))
        lines = [trial.follow("watching: one decision", lambda: decide(case, callers[2]))]
        for table in ("otps", "calls"):
            name = f"watching: one more file of {table}"
            lines.append(trial.follow(name, lambda table=table: add_rows(case, table, "3")))
    finally:
        trial.end()
    return lines


def loop(given: Path, folder: Path) -> list[Taken]:
    case, out, cache = folder / "case", folder / "out", folder / "cache"
    shutil.copytree(given, case, ignore=shutil.ignore_patterns("suyuan"))
    suyuan = Path(sys.executable).with_name("suyuan")

    def run(name: str, *words: str | Path, to: Path = out) -> Taken:
        return taken(name, (suyuan, words[0], case, *words[1:], "--out", to), cache)

    lines = [taken("floor", (sys.executable, "-c", FLOOR, case), cache)]
    lines.append(run("cold", "investigate"))
    lines.append(run("another folder", "investigate", to=folder / "other"))
    lines.append(run("same again", "investigate"))
    found = pq.read_table(out / "findings.parquet").to_pylist()
    callers = [r["subject"] for r in found if r["role"] == "scam_caller" and r["decided"]]
    caller = callers[0]
    report = pq.read_table(out / "traces.parquet", columns=["report_id"])["report_id"][0].as_py()
    decide(case, caller)
    lines.append(run("after one decision", "investigate"))
    for table in ("otps", "calls"):
        add_rows(case, table)
        lines.append(run(f"one more file of {table}", "investigate"))
    lines += watch(case, out, cache, callers)
    run("index", "who", caller)  # built once, by the first question
    lines.append(run("who", "who", caller))
    lines.append(run("explain", "explain", caller))
    lines.append(run("trace", "trace", "--report", report))
    run("index", "match", "--phone", caller.partition(":")[2])
    lines.append(run("match", "match", "--phone", caller.partition(":")[2]))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", type=Path, default=ZHENG)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="suyuan-loop-"))
    try:
        lines = loop(asked.case, folder)
    finally:
        shutil.rmtree(folder)
    bare = lines[0]
    print(f"{'':32}{'wall s':>9}{'over floor':>12}{'cpu s':>9}{'over floor':>12}{'target s':>10}")
    for one in lines:
        target = next((str(t) for name, t in TARGETS.items() if one.name.startswith(name)), "")
        wall, cpu = one.wall / bare.wall, one.cpu / bare.cpu
        print(f"{one.name:32}{one.wall:9.2f}{wall:12.1f}{one.cpu:9.2f}{cpu:12.1f}{target:>10}")
    if asked.json:
        asked.json.write_text(json.dumps([asdict(one) for one in lines], indent=1))


if __name__ == "__main__":
    main()
