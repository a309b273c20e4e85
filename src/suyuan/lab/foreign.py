"""Worlds of other simulators: scored by the same measures, from the truth as they write it.

A foreign world is a folder with ``case`` and ``truth``; its truth holds CSV files ``roles`` (role,
subject, ring_id, neutral), ``reports`` (report_id, ring_id; empty for other frauds), ``chain``
(source, target, link, ring_id), ``aliases`` (subject, entity) and ``universe`` (role, candidates).
Nothing may be fitted on them: a lab that is scored by itself alone learns what it put in.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from suyuan.lab.parallel import map_jobs
from suyuan.lab.scoring.detection import detection
from suyuan.lab.scoring.folder import Comparison
from suyuan.lab.scoring.link_scores import edges, linkage
from suyuan.lab.scoring.measures import interval
from suyuan.lab.trial import Flat, Investigate, Summary
from suyuan.model.errors import InputError
from suyuan.model.progress import Progress
from suyuan.model.text import Text

#: Who breaks rules on cards is neither right nor wrong as a supplier of them.
BREACH, SUPPLIER, MEMBER = "breach", "sim_supplier", "ring_member"


@dataclass(frozen=True)
class Foreign(Comparison):
    """Results beside a foreign truth, told in the tables of our own."""

    def true(self, name: str) -> pa.Table:
        builders: dict[str, Callable[[], pa.Table]] = {
            "roles": self._roles,
            "reports": self._reports,
            "edges": lambda: self._csv("chain"),
            "entities": lambda: self._csv("aliases"),
            "populations": self._populations,
        }
        if name not in builders:
            raise InputError(
                Text("A foreign truth does not contain this.", "外部世界的真值不含此项。"),
                value=name,
            )
        return builders[name]()

    def _csv(self, name: str) -> pa.Table:
        path = self.truth / f"{name}.csv"
        if not path.is_file():
            raise InputError(
                Text("A table of the truth is missing.", "缺少真值表。"), value=str(path)
            )
        head = path.read_text(encoding="utf-8").split("\n", 1)[0].strip()
        names = [column.strip('"') for column in head.split(",")]
        kinds = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
        return csv.read_csv(path, convert_options=kinds)

    def _roles(self) -> pa.Table:
        answers = self._csv("roles").to_pylist()
        rows = [
            {
                "role": row["role"],
                "subject": row["subject"],
                "ring_id": row["ring_id"] or None,
                "counts": row["neutral"].lower() != "true",
            }
            for row in answers
        ]
        rows += [_loose(SUPPLIER, r["subject"]) for r in answers if r["role"] == BREACH]
        rows += [_loose(MEMBER, self.entity(r["subject"])) for r in answers if r["ring_id"]]
        return pa.Table.from_pylist(rows)

    def _reports(self) -> pa.Table:
        rows = self._csv("reports").to_pylist()
        return pa.Table.from_pylist(
            [
                {
                    "report_id": row["report_id"],
                    "ring_id": row["ring_id"] or None,
                    "hand": row["ring_id"] or f"other {row['report_id']}",
                }
                for row in rows
            ]
        )

    def _populations(self) -> pa.Table:
        rows = self._csv("universe")
        role_rows = rows.filter(
            pc.is_in(rows["role"], value_set=pc.unique(self._csv("roles")["role"]))
        )
        return pa.table({"role": role_rows["role"], "n": role_rows["candidates"].cast(pa.int64())})


def _loose(role: str, subject: str) -> dict[str, object]:
    return {"role": role, "subject": subject, "ring_id": None, "counts": False}


def score_foreign(results: Path, truth: Path) -> Flat:
    """``group/row/score`` → number, named as our own worlds' are: roles, linkage and edges."""
    comparison = Foreign(results, truth)
    groups = {"detection": detection(comparison), "linkage": linkage(comparison)}
    groups["edges"] = edges(comparison)
    return {
        f"{group}/{row}/{score}": value
        for group, rows in groups.items()
        for row, scores in rows.items()
        for score, value in scores.items()
    }


def foreign_worlds(folder: Path) -> list[Path]:
    """Worlds in `folder`: those with a case and a truth. Raises :class:`InputError` on none."""
    worlds = sorted(
        path for path in folder.iterdir() if (path / "case").is_dir() and (path / "truth").is_dir()
    )
    if not worlds:
        raise InputError(
            Text("There is no world in this folder.", "该目录中没有世界。"), value=str(folder)
        )
    return worlds


def foreign_trial(
    investigate: Investigate,
    worlds: Sequence[Path],
    out: Path,
    progress: Progress | None = None,
    *,
    jobs: int = 1,
) -> Summary:
    """Investigate each world into ``out/NAME/results`` and score it: means with intervals."""
    title = Text("Worlds of others investigated and scored", "已分析并评分的外部世界")
    scores = map_jobs(
        partial(_investigate_world, investigate, out),
        worlds,
        jobs=jobs,
        title=title,
        progress=progress,
    )
    names = sorted({name for flat in scores for name in flat})
    return {name: interval([flat.get(name, math.nan) for flat in scores]) for name in names}


def _investigate_world(investigate: Investigate, out: Path, world: Path) -> Flat:
    results = out / world.name / "results"
    investigate(world / "case", results, None)
    return score_foreign(results, world / "truth")
