"""How the warnings of live scoring become drafts, and how a day and a decision are printed."""

import json
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.console import Console

from suyuan.casework.arising import drafts, load_arising
from suyuan.casework.drafting import DraftCounts, record
from suyuan.casework.institutions import institutions
from suyuan.casework.office import Office
from suyuan.detect.cards import scorecard
from suyuan.face.cli.office_options import plain
from suyuan.face.cli.screen import add, grid
from suyuan.live.day_folder import CASE, DECISIONS, DayCounts
from suyuan.live.people_to_warn import DayWarnings
from suyuan.model.errors import InputError
from suyuan.model.records import RECORDS
from suyuan.model.text import Language, Text
from suyuan.privacy.masking import Masking

_ACTIONS = {
    "warn": Text("warned of", "提示风险"),
    "hold": Text("held", "暂缓"),
    "block": Text("blocked", "拦截"),
}


def record_warnings(
    office: Office,
    folder: Path,
    warnings: DayWarnings,
    now: datetime,
    to: Console,
    language: Language,
) -> None:
    """Keep a draft for each person and day, and say what is new and who cannot be named."""
    counts = [record_day(office, folder, list(rows), now)
              for _, rows in groupby(warnings.warnings, key=lambda w: w.day)]  # fmt: skip
    new, changes, repeats = (
        (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0, 0)
    )
    sentence = Text(
        f"{new} new, {changes} changed, {repeats} as before",
        f"新增 {new}，变更 {changes}，未变 {repeats}",
    )
    to.print(sentence.in_(language), markup=False)
    if warnings.nameless:
        nameless = Text(
            f"{warnings.nameless} people to warn are named by no register given (--names).",
            f"另有{warnings.nameless}名待预警人员在所给登记资料（--names）中查不到。",
        )
        to.print(nameless.in_(language), markup=False)


def record_day(
    office: Office, folder: Path, rows: list[Any], now: datetime
) -> tuple[int, int, int]:
    """Drafts of one day; the case they name is the service's folder and the day."""
    spec = load_arising("live")["live-warning"]
    case = f"live:{folder.resolve().name}:{rows[0].day}"
    day_drafts = drafts(spec, [warning.row() for warning in rows], institutions(), now, case)
    counts: DraftCounts = record(office, day_drafts, case, now)
    return counts.new, counts.changed, counts.same


def print_day_case(into: Path, day_case: DayCounts, to: Console, language: Language) -> None:
    rows = ", ".join(f"{name} {count:,}" for name, count in day_case.rows.items())
    sentence = Text(
        f"{into / CASE}: {rows}; {day_case.earlier:,} events are older: what decisions"
        f" and registers rest on. {day_case.decisions:,} decisions in {into / DECISIONS}."
        f" {day_case.nameless:,} of {day_case.subjects:,} subjects could not be matched to any name"
        " (key-…).",
        f"{into / CASE}：{rows}；其中{day_case.earlier:,}个事件早于所选日期，为决定依据或登记信息。"
        f"{into / DECISIONS} 中有{day_case.decisions:,}项决定。{day_case.subjects:,}个主体中有"
        f"{day_case.nameless:,}个在所给资料中查不到名称（key-…）。",
    )
    to.print(sentence.in_(language), markup=False, soft_wrap=True)


def decision(folder: Path, payment: str) -> dict[str, Any]:
    """The decision on `payment` (its id, or its place in the log)."""
    path = folder / DECISIONS
    if not path.is_file():
        raise InputError(
            Text(
                "This is not a folder written by suyuan live day.",
                "这不是 suyuan live day 写出的文件夹。",
            ),
            value=folder,
        )
    for line in path.read_text("utf-8").split("\n"):
        verdict: dict[str, Any] = json.loads(line) if line else {}
        if verdict and payment in (verdict["payment"], f"log-{verdict['log']}"):
            return verdict
    raise InputError(
        Text(
            "No decision on this payment: it was allowed, or is not from these days.",
            "没有该付款的决定：已放行，或不在所选日期内。",
        ),
        value=payment,
    )


def print_decision(
    folder: Path, verdict: dict[str, Any], masking: Masking, to: Console, language: Language
) -> None:
    """Each reason of a decision, and the rows behind it, masked as their columns say."""
    titles = {signal.name: signal.title for signal in scorecard("payment_risk").signals}
    action = _ACTIONS[verdict["action"]].in_(language)
    title = f"{verdict['at']}  {action}  {verdict['score']:.2f}"
    heads = (Text("reason", "原因"), Text("value", "数值"), Text("adds", "权重"), Text("row", "行"))
    table = grid(Text(title, title), heads, language)
    for reason in verdict["because"]:
        cells = (titles[reason["signal"]].in_(language), f"{reason['value']:g}",
                 f"{reason['weight']:+.2f}")  # fmt: skip
        rows = [row_text(folder, row, masking) for row in reason["rows"]] or ["–"]
        if reason["more"]:
            more = reason["more"]
            rows.append(Text(f"{more:,} more", f"另有{more:,}行").in_(language))
        for place, row in enumerate(rows):
            add(
                table,
                *(plain(cell) for cell in (cells if place == 0 else ("", "", ""))),
                plain(row),
            )
    to.print(table)


def row_text(folder: Path, row: dict[str, str], masking: Masking) -> str:
    """A row of the day's case on one line: its table, then its cells."""
    table = RECORDS[row["table"]]
    path = folder / CASE / f"{row['table']}.parquet"
    key = "call_id" if row["table"] == "calls" else table.key[0]
    rows = pq.read_table(path).filter(pc.field(key) == row["key"]).to_pylist()
    if not rows:
        return f"{row['table']} ?"
    cells = masking.row(table, rows[0])
    return f"{row['table']} " + " ".join(value for value in cells.values() if value)
