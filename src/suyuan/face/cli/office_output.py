"""What ``suyuan office`` prints and writes."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from suyuan.casework.arising import drafts, load_arising
from suyuan.casework.drafting import (
    DraftLine,
    draft_changes,
    draft_lines,
    record,
    withdraw_missing,
)
from suyuan.casework.explain import duty_lines, possible, why
from suyuan.casework.exports import (
    Export,
    cancellation_request,
    deadlines,
    desk_day,
    payment_return,
    resolution,
    suspicious_report,
)
from suyuan.casework.institutions import institutions
from suyuan.casework.office import Office
from suyuan.casework.outcomes import MEASURES, as_csv, decisions, measures
from suyuan.casework.rebinding import Preview
from suyuan.casework.scorecards import scores
from suyuan.face.api import CaseFolder
from suyuan.face.cli.office_options import clock, plain
from suyuan.face.cli.office_words import (
    MEASURE_ENDS,
    OVERTAKEN,
    STATES,
    certainty,
    certainty_mark,
)
from suyuan.face.decision_file import add_decisions
from suyuan.face.office_pages.views import act_title
from suyuan.model.errors import InputError
from suyuan.model.money import FEN_PER_YUAN
from suyuan.model.text import Language, Text
from suyuan.rulebook.declare import Quality
from suyuan.rulebook.show import QUALITIES
from suyuan.store.drafts import draft_of, write_bytes
from suyuan.store.ledger.event import stamp

_ROWS_SHOWN = 40


def _table(language: Language, *heads: Text) -> Table:
    table = Table()
    for place, head in enumerate(heads):
        table.add_column(head.in_(language), no_wrap=place == 0)
    return table


def record_drafts(
    office: Office, case: Path, out: Path | None, now: datetime, to: Console, language: Language
) -> None:
    """Draw the drafts of an investigated case, and say what is new."""
    results = CaseFolder(case).results(out)
    registers = institutions(case / "card_prefixes.csv")
    name = case.resolve().name
    for spec in load_arising().values():
        rows = results[spec.table].to_pylist()
        new_drafts = drafts(spec, rows, registers, now, name)
        counts = record(office, new_drafts, name, now)
        withdrawals = withdraw_missing(office, spec.id, new_drafts, name, now)
        sentence = Text(
            f"{spec.title.en}: {counts.new} new, {counts.changed} changed, {counts.same} as"
            f" before, {withdrawals} withdrawn",
            f"{spec.title.zh}：新增 {counts.new}，变更 {counts.changed}，未变 {counts.same}，"
            f"撤回 {withdrawals}",
        )
        to.print(sentence.in_(language), markup=False, emoji=False)


def print_drafts(office: Office, to: Console, language: Language) -> None:
    """Open drafts in order of what a call now would save."""
    lines = draft_lines(office)
    table = _table(
        language,
        Text("draft", "草案"),
        Text("procedure", "程序"),
        Text("recipient", "接收单位"),
        Text("yuan that a call now may save", "此刻可挽回（元）"),
        Text("why", "原因"),
    )
    no_recipient = Text("no recipient known", "接收单位不明").in_(language)
    for line in lines[:_ROWS_SHOWN]:
        amount = f"{line.rank / FEN_PER_YUAN:,.2f}" if line.body["saves"] else "–"
        reason = line.body["because"][language] + _changes(office, line, language)
        cells = (line.id, line.procedure, line.party or no_recipient, amount, reason)
        table.add_row(*map(plain, cells))
    to.print(table)
    if len(lines) > _ROWS_SHOWN:
        more = len(lines) - _ROWS_SHOWN
        to.print(Text(f"{more} more.", f"另有 {more} 条。").in_(language))


def _changes(office: Office, line: DraftLine, language: Language) -> str:
    """What a later run changed, behind the reason."""
    if not line.changes:
        return ""
    changes = [f"{c.name}: {c.was} → {c.now}" for c in draft_changes(office, line.id)]
    return Text(" [changed: {}]", " [变更：{}]").in_(language).format("; ".join(changes))


def print_due(
    office: Office, party: str | None, now: datetime, to: Console, language: Language
) -> None:
    """Open duties; those past their date are marked."""
    where, values = (" AND party = ?", (party,)) if party else ("", ())
    rows = office.ledger.read(
        "SELECT due, matter, name, COALESCE(party, role), certainty, clause, state FROM duty"
        f" WHERE state IN ('open', 'breached', 'late'){where} ORDER BY due, matter, id",
        values,
    )
    table = _table(
        language,
        Text("due", "到期"),
        Text("who", "责任单位"),
        Text("duty", "义务"),
        Text("matter", "事项"),
        Text("rule", "依据"),
    )
    for due, matter, name, party_name, certain, clause, _ in rows:
        moment = None if due is None else datetime.fromisoformat(due)
        mark = certainty_mark(certain).in_(language)
        late = " ✗" if due is not None and due < stamp(now) and certain == "exact" else ""
        table.add_row(clock(moment) + mark + late, *map(plain, (party_name, name, matter, clause)))
    to.print(table)


def print_matter(
    office: Office,
    matter: str,
    person: str | None,
    now: datetime,
    known_at: datetime | None,
    to: Console,
    language: Language,
    *,
    days: bool,
) -> None:
    """All of a matter: state and why, duties, measures, what may be done, what happened."""
    state = office.state(matter, now, known_at)
    title = state.procedure.spec.title.in_(language)
    to.print(f"{title} · {state.subject} · {why(state).in_(language)}", markup=False, emoji=False)
    for line in duty_lines(state, days=days):
        to.print(
            f"  {line.title.in_(language)} [{STATES[line.state].in_(language)}]"
            f" {line.party or line.role}"
            f" → {clock(line.due.moment)} {certainty(line.due).in_(language)}"
            f" · {line.citation} ({QUALITIES[Quality(line.quality)].in_(language)})",
            markup=False,
        )
        for day in line.ledger:
            mark = "·" if day.counts else "–"
            to.print(f"      {mark} {day.day} {day.why.in_(language)}", markup=False, emoji=False)
    for run in state.measures:
        end = "" if run.why is None else MEASURE_ENDS[run.why].in_(language)
        outcome = "" if run.ended_at is None else f" {end} {clock(run.ended_at)}"
        to.print(
            f"  {run.id} {clock(run.since)} – {clock(run.until)}{outcome}",
            markup=False,
            emoji=False,
        )
    posts = None if person is None else office.posts(person)
    for act in possible(office, state, posts):
        reasons = " ".join(reason.in_(language) for reason in act.reasons)
        mark = "✓" if not act.reasons else "✗"
        form = ", ".join(act.form)
        to.print(
            f"  {mark} {act.act}({form}) {act.title.in_(language)} {reasons}",
            markup=False,
            emoji=False,
        )
    for event in state.events:
        over = f"  {OVERTAKEN.in_(language)}" if event in state.overtaken else ""
        title = act_title(state, event).in_(language)
        to.print(
            f"  {event.number:>3} {clock(event.at)} {event.kind} {title} {event.actor}{over}",
            markup=False,
        )


def print_preview(previews: list[Preview], to: Console, language: Language) -> None:
    """What another version would move."""
    for preview in previews:
        to.print(preview.matter, markup=False, emoji=False)
        for duty in preview.changes:
            was = "–" if duty.was is None else clock(duty.was.moment)
            then = "–" if duty.now is None else clock(duty.now.moment)
            to.print(f"  {duty.duty}: {was} → {then}", markup=False, emoji=False)
        if preview.unknown_acts:
            words = Text("acts it does not have", "新版没有的行为").in_(language)
            to.print(f"  {words}: {', '.join(preview.unknown_acts)}", markup=False, emoji=False)


def print_scorecards(office: Office, to: Console, language: Language) -> None:
    """A line a party."""
    table = _table(
        language,
        Text("party", "单位"),
        Text("duties", "义务"),
        Text("in time", "按期"),
        Text("late", "逾期履行"),
        Text("not done", "逾期未履行"),
        Text("median h", "中位小时"),
        Text("90 % h", "九成小时"),
        Text("upheld", "异议成立"),
    )
    for score in scores(office):
        cells: list[Any] = [score.duties, score.done, score.late, score.breaches]
        hours = ["–" if h is None else f"{h:.1f}" for h in (score.median_hours, score.p90_hours)]
        table.add_row(plain(score.party), *map(str, cells), *hours, str(score.upheld))
    to.print(table)


def write_outcomes(office: Office, case: Path, now: datetime) -> Text:
    """Append new rejections to the case's ``decisions.csv``, and write its ``measures.csv``."""
    name = case.resolve().name
    count = add_decisions(case, decisions(office, name))
    rows = measures(office, name, now)
    with draft_of(case / "measures.csv") as draft:
        draft.write_text(as_csv(MEASURES, rows), encoding="utf-8")
    return Text(
        f"{count} decisions written to decisions.csv, {len(rows)} measures to measures.csv.",
        f"decisions.csv 新增 {count} 条决定，measures.csv 共 {len(rows)} 条措施。",
    )


def write_export(
    office: Office, kind: str, matters: tuple[str, ...], to: Path, now: datetime, language: Language
) -> list[str]:
    """Write the files of a kind into the folder `to`; their paths, and what they do not promise."""
    to.mkdir(parents=True, exist_ok=True)
    if kind == "xlsx":
        path = to / "day.xlsx"
        desk_day(office, language, path)
        return [str(path)]
    if kind == "ics":
        every = [row[0] for row in office.ledger.read("SELECT id FROM matter ORDER BY id")]
        exports = [deadlines(office, matters or every, now, language)]
    elif kind in _OF_ONE:
        exports = [_OF_ONE[kind](office, matter, now) for matter in matters]
    else:
        raise InputError(
            Text("No such export.", "没有这种导出。"),
            value=kind,
            hint=Text(", ".join([*_OF_ONE, "ics", "xlsx"]), "、".join([*_OF_ONE, "ics", "xlsx"])),
        )
    for export in exports:
        write_bytes(to / export.name, export.content)
    notes = {note.in_(language) for export in exports for note in export.notes}
    return [*(str(to / export.name) for export in exports), *sorted(notes)]


def _goaml(office: Office, matter: str, now: datetime) -> Export:
    return suspicious_report(office, matter, "1", now)


_OF_ONE: dict[str, Callable[[Office, str, datetime], Export]] = {
    "camt.056": cancellation_request,
    "camt.029": resolution,
    "pacs.004": payment_return,
    "goaml": _goaml,
}
