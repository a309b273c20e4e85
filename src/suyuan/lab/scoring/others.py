"""Linkage, leak sources, edges, roles of each ring, rules."""

import math
from typing import Any

from suyuan.lab.scoring.folder import Compared
from suyuan.lab.scoring.measures import clustering, f1

SIX = (
    "data_broker",
    "account_merchant",
    "sim_supplier",
    "mule_account",
    "middleman",
    "card_merchant",
)


def linkage(compared: Compared) -> dict[str, dict[str, float]]:
    """Series and rings as clusters of reports; reports tied to nothing stand alone."""
    found = {row["report_id"]: row for row in compared.result("series").to_pylist()}
    truth = compared.true("reports").to_pylist()
    ids = [str(row["report_id"]) for row in truth]
    offenders = [str(row["hand"]) for row in truth]

    def group(column: str) -> list[str]:
        return [str(found.get(i, {}).get(column) or f"alone {i}") for i in ids]

    rings = [i for i, row in enumerate(truth) if row["ring_id"] is not None]
    by_ring, alone = group("ring_id"), [f"alone {i}" for i in ids]
    return {
        "series": clustering(group("series_id"), offenders),
        "rings": clustering(by_ring, offenders),
        "rings_members_only": clustering(
            [by_ring[i] for i in rings], [offenders[i] for i in rings]
        ),
        "rival_alone": clustering(alone, offenders),
        "rival_one_ring": clustering(["one"] * len(ids), offenders),
    }


def leak_sources(compared: Compared) -> dict[str, float]:
    """Organisations named, logins or terminals named, and the mechanism told.

    A source that leaked, though nobody was called from it, is neither right nor wrong when named.
    """
    every = compared.true("leaks").to_pylist()
    leaks = [row for row in every if row["used"]]
    unused = {row["source"] for row in every if not row["used"]}
    true = {row["source"]: row for row in leaks}
    rows = [r for r in compared.result("findings").to_pylist() if r["role"] == "leak_source"]
    rows.sort(key=lambda row: -row["score"])
    orgs = [r for r in rows if not r["subject"].startswith(("actor:", "terminal:"))]
    orgs = [r for r in orgs if r["subject"] not in unused]
    named = {row["subject"] for row in orgs if row["decided"]}
    ranked = list(dict.fromkeys(row["subject"] for row in orgs))
    offenders = {row["subject"] for row in rows if row["decided"]}
    decided = [row for row in orgs if row["decided"] and row["subject"] in true]
    right = len(named & set(true))
    return {
        "sources": float(len(true)),
        "named": float(len(named)),
        "precision": right / len(named) if named else math.nan,
        "recall": right / len(true) if true else math.nan,
        "top_1": float(bool(ranked[:1]) and ranked[0] in true) if true else math.nan,
        "top_3": len(set(ranked[:3]) & set(true)) / min(3, len(true)) if true else math.nan,
        "abstained": float(not named),
        "hand_recall": _share(
            [r["actor"] in offenders or r["terminal"] in offenders for r in leaks]
        ),
        "mechanism": _share([r["mechanism"] == true[r["subject"]]["mechanism"] for r in decided]),
    }


def _share(answers: list[bool]) -> float:
    return sum(answers) / len(answers) if answers else math.nan


def edges(compared: Compared) -> dict[str, dict[str, float]]:
    """By link: who serves which ring. Targets count as the ring they belong to.

    Neither right nor wrong are those whom the truth knows in the role without a ring: straw
    customers, hands of other frauds, and the outlets at which a seller's cards were opened.
    """
    true: dict[str, set[tuple[str, str]]] = {}
    for row in compared.true("edges").to_pylist():
        true.setdefault(row["link"], set()).add((compared.entity(row["source"]), row["ring_id"]))
    found: dict[str, set[tuple[str, str]]] = {link: set() for link in true}
    outlets = ("sim_supplier", None)
    loose = {
        row["subject"]
        for row in compared.true("roles").to_pylist()
        if not row["counts"] or (row["role"], row["ring_id"]) == outlets
    }
    for row in compared.result("chain").to_pylist():
        ring = compared.ring_of.get(_ring(row))
        if row["link"] not in found or ring is None:
            continue
        known = (compared.entity(row["source"]), ring)
        if known in true[row["link"]] or row["source"] not in loose:
            found[row["link"]].add(known)
    return {link: _overlap(found[link], true[link]) for link in sorted(true)}


def _ring(row: dict[str, Any]) -> str:
    target = str(row["target"])
    return str(row["ring_id"] or (target[5:] if target.startswith("ring:") else ""))


def _overlap(found: set[tuple[str, str]], true: set[tuple[str, str]]) -> dict[str, float]:
    precision = len(found & true) / len(found) if found else math.nan
    recall = len(found & true) / len(true) if true else math.nan
    return {
        "true": float(len(true)),
        "found": float(len(found)),
        "precision": precision,
        "recall": recall,
        "f1": f1(precision, recall),
    }


def ring_roles(compared: Compared) -> dict[str, float]:
    """For each ring, how many of the six roles behind it are rightly attached to it."""
    truth = compared.true("roles").to_pylist()
    right = {(r["role"], compared.entity(r["subject"]), r["ring_id"]) for r in truth if r["counts"]}
    anywhere = {(role, entity) for role, entity, ring in right if ring is None}
    attached: dict[str, set[str]] = {}
    for row in compared.result("findings").to_pylist():
        ring = compared.ring_of.get(row["ring_id"] or "")
        entity = compared.entity(row["subject"])
        ok = (row["role"], entity, ring) in right or (row["role"], entity) in anywhere
        if ring is not None and row["decided"] and row["role"] in SIX and ok:
            attached.setdefault(ring, set()).add(row["role"])
    rings = compared.true("rings")["ring_id"].to_pylist()
    counts = {f"{ring}": float(len(attached.get(ring, ()))) for ring in rings}
    return {**counts, "mean_of_six": sum(counts.values()) / len(counts) if counts else math.nan}


def rules(compared: Compared) -> dict[str, dict[str, float]]:
    """The answers for each operator: a rule is broken if any of its rows says so."""
    answers: dict[tuple[str, str], set[str]] = {}
    for row in compared.result("compliance").to_pylist():
        answers.setdefault((row["rule_id"], row["subject"]), set()).add(row["answer"])
    found: dict[str, dict[str, float]] = {}
    for row in compared.true("rules").to_pylist():
        expected = answers.get((row["rule_id"], row["subject"]), set())
        answer = next((a for a in ("broken", "kept", "cannot_tell") if a in expected), "none")
        tally = found.setdefault(row["rule_id"], dict.fromkeys(_CASES, 0.0))
        case = f"{row['answer']}_{'right' if answer == row['answer'] else 'wrong'}"
        tally["unanswered" if answer in ("cannot_tell", "none") else case] += 1
    return found


_CASES = ("broken_right", "broken_wrong", "kept_right", "kept_wrong", "unanswered")
