"""Masked by what a column tells about people, or in full for a purpose that was logged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from suyuan.model.columns import Column, Table
from suyuan.model.privacy import KIND_CLASSES, Privacy
from suyuan.model.records import RECORDS
from suyuan.privacy.keys import CaseKey, passing_key
from suyuan.privacy.masks import (
    mask_address,
    mask_cell,
    mask_code,
    mask_file,
    mask_free,
    mask_identifier,
    mask_name,
)
from suyuan.privacy.sentences import render_sentence
from suyuan.privacy.words import file_words

#: A cut of a cause, over a ring or all of them: made of our own words.
_CAUSE = "cause:"
_WHOLE = frozenset(
    {
        Privacy.ORGANISATION,
        Privacy.CASE,
        Privacy.AMOUNT,
        Privacy.TIME,
        Privacy.FIGURE,
        Privacy.PUBLIC,
        Privacy.TEMPLATE,
    }
)


@dataclass(frozen=True, slots=True)
class Masking:
    """How a face shows what people must not see by chance: masked, unless `full`.

    Everything that leaves goes through one of these methods; which one, the column's class says.
    """

    full: bool = False
    key: CaseKey = field(default_factory=passing_key)

    def subject(self, text: str) -> str:
        """A ``kind:id``: a person's by its ends, an organisation's in full."""
        kind, _, id_ = text.partition(":")
        class_ = KIND_CLASSES.get(kind, Privacy.IDENTIFIER)
        if self.full or class_ is not Privacy.IDENTIFIER:
            return text
        firm, slash, login = id_.partition("/")
        if slash and kind in {"actor", "terminal"}:
            return f"{kind}:{firm}/{self.identifier(login)}"
        return f"{kind}:{self.identifier(id_)}"

    def identifier(self, text: str) -> str:
        return text if self.full else mask_identifier(text, self.key.tag)

    def name(self, text: str) -> str:
        return text if self.full else mask_name(text)

    def free(self, text: str) -> str:
        """Prose that somebody else wrote."""
        return text if self.full else mask_free(text)

    def raw(self, text: str) -> str:
        """A cell as it stood in the file."""
        return text if self.full else mask_cell(text)

    def file(self, text: str) -> str:
        return text if self.full else mask_file(text, file_words(), self.key.tag)

    def id(self, text: str) -> str:
        """An id made from identifiers: keyed by the case where it leaves."""
        if self.full or text.startswith(_CAUSE):
            return text
        return self.key.digest("id", text)

    def rank(self, text: str) -> str:
        """What to sort by instead of an identifier, so that the order gives nothing away."""
        return text if self.full else self.key.digest("order", text)

    def sentence(self, row: Mapping[str, Any], name: str) -> str:
        """The sentence in column `name` of `row`, made again from its template."""
        if self.full:
            return row[name] or ""
        stem, _, language = name.partition("_")
        template = row.get(f"{stem}_template_{language or 'en'}")
        if template is None:
            return mask_free(row[name] or "")
        return render_sentence(template, row.get("sentence_values") or (), self.subject)

    def cell(self, table: Table, row: Mapping[str, Any], name: str) -> str:
        """The cell in column `name` of a `row` of `table`, as text."""
        value = row[name]
        if value is None:
            return ""
        column = table.column(name)
        if isinstance(value, list | tuple):
            return ";".join(self._text(column, str(part), row) for part in value)
        return self._text(column, str(value), row)

    def row(self, table: Table, row: Mapping[str, Any]) -> dict[str, str]:
        """A whole row of a declared table; columns that it does not declare are left out."""
        return {name: self.cell(table, row, name) for name in table.names if name in row}

    def _text(self, column: Column, value: str, row: Mapping[str, Any]) -> str:
        class_ = column.privacy_class
        if self.full or class_ in _WHOLE:
            return value
        if class_ is Privacy.SENTENCE:
            return self.sentence(row, column.name)
        if class_ is Privacy.NOTE:
            return self.note(value, row)
        if class_ is Privacy.ROW_KEY:
            return self.row_key(row.get("table"), value)
        if class_ is Privacy.CODE:
            return mask_code(value, column.words)
        return self.by_class(class_, value)

    def note(self, text: str, row: Mapping[str, Any]) -> str:
        """A remark on a row, of the class that stands beside it; unknown is taken as prose.

        One that names a subject is said again from the columns for it.
        """
        class_ = row.get("note_class")
        if class_ == Privacy.MENTION.value and not self.full:
            return " ".join(filter(None, (row.get("shows"), self.subject(row.get("node") or ""))))
        if self.full or class_ in {part.value for part in _WHOLE}:
            return text
        return self.by_class(Privacy(class_) if class_ else None, text)

    def row_key(self, table: str | None, text: str) -> str:
        """The key of a row of a standard table, as that table declares its key."""
        record = RECORDS.get(table or "")
        first = record.column(record.key[0]) if record and record.key else None
        return self._text(first, text, {}) if first else self.identifier(text)

    def by_class(self, class_: Privacy | None, value: str) -> str:
        """`value` as its class asks; a column without a class shows nothing of it."""
        if self.full or class_ in _WHOLE:
            return value
        by = {
            Privacy.IDENTIFIER: self.identifier,
            Privacy.NAME: self.name,
            Privacy.ADDRESS: mask_address,
            Privacy.CELL: mask_cell,
            Privacy.CODE: mask_cell,
            Privacy.SUBJECT: self.subject,
            Privacy.KEYED: self.id,
            Privacy.FILE: self.file,
        }
        return by.get(class_ or Privacy.FREE, mask_free)(value)
