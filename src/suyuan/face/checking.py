"""What ``suyuan check`` says: what was not read first, then rows set aside, then the rest.

Troubles of one kind are one line, however many rows have it; each with the first place and cell.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from suyuan.face.api import Results
from suyuan.face.masking import mask_name, mask_number, mask_text
from suyuan.model.records import RECORDS
from suyuan.model.text import Language, Text

#: Lines of one section that are shown; the others stand in quality.parquet.
SHOWN: Final = 12
_GROUP: Final = ["file", "column", "problem", "problem_zh", "action"]
_NUMBERS: Final = {
    "rows_read": Text("read", "读取"),
    "rows_kept": Text("used", "采用"),
    "repaired": Text("cells put right", "规范单元格"),
    "quarantined": Text("set aside", "隔离"),
    "duplicates": Text("twice", "重复"),
    "statement_gaps": Text("gaps", "断点"),
}
_TOTAL = Text(
    "{files} files, {read} rows: {kept} used, {aside} set aside, {twice} twice",
    "{files} 个文件,{read} 行:采用 {kept} 行,隔离 {aside} 行,重复 {twice} 行",
)
_SECTIONS: Final = {
    "unread": (Text("Not read", "未读入"), "bold red"),
    "aside": (Text("Rows set aside", "已隔离的行"), "bold yellow"),
    "told": (Text("To be known", "请留意"), "bold"),
    "repaired": (Text("Put right", "已规范化"), "dim"),
}
_MORE = Text("… {n} more kinds in {path}", "……另有 {n} 类,见 {path}")
_FROM = Text("{n} places, first in line {line}", "{n} 处,首见第 {line} 行")
_LINE = Text("line {line}", "第 {line} 行")
_MAP = Text("Try: suyuan map {file}", "可用:suyuan map {file}")
_NONE = Text("No files that are read lie in this folder.", "该文件夹中没有可读取的文件。")


def print_quality(results: Results, to: Console, language: Language) -> None:
    """File by file what was read and used; then, by kind, what was wrong and where first."""
    summary = results["quality_summary"].to_pylist()
    if not summary:
        to.print(_NONE.in_(language))
    else:
        to.print(_total(summary, language))
        to.print(_by_file(summary, language))
    sections: dict[str, list[Mapping[str, Any]]] = {name: [] for name in _SECTIONS}
    for kind in _kinds(results["quality"]):
        sections[_section(kind)].append(kind)
    for name, kinds in sections.items():
        if kinds:
            title, style = _SECTIONS[name]
            to.print(f"\n[{style}]{title.in_(language)}[/]")
            _print_kinds(kinds, results, to, language)


def _total(summary: list[dict[str, Any]], language: Language) -> str:
    sums = {name: f"{sum(row[name] for row in summary):,}" for name in _NUMBERS}
    return _TOTAL.format(
        files=len(summary),
        read=sums["rows_read"],
        kept=sums["rows_kept"],
        aside=sums["quarantined"],
        twice=sums["duplicates"],
    ).in_(language)


def _by_file(summary: list[dict[str, Any]], language: Language) -> Table:
    shown = Table(box=None, pad_edge=False)
    shown.add_column(Text("file", "文件").in_(language), overflow="fold")
    shown.add_column(Text("table", "所属表").in_(language))
    wanted = [n for n in _NUMBERS if n.startswith("rows") or any(row[n] for row in summary)]
    for name in wanted:
        shown.add_column(_NUMBERS[name].in_(language), justify="right")
    for row in summary:
        table = row["table"]
        named = "–" if table is None else RECORDS[table].zh if language == "zh" else table
        numbers = (f"{row[name]:,}" if row[name] else "·" for name in wanted)
        shown.add_row(escape(_file(row["file"])), named, *numbers)
    return shown


def _kinds(quality: pa.Table) -> Iterator[Mapping[str, Any]]:
    """Troubles by file, column, words and what was done: how many, the first line and cell."""
    found = quality.group_by(_GROUP, use_threads=False).aggregate(
        [([], "count_all"), ("line", "min"), ("value", "first")]
    )
    yield from found.to_pylist()


def _section(kind: Mapping[str, Any]) -> str:
    if kind["action"] == "repaired":
        return "repaired"
    if kind["action"] == "kept":
        return "told"
    whole = kind["line_min"] is None and kind["column"] is None
    return "unread" if whole else "aside"


def _print_kinds(
    kinds: list[Mapping[str, Any]], results: Results, to: Console, language: Language
) -> None:
    for kind in kinds[:SHOWN]:
        line = _written(kind, language) + _map(kind, results.case.path, language)
        to.print(line, markup=False, highlight=False, soft_wrap=True)
    if len(kinds) > SHOWN:
        more = _MORE.format(n=len(kinds) - SHOWN, path=results.layout.result("quality"))
        to.print(more.in_(language), markup=False)


def _written(kind: Mapping[str, Any], language: Language) -> str:
    problem = kind["problem_zh"] if language == "zh" else kind["problem"]
    place = [_file(kind["file"])]
    if kind["column"]:
        place.append(kind["column"])
    line, count = kind["line_min"], kind["count_all"]
    if line is not None:
        where = _FROM.format(n=f"{count:,}", line=line) if count > 1 else _LINE.format(line=line)
        place.append(where.in_(language))
    value = _masked(kind["value_first"] or "", kind["column"])
    return f"  {' · '.join(place)}: {problem}" + (f" [{value}]" if value else "")


def _map(kind: Mapping[str, Any], case: Path, language: Language) -> str:
    """What helps with a file that no profile knows; nothing for a part of a file."""
    if "suyuan map" not in kind["problem"] or not (case / kind["file"]).is_file():
        return ""
    return "\n    " + _MAP.format(file=shlex.quote(str(case / kind["file"]))).in_(language)


def _masked(value: str, column: str | None) -> str:
    """A cell without the middle of long numbers, however they are grouped, or a given name."""
    if re.search(r"姓名|户名|收货人|收件人|name", column or "", re.IGNORECASE):
        return mask_name(value)
    grouped = re.sub(r"(?<=\d)[ -](?=\d{3,4}(?!\d))", "", value)
    shown = mask_text(grouped)
    return shown if shown != grouped else value


def _file(name: str) -> str:
    """A file's name: only a run of digits that can be a phone or an account is masked."""
    return re.sub(r"\d{11,}", lambda run: mask_number(run[0]), name)
