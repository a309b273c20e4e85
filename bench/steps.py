"""Every step of one investigation of a made world: seconds, processor time, peak memory, rows.

    python bench/steps.py --scale 0.01 [--folder DIR] [--ordinary-calls] [--write]

The world of scenario 515, by default without the ordinary calls (168 million at scale 1, which say
nothing of anybody). The figures are the run's own (``steps`` of its ``run.json``); the last column
is each step's processor time over that of a bare scan of the same files by DuckDB in the same
process. With ``--write`` the table is put into docs/run.md, under its scale.
"""

import argparse
import json
import platform
import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

import suyuan
from suyuan.lab.world import make_world

FEW_CALLS = """name: 515-few-calls
title: {en: "The 5·15 series without ordinary calls", zh: "“5·15”系列,不含普通通话"}
counts: {ordinary_calls: [17000, 84000, 1000000]}
"""
PAGE = Path(__file__).parents[1] / "docs" / "run.md"


def world(folder: Path, scale: float, *, ordinary: bool) -> Path:
    """The case of a world in `folder`, made if it is not there."""
    if not (folder / "truth" / "manifest.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        scenario = folder / "few-calls.yml"
        scenario.write_text(FEW_CALLS, encoding="utf-8")
        make_world(folder, "515" if ordinary else scenario, scale)
    return folder / "case"


def floor(case: Path) -> float:
    """Processor seconds of DuckDB for every column of every file, and nothing else."""
    began = time.process_time()
    with duckdb.connect() as con:
        for path in sorted(case.glob("*.parquet")):
            con.execute(f"SELECT max(COLUMNS(*)) FROM '{path}'").fetchall()
    return time.process_time() - began


def lines(steps: list[Mapping[str, Any]], bare: float) -> list[str]:
    rows = [
        "| step | seconds | processor seconds | peak GB | rows | over a bare scan |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for one in steps:
        cells = (f"{one['seconds']:,.1f}", f"{one['cpu']:,.1f}", f"{one['peak'] / 2**30:.2f}")
        ratio = f"{one['cpu'] / bare:,.1f}"
        rows.append(f"| {one['step']} | {' | '.join(cells)} | {one['rows']:,} | {ratio} |")
    seconds, cpu = (sum(one[name] for one in steps) for name in ("seconds", "cpu"))
    peak = max(one["peak"] for one in steps) / 2**30
    ratio = f"{cpu / bare:,.1f}"
    return [*rows, f"| all | {seconds:,.1f} | {cpu:,.1f} | {peak:.2f} | | {ratio} |"]


def put(title: str, text: str) -> None:
    """Put the table under its heading of the page, in place of what was there."""
    page = PAGE.read_text(encoding="utf-8")
    part = f"## {title}\n\n{text}\n"
    found = re.compile(rf"## {re.escape(title)}\n.*?(?=\n## |\Z)", re.DOTALL)
    if found.search(page):
        page = found.sub(lambda _: part, page)
    else:  # what stands below is generated and would be lost
        page = page.replace("\n## Steps\n", f"\n{part}\n## Steps\n")
    PAGE.write_text(page, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=0.01)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--ordinary-calls", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="suyuan-steps-"))
    case = world(folder, asked.scale, ordinary=asked.ordinary_calls)
    bare = floor(case)
    results = suyuan.investigate(case, out=folder / "results", fresh=True)
    told = json.loads((results.layout.out / "run.json").read_text(encoding="utf-8"))
    calls = "with" if asked.ordinary_calls else "without"
    title = f"Scale {asked.scale:g}, {calls} ordinary calls"
    size = sum(path.stat().st_size for path in case.glob("*.parquet")) / 2**20
    where = f"{platform.machine()}, Python {platform.python_version()}"
    head = f"{size:,.0f} MB of Parquet; a bare scan takes {bare:.1f} s of processor time ({where})."
    text = "\n".join([head, "", *lines(told["steps"], bare)])
    print(f"{title}\n{text}")
    if asked.write:
        put(title, text)


if __name__ == "__main__":
    main()
