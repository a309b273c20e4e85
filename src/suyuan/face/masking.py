"""Personal data is masked unless asked for with a reason."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from suyuan.store.layout import Layout

#: Who saw full identifiers, and why.
LOG = "unmasked.jsonl"
#: A count or an amount of a sentence is told from an identifier by the unit behind it.
_COUNTED = r"\.\d|\s*(?:yuan|accounts|records|cards|calls|codes|people|元|个|条|张|次|份|起|人|笔)"
_LONG_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9_*.,])\+?(?:\d{{11,}}[Xx]?|\d{{7,10}}(?!\d|{_COUNTED}))(?![A-Za-z0-9_])"
)
_WECHAT_ID = re.compile(r"(?<![A-Za-z0-9])wxid_[A-Za-z0-9_-]{3,}")
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
    shown = mask_text(login)
    if kind == "account" and shown == login and len(login) > 4:
        shown = mask_number(login)
    return f"{kind}:{platform}{colon}{shown}"


def mask_text(text: str) -> str:
    """A sentence whose long numbers and WeChat ids show only their ends."""
    return _WECHAT_ID.sub(
        lambda found: mask_number(found[0]),
        _LONG_NUMBER.sub(lambda found: mask_number(found[0]), text),
    )


@dataclass(frozen=True, slots=True)
class Masking:
    """How a face shows personal data: masked, or in full for a purpose that was logged."""

    full: bool = False

    def subject(self, written: str) -> str:
        return written if self.full else mask_subject(written)

    def text(self, written: str) -> str:
        return written if self.full else mask_text(written)


def masking(layout: Layout, purpose: str | None, command: str) -> Masking:
    """Masked without a `purpose`; with one, in full, and a line in ``OUT/unmasked.jsonl``.

    Each line holds the SHA-256 of the line before, so that none can be taken out unseen.
    """
    if not purpose:
        return Masking()
    path = layout.out / LOG
    before = log_lines(path)
    entry = {
        "at": datetime.now(UTC).isoformat(),
        "command": command,
        "purpose": purpose,
        "previous": _digest(before[-1]) if before else "",
    }
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry, ensure_ascii=False) + "\n")
    return Masking(full=True)


def log_lines(path: Path) -> list[str]:
    """The lines of the log, oldest first; none where nobody unmasked anything."""
    if not path.exists():
        return []
    return [line for line in path.read_text("utf-8").split("\n") if line]


def log_head(path: Path, count: int | None = None) -> tuple[int, str]:
    """How many lines, and the hash of the last; of the first `count` where that is given."""
    lines = log_lines(path)[:count]
    return len(lines), _digest(lines[-1]) if lines else ""


def broken_link(path: Path) -> int:
    """The first line (from 1) of the log that does not follow from the one before; 0 if all do."""
    previous = ""
    for number, line in enumerate(log_lines(path), start=1):
        try:
            if json.loads(line)["previous"] != previous:
                return number
        except (ValueError, KeyError, TypeError):
            return number
        previous = _digest(line)
    return 0


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode("utf-8")).hexdigest()
