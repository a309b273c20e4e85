"""The chain in the terminal: who leaked, who called, where the money went, who cashed it out."""

from collections.abc import Mapping, Set
from importlib.util import find_spec
from typing import Any

import pyarrow.compute as pc
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text as Line
from rich.tree import Tree

from suyuan.chain.edge_roles import FindingKey, edge_role, finding_keys
from suyuan.face.cli.check_output import print_left_out
from suyuan.face.cli.screen import subject
from suyuan.face.display import Display
from suyuan.face.role_counts import helper_counts
from suyuan.face.wording import many, yuan
from suyuan.model.links import CAUSES, LINKS
from suyuan.model.roles import ON_CHAIN, ROLES
from suyuan.model.text import Language, Text, row_text
from suyuan.privacy.reveal import masking
from suyuan.store.case import Results
from suyuan.store.generations import in_force
from suyuan.store.manifests import read_manifest

#: Rings, and ends of one link, that fit on a screen; what is left out is said.
RINGS_SHOWN = 5
ENDS_SHOWN = 6


def print_chain(results: Results, to: Console, language: Language) -> None:
    """Each ring with its chain, the leads outside rings, what could not be done, and the report."""
    display = Display(results.case.zone, masking(results.layout, None, "investigate"))
    rings = results["rings"].sort_by([("loss", "descending")]).to_pylist()
    chain_rows, findings = results["chain"].to_pylist(), finding_keys(results["findings"])
    for ring in rings[:RINGS_SHOWN]:
        to.print(_ring_tree(ring, chain_rows, findings, results, language, display))
    if len(rings) > RINGS_SHOWN:
        more = Text("… and {n} smaller rings", "……另有{n}个较小的团伙")
        to.print(more.format(n=len(rings) - RINGS_SHOWN).in_(language))
    _print_roles(results, to, language)
    _print_limits(results, to, language)
    _print_altered(results, to, language)
    print_left_out(results, to, language)
    line = Text("Report: {path}", "报告：{path}").format(path=results.report)
    to.print(line.in_(language), soft_wrap=True)
    first = "" if find_spec("fastapi") else "pip install 'suyuan[web]'; "
    line = Text("Work on it in a browser: {first}suyuan serve {case}",
                "在浏览器中办案：{first}suyuan serve {case}")  # fmt: skip
    line = line.format(first=first, case=results.case.path)
    to.print(line.in_(language), soft_wrap=True, markup=False)
    lead = Text("A finding is a lead for a person, never a verdict.", "线索供人核查，不是结论。")
    to.print(lead.in_(language), style="dim")


def _print_altered(results: Results, to: Console, language: Language) -> None:
    """Kept results of steps that somebody had changed since they were written."""
    content = read_manifest(in_force(results.layout) or results.layout.out)
    files = content.get("altered", [])
    if files:
        notice = Text(
            "{en} from earlier runs had been altered and discarded; their steps ran again",
            "有{n}个先前运行的缓存文件被改动，已弃用，相应步骤已重新运行",
        )
        line = notice.format(n=len(files), en=many(len(files), "cached file"))
        to.print(line.in_(language), style="yellow")


def _ring_tree(
    ring: Mapping[str, Any],
    chain_rows: list[dict[str, Any]],
    findings: Set[FindingKey],
    results: Results,
    language: Language,
    display: Display,
) -> Tree:
    head = Text(
        "[bold]Ring {id}[/bold]: {en}, {loss}",
        "[bold]团伙 {id}[/bold]：{reports}起报案，{victims}名被害人，{loss}",
    )
    line = head.format(
        id=escape(display.words(ring["ring_id"])),
        en=f"{many(ring['reports'], 'report')}, {many(ring['victims'], 'victim')}",
        reports=ring["reports"],
        victims=ring["victims"],
        loss=yuan(ring["loss"], language),
    )
    tree = Tree(line.in_(language))
    own = [edge for edge in chain_rows if edge["ring_id"] == ring["ring_id"]]
    for role in ON_CHAIN:
        edges = [edge for edge in own if edge_role(edge, findings) == role]
        if edges:
            _add_role(tree, role, edges, language, display)
    _add_laundering(tree, ring["ring_id"], results, language, display)
    behind = Text(
        "[bold]{helpers}[/bold] behind this ring: {counts}",
        "该团伙背后的帮手[bold]{n}人[/bold]：{counts}",
    )
    line = behind.format(
        helpers=many(ring["helpers"], "helper"),
        n=ring["helpers"],
        counts=helper_counts(ring).in_(language),
    )
    tree.add(line.in_(language))
    _add_cuts(tree, ring["ring_id"], results, language)
    return tree


def _add_cuts(tree: Tree, ring_id: str, results: Results, language: Language) -> None:
    """For each cause: how many reports would have been stopped without it."""
    rows = results["cuts"]
    own = rows.filter(pc.and_(pc.equal(rows["ring_id"], ring_id), pc.is_null(rows["link"])))
    shares = [
        f"{CAUSES[row['cause']].in_(language)} {row['reports_stopped']}/{row['reports']}"
        for row in own.sort_by([("loss_stopped", "descending")]).to_pylist()
    ]
    if shares:
        head = Text("Reports stopped without: {what}", "若无此环节，可阻断的报案：{what}")
        tree.add(head.format(what="; ".join(shares)).in_(language))


def _add_role(
    tree: Tree, role: str, edges: list[dict[str, Any]], language: Language, display: Display
) -> None:
    people = {edge["source"] for edge in edges}
    branch = tree.add(f"[cyan]{ROLES[role].title.in_(language)}[/cyan] × {len(people)}")
    edges.sort(key=lambda e: (-(e["amount"] or 0), -(e["count"] or 0), display.rank(e["source"])))
    for edge in edges[:ENDS_SHOWN]:
        amount = yuan(edge["amount"], language) if edge["amount"] else ""
        link = LINKS[edge["link"]].title.in_(language)
        ends = (subject(display, edge[end], language) for end in ("source", "target"))
        line = Line(f" → {link} → ").join(ends)
        branch.add(line.append(f"  {amount} ×{edge['count']}", style="dim"))
    if len(edges) > ENDS_SHOWN:
        more = Text("… {n} more in the report", "……另{n}条见报告")
        branch.add(more.format(n=len(edges) - ENDS_SHOWN).in_(language))


def _add_laundering(
    tree: Tree, ring_id: str, results: Results, language: Language, display: Display
) -> None:
    rows = results["ring_laundering"]
    for row in rows.filter(pc.equal(rows["ring_id"], ring_id)).to_pylist():
        line = Text(
            "{kind} cards: face value {face}, bought by {dealers} at {rate:.0%} of it",
            "{kind}：面值{face}，{n}名卡商按面值的{rate:.0%}回收",
        )
        if row["discount"] is not None:
            tree.add(
                line.format(
                    kind=escape(display.words(row["kind"])),
                    face=yuan(row["face_value"], language),
                    n=row["dealers"],
                    dealers=many(row["dealers"], "dealer"),
                    rate=row["discount"],
                ).in_(language)
            )


def _print_roles(results: Results, to: Console, language: Language) -> None:
    findings = results["findings"]
    table = Table(title=Text("Leads by role", "各角色线索").in_(language), title_justify="left")
    for head in (
        Text("role", "角色"),
        Text("listed", "列出"),
        Text("over the threshold", "超过阈值"),
    ):
        table.add_column(head.in_(language))
    for role in ROLES:
        own = findings.filter(pc.equal(findings["role"], role))
        if own.num_rows:
            subjects = pc.count_distinct(own["subject"]).as_py()
            decided_count = pc.count_distinct(own.filter(own["decided"])["subject"]).as_py()
            table.add_row(ROLES[role].title.in_(language), f"{subjects:,}", f"{decided_count:,}")
    to.print(table)


def _print_limits(results: Results, to: Console, language: Language) -> None:
    """One line for each missing table: what is left out without it."""
    effects: dict[str, list[str]] = {}
    for row in results["limits"].to_pylist():
        effect = row_text(row, "effect").in_(language)
        effects.setdefault(row["table"], []).append(effect.rstrip(".。"))
    if not effects:
        return
    lines = Table(title=Text("Missing tables", "缺少的表").in_(language), title_justify="left")
    for head in (Text("table", "表"), Text("left out without it", "因此未能完成")):
        lines.add_column(head.in_(language))
    for table, several in effects.items():
        lines.add_row(table, "; ".join(several))
    to.print(lines)
