"""Every score of a results folder against a world's truth."""

import json
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from suyuan.lab.scoring.atrisk import at_risk
from suyuan.lab.scoring.detection import detection
from suyuan.lab.scoring.folder import Comparison
from suyuan.lab.scoring.link_scores import edges, leak_sources, linkage, ring_roles, rules
from suyuan.lab.scoring.money import exits
from suyuan.model.errors import InputError
from suyuan.model.text import Text

Group = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Scores:
    """All scores, group by group; ``nan`` where a score has no meaning (nothing to find).

    ``detection`` by role; ``linkage``; ``exits`` by method; ``edges`` by link; ``rules`` by rule;
    ``leaks``, ``rings`` and ``at_risk`` are single rows.
    """

    detection: Group
    linkage: Group
    leaks: dict[str, float]
    exits: Group
    edges: Group
    rings: dict[str, float]
    rules: Group
    at_risk: dict[str, float] = field(default_factory=dict)

    def flat(self) -> dict[str, float]:
        """One number for each ``group/row/score``."""
        flat_scores: dict[str, float] = {}
        for name in ("detection", "linkage", "exits", "edges", "rules"):
            for row, scores in getattr(self, name).items():
                flat_scores |= {f"{name}/{row}/{score}": value for score, value in scores.items()}
        for name in ("leaks", "rings", "at_risk"):
            flat_scores |= {
                f"{name}/{score}": value for score, value in getattr(self, name).items()
            }
        return flat_scores

    def json(self) -> str:
        """As JSON; what has no meaning is null."""
        plain = {k: None if math.isnan(v) else round(v, 6) for k, v in self.flat().items()}
        return json.dumps(plain, indent=2, ensure_ascii=False)


def score(results: Path, truth: Path, as_of: datetime | None = None) -> Scores:
    """Score a results folder; `as_of` (naive UTC) is given where the results were made as of then.

    Raises :class:`InputError` where a table is missing or there are no findings at all although
    the world holds fraud: an empty result is an error, never a score.
    """
    comparison = Comparison(Path(results), Path(truth))
    if comparison.result("findings").num_rows == 0 and comparison.true("rings").num_rows:
        raise InputError(
            Text("The results hold no finding at all.", "结果中没有任何线索。"),
            value=str(results),
            hint=Text(
                "Run `suyuan investigate` on the world's case first.",
                "请先对该世界的案件运行 suyuan investigate。",
            ),
        )
    return Scores(
        detection=detection(comparison),
        linkage=linkage(comparison),
        leaks=leak_sources(comparison),
        exits=exits(comparison),
        edges=edges(comparison),
        rings=ring_roles(comparison),
        rules=rules(comparison),
        at_risk=at_risk(comparison, _aware(as_of)) if as_of is not None else {},
    )


def score_at_risk(results: Path, truth: Path, as_of: datetime) -> dict[str, float]:
    """The at-risk list alone, of results made as of a moment (naive UTC)."""
    return at_risk(Comparison(Path(results), Path(truth)), _aware(as_of))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
