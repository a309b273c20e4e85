"""How values are shown in a report: masked, cleaned, in the case's zone, in both languages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from suyuan.model.columns import Table
from suyuan.model.subjects import KINDS
from suyuan.model.text import Language, Text
from suyuan.privacy.masking import Masking

#: Characters that hide or reorder what stands beside them (controls, zero width, bidi overrides).
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
_HAN = "[\u3400-\u9fff]"
_NARROW = re.compile(rf"(?:(?<={_HAN})|(?=[,;:!?]{_HAN}))[,;:!?]")
_WIDE = str.maketrans(",;:!?", "\uff0c\uff1b\uff1a\uff01\uff1f")
#: A cell of a hostile file may be a megabyte long.
LONGEST = 600
#: Kinds of party whose names stand in full.
FIRMS = frozenset({"company", "agency"})


def clean(value: str) -> str:
    """`value` without characters that hide or reorder what stands beside them, and not too long.

    A terminal's escape codes begin with one of these.
    """
    text = _INVISIBLE.sub("\N{REPLACEMENT CHARACTER}", value[: LONGEST + 1])
    return text if len(value) <= LONGEST else f"{text[:LONGEST]}… ({len(value):,})"


@dataclass(frozen=True, slots=True)
class SubjectDisplay:
    """A subject as people read it: what kind, its (masked) id, and its name where one is known."""

    kind: Text
    id: str
    name: str = ""

    @property
    def short(self) -> str:
        return self.name or self.id or "–"

    def in_(self, language: Language) -> str:
        """As one line of a terminal: kind, id, and the name behind it."""
        text = f"{self.kind.in_(language)} {self.id}"
        return f"{text} ({self.name})" if self.name else text


@dataclass(frozen=True, slots=True)
class Display:
    """The one way in which this report shows what was in the files.

    ``names`` are parties' names by subject, with the kind of party.
    """

    zone: str
    masking: Masking = field(default_factory=Masking)
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def words(self, value: object) -> str:
        """Words of ours, and numbers of the case: cleaned of hiding characters, and cut."""
        return "" if value is None else clean(str(value))

    def cell(self, table: Table, row: Mapping[str, Any], name: str) -> str:
        """A cell of a declared table, masked as its column says."""
        return clean(self.masking.cell(table, row, name))

    def sentence(self, table: Table, row: Mapping[str, Any], stem: str) -> Text:
        """A sentence of a row in both languages: columns `stem`, or with ``_en``, and ``_zh``."""
        en = f"{stem}_en" if f"{stem}_en" in row else stem
        return Text(self.cell(table, row, en), self.cell(table, row, f"{stem}_zh"))

    def file(self, name: str) -> str:
        return clean(self.masking.file(name))

    def subject(self, subject: str) -> SubjectDisplay:
        """A ``kind:id``; persons are shown by family name, organisations in full."""
        kind, _, id_ = clean(self.masking.subject(subject)).partition(":")
        return SubjectDisplay(KINDS.get(kind, Text(kind, kind)), id_[:80], self._name(subject))

    def _name(self, subject: str) -> str:
        name, kind = self.names.get(subject, ("", ""))
        if name and kind not in FIRMS:
            name = self.masking.name(name)
        return clean(name)[:40]

    def rank(self, subject: str) -> str:
        """What to sort by instead of an identifier."""
        return self.masking.rank(subject)

    def day(self, moment: datetime | None) -> str:
        return self._local(moment, "%Y-%m-%d")

    def minute(self, moment: datetime | None) -> str:
        return self._local(moment, "%Y-%m-%d %H:%M")

    def second(self, moment: datetime | None) -> str:
        return self._local(moment, "%Y-%m-%d %H:%M:%S")

    def _local(self, moment: datetime | None, form: str) -> str:
        if moment is None:
            return ""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("UTC"))
        return aware.astimezone(ZoneInfo(self.zone)).strftime(form)


def money(amount: Decimal | float | None) -> str:
    """``49,950`` or ``726.50``: yuan without a unit, fen only where there are any."""
    if amount is None:
        return ""
    exact = Decimal(str(amount)).quantize(Decimal("0.01"))
    return f"{exact:,.0f}" if exact == exact.to_integral_value() else f"{exact:,.2f}"


def yuan(amount: Decimal | float | None) -> Text:
    """The same with its unit."""
    return (
        Text(f"{money(amount)} yuan", f"{money(amount)}元") if amount is not None else Text("", "")
    )


def number(value: float | None) -> str:
    """A count with thousands apart, a measurement to four digits."""
    if value is None:
        return ""
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) >= 10 else f"{value:.3g}"


def span(seconds: float) -> Text:
    """A length of time to one unit: ``4 min``, ``2.5 h``, ``3 days``."""
    if seconds < 90:
        return Text(f"{seconds:.0f} s", f"{seconds:.0f}秒")
    if seconds < 5400:
        return Text(f"{seconds / 60:.0f} min", f"{seconds / 60:.0f}分钟")
    if seconds < 2 * 86400:
        return Text(f"{seconds / 3600:.1f} h", f"{seconds / 3600:.1f}小时")
    return Text(f"{seconds / 86400:.1f} days", f"{seconds / 86400:.1f}天")


def chinese(text: str) -> str:
    """Punctuation beside Chinese characters made as wide as they are."""
    return _NARROW.sub(lambda match: match[0].translate(_WIDE), text)
