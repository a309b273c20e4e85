"""The glossary: one English and one Chinese term for each thing that suyuan speaks of."""

from functools import cache
from importlib.resources import files

import msgspec

from suyuan.model.catalog_files import read_catalog
from suyuan.model.text import Text


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A term. `kind` is role, record, result, subject (named in ``model``) or word."""

    kind: str
    id: str
    term: Text
    meaning: Text


class GlossaryFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``glossary.yml``."""

    terms: list[Term]

    def __post_init__(self) -> None:
        if len({(term.kind, term.id) for term in self.terms}) < len(self.terms):
            raise ValueError("a term stands twice")


@cache
def load_glossary() -> dict[tuple[str, str], Term]:
    """The terms of the catalog by kind and id; raises :class:`CatalogError`."""
    file = read_catalog(files("suyuan.catalog") / "glossary.yml", GlossaryFile)
    return {(term.kind, term.id): term for term in file.terms}
