"""The workbench's budgets: a million events brushed, sorted and paged; then the same in a browser.

Prints p50 and p95 beside the budget, and as ratios: a loaded machine moves the times, not these.
"""

import gzip
import json
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
import web_memory
import web_screen

from suyuan.face.web.timeline import KINDS, EventColumns

EVENTS, DAYS = 1_000_000, 60
STATIC = Path(str(files("suyuan.face.web"))) / "static"


def million() -> EventColumns:
    """Events of sixty days among 20,000 subjects and 3,000 cells, drawn at random."""
    draw = np.random.default_rng(7)
    subjects = [f"phone:{index:011d}" for index in range(20_000)]
    return EventColumns(
        np.sort(draw.integers(0, DAYS * 86_400_000_000, EVENTS)),
        draw.integers(0, len(KINDS), EVENTS).astype(np.int16),
        draw.integers(0, len(subjects), EVENTS).astype(np.int32),
        draw.integers(0, len(subjects), EVENTS).astype(np.int32),
        draw.integers(0, 10_000_000, EVENTS),
        draw.integers(0, 3_000, EVENTS).astype(np.int32),
        subjects,
        [f"cell-{index}" for index in range(3_000)],
        np.zeros(EVENTS, dtype=np.int32),
        np.arange(EVENTS),
        ["0" * 16],
        {one: index for index, one in enumerate(subjects)},
    )


def timed(work: Callable[[], object], times: int) -> tuple[float, float]:
    """p50 and p95 in milliseconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return float(np.percentile(took, 50)), float(np.percentile(took, 95))


def main() -> None:
    known = million()
    whole = known.view(frozenset(), frozenset(), "time")
    draw = np.random.default_rng(8)

    def brush() -> None:
        start = int(draw.integers(0, DAYS // 2)) * 86_400_000_000
        chosen = known.within(whole, start, start + 7 * 86_400_000_000, "time")
        known.busiest_cells(known.count(chosen), 12)

    def filtered() -> None:
        known.views.clear()
        known.view(frozenset({"calls"}), frozenset(known.subjects[:5]), "time")

    def first_sort() -> None:
        known.views.clear()
        known.view(frozenset(), frozenset(), "amount")

    def page() -> None:
        order = known.view(frozenset(), frozenset(), "amount")
        [known.row_id(int(one)) for one in order[777_777:777_877]]

    known.view(frozenset(), frozenset(), "amount")
    bare = timed(known.at.sum, 20)[0]
    for name, work, times, budget in (
        ("brush of a week", brush, 40, 40),
        ("filter", filtered, 10, 300),
        ("first sort by amount", first_sort, 5, 400),
        ("page at row 777,777", page, 40, 5),
        ("bins of all kinds", lambda: known.bins(whole), 10, 200),
    ):
        middle, worst = timed(work, times)
        print(
            f"{name:24} p50 {middle:8.2f} ms  p95 {worst:8.2f} ms  "
            f"budget {budget:4} ms  {middle / bare:7.1f} x one sum over the column"
        )
    names = json.loads((STATIC / "manifest.json").read_text("utf-8"))["files"]
    for key, budget in (("script", 60_000), ("style", 12_000)):
        size = len(gzip.compress((STATIC / names[key]).read_bytes()))
        print(f"{key:24} {size:8,} bytes gzip  budget {budget:,}")
    web_screen.measure(million, web_memory.memory)


if __name__ == "__main__":
    main()
