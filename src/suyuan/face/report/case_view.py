"""The case as a whole: headline, fraud types, people at risk, the input, and what was not done."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.face.display import Display, SubjectDisplay
from suyuan.face.rings import RingView
from suyuan.face.source import ResultTables
from suyuan.model.results import AT_RISK, HUBS, QUALITY
from suyuan.model.text import Text, row_text

AT_RISK_SHOWN, PROBLEMS_SHOWN, HUBS_SHOWN, TYPES_SHOWN = 15, 25, 15, 8


@dataclass(frozen=True, slots=True)
class Headline:
    """The case in figures; ``first`` is the costliest ring."""

    reports: int
    tied_reports: int
    rings: int
    victims: int
    loss: Decimal
    helpers: list[int]
    first: RingView | None


def headline(source: ResultTables, ring_views: Sequence[RingView]) -> Headline:
    rows = [ring.row for ring in ring_views]
    return Headline(
        reports=source.table("series").num_rows,
        tied_reports=sum(row["reports"] for row in rows),
        rings=len(rows),
        victims=sum(row["victims"] for row in rows),
        loss=sum((row["loss"] for row in rows), start=Decimal(0)),
        helpers=[row["helpers"] for row in rows],
        first=ring_views[0] if ring_views else None,
    )


@dataclass(frozen=True, slots=True)
class FraudTypes:
    """Fraud types (rows) by month (columns): cases and losses."""

    months: list[str]
    rows: list[tuple[str, list[dict[str, Any] | None], int, Decimal]]
    more: int


def fraud_types(source: ResultTables, display: Display) -> FraudTypes | None:
    table = source.table("fraud_ranking")
    if table.num_rows == 0:
        return None
    months = sorted(set(table["month"].to_pylist()))
    cells = {(row["type"], row["month"]): row for row in table.to_pylist()}
    rows = []
    for type_ in dict.fromkeys(key[0] for key in cells):
        own = [cells.get((type_, month)) for month in months]
        months_with_cases = [cell for cell in own if cell]
        label = display.words(months_with_cases[-1]["label"] or type_)
        cases = sum(cell["cases"] for cell in months_with_cases)
        loss = sum((cell["loss"] for cell in months_with_cases), start=Decimal(0))
        if cases:
            rows.append((label, own[-12:], cases, loss))
    rows.sort(key=lambda row: (-row[2], -row[3]))
    return FraudTypes(months[-12:], rows[:TYPES_SHOWN], max(len(rows) - TYPES_SHOWN, 0))


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Who should be warned: how many, by source, and the first few."""

    orders: int
    people: int
    by_source: list[tuple[SubjectDisplay, int, float]]
    first: list[dict[str, Any]]


def at_risk(source: ResultTables, display: Display) -> AtRisk | None:
    table = source.table("at_risk")
    if table.num_rows == 0:
        return None
    sums = table.group_by("source").aggregate([("order_id", "count"), ("score", "sum")])
    by_source = [
        (display.subject(row["source"]), row["order_id_count"], row["score_sum"])
        for row in sums.sort_by([("order_id_count", "descending")]).to_pylist()
    ]
    order = table.sort_by([("score", "descending"), ("order_id", "ascending")])
    first = [
        {
            "phone": display.cell(AT_RISK, row, "buyer_phone"),
            "order": display.cell(AT_RISK, row, "order_id"),
            "source": display.subject(row["source"]),
            "score": row["score"],
            "because": display.sentence(AT_RISK, row, "because"),
        }
        for row in order.slice(0, AT_RISK_SHOWN).to_pylist()
    ]
    people = pc.count_distinct(table["buyer_phone"]).as_py()
    return AtRisk(table.num_rows, people, by_source, first)


@dataclass(frozen=True, slots=True)
class ImportQuality:
    """Files as they were read, and the first problems in them."""

    files: list[dict[str, Any]]
    problems: list[dict[str, Any]]
    more: int


def quality(source: ResultTables, display: Display) -> ImportQuality:
    table = source.table("quality")
    problems = [
        {
            "place": f"{display.file(row['file'])}:{row['line'] or ''}",
            "column": display.words(row["column"]),
            "problem": display.sentence(QUALITY, row, "problem"),
            "value": display.cell(QUALITY, row, "value"),
            "action": row["action"],
        }
        for row in table.slice(0, PROBLEMS_SHOWN).to_pylist()
    ]
    files = source.table("quality_summary").to_pylist()
    for row in files:
        row["file"] = display.file(row["file"])
        row["columns_left_over"] = [display.words(name) for name in row["columns_left_over"] or ()]
    return ImportQuality(files, problems, max(table.num_rows - PROBLEMS_SHOWN, 0))


@dataclass(frozen=True, slots=True)
class Gaps:
    """What was left undone: for lack of a table, or because of a hub."""

    limits: list[tuple[str, str, Text]]
    hubs: list[tuple[SubjectDisplay, int, int, Text]]
    hubs_more: int


def gaps(source: ResultTables, display: Display) -> Gaps:
    limits = [
        (row["step"], row["table"], row_text(row, "effect"))
        for row in source.table("limits").to_pylist()
    ]
    hubs = source.table("hubs").sort_by([("not_followed", "descending"), ("subject", "ascending")])
    return Gaps(
        limits,
        [_hub(row, display) for row in hubs.slice(0, HUBS_SHOWN).to_pylist()],
        max(hubs.num_rows - HUBS_SHOWN, 0),
    )


def _hub(row: dict[str, Any], display: Display) -> tuple[SubjectDisplay, int, int, Text]:
    because = display.sentence(HUBS, row, "because")
    return display.subject(row["subject"]), row["degree"], row["not_followed"], because


_NAMED_IN = (
    ("findings", "subject"),
    ("chain", "source"),
    ("chain", "target"),
    ("hubs", "subject"),
    ("freeze_list", "account"),
    ("statements_wanted", "account"),
)


#: Kinds of subject whose id may be a party's.
_PARTIES = {"party", "merchant", "courier", "platform", "software", "warehouse"}


def party_names(source: ResultTables) -> dict[str, tuple[str, str]]:
    """Name and kind of every party, shop or firm that a result names."""
    columns = [source.table(name)[column].combine_chunks() for name, column in _NAMED_IN]
    subjects = pc.unique(pa.concat_arrays(columns)).to_pylist()
    ids = {
        subject_id: subject_id.partition(":")[2]
        for subject_id in subjects
        if subject_id.partition(":")[0] in _PARTIES
    }
    parties = {row["party_id"]: row for row in source.parties(ids.values()).to_pylist()}
    return {
        subject: (parties[id_]["name"], parties[id_]["kind"] or "person")
        for subject, id_ in ids.items()
        if id_ in parties and parties[id_]["name"]
    }
