"""How well accounts are ranked on public data of laundering, beside what one column reaches.

    python bench/public_laundering.py FOLDER [FOLDER ...] [--label isFraud]

A FOLDER is a case (``case.toml`` and files that profiles know) and holds the labels in one of its
CSV files: a column of account numbers (the first) and the column named by ``--label``, which the
profiles ignore by name; or ``FOLDER.labels.csv`` lies beside it (account, isFraud).

AMLSim: unpack ``sample/*.tgz`` of github.com/IBM/AMLSim and put the ``case.toml`` of
``examples/amlsim`` beside. AMLGentex: first ``python bench/public_laundering.py --from-gentex
tx_log.parquet --into FOLDER``. Prints average precision over all accounts, the prevalence (what
chance reaches), each signal alone in either direction (the naive rival), and CPU seconds.
"""

import argparse
import csv
import resource
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from suyuan.detect.mule_account import DETECTOR
from suyuan.detect.scoring import step
from suyuan.model.progress import Silent
from suyuan.run.investigation import investigate
from suyuan.store.duck import DuckEngine
from suyuan.store.layout import Layout

SUBJECT = "bank_account:"
ONLY = {"identity", "money", step(DETECTOR).name, "link", "chain"}


def labels(folder: Path, column: str) -> dict[str, bool]:
    """Account → whether it is labelled, from the one file that has the column."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            if rows.fieldnames and column in rows.fieldnames:
                first = rows.fieldnames[0]
                yes = {"1", "true", "True"}
                return {row[first]: row[column] in yes for row in rows}
    raise SystemExit(f"no CSV in {folder} has a column {column}")


def average_precision(score: np.ndarray, hit: np.ndarray) -> float:
    """Ties are one step: no order among equals is made up."""
    order = np.argsort(-score, kind="stable")
    hits, found = hit[order], score[order]
    last = np.flatnonzero(np.append(np.diff(found) != 0, True))
    true = np.cumsum(hits)[last]
    precision, gain = true / (last + 1), np.diff(true, prepend=0)
    return float((precision * gain).sum() / max(hits.sum(), 1))


def scored(folder: Path, known: dict[str, bool]) -> None:
    with tempfile.TemporaryDirectory() as out:
        layout = Layout(Path(out))
        with DuckEngine(layout.work) as engine:
            investigate(folder, layout, engine, Silent(), listed=0.0, only=ONLY)
        findings = pq.read_table(Path(out) / "findings.parquet")
        signals = pq.read_table(Path(out) / "signals.parquet")
    mules = findings.filter(pc.equal(findings["role"], "mule_account"))
    place = {name: i for i, name in enumerate(known)}
    hit = np.array(list(known.values()))

    def column(subjects: list[str], values: list[float | None], sign: float) -> np.ndarray:
        # Finite, so that those without a value tie with each other.
        out = np.full(hit.size, np.finfo(float).min)
        for subject, value in zip(subjects, values, strict=True):
            at = place.get(subject.removeprefix(SUBJECT))
            if at is not None and value is not None:
                out[at] = sign * value
        return out

    ours = column(mules["subject"].to_pylist(), mules["score"].to_pylist(), 1.0)
    print(
        f"{folder.name}: {hit.size:,} accounts, prevalence {hit.mean():.3f}, "
        f"decided {pc.sum(mules['decided']).as_py() or 0}"
    )
    print(f"  suyuan            {average_precision(ours, hit):.3f}")
    of = dict(zip(mules["finding_id"].to_pylist(), mules["subject"].to_pylist(), strict=True))
    alone = []
    for name in pc.unique(signals["signal"]).to_pylist():
        rows = signals.filter(pc.equal(signals["signal"], name))
        rows = rows.filter(pc.is_in(rows["finding_id"], value_set=pa.array(list(of))))
        subjects = [of[i] for i in rows["finding_id"].to_pylist()]
        values = rows["value"].to_pylist()
        for sign, mark in ((1.0, "+"), (-1.0, "-")):
            alone.append((average_precision(column(subjects, values, sign), hit), mark + name))
    for figure, name in sorted(alone, reverse=True)[:5]:
        print(f"  alone {name:<20}{figure:.3f}")


def from_gentex(log: Path, folder: Path) -> None:
    """AMLGentex's transaction log as a case: payments between accounts, and labels apart."""
    rows = pq.read_table(log)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.toml").write_text('name = "AMLGentex"\ntimezone = "UTC"\ncurrency = "SEK"\n')
    base = np.datetime64("2023-01-01")
    day = rows["step"].to_numpy().astype("timedelta64[D]")
    # Negative numbers are where money enters and leaves the simulation.
    between = pc.and_(pc.greater_equal(rows["nameOrig"], 0), pc.greater_equal(rows["nameDest"], 0))
    table = pa.table(
        {
            "payment_id": [str(i) for i in range(rows.num_rows)],
            "at": pa.array((base + day).astype("datetime64[D]").astype(str)),
            "payer": rows["nameOrig"].cast(pa.string()),
            "payee": rows["nameDest"].cast(pa.string()),
            "amount": pc.round(rows["amount"], 2),
        }
    ).filter(between)
    pa.csv.write_csv(table, folder / "payments.csv")
    sar = rows.filter(pc.equal(rows["isSAR"], 1))
    guilty = {str(a) for name in ("nameOrig", "nameDest") for a in sar[name].to_pylist()}
    everyone = sorted(set(table["payer"].to_pylist()) | set(table["payee"].to_pylist()))
    with _beside(folder).open("w", encoding="utf-8") as file:
        file.write("account,isFraud\n")
        file.writelines(f"{name},{int(name in guilty)}\n" for name in everyone)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--label", default="isFraud")
    parser.add_argument("--from-gentex", type=Path)
    parser.add_argument("--into", type=Path)
    asked = parser.parse_args()
    if asked.from_gentex:
        from_gentex(asked.from_gentex, asked.into)
    for folder in asked.folders:
        apart = _beside(folder)
        known = _apart(apart) if apart.exists() else labels(folder, asked.label)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        scored(folder, known)
        print(f"  {resource.getrusage(resource.RUSAGE_SELF).ru_utime - before:.0f} CPU seconds")


def _beside(folder: Path) -> Path:
    """Labels are kept out of a case that no profile made for them ignores."""
    return folder.parent / f"{folder.name}.labels.csv"


def _apart(path: Path) -> dict[str, bool]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["account"]: row["isFraud"] == "1" for row in csv.DictReader(file)}


if __name__ == "__main__":
    main()
