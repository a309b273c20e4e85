"""The dossier 卷宗: numbered statements, each bound to its rows, and what speaks against each."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

import suyuan
from suyuan.detect.cards import card_of
from suyuan.face.display import Display, money, number
from suyuan.face.evidence_rows import EvidenceRow, evidence_row
from suyuan.face.report.cuts_view import ASSUMPTION, cuts, sentence
from suyuan.face.rings import RingView, rings
from suyuan.face.role_counts import helper_counts
from suyuan.face.source import ResultTables
from suyuan.face.terms import LEAD, REASONS
from suyuan.face.wording import many
from suyuan.model.errors import InputError
from suyuan.model.results import FINDINGS
from suyuan.model.roles import ROLES
from suyuan.model.text import Text, row_text
from suyuan.money.methods import DEFAULT, METHODS

#: Rows cited under one statement; the rest stand in ``evidence.parquet`` and are counted.
ROWS_CITED = 10
#: Statements of one role; a prosecutor reads the strongest, the tables hold all.
CLAIMS_SHOWN = 30


@dataclass(slots=True)
class Claim:
    """One claim: its number, the rows it rests on, and what speaks against it."""

    number: str
    text: Text
    rows: list[EvidenceRow] = field(default_factory=list)
    more: int = 0
    score: float | None = None
    against: Text | None = None
    id: str = ""


@dataclass(slots=True)
class Chapter:
    """A heading with its statements; ``note`` says what was left out of it."""

    number: str
    title: Text
    statements: list[Claim] = field(default_factory=list)
    note: Text | None = None

    def add(self, text: Text, **more: Any) -> Claim:
        statement = Claim(f"{self.number}.{len(self.statements) + 1}", text, **more)
        self.statements.append(statement)
        return statement


@dataclass(frozen=True, slots=True)
class Dossier:
    """All chapters, the rings they are about, and the files whose rows they cite."""

    rings: list[RingView]
    chapters: list[Chapter]
    files: list[tuple[str, str]]


def dossier(source: ResultTables, display: Display, ring: str | None = None) -> Dossier:
    """The case file of all rings, or of one; :class:`InputError` where there is no such ring."""
    ring_views = rings(source, ring)
    if ring is not None and not ring_views:
        raise InputError(
            Text("No such ring.", "没有这个团伙。"),
            value=ring,
            hint=Text("Take a ring_id from rings.parquet.", "请用 rings.parquet 中的 ring_id。"),
        )
    chapters = [_facts(ring_views, source, display)]
    chapters += _roles(ring_views, source, display, first=2)
    chapters.append(_money(ring_views, source, len(chapters) + 1))
    chapters += _cuts(ring_views, source, display, len(chapters) + 1)
    chapters.append(_against(source, len(chapters) + 1))
    chapters.append(_methods(source, len(chapters) + 1))
    _cite(chapters, source, display)
    return Dossier(ring_views, chapters, _files(source, display))


#: What became of numbers that reports name, where they are not simply taken as written.
_NUMBERS_READ: Final = {
    "misread": Text(
        "Numbers in reports that are one slip away from the number that called the "
        "victim, and are read as that number",
        "报案所称号码与实际来电号码仅差一处笔误、已按实际来电处理",
    ),
    "service": Text(
        "Service numbers (95188, 12315) named by or shown to victims; their owners are "
        "not accused of anything",
        "报案人提到或来电显示的服务号码（如95188、12315），不指向号码归属方",
    ),
    "shop": Text(
        "Numbers of shops that the victims had bought from; ask the shops whether they called",
        "登记在报案人购物商家名下的号码，应向商家核实是否致电",
    ),
    "contradicted": Text(
        "Numbers in reports that the call records contradict",
        "报案所称号码与话单不符",
    ),
}


def _facts(ring_views: Sequence[RingView], source: ResultTables, display: Display) -> Chapter:
    chapter = Chapter("1", Text("The case", "案件概况"))
    series = source.table("series")
    for ring in ring_views:
        row = ring.row
        chapter.add(_ring_told(row, display))
        own = series.filter(pc.equal(series["ring_id"], ring.id))
        own = own.sort_by([("strength", "descending"), ("report_id", "ascending")])
        for report in own.slice(0, CLAIMS_SHOWN).to_pylist():
            report_name, why = display.words(report["report_id"]), row_text(report, "because")
            text = Text(f"Report {report_name}: {why.en}", f"报案{report_name}：{why.zh}")
            chapter.add(text, id=report["evidence_id"], score=report["strength"])
        chapter.note = _left_out(own.num_rows - CLAIMS_SHOWN, "series.parquet")
    return chapter


def _ring_told(row: Mapping[str, Any], display: Display) -> Text:
    counts = helper_counts(row)
    return Text(
        "Ring {id}: {reports_en} by {victims_en}, with a loss of {loss} yuan, from {first} to "
        "{last}. Behind it: {helpers_en} ({counts_en}).",
        "团伙{id}：{reports}起报案，{victims}名被害人，损失{loss}元，时间自{first}至"
        "{last}。其背后有{helpers}人：{counts_zh}。",
    ).format(
        id=display.words(row["ring_id"]),
        reports=row["reports"],
        reports_en=many(row["reports"], "report"),
        victims=row["victims"],
        victims_en=many(row["victims"], "victim"),
        loss=money(row["loss"]),
        first=display.day(row["active_from"]),
        last=display.day(row["active_to"]),
        helpers=row["helpers"],
        helpers_en=many(row["helpers"], "helper"),
        counts_en=counts.en,
        counts_zh=counts.zh,
    )


def _roles(
    ring_views: Sequence[RingView], source: ResultTables, display: Display, first: int
) -> Iterable[Chapter]:
    """A chapter for each role: its decided findings, those of the rings asked for."""
    ids = pa.array([ring.id for ring in ring_views], pa.string())
    findings = source.table("findings")
    own = findings.filter(pc.and_(findings["decided"], pc.is_in(findings["ring_id"], ids)))
    index = first
    for role in ROLES.values():
        rows = own.filter(pc.equal(own["role"], role.name))
        if rows.num_rows == 0:
            continue
        title = Text(role.title.en[0].upper() + role.title.en[1:], role.title.zh)
        chapter = Chapter(str(index), Text(f"{title.en}: {role.meaning.en}", title.zh))
        order = [(-row["score"], display.rank(row["subject"]), row) for row in rows.to_pylist()]
        for *_, row in sorted(order, key=lambda entry: entry[:2])[:CLAIMS_SHOWN]:
            _state(chapter, row, display)
        chapter.note = _left_out(rows.num_rows - CLAIMS_SHOWN, "findings.parquet")
        yield chapter
        index += 1


def _state(chapter: Chapter, row: dict[str, Any], display: Display) -> None:
    subject = display.subject(row["subject"])
    because = display.sentence(FINDINGS, row, "because")
    en, zh = because.en, because.zh
    if subject.name:
        en = f"{subject.name} ({subject.kind.en} {subject.id}): {en}"
        zh = f"{subject.name}({subject.kind.zh}{subject.id}):{zh}"
    elif not en.startswith(subject.id):
        en, zh = f"{subject.id}: {en}", f"{subject.id}:{zh}"
    text = Text(en, zh)
    against = display.sentence(FINDINGS, row, "rivals")
    chapter.add(text, id=row["finding_id"], score=row["score"], against=against)


def _money(ring_views: Sequence[RingView], source: ResultTables, index: int) -> Chapter:
    """Exits of the rings' reports by the default method, and how far the methods agree."""
    method = METHODS[DEFAULT]
    title = Text(f"The money, by {method.title.en}", f"资金去向（{method.title.zh}）")
    chapter = Chapter(str(index), title)
    series, exits = source.table("series"), source.table("exits")
    ids = pa.array([ring.id for ring in ring_views], pa.string())
    reports = series.filter(pc.is_in(series["ring_id"], ids))["report_id"]
    own = exits.filter(pc.is_in(exits["report_id"], reports.combine_chunks()))
    for row in _by_reason(own):
        reason = REASONS.get(row["reason"], Text(row["reason"], row["reason"]))
        chapter.add(
            Text(
                f"{money(row['amount'])} yuan: {reason.en}; by other methods from "
                f"{money(row['least'])} to {money(row['most'])}; recoverable "
                f"{money(row['recoverable'])}.",
                f"{money(row['amount'])}元：{reason.zh}；其他方法为{money(row['least'])}至"
                f"{money(row['most'])}元；可追回{money(row['recoverable'])}元。",
            )
        )
    chapter.note = Text(
        "Payment by payment in traces.parquet; accounts to freeze in freeze_list.parquet.",
        "逐笔见 traces.parquet；可止付冻结账户见 freeze_list.parquet。",
    )
    return chapter


def _by_reason(exits: pa.Table) -> list[dict[str, Any]]:
    sums = exits.group_by(["reason", "method"]).aggregate(
        [("amount", "sum"), ("recoverable", "sum")]
    )
    by_reason: dict[str, dict[str, Any]] = {}
    for row in sums.to_pylist():
        by_reason.setdefault(row["reason"], {})[row["method"]] = row
    names = [name for name, method in METHODS.items() if method.conserves]
    text = []
    for reason, own in sorted(by_reason.items()):
        if DEFAULT not in own:
            continue
        amounts = [own[name]["amount_sum"] for name in names if name in own]
        least = min(amounts) if len(amounts) == len(names) else own[DEFAULT]["amount_sum"] * 0
        text.append(
            {
                "reason": reason,
                "amount": own[DEFAULT]["amount_sum"],
                "least": least,
                "most": max(amounts),
                "recoverable": own[DEFAULT]["recoverable_sum"],
            }
        )
    return text


def _cuts(
    ring_views: Sequence[RingView], source: ResultTables, display: Display, index: int
) -> Iterable[Chapter]:
    """What would have stopped each ring: the causes, then the links that matter most."""
    chapter = Chapter(str(index), Text("What would have stopped it", "假如切断"))
    for ring in ring_views:
        ring_cuts = cuts(source, display, ring.id)
        for cut in (*ring_cuts.causes, *ring_cuts.links) if ring_cuts else ():
            chapter.add(sentence(cut), id=cut.row["cut_id"] if cut.source else "")
    chapter.note = ASSUMPTION
    if chapter.statements:
        yield chapter


def _against(source: ResultTables, index: int) -> Chapter:
    """What speaks against all of it: missing tables, hubs, doubts, the quality of the input."""
    chapter = Chapter(str(index), Text("Limits and doubts", "局限与疑点"))
    chapter.add(LEAD)
    for row in source.table("limits").to_pylist():
        effect, table = row_text(row, "effect"), row["table"]
        chapter.add(Text(f"Table {table} is missing: {effect.en}", f"缺少 {table} 表：{effect.zh}"))
    for row in source.table("trace_doubts").to_pylist():
        effect, count = row_text(row, "effect"), row["count"]
        chapter.add(Text(f"{effect.en} ({count})", f"{effect.zh}（{count}）"))
    hubs = source.table("hubs")
    if hubs.num_rows:
        chapter.add(
            Text(
                f"{hubs.num_rows} hubs were left out of linkage; "
                f"{number(pc.sum(hubs['not_followed']).as_py())} links were not followed.",
                f"{hubs.num_rows}个公共节点未用于串并，"
                f"{number(pc.sum(hubs['not_followed']).as_py())}条联系未跟踪。",
            )
        )
    counts = Counter(source.table("named_numbers")["how"].to_pylist())
    for how, text in _NUMBERS_READ.items():
        if counts[how]:
            chapter.add(Text(f"{text.en}: {counts[how]}.", f"{text.zh}：{counts[how]}。"))
    summary = source.table("quality_summary")
    if summary.num_rows:
        sums = {n: pc.sum(summary[n]).as_py() for n in ("rows_read", "rows_kept", "quarantined")}
        chapter.add(
            Text(
                "{rows_read:,} rows were read, {rows_kept:,} kept, {quarantined:,} set aside.",
                "读取{rows_read:,}行，保留{rows_kept:,}行，隔离{quarantined:,}行。",
            ).format(**sums)
        )
    return chapter


def _methods(source: ResultTables, index: int) -> Chapter:
    chapter = Chapter(str(index), Text("Methods and versions", "方法与版本"))
    chapter.add(Text(f"suyuan {suyuan.__version__}", f"suyuan {suyuan.__version__}"))
    findings = source.table("findings")
    used = findings.group_by(["role", "detector", "version"]).aggregate([("subject", "count")])
    for row in used.sort_by("role").to_pylist():
        card = card_of(row["role"])
        how = Text("no scorecard", "无评分卡")
        if card is not None:
            how = (
                Text("fitted on simulated worlds", "在模拟世界上拟合")
                if card.fitted
                else Text("set by hand, scores not calibrated", "人工设定，评分未经校准")
            )
        chapter.add(
            Text(
                f"{ROLES[row['role']].title.en}: {row['detector']} {row['version']}; {how.en}.",
                f"{ROLES[row['role']].title.zh}:{row['detector']} {row['version']};{how.zh}。",
            )
        )
    method = METHODS[DEFAULT]
    chapter.add(Text(f"{method.rule.en} {method.source}", f"{method.rule.zh}{method.source}"))
    return chapter


def _left_out(count: int, where: str) -> Text | None:
    if count <= 0:
        return None
    return Text(f"{count} more in {where}.", f"另有{count}条见 {where}。")


def _cite(chapters: Iterable[Chapter], source: ResultTables, display: Display) -> None:
    """Give each statement that has an id its first rows."""
    by_id = {claim.id: claim for chapter in chapters for claim in chapter.statements if claim.id}
    rows = source.where("evidence", "evidence_id", by_id)
    order = rows.sort_by([("weight", "descending"), ("file", "ascending"), ("line", "ascending")])
    for row in order.to_pylist():
        statement = by_id[row["evidence_id"]]
        if len(statement.rows) < ROWS_CITED:
            statement.rows.append(evidence_row(row, display))
        else:
            statement.more += 1


def _files(source: ResultTables, display: Display) -> list[tuple[str, str]]:
    """Every file that evidence cites, with its SHA-256 in full."""
    once = source.table("evidence").group_by(["file", "sha256"]).aggregate([])
    rows = once.sort_by([("file", "ascending")]).to_pylist()
    return [(display.file(row["file"]), row["sha256"]) for row in rows]
