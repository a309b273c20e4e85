"""Errors that say what happened, the value, and what to try; in both languages.

Raise the narrowest class; a face prints ``error.text(language)`` and never a traceback for these.
"""

from suyuan.model.text import Language, Text


class SuyuanError(Exception):
    """The root of everything suyuan raises on purpose."""

    def __init__(self, message: Text, *, value: object = None, hint: Text | None = None) -> None:
        self.message = message
        self.value = value
        self.hint = hint
        super().__init__(self.text("en"))

    def text(self, language: Language) -> str:
        """What happened, the value it happened with, and what to try, in one line."""
        parts = [self.message.in_(language)]
        if self.value is not None:
            parts.append(f"[{self.value}]")
        if self.hint is not None:
            parts.append(self.hint.in_(language))
        return " ".join(parts)


class InputError(SuyuanError):
    """A case folder, file or argument cannot be used."""


class UnsafeInputError(InputError):
    """An input tries to reach out of the case folder, or to exhaust the machine."""


class CatalogError(SuyuanError):
    """A profile, rule, scorecard or procedure of the catalog is not well formed."""


class ContractError(SuyuanError):
    """A step did not keep to its declared tables: a fault of the program, not of the user."""


class EngineError(SuyuanError):
    """The database engine is missing something or failed."""
