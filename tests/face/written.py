"""Result folders written by hand: a few rows, or a large case, without an investigation."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa

from suyuan.face.api import CaseFolder
from suyuan.model.results import RESULTS
from suyuan.store.case import Results
from suyuan.store.generations import generation
from suyuan.store.layout import Layout
from suyuan.store.publish import write

START = datetime(2019, 5, 1, tzinfo=UTC)


def results_of(folder: Path, **tables: Sequence[Mapping[str, Any]]) -> Results:
    """Results with these rows; every other table is there and empty."""
    case, out = folder / "case", folder / "out"
    case.mkdir(parents=True, exist_ok=True)
    with generation(Layout(out)) as made:
        for name, table in RESULTS.items():
            rows = [dict.fromkeys(table.names) | dict(row) for row in tables.get(name, ())]
            write(pa.Table.from_pylist(rows, table.file_schema), made.layout.result(name))
        made.commit({"kind": "written by hand", "inputs": {}, "records": {}})
    return CaseFolder(case).results(out)


def finding(role: str, subject: str, **more: Any) -> dict[str, Any]:
    """A row of ``findings`` with the columns that must be there."""
    told = more.pop("told", f"{subject} is one.")
    open_ = told.replace(subject.partition(":")[2], "{0}")
    return {
        "finding_id": f"{role}|{subject}",
        "role": role,
        "subject": subject,
        "score": 0.9,
        "decided": True,
        "because": told,
        "because_en": told,
        "because_zh": told,
        "because_template_en": open_,
        "because_template_zh": open_,
        "sentence_values": [subject],
        "rivals_en": "Nobody.",
        "rivals_zh": "无。",
        "rivals_template_en": "Nobody.",
        "rivals_template_zh": "无。",
        "detector": role,
        "version": "1",
    } | more


def row_behind(evidence_id: str, **more: Any) -> dict[str, Any]:
    return {
        "evidence_id": evidence_id,
        "table": "calls",
        "key": "1",
        "row_id": "a:1",
        "file": "calls.csv",
        "line": 7,
        "sha256": "ab" * 32,
        "weight": 1.0,
        "note": "calls",
        "note_class": "public",
        "unlisted": 0,
        "shows": None,
        "node": None,
    } | more


def large(folder: Path, reports: int = 1000, rings: int = 14) -> Results:
    """A case of `reports`: what comes out of it in size, with invented content."""
    dice = Random(7)
    ids = [f"R{number:05d}" for number in range(reports)]
    ring_of = {report: f"G{dice.randrange(rings)}" for report in ids}
    people = [f"party:{10_000_000 + number}" for number in range(2000)]
    roles = ("data_broker", "account_merchant", "sim_supplier", "middleman", "card_merchant")
    found = [finding("scam_caller", f"phone:1{dice.randrange(10**10):010d}") for _ in range(1500)]
    edges = []
    for ring in range(rings):
        for role in roles:
            for person in dice.sample(people, 40):
                found.append(finding(role, person, ring_id=f"G{ring}", score=dice.random()))
                found[-1]["finding_id"] += f"|{ring}"
                edges.append(_edge(person, role, f"G{ring}"))
    rows = [row_behind(f["finding_id"], row_id=f"a:{n}") for f in found for n in range(6)]
    return results_of(
        folder,
        findings=found,
        evidence=rows,
        chain=edges,
        rings=[_ring(f"G{ring}", reports // rings) for ring in range(rings)],
        series=[_series(report, ring_of[report]) for report in ids],
        traces=[step for report in ids for step in _steps(report, dice)],
        exits=[_exit(report) for report in ids],
    )


def _edge(person: str, role: str, ring: str) -> dict[str, Any]:
    links = {
        "data_broker": "sold_records_to",
        "account_merchant": "sold_accounts_to",
        "sim_supplier": "opened_sim_for",
    }
    return {
        "source": person,
        "target": f"ring:{ring}",
        "link": links.get(role, "laundered_for"),
        "ring_id": ring,
        "amount": Decimal("10.00"),
        "count": 2,
        "strength": 0.8,
        "evidence_id": f"{person}|{ring}",
    }


def _ring(ring: str, reports: int) -> dict[str, Any]:
    counts = dict.fromkeys(
        ("callers", "data_brokers", "account_merchants", "sim_suppliers", "mules"), 40
    )
    counts |= {"middlemen": 40, "card_merchants": 40, "helpers": 160}
    loss = Decimal(reports * 1000)
    return {"ring_id": ring, "reports": reports, "victims": reports, "loss": loss} | counts


def _series(report: str, ring: str) -> dict[str, Any]:
    return {
        "report_id": report,
        "series_id": ring,
        "ring_id": ring,
        "strength": 0.9,
        "because": "tied",
        "because_zh": "相连",
        "evidence_id": report,
    }


def _steps(report: str, dice: Random) -> list[dict[str, Any]]:
    """One yuan-exact path of six hops, cut into five payments each."""
    hops = [f"bank_account:62{dice.randrange(10**8):08d}" for _ in range(7)]
    return [
        {
            "report_id": report,
            "method": "lifo",
            "hop": hop,
            "payment_id": f"{report}-{hop}-{part}",
            "from": hops[hop],
            "to": hops[hop + 1],
            "amount": Decimal("200.00"),
            "at": START + timedelta(minutes=7 * hop),
        }
        for hop in range(6)
        for part in range(5)
    ]


def _exit(report: str) -> dict[str, Any]:
    return {
        "report_id": report,
        "method": "lifo",
        "exit": "bank_account:1",
        "reason": "balance",
        "amount": Decimal("1000.00"),
        "recoverable": Decimal("1000.00"),
    }
