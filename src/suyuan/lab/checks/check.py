"""The four checks, for each role."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from suyuan.lab.checks.calling import scam_caller
from suyuan.lab.checks.columns import CaseTables, Columns, Maker
from suyuan.lab.checks.paying import card_merchant, mule_account
from suyuan.lab.checks.registering import farmed_account, sim_supplier, sms_activation
from suyuan.lab.scoring.measures import average_precision

MAKERS: dict[str, Maker] = {
    "scam_caller": scam_caller,
    "farmed_account": farmed_account,
    "sms_activation": sms_activation,
    "mule_account": mule_account,
    "card_merchant": card_merchant,
    "sim_supplier": sim_supplier,
}


@dataclass(frozen=True)
class WorldCheck:
    """What simple means reach on one role of one world (average precision each).

    ``column`` is the best single column's, ``best`` its name (with its direction), ``tree`` that of
    a tree of depth 3 fitted on another world; ``accident`` what ids, row order and decimals give
    over the prevalence; ``oracle`` what one who knows the truth reaches with the
    case's own candidates.
    """

    role: str
    prevalence: float
    column: float
    best: str
    tree: float
    accident: float
    oracle: float


@dataclass(frozen=True)
class LabelledColumns:
    """A role's columns with the answers; neutral candidates are left out."""

    columns: Columns
    right: np.ndarray
    positives: int

    def matrix(self) -> np.ndarray:
        return np.column_stack(
            [
                np.nan_to_num(v, nan=-1.0, posinf=1e9, neginf=-1e9)
                for v in self.columns.values.values()
            ]
        )


def labelled_columns(world: Path, role: str, case: CaseTables) -> LabelledColumns:
    """Candidates of a world with the truth beside them."""
    truth = [
        r for r in pq.read_table(world / "truth" / "roles.parquet").to_pylist() if r["role"] == role
    ]
    columns = MAKERS[role](case)
    kinds = {s.partition(":")[0] for s in columns.subjects[:1]}
    guilty = {
        r["subject"] for r in truth if r["counts"] and r["subject"].partition(":")[0] in kinds
    }
    neutral = {r["subject"] for r in truth if not r["counts"]} - guilty
    keep = np.array([s not in neutral for s in columns.subjects])
    subjects = [s for s, k in zip(columns.subjects, keep, strict=True) if k]
    values = {name: column[keep] for name, column in columns.values.items()}
    accidents = {name: column[keep] for name, column in columns.accidents.items()}
    return LabelledColumns(
        Columns(subjects, values, accidents), np.array([s in guilty for s in subjects]), len(guilty)
    )


def check(worlds: Sequence[Path], roles: Sequence[str] = tuple(MAKERS)) -> list[WorldCheck]:
    """Check each world; the tree is fitted on the world before it (the last before the first)."""
    return [
        world_check
        for world_checks in _checks_by_world(worlds, roles)
        for world_check in world_checks
    ]


def of_trial(worlds: Sequence[Path]) -> list[dict[str, float]]:
    """The checks of each world as scores (``simulator/ROLE/what``).

    Nothing is said of roles that a world holds no guilty of, nor of a single world, as the tree
    needs another one.
    """
    if len(worlds) < 2:
        return [{} for _ in worlds]
    return [
        {
            f"simulator/{world_check.role}/{measure}": float(getattr(world_check, measure))
            for world_check in world_checks
            if world_check.prevalence > 0
            for measure in ("column", "tree", "accident", "oracle")
        }
        for world_checks in _checks_by_world(worlds, tuple(MAKERS))
    ]


def _checks_by_world(worlds: Sequence[Path], roles: Sequence[str]) -> Iterator[list[WorldCheck]]:
    """The checks of each world, which is read once; two are held at a time, and the last."""
    before = last = _read(worlds[-1], roles)
    for world in worlds:
        own = last if world == worlds[-1] else _read(world, roles)
        yield [_world_check(role, own[role], before[role]) for role in roles]
        before = own


def _read(world: Path, roles: Sequence[str]) -> dict[str, LabelledColumns]:
    case = CaseTables(world / "case")
    return {role: labelled_columns(world, role, case) for role in roles}


def _world_check(role: str, own: LabelledColumns, previous: LabelledColumns) -> WorldCheck:
    column, best = max(_singles(own))
    return WorldCheck(
        role=role,
        prevalence=own.positives / max(len(own.right), 1),
        column=column,
        best=best,
        tree=_tree(own, previous),
        accident=_accident(own, previous),
        oracle=average_precision(own.right.astype(float), own.right, own.positives),
    )


def _singles(own: LabelledColumns) -> list[tuple[float, str]]:
    singles = [(0.0, "none")]
    for name, values in own.columns.values.items():
        for sign, word in ((1.0, "high"), (-1.0, "low")):
            ranking = np.where(np.isnan(values), -np.inf, sign * values)
            singles.append((average_precision(ranking, own.right, own.positives), f"{name} {word}"))
    return singles


def _tree(own: LabelledColumns, previous: LabelledColumns) -> float:
    if not previous.right.any() or not own.positives:
        return math.nan
    model = DecisionTreeClassifier(
        max_depth=3, class_weight="balanced", min_samples_leaf=3, random_state=0
    )
    model.fit(previous.matrix(), previous.right)
    return average_precision(model.predict_proba(own.matrix())[:, 1], own.right, own.positives)


def _accident(own: LabelledColumns, previous: LabelledColumns) -> float:
    """A forest on the id's digits and length, place and decimals, over the prevalence."""
    if not previous.right.any() or not own.positives:
        return math.nan
    model = RandomForestClassifier(40, min_samples_leaf=5, random_state=0, n_jobs=1)
    selection = previous.right | (
        np.arange(len(previous.right)) % max(len(previous.right) // 4000, 1) == 0
    )
    model.fit(_shape(previous)[selection], previous.right[selection])
    chance = own.right.mean()
    return average_precision(
        model.predict_proba(_shape(own))[:, 1], own.right, own.positives
    ) / max(chance, 1e-12)


def _shape(data: LabelledColumns) -> np.ndarray:
    ids = [s.partition(":")[2].rpartition(":")[2] for s in data.columns.subjects]
    rows = [[len(i), int(i[-1]), int(i[-2:]), int(i[-4:]) % 7, int(i[-5:]) / 1e5] for i in ids]
    extra = [np.nan_to_num(v, nan=-1.0) for v in data.columns.accidents.values()]
    return np.column_stack([np.array(rows, float), *extra])
