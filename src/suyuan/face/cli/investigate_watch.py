"""``suyuan investigate --watch``: the case again after each change, and what came out otherwise."""

import time
from collections.abc import Callable
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape

from suyuan.face.cli.check_output import print_problems
from suyuan.face.cli.progress_bars import Bars
from suyuan.face.cli.screen import subject
from suyuan.face.display import Display, clean
from suyuan.face.wording import many
from suyuan.model.errors import SuyuanError
from suyuan.model.progress import Progress
from suyuan.model.roles import ROLES
from suyuan.model.text import Language, Text
from suyuan.privacy.reveal import masking
from suyuan.run.case_watch import CaseChange, await_change
from suyuan.run.finding_changes import Lead, LeadsAndRings
from suyuan.run.run_manifest import CaseFiles
from suyuan.store.case import Results
from suyuan.store.manifests import read_manifest

#: Leads named after a run; the rest are counted.
LEADS_SHOWN = 12
_WORDS = {
    "added": Text("new", "新增"),
    "changed": Text("changed", "变动"),
    "removed": Text("gone", "移除"),
}


def watch_case(
    investigate: Callable[[Progress], Results],
    results: Results,
    files: CaseFiles,
    to: Console,
    language: Language,
) -> None:
    """Investigate after each change of the case, until Ctrl-C; `files` are those last read.

    A case that cannot be read is told, and the next change awaited.
    """
    outcome, layout = LeadsAndRings.of(results), results.layout
    line = Text(
        "Watching {case}: each change is investigated at once. Press Ctrl-C to stop.",
        "正在关注 {case}：文件一有变动即重新分析，按 Ctrl-C 结束。",
    )
    to.print(line.format(case=escape(str(files.case))).in_(language), style="bold")
    while True:
        try:
            change = await_change(files, layout)
        except KeyboardInterrupt:
            to.print(Text("No longer watching.", "已停止关注。").in_(language))
            return
        files = change.files
        _print_change(change, to, language)
        began = time.perf_counter()
        try:
            with Bars(to, language, transient=True) as bars:
                results = investigate(bars)
        except SuyuanError as error:
            to.print(f"[red]✗[/red] {escape(clean(error.text(language)))}", highlight=False)
            continue
        before, outcome = outcome, LeadsAndRings.of(results)
        _print_outcome(results, change, before, outcome, to, language)
        _print_time(results, time.perf_counter() - began, to, language)


def _print_change(change: CaseChange, to: Console, language: Language) -> None:
    parts = [
        f"{escape(clean(name))} ({_WORDS[how].in_(language)})"
        for how, names in asdict(change).items()
        if how in _WORDS
        for name in names
    ]
    to.print(f"[dim]{time.strftime('%H:%M:%S')}[/dim] {', '.join(parts)}", highlight=False)


def _print_outcome(
    results: Results,
    change: CaseChange,
    before: LeadsAndRings,
    now: LeadsAndRings,
    to: Console,
    language: Language,
) -> None:
    display = Display(results.case.zone, masking(results.layout, None, "investigate"))
    print_problems(results, (*change.added, *change.changed), to, language, display)
    new, lost_leads = now.new_leads(before), now.lost_leads(before)
    _print_leads("[green]+[/green]", new, display, to, language)
    _print_leads("[red]−[/red]", lost_leads, display, to, language)
    rings = list(now.ring_changes(before))
    for ring, was, are in rings:
        line = Text("Ring {ring}: {was} → {are} reports", "团伙 {ring}：{was} → {are} 起报案")
        ring_shown = escape(display.words(ring))
        to.print(line.format(ring=ring_shown, was=was, are=are).in_(language), highlight=False)
    if not (new or lost_leads or rings):
        no_change = Text("No change in leads or rings.", "线索与团伙均无变化。")
        to.print(no_change.in_(language))


def _print_leads(
    sign: str, leads: list[Lead], display: Display, to: Console, language: Language
) -> None:
    for role, subject_id in leads[:LEADS_SHOWN]:
        to.print(
            f"{sign} [cyan]{ROLES[role].title.in_(language)}[/cyan]",
            subject(display, subject_id, language),
            highlight=False,
        )
    if len(leads) > LEADS_SHOWN:
        more = Text("… and {n} more", "……另有{n}条")
        to.print(sign, more.format(n=len(leads) - LEADS_SHOWN).in_(language), highlight=False)


def _print_time(results: Results, seconds: float, to: Console, language: Language) -> None:
    steps = read_manifest(results.layout.out)["steps"]
    own = [step for step in steps if not step["reused"]]
    line = Text(
        "{ran} of {steps} ran, {seconds} s; report: {path}",
        "{all}个步骤中运行了{n}个，用时{seconds}秒；报告：{path}",
    )
    line = line.format(
        ran=len(own), steps=many(len(steps), "step"), all=len(steps), n=len(own),
        seconds=f"{seconds:.1f}", path=results.report,
    )  # fmt: skip
    to.print(line.in_(language), style="dim", soft_wrap=True)
