"""What people read, in both languages."""

from dataclasses import dataclass
from typing import Literal

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
