"""``report.html``: one self-contained file that an investigator can open."""

from collections.abc import Sequence

from suyuan.face.api import Results
from suyuan.pipeline import Timing


def write_report(results: Results, timings: Sequence[Timing]) -> None:
    """Write the report of `results` beside its tables."""
    results.report.write_text(f"<!doctype html><meta charset=utf-8><p>{len(timings)}", "utf-8")
