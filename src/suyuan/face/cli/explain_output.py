"""One finding, signal by signal, down to its rows."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from suyuan.detect.cards import behind
from suyuan.face.cli.screen import add, grid, plain
from suyuan.face.display import Display
from suyuan.face.evidence_rows import evidence_row
from suyuan.model.errors import InputError
from suyuan.model.results import FINDINGS
from suyuan.model.roles import ROLES
from suyuan.model.scorecard import Scorecard
from suyuan.model.text import Language, Text
from suyuan.store.case import Results


def print_finding(
    results: Results, query: str, to: Console, language: Language, display: Display
) -> None:
    """The findings that `query` (an id, its first digits, or a subject) names."""
    findings = _findings_of(results["findings"], query, display)
    for finding in findings.to_pylist():
        _print_one(results, finding, to, language, display)


def _findings_of(findings: pa.Table, query: str, display: Display) -> pa.Table:
    if ":" in query:
        hit = pc.equal(findings["subject"], query)
    else:
        hit = _by_id(findings["finding_id"], query.lower(), display)
    matches = findings.filter(hit)
    if matches.num_rows == 0:
        raise InputError(
            Text("No finding with this id or subject.", "没有这条线索。"),
            value=display.masking.subject(query) if ":" in query else query,
            hint=Text(
                "Take a finding_id or a subject (kind:id) from findings.parquet or the report.",
                "请用 findings.parquet 或报告中的 finding_id 或 kind:id。",
            ),
        )
    return matches


def _by_id(ids: pa.ChunkedArray, query: str, display: Display) -> pa.Array:
    """Which ids begin so: the contract's own, or those that masked reports and exports carry."""
    digests = [display.masking.key.digest("id", id_) for id_ in ids.to_pylist()]
    digest_hits = pc.starts_with(pa.array(digests, pa.string()), query)
    return pc.or_(digest_hits, pc.starts_with(ids.combine_chunks(), query))


def _print_one(
    results: Results, finding: dict[str, Any], to: Console, language: Language, display: Display
) -> None:
    role = ROLES[finding["role"]].title.in_(language)
    label = display.subject(finding["subject"]).in_(language)
    to.rule(plain(f"{role}  {label}  {finding['score']:.2f}"))
    to.print(plain(display.sentence(FINDINGS, finding, "because").in_(language)))
    sentence = Text("Weighed against: {it}", "已权衡的无辜解释：{it}")
    rivals = display.sentence(FINDINGS, finding, "rivals").in_(language)
    to.print(plain(sentence.format(it=rivals).in_(language)))
    to.print(_signals(results, finding, language))
    to.print(_rows(results, finding, language, display))


def _signals(results: Results, finding: dict[str, Any], language: Language) -> Table:
    card = behind(finding["role"], finding["version"])
    titles = {signal.name: signal.title.in_(language) for signal in card.signals}
    rows = results["signals"]
    own = rows.filter(pc.equal(rows["finding_id"], finding["finding_id"]))
    table = Table(title=Text("Signals", "信号").in_(language), title_justify="left")
    for head in (
        Text("signal", "信号"),
        Text("value", "数值"),
        Text("adds (log-odds)", "对数几率"),
    ):
        table.add_column(head.in_(language))
    no_table = Text("table missing", "缺表").in_(language)
    for row in own.sort_by([("weight", "descending")]).to_pylist():
        value = no_table if row["missing"] else "" if row["value"] is None else f"{row['value']:g}"
        name = titles.get(row["signal"], row["signal"])
        table.add_row(name, f"{value} {row['unit']}", f"{row['weight']:+.2f}")
    _add_card(table, card, finding, language)
    return table


def _add_card(table: Table, card: Scorecard, finding: dict[str, Any], language: Language) -> None:
    """What the scorecard adds besides signals; a word where another version made the finding."""
    if card.prior:
        table.add_row(Text("before any signal", "先验").in_(language), "", f"{card.prior:+.2f}")
    if (card.slope, card.intercept) != (1.0, 0.0):
        calibration = Text(
            "calibration: sum × {slope:.2f} {by:+.2f}", "校准：总和 × {slope:.2f} {by:+.2f}"
        )
        sentence = calibration.format(slope=card.slope, by=card.intercept)
        table.add_row(sentence.in_(language), "", "")
    if finding["version"] != card.version:
        older = Text(
            "made with scorecard version {made}; the current one is {now}: run investigate again",
            "由评分卡版本{made}得出，现为{now}：请重新分析",
        )
        table.caption = older.format(made=finding["version"], now=card.version).in_(language)


def _rows(results: Results, finding: dict[str, Any], language: Language, display: Display) -> Table:
    rows = results["evidence"]
    own = rows.filter(pc.equal(rows["evidence_id"], finding["finding_id"]))
    heads = (Text("row", "行"), Text("key", "编号"), Text("share", "占比"), Text("shows", "说明"))
    table = grid(Text("Rows", "证据行"), heads, language)
    for row in own.sort_by([("weight", "descending")]).to_pylist():
        line = evidence_row(row, display)
        add(
            table,
            f"{line.place}  {line.sha}",
            line.key,
            f"{line.share:.1%}",
            line.shows.in_(language),
        )
    return table
