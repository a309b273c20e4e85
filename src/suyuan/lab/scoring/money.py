"""Yuan that reached the true exits."""

import math
from collections import Counter, defaultdict
from decimal import Decimal

from suyuan.lab.scoring.folder import Comparison

Key = tuple[str, str]


def exits(comparison: Comparison) -> dict[str, dict[str, float]]:
    """For every tracing method: yuan recall and precision to where the money truly rests.

    An account, a card or a number counts as whoever stands behind it. ``conservation`` is the yuan
    by which the exits of the rings' reports differ from what left the victims (hop 0).
    """
    true: Counter[Key] = Counter()
    for row in comparison.true("exits").to_pylist():
        true[row["report_id"], comparison.entity(row["exit"])] += row["amount"]
    amounts: dict[str, Counter[Key]] = defaultdict(Counter)
    origins: dict[str, Counter[Key]] = defaultdict(Counter)
    ring_reports = {report for report, _ in true}  # the truth follows the rings' money only
    for row in comparison.result("exits").to_pylist():
        if row["report_id"] not in ring_reports:
            continue
        exit_ = comparison.entity(row["exit"]) if row["exit"] else ""
        amounts[row["method"]][row["report_id"], exit_] += row["amount"]
    for row in comparison.result("traces").to_pylist():
        if row["hop"] == 0 and row["report_id"] in ring_reports:
            origins[row["method"]][row["report_id"], comparison.entity(row["to"])] += row["amount"]
    scores = {method: _overlap(score, true) for method, score in sorted(amounts.items())}
    for method, score in scores.items():
        score["conservation"] = _gap(amounts[method], origins[method])
    if origins:
        first = max(sorted(origins), key=lambda method: len(origins[method]))
        scores["rival_first_payee"] = _overlap(origins[first], true)
    return scores


def _overlap(result: Counter[Key], true: Counter[Key]) -> dict[str, float]:
    overlap = sum(
        (min(amount, true[key]) for key, amount in result.items() if key in true), Decimal(0)
    )
    total_found, total_true = sum(result.values(), Decimal(0)), sum(true.values(), Decimal(0))
    return {
        "yuan_recall": float(overlap / total_true) if total_true else math.nan,
        "yuan_precision": float(overlap / total_found) if total_found else math.nan,
        "yuan_true": float(total_true),
        "yuan_found": float(total_found),
    }


def _gap(result: Counter[Key], origins: Counter[Key]) -> float:
    """Yuan by which exits and origins differ, report by report."""
    by_report: Counter[str] = Counter()
    for (report, _), amount in result.items():
        by_report[report] += amount
    for (report, _), amount in origins.items():
        by_report[report] -= amount
    return float(sum(abs(amount) for amount in by_report.values()))
