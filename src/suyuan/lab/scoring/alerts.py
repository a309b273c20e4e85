"""Victims before the first alert."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from suyuan.lab.scoring.folder import Compared


def reported_before(truth: Path, alerts: Sequence[tuple[datetime, Path]]) -> dict[str, float]:
    """For each role, the rings' reports taken down before the first run with a right decision.

    ``nan`` where no run decides rightly. Needs the case beside the truth, for the reports' times.
    """
    found: dict[str, float] = {}
    for moment, results in sorted(alerts):
        compared = Compared(results, truth)
        right = {
            (r["role"], compared.entity(r["subject"]))
            for r in compared.true("roles").to_pylist()
            if r["counts"]
        }
        for role in {role for role, _ in right}:
            found.setdefault(role, math.nan)
        for row in compared.result("findings").to_pylist():
            role = row["role"]
            named = row["decided"] and (role, compared.entity(row["subject"])) in right
            if named and math.isnan(found[role]):
                found[role] = _reported(compared, moment)
    return found


def _reported(compared: Compared, moment: datetime) -> float:
    reports = compared.case("reports")
    rings = {
        r["report_id"] for r in compared.true("reports").to_pylist() if r["ring_id"] is not None
    }
    at = moment.replace(tzinfo=UTC)
    rows = [] if reports is None else reports.select(["report_id", "reported_at"]).to_pylist()
    return float(sum(row["report_id"] in rings and row["reported_at"] <= at for row in rows))
