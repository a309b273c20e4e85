"""How a duty stands, how sure its date is, and what was done, in words."""

from typing import Final

import typer

from suyuan.casework.clock import DueDate
from suyuan.casework.linked_matters import opened_by
from suyuan.casework.office import Office
from suyuan.face.cli.office_options import clock, say
from suyuan.face.cli.options import Lang
from suyuan.model.money import FEN_PER_YUAN
from suyuan.model.text import Text
from suyuan.store.ledger.event import Event

STATES: Final = {
    "open": Text("open", "待办"),
    "late": Text("late", "已逾期"),
    "breached": Text("breached", "逾期未履行"),
    "done": Text("done", "已办"),
    "done_late": Text("done late", "逾期办结"),
    "void": Text("void", "不再需要"),
}
#: Why a measure ended.
MEASURE_ENDS: Final = {
    "released": Text("released", "已解除"),
    "superseded": Text("superseded", "已被替代"),
    "expired": Text("expired", "期满"),
    "upheld": Text("objection upheld", "异议成立"),
}
OVERTAKEN: Final = Text("(overtaken)", "（依据已不成立）")
_CERTAINTY: Final = {
    "exact": Text("exact", "确定"),
    "provisional": Text("provisional", "暂定"),
    "suspended": Text("suspended", "中止"),
    "unknown": Text("unknown", "未知"),
}


def certainty(due: DueDate) -> Text:
    """How sure the date is; a provisional one says before which moment it surely is not."""
    word = _CERTAINTY[due.certainty]
    if due.not_before is None:
        return word
    moment = clock(due.not_before)
    return Text(f"{word.en}, not before {moment}", f"{word.zh}（不早于 {moment}）")


def certainty_mark(certain: str) -> Text:
    """Behind a date in a table; nothing where it is exact."""
    if certain == "exact":
        return Text("", "")
    word = _CERTAINTY[certain]
    return Text(f" ({word.en})", f"（{word.zh}）")


def say_done(office: Office, event: Event, lang: Lang | None) -> None:
    """That an act is done, what was shared out by it, and the matter that it began."""
    say(
        Text(
            f"Done: {event.kind}, event {event.number}.",
            f"已办理：{event.kind}，第 {event.number} 条。",
        ),
        lang,
    )
    for share in _shares(office, event):
        name, _, fen = share.rpartition("=")
        typer.echo(f"  {name} {int(fen) / FEN_PER_YUAN:,.2f}")
    matter = opened_by(office, event)
    if matter is not None:
        say(Text(f"  Begun: {matter}", f"  已启动：{matter}"), lang)


def _shares(office: Office, event: Event) -> list[str]:
    """What the act shared out, where it shares out something."""
    act = office.state(event.chain, event.at).version.acts.get(event.kind)
    return [] if act is None or act.allots is None else list(event.body[act.allots.into])
