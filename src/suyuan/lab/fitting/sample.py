"""Candidates with their signals and answers, gathered from many worlds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow.parquet as pq

from suyuan.lab.scoring.detection import BY_ENTITY
from suyuan.lab.scoring.folder import Compared
from suyuan.model.scorecard import Scorecard

#: A guilty candidate for each of the two kinds is added to every bin, shared by size.
PRIOR_COUNT = 4.0


@dataclass(frozen=True)
class Sample:
    """One entry for each candidate: ``values`` and ``missing`` by signal, and ``right``."""

    values: dict[str, np.ndarray]
    missing: dict[str, np.ndarray]
    right: np.ndarray

    @classmethod
    def of(cls, parts: Sequence[Self]) -> Self:
        """The candidates of all parts; each has the same signals."""
        names = parts[0].values
        return cls(
            values={n: np.concatenate([p.values[n] for p in parts]) for n in names},
            missing={n: np.concatenate([p.missing[n] for p in parts]) for n in names},
            right=np.concatenate([p.right for p in parts]),
        )


def sample(card: Scorecard, worlds: Sequence[tuple[Path, Path]]) -> Sample:
    """All candidates of the card's role; those that are neither right nor wrong are left out."""
    names = [signal.name for signal in card.signals]
    return Sample.of([_one(card.role, names, Compared(*folders)) for folders in worlds])


def _one(role: str, names: list[str], compared: Compared) -> Sample:
    truth = [row for row in compared.true("roles").to_pylist() if row["role"] == role]

    def name(subject: str) -> str:
        return compared.entity(subject) if role in BY_ENTITY else subject

    right = {name(row["subject"]) for row in truth if row["counts"]}
    neutral = {name(row["subject"]) for row in truth if not row["counts"]} - right
    findings = compared.result("findings").select(["finding_id", "role", "subject"]).to_pylist()
    mine = [(r["finding_id"], name(r["subject"])) for r in findings if r["role"] == role]
    place = {i: row for row, (i, who) in enumerate([m for m in mine if m[1] not in neutral])}
    answers = np.array([who in right for _, who in mine if who not in neutral], dtype=bool)
    values = {n: np.full(len(place), np.nan) for n in names}
    missing = {n: np.ones(len(place), dtype=bool) for n in names}
    for row in pq.read_table(compared.results / "signals.parquet").to_pylist():
        at = place.get(row["finding_id"])
        if at is not None and row["signal"] in values:
            missing[row["signal"]][at] = row["missing"]
            if row["value"] is not None and not row["missing"]:
                values[row["signal"]][at] = row["value"]
    return Sample(values, missing, answers)
