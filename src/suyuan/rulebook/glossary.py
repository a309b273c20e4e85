"""The glossary: one English and one Chinese term for each thing that suyuan speaks of."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

from suyuan.model.text import Text
from suyuan.rulebook.node import Node, read_yaml


@dataclass(frozen=True, slots=True)
class Term:
    """A term. `kind` is role, record, result, subject (named in ``model``) or word."""

    kind: str
    id: str
    term: Text
    meaning: Text


@cache
def load_glossary() -> dict[tuple[str, str], Term]:
    """The terms of the catalog by kind and id; raises :class:`CatalogError`."""
    with as_file(files("suyuan.catalog") / "glossary.yml") as path, read_yaml(path) as node:
        terms = [_term(child) for child in node.children("terms")]
        by_name = {(term.kind, term.id): term for term in terms}
        if len(by_name) < len(terms):
            raise node.wrong("a term appears twice", "词条重复", len(terms) - len(by_name))
        return by_name


def _term(node: Node) -> Term:
    with node:
        return Term(node.string("kind"), node.string("id"), node.text("term"), node.text("meaning"))
