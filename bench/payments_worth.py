"""What holding payments is worth on simulated worlds, beside simpler means, judged by their truth.

    python bench/payments_worth.py WORLD... [--keep FOLDER]

A WORLD has ``case`` and ``truth``. *Stolen* are payments from which a reporting victim's money set
out. *Honest* is shown twice: whatever no report claims, and, by the truth of the world, whatever
does not go to a mule account: what victims paid who never reported is not honest, and counts
neither way there. Thresholds are those that hold one honest payment (by reports) in a thousand in
that world; *policy* is the default policy as it stands, whose thresholds come from the lab.
"""

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from suyuan.detect.cards import scorecard
from suyuan.ingest import import_case
from suyuan.live.fold import SIGNALS
from suyuan.live.policy import default_policy
from suyuan.model.progress import Silent
from suyuan.run.payment_replay import Replayed, replay_case, scores, threshold_for, victims_held
from suyuan.run.payment_rivals import best_signal, by_rules
from suyuan.store.duck import DuckEngine
from suyuan.store.layout import Layout
from suyuan.store.records import open_records

CARD, POLICY = scorecard("payment_risk"), default_policy()


@dataclass(frozen=True)
class World:
    name: str
    replayed: Replayed
    mule: np.ndarray

    @property
    def honest(self) -> np.ndarray:
        return ~self.replayed.stolen & ~self.mule

    @property
    def lent(self) -> np.ndarray:
        return self.replayed.signals[:, SIGNALS.index("loan_share")] > 0


def mules(truth: Path) -> set[str]:
    """Account numbers that the truth calls mule accounts."""
    if (truth / "roles.csv").exists():
        rows = list(csv.DictReader((truth / "roles.csv").open(encoding="utf-8")))
    else:
        rows = pq.read_table(truth / "roles.parquet").to_pylist()
    found = {row["subject"] for row in rows if row["role"] == "mule_account"}
    return {subject.rpartition(":")[2] for subject in found}


def world(folder: Path, keep: Path) -> World:
    out = keep / folder.name
    layout = Layout(out)
    with DuckEngine(layout.work) as engine:
        replayed = replay_case(folder / "case", layout, engine, CARD, Silent())
        zone = import_case(folder / "case", out).settings.timezone
        payments = open_records(engine, layout, zone=zone)["payments"]
        rows = engine.fetch(payments.select("payment_id", "payee")).to_pydict()
    guilty = mules(folder / "truth")
    to = {p: a in guilty for p, a in zip(rows["payment_id"], rows["payee"], strict=True)}
    return World(folder.name, replayed, np.array([to[name] for name in replayed.payment_id]))


def line(worlds: list[World], name: str, held: list[np.ndarray]) -> None:
    """One line for several worlds together."""
    parts = list(zip(worlds, held, strict=True))
    stolen = np.concatenate([w.replayed.stolen for w, _ in parts])
    hold = np.concatenate(held)
    report = np.concatenate([w.name + w.replayed.report.astype(object) for w, _ in parts])
    report = np.where(stolen, report, "")
    amount = np.concatenate([w.replayed.amount for w, _ in parts])
    together = Replayed(report, amount, amount, report, np.empty((len(amount), 0)), frozenset())
    victims = victims_held(together, hold)
    yuan = amount[stolen & hold].sum() / max(amount[stolen].sum(), 1)
    honest = np.concatenate([w.honest for w, _ in parts])
    lent = np.concatenate([w.lent for w, _ in parts])
    right = stolen[hold].mean() if hold.any() else float("nan")
    print(
        f"  {name:28} victims {victims.share:.2f} ({victims.low:.2f}–{victims.high:.2f})"
        f"  yuan {yuan:.2f}  precision {right:.2f}"
        f"  honest held ‰: {1000 * hold[~stolen].mean():.2f} by reports,"
        f" {1000 * hold[honest].mean():.2f} by truth;"
        f" with a loan {hold[honest & lent].sum()} of {(honest & lent).sum():,}"
    )


def table(worlds: list[World]) -> None:
    ours, rules, single = [], [], []
    for each in worlds:
        score, points = scores(each.replayed, CARD), by_rules(each.replayed, CARD)
        ours.append(score >= threshold_for(each.replayed, score, 1.0))
        rules.append(points >= threshold_for(each.replayed, points, 1.0))
        single.append(best_signal(each.replayed, CARD, 1.0))
    policy = [POLICY.holds(scores(w.replayed, CARD), w.replayed.amount, w.lent) for w in worlds]
    names = {name for name, _ in single}
    line(worlds, "scorecard", ours)
    line(worlds, "rules on payments", rules)
    line(worlds, "best signal " + "/".join(sorted(names))[:16], [held for _, held in single])
    line(worlds, "the default policy", policy)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", nargs="+", type=Path)
    parser.add_argument("--keep", type=Path, default=Path("worth"))
    asked = parser.parse_args()
    worlds = [world(folder, asked.keep) for folder in asked.worlds]
    for each in worlds:
        print(f"{each.name}: {each.replayed.stolen.sum()} of {len(each.mule):,} payments stolen")
        table([each])
    print(f"all {len(worlds)}")
    table(worlds)


if __name__ == "__main__":
    main()
