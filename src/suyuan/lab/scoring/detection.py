"""Each role's list against the truth, with the prevalence and the rivals beside it."""

import math
from collections.abc import Iterable

import numpy as np

from suyuan.lab.scoring.folder import Comparison
from suyuan.lab.scoring.measures import average_precision, calibration, f1, recall_at

#: Roles that are given to a person: whoever is named by an account or number of hers is she.
BY_ENTITY = frozenset(
    {"data_broker", "account_merchant", "middleman", "card_merchant", "ring_member", "sim_supplier"}
)
CUTS = (20, 100, 500)


def detection(comparison: Comparison) -> dict[str, dict[str, float]]:
    """For every role of the truth: precision of its list, and how its probabilities hold."""
    truth = comparison.true("roles").to_pylist()
    population = dict(
        zip(*(comparison.true("populations")[c].to_pylist() for c in ("role", "n")), strict=True)
    )
    findings = comparison.result("findings").to_pylist()
    signals = _signals(comparison)
    scores = {}
    # A world without guilty has rows all the same: whoever is named there is a false alarm.
    for role in sorted(set(population)):
        rows = [row for row in findings if row["role"] == role]
        right, neutral = _answers(comparison, truth, role)
        scores[role] = _score_role(
            comparison, role, rows, right, neutral, population[role], signals
        )
    return scores


def _answers(
    comparison: Comparison, truth: list[dict[str, object]], role: str
) -> tuple[set[str], set[str]]:
    rows_of_role = [row for row in truth if row["role"] == role]
    right = {_name(comparison, role, str(row["subject"])) for row in rows_of_role if row["counts"]}
    neutral = {
        _name(comparison, role, str(row["subject"])) for row in rows_of_role if not row["counts"]
    }
    if role == "leak_source":  # organisations here; logins and terminals are scored by themselves
        right = {s for s in right if not s.startswith(("actor:", "terminal:"))}
    return right, neutral - right


def _name(comparison: Comparison, role: str, subject: str) -> str:
    return comparison.entity(subject) if role in BY_ENTITY else subject


def _score_role(
    comparison: Comparison,
    role: str,
    rows: list[dict[str, object]],
    right: set[str],
    neutral: set[str],
    population: int,
    signals: dict[str, dict[str, float]],
) -> dict[str, float]:
    best: dict[str, dict[str, object]] = {}
    for row in rows:
        name = _name(comparison, role, str(row["subject"]))
        if name in neutral or name.startswith(("actor:", "terminal:")):
            continue
        if name not in best or float(row["score"]) > float(best[name]["score"]):  # type: ignore[arg-type]
            best[name] = row
    names = list(best)
    score = np.array([float(best[name]["score"]) for name in names])  # type: ignore[arg-type]
    hit = np.array([name in right for name in names], dtype=bool)
    decisions = np.array([bool(best[name]["decided"]) for name in names], dtype=bool)
    precision = float(hit[decisions].mean()) if decisions.any() else math.nan
    recall = float(hit[decisions].sum() / len(right)) if right else math.nan
    ids = [str(best[name]["finding_id"]) for name in names]
    counts = np.array([float(best[name]["count"] or 0) for name in names])  # type: ignore[arg-type]
    return {
        "positives": float(len(right)),
        "prevalence": len(right) / max(population, 1),
        "listed": float(len(names)),
        "average_precision": average_precision(score, hit, len(right)),
        **{f"recall_at_{k}": recall_at(score, hit, len(right), k) for k in CUTS},
        "decided": float(decisions.sum()),
        "precision": precision,
        "recall": recall,
        "f1": f1(precision, recall),
        **calibration(score, hit.astype(float)),
        "rival_random": len(right) / max(population, 1),
        "rival_best_signal": _best_signal(ids, hit, len(right), signals),
        "rival_most_active": average_precision(counts, hit, len(right)),
    }


def _signals(comparison: Comparison) -> dict[str, dict[str, float]]:
    """Signal → finding → value."""
    table = comparison.result("signals")
    values_by_signal: dict[str, dict[str, float]] = {}
    columns: Iterable[tuple[str, str, float | None]] = zip(
        *(table[c].to_pylist() for c in ("finding_id", "signal", "value")), strict=True
    )
    for finding, signal, value in columns:
        if value is not None:
            values_by_signal.setdefault(signal, {})[finding] = value
    return values_by_signal


def _best_signal(
    ids: list[str], hit: np.ndarray, positives: int, signals: dict[str, dict[str, float]]
) -> float:
    """The best average precision that one signal alone, up or down, gives on the same list."""
    precisions = [0.0] if positives else [math.nan]
    for values in signals.values():
        is_present = [i in values for i in ids]
        if not any(is_present):
            continue
        column = np.array([values.get(i, math.nan) for i in ids])
        for sign in (1.0, -1.0):
            ranking = np.where(np.isnan(column), -np.inf, sign * column)
            precisions.append(average_precision(ranking, hit, positives))
    return max(precisions)
