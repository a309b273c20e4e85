"""A mapping of a catalog file that is taken apart key by key; what is left over is an error."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Self

import yaml

from suyuan.model.errors import CatalogError
from suyuan.model.text import LANGUAGES, Text
from suyuan.model.yaml_text import plain_data

#: Both are safe loaders (plain data only); that in C, where there is one, is eight times faster.


class Node:
    """The mapping at `where` in a file. Leave its ``with`` block only when every key was taken."""

    def __init__(self, where: str, content: object) -> None:
        self.where = where
        if not isinstance(content, dict):
            raise self.wrong("a mapping is wanted here", "此处应为映射", content)
        self._left: dict[Any, Any] = dict(content)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None and self._left:
            raise self.wrong(
                "nothing asks for these keys", "多余的键", ", ".join(map(str, self._left))
            )

    def wrong(self, en: str, zh: str, value: object) -> CatalogError:
        return CatalogError(
            Text(f"A catalog file is not well formed: {en}.", f"目录文件格式有误：{zh}。"),
            value=f"{self.where}: {value}",
            hint=Text("See docs/rulebook.md for the form.", "格式见 docs/rulebook.md。"),
        )

    def has(self, key: str) -> bool:
        return key in self._left

    def value(self, key: str) -> Any:
        """Whatever stands under `key`; it must be there."""
        if key not in self._left:
            raise self.wrong("a key is missing", "缺少键", key)
        return self._left.pop(key)

    def string(self, key: str) -> str:
        value = self.value(key)
        if not isinstance(value, str):
            raise self.wrong(f"{key} must be text", f"{key} 须为文字", value)
        return value

    def string_or_none(self, key: str) -> str | None:
        return self.string(key) if self.has(key) else None

    def day(self, key: str) -> date:
        value = self.value(key)
        if type(value) is not date:
            raise self.wrong(f"{key} must be a day, YYYY-MM-DD", f"{key} 须为日期", value)
        return value

    def day_or_none(self, key: str) -> date | None:
        return self.day(key) if self.has(key) else None

    def number_or_none(self, key: str) -> float | None:
        value = self.value(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise self.wrong(f"{key} must be a number", f"{key} 须为数字", value)
        return value

    def text(self, key: str) -> Text:
        """Words in both languages."""
        with self.child(key) as node:
            return Text(*(node.string(language).strip() for language in LANGUAGES))

    def text_or_none(self, key: str) -> Text | None:
        return self.text(key) if self.has(key) else None

    def child(self, key: str) -> "Node":
        return Node(f"{self.where}.{key}", self.value(key))

    def children(self, key: str) -> Iterator["Node"]:
        """The mappings of a list; nothing where the key is not there."""
        value = self._left.pop(key, [])
        if not isinstance(value, list):
            raise self.wrong(f"{key} must be a list", f"{key} 须为列表", value)
        for place, content in enumerate(value):
            yield Node(f"{self.where}.{key}[{place}]", content)

    def by_name(self, key: str) -> Iterator[tuple[str, "Node"]]:
        """The mappings of a mapping, with their names; nothing where the key is not there."""
        if not self.has(key):
            return
        with self.child(key) as node:
            for name, content in node.rest().items():
                yield name, Node(f"{node.where}.{name}", content)

    def rest(self) -> dict[str, object]:
        """All that was not taken yet."""
        rest, self._left = self._left, {}
        return rest


def read_yaml(path: Path) -> Node:
    """The mapping that a YAML file holds (safe loader: plain data only)."""
    try:
        content = plain_data(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CatalogError(
            Text("A catalog file is not YAML.", "目录文件不是有效的 YAML。"), value=path.name
        ) from error
    return Node(path.name, content)
