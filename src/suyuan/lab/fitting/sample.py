"""Candidates with their signals and answers, gathered from many worlds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from suyuan.lab.scoring.detection import BY_ENTITY
from suyuan.lab.scoring.folder import Comparison
from suyuan.model.scorecard import Scorecard

#: A guilty candidate for each of the two kinds is added to every bin, shared by size.
PRIOR_COUNT = 4.0


@dataclass(frozen=True)
class Sample:
    """One entry for each candidate: ``values`` and ``gaps`` (unmeasured) by signal; ``right``."""

    values: dict[str, np.ndarray]
    gaps: dict[str, np.ndarray]
    right: np.ndarray

    @classmethod
    def of(cls, parts: Sequence[Self]) -> Self:
        """The candidates of all parts; each has the same signals."""
        names = parts[0].values
        return cls(
            values={n: np.concatenate([p.values[n] for p in parts]) for n in names},
            gaps={n: np.concatenate([p.gaps[n] for p in parts]) for n in names},
            right=np.concatenate([p.right for p in parts]),
        )


def sample(card: Scorecard, worlds: Sequence[tuple[Path, Path]]) -> Sample:
    """All candidates of the card's role; those that are neither right nor wrong are left out."""
    names = [signal.name for signal in card.signals]
    return Sample.of([_world_sample(card.role, names, Comparison(*folders)) for folders in worlds])


def _world_sample(role: str, names: list[str], comparison: Comparison) -> Sample:
    truth = [row for row in comparison.true("roles").to_pylist() if row["role"] == role]

    def name(subject: str) -> str:
        return comparison.entity(subject) if role in BY_ENTITY else subject

    right = {name(row["subject"]) for row in truth if row["counts"]}
    neutral = {name(row["subject"]) for row in truth if not row["counts"]} - right
    findings = comparison.result("findings").select(["finding_id", "role", "subject"]).to_pylist()
    candidates = [(r["finding_id"], name(r["subject"])) for r in findings if r["role"] == role]
    entries = [(finding, entity) for finding, entity in candidates if entity not in neutral]
    ids = pa.array([finding for finding, _ in entries], pa.string())
    values = {n: np.full(len(entries), np.nan) for n in names}
    gaps = {n: np.ones(len(entries), dtype=bool) for n in names}
    for signal, rows, value, absent in _signal_values(comparison, ids, names):
        gaps[signal][rows] = absent
        values[signal][rows] = np.where(absent, np.nan, value)
    return Sample(values, gaps, np.array([entity in right for _, entity in entries], dtype=bool))


def _signal_values(
    comparison: Comparison, ids: pa.Array, names: list[str]
) -> Iterator[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    """For each signal: places among `ids`, values (nan where null), and whether it was missing."""
    table = pq.read_table(comparison.results / "signals.parquet")
    table = table.filter(pc.is_in(table["finding_id"], value_set=ids))
    place = pc.index_in(table["finding_id"], value_set=ids).to_numpy()
    signal = np.array(table["signal"].to_pylist(), dtype=object)
    value = pc.fill_null(table["value"], float("nan")).to_numpy()
    absent = table["missing"].to_numpy()
    for name in names:
        rows = signal == name
        yield name, place[rows], value[rows], absent[rows]
