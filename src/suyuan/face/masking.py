"""Personal data is masked unless asked for with a reason."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from suyuan.store.layout import Layout

#: A count or an amount of a sentence is told from an identifier by the unit behind it.
_COUNTED = r"\.\d|\s*(?:yuan|accounts|records|cards|calls|codes|people|元|个|条|张|次|份|起|人|笔)"
_LONG_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9_*.,])\+?(?:\d{{11,}}[Xx]?|\d{{7,10}}(?!\d|{_COUNTED}))(?![A-Za-z0-9_])"
)
_KEPT_WHOLE = {"ring", "report", "operator", "merchant", "platform", "courier", "software"}


def mask_number(number: str) -> str:
    """``138****1234``: the first three and the last four digits."""
    if len(number) <= 7:
        return number[:1] + "*" * (len(number) - 1)
    return number[:3] + "*" * max(len(number) - 7, 1) + number[-4:]


def mask_name(name: str) -> str:
    """The family name only."""
    return name[:1] + "*" * (len(name) - 1)


def mask_subject(subject: str) -> str:
    """A ``kind:id`` of which people's own numbers show only their ends."""
    kind, _, id_ = subject.partition(":")
    if kind in _KEPT_WHOLE:
        return subject
    platform, colon, login = id_.rpartition(":")
    return f"{kind}:{platform}{colon}{mask_text(login)}"


def mask_text(text: str) -> str:
    """A sentence whose long numbers show only their ends."""
    return _LONG_NUMBER.sub(lambda found: mask_number(found[0]), text)


@dataclass(frozen=True, slots=True)
class Masking:
    """How a face shows personal data: masked, or in full for a purpose that was logged."""

    full: bool = False

    def subject(self, written: str) -> str:
        return written if self.full else mask_subject(written)

    def text(self, written: str) -> str:
        return written if self.full else mask_text(written)


def masking(layout: Layout, purpose: str | None, command: str) -> Masking:
    """Masked without a `purpose`; with one, in full, and a line in ``OUT/unmasked.jsonl``."""
    if not purpose:
        return Masking()
    entry = {"at": datetime.now(UTC).isoformat(), "command": command, "purpose": purpose}
    with (layout.out / "unmasked.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry, ensure_ascii=False) + "\n")
    return Masking(full=True)
