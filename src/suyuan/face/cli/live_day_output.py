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
from suyuan.live.day_folder import CASE, DECISIONS, DayWritten
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
    office: Office, folder: Path, found: DayWarnings, now: datetime, to: Console, language: Language
) -> None:
    """Keep a draft for each person and day, and say what is new and who cannot be named."""
    counts = [record_day(office, folder, list(rows), now)
              for _, rows in groupby(found.warnings, key=lambda each: each.day)]  # fmt: skip
    new, changed, same = (sum(each) for each in zip(*counts, strict=True)) if counts else (0, 0, 0)
    sentence = Text(
        f"{new} new, {changed} changed, {same} as before",
        f"新增 {new}，变更 {changed}，未变 {same}",
    )
    to.print(sentence.in_(language), markup=False)
    if found.unnamed:
        lost = Text(
            f"{found.unnamed} people to warn are named by no register given (--names).",
            f"另有{found.unnamed}名待预警人员在所给登记资料（--names）中查不到。",
        )
        to.print(lost.in_(language), markup=False)


def record_day(
    office: Office, folder: Path, rows: list[Any], now: datetime
) -> tuple[int, int, int]:
    """Drafts of one day; the case they name is the service's folder and the day."""
    spec = load_arising("live")["live-warning"]
    case = f"live:{folder.resolve().name}:{rows[0].day}"
    listed = drafts(spec, [each.row() for each in rows], institutions(), now, case)
    kept: DraftCounts = record(office, listed, case, now)
    return kept.new, kept.changed, kept.same


def print_written(into: Path, written: DayWritten, to: Console, language: Language) -> None:
    rows = ", ".join(f"{name} {count:,}" for name, count in written.rows.items())
    sentence = Text(
        f"{into / CASE}: {rows}; {written.earlier:,} events are older and stand for what decisions"
        f" and registers rest on. {written.decisions:,} decisions in {into / DECISIONS}."
        f" {written.unnamed:,} of {written.subjects:,} subjects have no name in what was given"
        " (key-…).",
        f"{into / CASE}：{rows}；其中{written.earlier:,}个事件早于所选日期，为决定依据或登记信息。"
        f"{into / DECISIONS} 中有{written.decisions:,}项决定。{written.subjects:,}个主体中有"
        f"{written.unnamed:,}个在所给资料中查不到名称（key-…）。",
    )
    to.print(sentence.in_(language), markup=False, soft_wrap=True)


def decision(folder: Path, payment: str) -> dict[str, Any]:
    """The decision on `payment` (its id, or its place in the log)."""
    path = folder / DECISIONS
    if not path.is_file():
        raise InputError(
            Text("This is no folder of suyuan live day.", "这不是 suyuan live day 写出的文件夹。"),
            value=folder,
        )
    for line in path.read_text("utf-8").split("\n"):
        found: dict[str, Any] = json.loads(line) if line else {}
        if found and payment in (found["payment"], f"log-{found['log']}"):
            return found
    raise InputError(
        Text(
            "No decision on this payment: it was allowed, or is not of these days.",
            "没有该付款的决定：已放行，或不在所选日期内。",
        ),
        value=payment,
    )


def print_decision(
    folder: Path, found: dict[str, Any], shown: Masking, to: Console, language: Language
) -> None:
    """Each reason of a decision, and the rows behind it, masked as their columns say."""
    titles = {signal.name: signal.title for signal in scorecard("payment_risk").signals}
    action = _ACTIONS[found["action"]].in_(language)
    title = f"{found['at']}  {action}  {found['score']:.2f}"
    heads = (Text("reason", "原因"), Text("value", "数值"), Text("adds", "权重"), Text("row", "行"))
    table = grid(Text(title, title), heads, language)
    for reason in found["because"]:
        cells = (titles[reason["signal"]].in_(language), f"{reason['value']:g}",
                 f"{reason['weight']:+.2f}")  # fmt: skip
        rows = [row_text(folder, row, shown) for row in reason["rows"]] or ["–"]
        if reason["more"]:
            more = reason["more"]
            rows.append(Text(f"{more:,} more", f"另有{more:,}行").in_(language))
        for place, row in enumerate(rows):
            add(
                table,
                *(plain(each) for each in (cells if place == 0 else ("", "", ""))),
                plain(row),
            )
    to.print(table)


def row_text(folder: Path, row: dict[str, str], shown: Masking) -> str:
    """A row of the day's case on one line: its table, then its cells."""
    declared = RECORDS[row["table"]]
    path = folder / CASE / f"{row['table']}.parquet"
    key = "call_id" if row["table"] == "calls" else declared.key[0]
    held = pq.read_table(path).filter(pc.field(key) == row["key"]).to_pylist()
    if not held:
        return f"{row['table']} ?"
    cells = shown.row(declared, held[0])
    return f"{row['table']} " + " ".join(value for value in cells.values() if value)
