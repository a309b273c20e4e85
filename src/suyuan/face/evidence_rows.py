"""A row behind a finding or an edge, as faces show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from suyuan.detect.cards import card_of
from suyuan.face.display import Display
from suyuan.model.evidence_words import REMARKS, TOUCH_KINDS, signal_of
from suyuan.model.links import LINKS
from suyuan.model.privacy import Privacy
from suyuan.model.results import EVIDENCE
from suyuan.model.roles import ROLES
from suyuan.model.text import Text

#: Words for codes that are no signals.
OWN_WORDS: Mapping[str, Text] = {
    **{name: link.title for name, link in LINKS.items()},
    **TOUCH_KINDS,
    **REMARKS,
}
NO_WORDS = Text("", "")


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """Where the row stands (``file:line``), the hash of its file, and what it shows."""

    place: str
    sha: str
    table: str
    key: str
    share: float
    shows: Text


def place(row: Mapping[str, Any], display: Display) -> str:
    """``file:line``."""
    return f"{display.file(row['file'])}:{row['line']}"


def evidence_row(row: Mapping[str, Any], display: Display) -> EvidenceRow:
    """A row of ``evidence`` as it is shown."""
    return EvidenceRow(
        place(row, display),
        row["sha256"][:12],
        display.words(row["table"]),
        display.cell(EVIDENCE, row, "key"),
        row["weight"],
        words_of(row, display),
    )


def words_of(row: Mapping[str, Any], display: Display) -> Text:
    """What the row shows, in words; whom it names or what it says; how many more there are."""
    code = row.get("shows") or ""
    parts = [_title(code), _detail(row, display, code), _more(row.get("unlisted") or 0)]
    return Text(" ".join(part.en for part in parts if part.en), "".join(part.zh for part in parts))


def _detail(row: Mapping[str, Any], display: Display, code: str) -> Text:
    """Whom a touch names, or a remark out of the row itself; words of ours are in the title."""
    if row.get("node"):
        label = display.subject(row["node"])
        return Text(label.in_("en"), "\uff1a" + label.in_("zh"))
    note = display.cell(EVIDENCE, row, "note")
    if not note or row["note"] in OWN_WORDS or row["note"] in _signals(signal_of(code)[0]):
        return NO_WORDS
    if row["note_class"] == Privacy.CODE.value and note != row["note"]:
        return NO_WORDS  # the shape of a masked code tells nothing
    return Text(f"({note})", f"\uff08{note}\uff09") if code else Text(note, note)


def _more(count: int) -> Text:
    if not count:
        return NO_WORDS
    return Text(f"(and {count:,} more)", f"\uff08另有{count:,}条\uff09")


def _title(code: str) -> Text:
    """The words of a code; of a signal that no card has any more its name stands."""
    if code in OWN_WORDS:
        return OWN_WORDS[code]
    role, signal = signal_of(code)
    name = signal.replace("_", " ")
    return _signals(role).get(signal, Text(name, name))


@cache
def _signals(role: str) -> Mapping[str, Text]:
    """Titles of the signals of a role's scorecard."""
    card = card_of(role) if role in ROLES else None
    return {signal.name: signal.title for signal in card.signals} if card else {}
