"""Catalog files read strictly: words stay words, unknown keys are refused, each error has a place.

YAML's own guesses are left out: ``on`` and ``no`` are words here, ``0755`` is a word, a day is a
word until the declared type says it is a day. The loader in C has no bound on nesting: a text from
strangers is looked over first (:mod:`suyuan.ingest.mapping.profile_files` does).
"""

import re
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import yaml

from suyuan.model.catalog_faults import fault, unreadable
from suyuan.model.text import LANGUAGES

Shape = TypeVar("Shape")
_WORDS: Final = "Words need exactly `en` and `zh`"
#: PyYAML's safe loader; the one in C, ten times faster, where it was built with libyaml.
SAFE_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _WordLoader(SAFE_LOADER):  # type: ignore[misc]  # PyYAML's loaders carry no types
    """Every scalar is a word; no key twice."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # PyYAML wants it on the class

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        keys = [key.value for key, _ in node.value]
        if len(set(map(str, keys))) < len(keys):
            duplicate = next(key for key in keys if keys.count(key) > 1)
            raise yaml.constructor.ConstructorError(
                None, None, f"{duplicate} stands twice", node.start_mark
            )
        return dict(super().construct_mapping(node, deep=deep))


class _StrictLoader(_WordLoader):
    """Plain data: text, ``true``/``false``, numbers, ``null``."""


for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", "n~\0"),
    ("int", r"-?(0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(0|[1-9][0-9]*)\.[0-9]+(e[-+]?[0-9]+)?", "-0123456789"),
):
    _StrictLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )


def plain(path: Path | Traversable, *, words: bool = False) -> Any:
    """What a catalog file holds, as plain data; raises :class:`CatalogError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError) as error:
        raise unreadable(path.name, error) from error
    return plain_text(text, path.name, words=words)


def plain_text(text: str, where: str, *, words: bool = False) -> Any:
    """What the text of a file holds; with `words` every scalar is the word that was written."""
    try:
        return yaml.load(text, _WordLoader if words else _StrictLoader)  # noqa: S506  # safe below
    except yaml.YAMLError as error:
        raise unreadable(where, error) from error


def as_shape(content: object, shape: type[Shape], where: str, *, words: bool = False) -> Shape:
    """`content` as `shape`; raises :class:`CatalogError` naming the place that does not fit.

    With `words` a number or a yes is read from the word where `shape` asks for one.
    """
    try:
        _check_words(content)
        return msgspec.convert(content, shape, strict=not words)
    except msgspec.ValidationError as error:
        raise fault(where, content, shape, error, strict=not words) from error


def _check_words(content: object, place: str = "$") -> None:
    """Words in two languages have nothing beside them: a comma in a flow mapping would cut them."""
    if isinstance(content, dict):
        if "zh" in content and content.keys() != set(LANGUAGES):
            raise msgspec.ValidationError(f"{_WORDS}, not {', '.join(content)} - at `{place}`")
        for key, value in content.items():
            _check_words(value, f"{place}.{key}")
    elif isinstance(content, list):
        for index, value in enumerate(content):
            _check_words(value, f"{place}[{index}]")


def read_catalog(path: Path | Traversable, shape: type[Shape], *, words: bool = False) -> Shape:
    """The file as `shape`."""
    return as_shape(plain(path, words=words), shape, path.name, words=words)
