"""Linkage, leak sources, edges, roles of each ring, rules."""

import math
from typing import Any

from suyuan.lab.scoring.folder import Comparison
from suyuan.lab.scoring.measures import cluster_scores, f1

SIX = (
    "data_broker",
    "account_merchant",
    "sim_supplier",
    "mule_account",
    "middleman",
    "card_merchant",
)


def linkage(comparison: Comparison) -> dict[str, dict[str, float]]:
    """Series and rings as clusters of reports; reports tied to nothing stand alone."""
    series = {row["report_id"]: row for row in comparison.result("series").to_pylist()}
    truth = comparison.true("reports").to_pylist()
    ids = [str(row["report_id"]) for row in truth]
    offenders = [str(row["hand"]) for row in truth]

    def group(column: str) -> list[str]:
        return [str(series.get(i, {}).get(column) or f"alone {i}") for i in ids]

    rings = [i for i, row in enumerate(truth) if row["ring_id"] is not None]
    by_ring, alone = group("ring_id"), [f"alone {i}" for i in ids]
    return {
        "series": cluster_scores(group("series_id"), offenders),
        "rings": cluster_scores(by_ring, offenders),
        "rings_members_only": cluster_scores(
            [by_ring[i] for i in rings], [offenders[i] for i in rings]
        ),
        "rival_alone": cluster_scores(alone, offenders),
        "rival_one_ring": cluster_scores(["one"] * len(ids), offenders),
    }


def leak_sources(comparison: Comparison) -> dict[str, float]:
    """Organisations named, logins or terminals named, and the mechanism told.

    A source that leaked, though nobody was called from it, is neither right nor wrong when named.
    """
    every = comparison.true("leaks").to_pylist()
    leaks = [row for row in every if row["used"]]
    decoys = {row["source"] for row in every if not row["used"]}
    true = {row["source"]: row for row in leaks}
    rows = [r for r in comparison.result("findings").to_pylist() if r["role"] == "leak_source"]
    rows.sort(key=lambda row: -row["score"])
    orgs = [r for r in rows if not r["subject"].startswith(("actor:", "terminal:"))]
    orgs = [r for r in orgs if r["subject"] not in decoys]
    named_orgs = {row["subject"] for row in orgs if row["decided"]}
    ranking = list(dict.fromkeys(row["subject"] for row in orgs))
    offenders = {row["subject"] for row in rows if row["decided"]}
    hits = [row for row in orgs if row["decided"] and row["subject"] in true]
    right = len(named_orgs & set(true))
    return {
        "sources": float(len(true)),
        "named": float(len(named_orgs)),
        "precision": right / len(named_orgs) if named_orgs else math.nan,
        "recall": right / len(true) if true else math.nan,
        "top_1": float(bool(ranking[:1]) and ranking[0] in true) if true else math.nan,
        "top_3": len(set(ranking[:3]) & set(true)) / min(3, len(true)) if true else math.nan,
        "abstained": float(not named_orgs),
        "hand_recall": _share(
            [r["actor"] in offenders or r["terminal"] in offenders for r in leaks]
        ),
        "mechanism": _share([r["mechanism"] == true[r["subject"]]["mechanism"] for r in hits]),
    }


def _share(answers: list[bool]) -> float:
    return sum(answers) / len(answers) if answers else math.nan


def edges(comparison: Comparison) -> dict[str, dict[str, float]]:
    """By link: who serves which ring. Targets count as the ring they belong to.

    Neither right nor wrong are those whom the truth knows in the role without a ring: straw
    customers, hands of other frauds, and the outlets at which a seller's cards were opened.
    """
    true: dict[str, set[tuple[str, str]]] = {}
    for row in comparison.true("edges").to_pylist():
        true.setdefault(row["link"], set()).add((comparison.entity(row["source"]), row["ring_id"]))
    result_edges: dict[str, set[tuple[str, str]]] = {link: set() for link in true}
    outlets = ("sim_supplier", None)
    loose = {
        row["subject"]
        for row in comparison.true("roles").to_pylist()
        if not row["counts"] or (row["role"], row["ring_id"]) == outlets
    }
    for row in comparison.result("chain").to_pylist():
        ring = comparison.ring_of.get(_ring(row))
        if row["link"] not in result_edges or ring is None:
            continue
        edge = (comparison.entity(row["source"]), ring)
        if edge in true[row["link"]] or row["source"] not in loose:
            result_edges[row["link"]].add(edge)
    return {link: _overlap(result_edges[link], true[link]) for link in sorted(true)}


def _ring(row: dict[str, Any]) -> str:
    target = str(row["target"])
    return str(row["ring_id"] or (target[5:] if target.startswith("ring:") else ""))


def _overlap(result: set[tuple[str, str]], true: set[tuple[str, str]]) -> dict[str, float]:
    precision = len(result & true) / len(result) if result else math.nan
    recall = len(result & true) / len(true) if true else math.nan
    return {
        "true": float(len(true)),
        "found": float(len(result)),
        "precision": precision,
        "recall": recall,
        "f1": f1(precision, recall),
    }


def ring_roles(comparison: Comparison) -> dict[str, float]:
    """For each ring, how many of the six roles behind it are rightly attached to it."""
    truth = comparison.true("roles").to_pylist()
    right = {
        (r["role"], comparison.entity(r["subject"]), r["ring_id"]) for r in truth if r["counts"]
    }
    anywhere = {(role, entity) for role, entity, ring in right if ring is None}
    roles_by_ring: dict[str, set[str]] = {}
    for row in comparison.result("findings").to_pylist():
        ring = comparison.ring_of.get(row["ring_id"] or "")
        entity = comparison.entity(row["subject"])
        ok = (row["role"], entity, ring) in right or (row["role"], entity) in anywhere
        if ring is not None and row["decided"] and row["role"] in SIX and ok:
            roles_by_ring.setdefault(ring, set()).add(row["role"])
    rings = comparison.true("rings")["ring_id"].to_pylist()
    counts = {f"{ring}": float(len(roles_by_ring.get(ring, ()))) for ring in rings}
    return {**counts, "mean_of_six": sum(counts.values()) / len(counts) if counts else math.nan}


def rules(comparison: Comparison) -> dict[str, dict[str, float]]:
    """The answers for each operator: a rule is broken if any of its rows says so."""
    answers: dict[tuple[str, str], set[str]] = {}
    for row in comparison.result("compliance").to_pylist():
        answers.setdefault((row["rule_id"], row["subject"]), set()).add(row["answer"])
    tallies: dict[str, dict[str, float]] = {}
    for row in comparison.true("rules").to_pylist():
        outcomes = answers.get((row["rule_id"], row["subject"]), set())
        answer = next((a for a in ("broken", "kept", "cannot_tell") if a in outcomes), "none")
        tally = tallies.setdefault(row["rule_id"], dict.fromkeys(_CASES, 0.0))
        case = f"{row['answer']}_{'right' if answer == row['answer'] else 'wrong'}"
        tally["unanswered" if answer in ("cannot_tell", "none") else case] += 1
    return tallies


_CASES = ("broken_right", "broken_wrong", "kept_right", "kept_wrong", "unanswered")
