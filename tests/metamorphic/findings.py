"""What an investigation found, in a form in which two can be compared."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from suyuan.detect.scoring import SCORE_FLOOR
from suyuan.store.case import Results

Key = tuple[Any, ...]
Told = Callable[[str], str]


@dataclass(frozen=True)
class Found:
    """Findings with score and decision; reports by series; other tables as sets of rows."""

    scores: Mapping[Key, float]
    decided: frozenset[Key]
    series: frozenset[frozenset[str]]
    exits: Mapping[Key, Any]
    chain: frozenset[Key]
    answers: Mapping[Key, str]
    breaches: frozenset[Key]


def found(results: Results, subject: Told = str, plain: Told = str) -> Found:
    """What `results` hold, with every subject and every id passed through a map."""
    findings = results["findings"].to_pylist()
    exits = results["exits"].to_pylist()
    edges = results["chain"].to_pylist()
    rows = [r for r in findings if r["role"] != "breach"]
    return Found(
        scores={
            (r["role"], subject(r["subject"])): r["score"]
            for r in rows
            if r["score"] >= SCORE_FLOOR
        },
        decided=frozenset((r["role"], subject(r["subject"])) for r in rows if r["decided"]),
        series=_series(results["series"].to_pylist(), plain),
        exits=_summed(
            ((plain(r["report_id"]), r["method"], subject(r["exit"])), r["amount"]) for r in exits
        ),
        chain=frozenset(
            (subject(r["source"]), subject(r["target"]), r["link"])
            for r in edges
            if not r["source"].startswith("ring:") and not r["target"].startswith("ring:")
        ),
        answers={
            (r["rule_id"], subject(r["subject"]), r["answer"]): r["answer"]
            for r in results["compliance"].to_pylist()
        },
        breaches=frozenset(subject(r["subject"]) for r in findings if r["role"] == "breach"),
    )


def _series(rows: Iterable[Mapping[str, Any]], plain: Told) -> frozenset[frozenset[str]]:
    members: dict[str, set[str]] = {}
    for row in rows:
        members.setdefault(row["series_id"], set()).add(plain(row["report_id"]))
    return frozenset(frozenset(one) for one in members.values())


def _summed(rows: Iterable[tuple[Key, Any]]) -> dict[Key, Any]:
    total: dict[Key, Any] = {}
    for key, amount in rows:
        total[key] = total.get(key, 0) + amount
    return total
