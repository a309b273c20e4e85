"""What ``suyuan check`` says: what was not read first, then rows set aside, then the rest.

Troubles of one kind are one line, however many rows have it; each with the first place and cell.
"""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from suyuan.face.cli.screen import plain
from suyuan.face.display import Display
from suyuan.model.records import RECORDS
from suyuan.model.results import QUALITY_SUMMARY
from suyuan.model.text import Language, Text
from suyuan.store.case import Results

#: Lines of one section that are shown; the others stand in quality.parquet.
LINES_SHOWN: Final = 12
_GROUP: Final = ["file", "column", "problem", "problem_zh", "action"]
_NUMBERS: Final = {
    "rows_read": Text("read", "读取"),
    "rows_kept": Text("used", "采用"),
    "repaired": Text("cells corrected", "规范单元格"),
    "quarantined": Text("set aside", "隔离"),
    "duplicates": Text("twice", "重复"),
    "statement_gaps": Text("gaps", "断点"),
}
_TOTAL = Text(
    "{files} files, {read} rows: {kept} used, {aside} set aside, {twice} duplicates",
    "{files} 个文件，{read} 行：采用 {kept} 行，隔离 {aside} 行，重复 {twice} 行",
)
_CHECK = Text("; why: suyuan check {case}", "；原因见：suyuan check {case}")
_SECTIONS: Final = {
    "unread": (Text("Not read", "未读入"), "bold red"),
    "aside": (Text("Rows set aside", "已隔离的行"), "bold yellow"),
    "told": (Text("Please note", "请留意"), "bold"),
    "repaired": (Text("Corrected", "已规范化"), "dim"),
}
_STATEMENTS = Text("Accounts and periods", "账户与期间")
_STATEMENT = Text(
    "{file}: {own} (from {how}), {first} to {last}", "{file}：{own}（来自{how}），{first} 至 {last}"
)
_SUMS = Text("; out {gone}, in {come}", "；支出 {gone}，收入 {come}")
_BALANCES = Text("; {n} of {all} balances match the one before", "；余额衔接 {n}/{all}")
_MORE_STATEMENTS = Text(
    "  … {n} more in quality_summary.parquet", "  ……另有 {n} 份，见 quality_summary.parquet"
)
_MORE = Text("… {n} more kinds in {path}", "……另有 {n} 类，见 {path}")
_FROM = Text("{n} places, first in line {line}", "{n} 处，首见第 {line} 行")
_LINE = Text("line {line}", "第 {line} 行")
_MAP = Text("Try: suyuan map {file}", "可用：suyuan map {file}")
_NO_FILES = Text("No readable files in this folder.", "该文件夹中没有可读取的文件。")


def print_quality(results: Results, to: Console, language: Language, display: Display) -> None:
    """File by file what was read and used; then, by kind, what was wrong and where first."""
    summary = results["quality_summary"].to_pylist()
    if not summary:
        to.print(_NO_FILES.in_(language))
    else:
        to.print(_total(summary, language))
        to.print(_by_file(summary, language, display))
        _print_statements(summary, to, language, display)
    sections: dict[str, list[Mapping[str, Any]]] = {name: [] for name in _SECTIONS}
    for kind in _kinds(results["quality"]):
        sections[_section(kind)].append(kind)
    for name, kinds in sections.items():
        if kinds:
            title, style = _SECTIONS[name]
            to.print(f"\n[{style}]{title.in_(language)}[/]")
            _print_kinds(kinds, results, to, language, display)


def print_left_out(results: Results, to: Console, language: Language) -> None:
    """One line for an investigation: rows read and used, and where to see why others were not."""
    summary = results["quality_summary"].to_pylist()
    line = _total(summary, language)
    if any(row["quarantined"] for row in summary) or results["quality"].num_rows:
        line += _CHECK.format(case=shlex.quote(str(results.case.path))).in_(language)
    to.print(plain(line), soft_wrap=True)


def print_problems(
    results: Results, files: Iterable[str], to: Console, language: Language, display: Display
) -> None:
    """What was wrong in some of the files, nothing where all is well."""
    quality = results["quality"]
    own = quality.filter(pc.is_in(quality["file"], pa.array(list(files), pa.string())))
    _print_kinds(list(_kinds(own)), results, to, language, display)


def _total(summary: list[dict[str, Any]], language: Language) -> str:
    sums = {name: f"{sum(row[name] for row in summary):,}" for name in _NUMBERS}
    return _TOTAL.format(
        files=len(summary),
        read=sums["rows_read"],
        kept=sums["rows_kept"],
        aside=sums["quarantined"],
        twice=sums["duplicates"],
    ).in_(language)


def _by_file(summary: list[dict[str, Any]], language: Language, display: Display) -> Table:
    lines = Table(box=None, pad_edge=False)
    lines.add_column(Text("file", "文件").in_(language), overflow="fold")
    lines.add_column(Text("table", "所属表").in_(language))
    columns = [n for n in _NUMBERS if n.startswith("rows") or any(row[n] for row in summary)]
    for name in columns:
        lines.add_column(_NUMBERS[name].in_(language), justify="right")
    for row in summary:
        table = row["table"]
        title = "–" if table is None else RECORDS[table].zh if language == "zh" else table
        numbers = (f"{row[name]:,}" if row[name] else "·" for name in columns)
        lines.add_row(plain(display.file(row["file"])), title, *numbers)
    return lines


def _print_statements(
    summary: list[dict[str, Any]], to: Console, language: Language, display: Display
) -> None:
    """Of each statement: whose it is and how that is known, its period, sums, balances."""
    statements = [row for row in summary if row["own_account"]]
    if not statements:
        return
    to.print(f"\n[bold]{_STATEMENTS.in_(language)}[/]")
    for row in statements[:LINES_SHOWN]:
        line = _STATEMENT.format(
            file=display.file(row["file"]),
            own=display.cell(QUALITY_SUMMARY, row, "own_account"),
            how=row["own_from_zh" if language == "zh" else "own_from"] or "–",
            first=display.day(row["first_at"]),
            last=display.day(row["last_at"]),
        ).in_(language)
        text = "  " + line + _sums(row).in_(language)
        to.print(text, markup=False, highlight=False, soft_wrap=True)
    if len(statements) > LINES_SHOWN:
        to.print(
            _MORE_STATEMENTS.format(n=len(statements) - LINES_SHOWN).in_(language), markup=False
        )


def _sums(row: dict[str, Any]) -> Text:
    """What went and came, and how many balances follow; nothing of calls."""
    if row["table"] != "payments":
        return Text("", "")
    balance_count = row["balances_confirmed"] + row["balances_refuted"]
    sums = _SUMS.format(gone=f"{row['paid_out'] or 0:,.2f}", come=f"{row['paid_in'] or 0:,.2f}")
    if not balance_count:
        return sums
    balances = _BALANCES.format(n=f"{row['balances_confirmed']:,}", all=f"{balance_count:,}")
    return Text(sums.en + balances.en, sums.zh + balances.zh)


def _kinds(quality: pa.Table) -> Iterator[Mapping[str, Any]]:
    """Troubles by file, column, words and what was done: how many, the first line and cell."""
    groups = quality.group_by(_GROUP, use_threads=False).aggregate(
        [([], "count_all"), ("line", "min"), ("value", "first")]
    )
    yield from groups.to_pylist()


def _section(kind: Mapping[str, Any]) -> str:
    if kind["action"] == "repaired":
        return "repaired"
    if kind["action"] == "kept":
        return "told"
    whole = kind["line_min"] is None and kind["column"] is None
    return "unread" if whole else "aside"


def _print_kinds(
    kinds: list[Mapping[str, Any]],
    results: Results,
    to: Console,
    language: Language,
    display: Display,
) -> None:
    for kind in kinds[:LINES_SHOWN]:
        line = _problem_line(kind, language, display)
        to.print(plain(line), soft_wrap=True)
        if hint := _map(kind, results.case.path, language, display):
            to.print(plain(hint), soft_wrap=True)
    if len(kinds) > LINES_SHOWN:
        more = _MORE.format(n=len(kinds) - LINES_SHOWN, path=results.layout.result("quality"))
        to.print(more.in_(language), markup=False)


def _problem_line(kind: Mapping[str, Any], language: Language, display: Display) -> str:
    problem = kind["problem_zh"] if language == "zh" else kind["problem"]
    place = [display.file(kind["file"])]
    if kind["column"]:
        place.append(kind["column"])
    line, count = kind["line_min"], kind["count_all"]
    if line is not None:
        where = _FROM.format(n=f"{count:,}", line=line) if count > 1 else _LINE.format(line=line)
        place.append(where.in_(language))
    value = display.masking.raw(kind["value_first"] or "")
    return f"  {' · '.join(place)}: {problem}" + (f" [{value}]" if value else "")


def _map(kind: Mapping[str, Any], case: Path, language: Language, display: Display) -> str:
    """What helps with a file that no profile knows; nothing for a part of a file."""
    if "suyuan map" not in kind["problem"] or not (case / kind["file"]).is_file():
        return ""
    whole = display.file(kind["file"]) == kind["file"]
    path = shlex.quote(str(case / kind["file"])) if whole else display.file(kind["file"])
    return "    " + _MAP.format(file=path).in_(language)
