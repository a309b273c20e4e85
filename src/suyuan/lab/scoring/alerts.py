"""Victims before the first alert."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from suyuan.lab.scoring.folder import Comparison


def reported_before(truth: Path, alerts: Sequence[tuple[datetime, Path]]) -> dict[str, float]:
    """For each role, the rings' reports taken down before the first run with a right decision.

    ``nan`` where no run decides rightly. Needs the case beside the truth, for the reports' times.
    """
    counts: dict[str, float] = {}
    for moment, results in sorted(alerts):
        comparison = Comparison(results, truth)
        right = {
            (r["role"], comparison.entity(r["subject"]))
            for r in comparison.true("roles").to_pylist()
            if r["counts"]
        }
        for role in {role for role, _ in right}:
            counts.setdefault(role, math.nan)
        for row in comparison.result("findings").to_pylist():
            role = row["role"]
            is_named = row["decided"] and (role, comparison.entity(row["subject"])) in right
            if is_named and math.isnan(counts[role]):
                counts[role] = _count_reports(comparison, moment)
    return counts


def _count_reports(comparison: Comparison, moment: datetime) -> float:
    reports = comparison.case("reports")
    rings = {
        r["report_id"] for r in comparison.true("reports").to_pylist() if r["ring_id"] is not None
    }
    at = moment.replace(tzinfo=UTC)
    rows = [] if reports is None else reports.select(["report_id", "reported_at"]).to_pylist()
    return float(sum(row["report_id"] in rings and row["reported_at"] <= at for row in rows))
