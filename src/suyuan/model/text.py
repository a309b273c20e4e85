"""What people read, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or word in English and in Chinese.

    ``{name}`` marks are filled by :meth:`format`, the same names in both.
    """

    en: str
    zh: str

    def format(self, **values: object) -> "Text":
        return Text(self.en.format(**values), self.zh.format(**values))

    def in_(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


def row_text(row: Mapping[str, Any], column: str) -> Text:
    """What a row of a result file says in `column`, "" where it is silent."""
    return Text(row[f"{column}_en"] or "", row[f"{column}_zh"] or "")
