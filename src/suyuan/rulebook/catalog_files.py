"""Catalog files read strictly: words stay words, unknown keys are refused, each error has a place.

YAML's own guesses are left out: ``on`` and ``no`` are words here, ``0755`` is a word, a day is a
word until the declared type says it is a day.
"""

import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from suyuan.model.errors import CatalogError
from suyuan.model.text import LANGUAGES, Text
from suyuan.model.yaml_text import SAFE_LOADER

Shape = TypeVar("Shape")


class _StrictLoader(SAFE_LOADER):  # type: ignore[misc]  # PyYAML's loaders carry no types
    """Plain data: text, ``true``/``false``, numbers, ``null``; no key twice."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # PyYAML wants it on the class

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        keys = [key.value for key, _ in node.value]
        if len(set(map(str, keys))) < len(keys):
            duplicate = next(key for key in keys if keys.count(key) > 1)
            raise yaml.constructor.ConstructorError(
                None, None, f"{duplicate} stands twice", node.start_mark
            )
        return dict(super().construct_mapping(node, deep=deep))


for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", "n~\0"),
    ("int", r"-?(0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(0|[1-9][0-9]*)\.[0-9]+", "-0123456789"),
):
    _StrictLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )


def plain(path: Path) -> Any:
    """What a catalog file holds, as plain data; raises :class:`CatalogError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError) as error:
        raise _wrong(path.name, error) from error
    return plain_text(text, path.name)


def plain_text(text: str, where: str) -> Any:
    """The same from the text of a file."""
    try:
        return yaml.load(text, _StrictLoader)  # noqa: S506  # a safe loader underneath
    except yaml.YAMLError as error:
        raise _wrong(where, error) from error


def as_shape(content: object, shape: type[Shape], where: str) -> Shape:
    """`content` as `shape`; raises :class:`CatalogError` naming the place that does not fit."""
    try:
        _check_words(content)
        return msgspec.convert(content, shape, strict=True)
    except msgspec.ValidationError as error:
        raise _wrong(where, error) from error


def _check_words(content: object) -> None:
    """Words in two languages have nothing beside them: a comma in a flow mapping would cut them."""
    if isinstance(content, dict):
        if "zh" in content and content.keys() != set(LANGUAGES):
            raise msgspec.ValidationError(f"words need exactly en and zh: {content}")
        for value in content.values():
            _check_words(value)
    elif isinstance(content, list):
        for value in content:
            _check_words(value)


def read_catalog(path: Path, shape: type[Shape]) -> Shape:
    """The file as `shape`."""
    return as_shape(plain(path), shape, path.name)


def _wrong(where: str, error: Exception) -> CatalogError:
    return CatalogError(
        Text("A catalog file is not well formed.", "目录文件格式有误。"),
        value=where,
        hint=Text(str(error), str(error)),
    )
