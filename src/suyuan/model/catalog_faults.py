"""What is wrong in a catalog file, where, and what to try: in both languages."""

import difflib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import msgspec
from msgspec import inspect

from suyuan.model.errors import CatalogError
from suyuan.model.text import Text

_FAULT: Final = re.compile(
    r"(?P<complaint>.*?)(?: - at `(?P<key>key in )?\$(?P<place>.*)`)?", re.DOTALL
)
_PART: Final = re.compile(r"\[\.\.\.\]|\[(\d+)\]|\.([^.\[]+)")
_KEY: Final = re.compile(r"(?:unknown|required) field `(?P<key>.*)`")
_KINDS: Final = re.compile(r"Expected `(?P<kind>.*?)`, got `(?P<other>.*)`")
#: So much of a wrong value is shown, in characters.
_LONGEST: Final = 60
#: An entry of a mapping, whose key the validator does not name.
_ENTRY: Final = "[...]"


def unreadable(where: str, error: Exception) -> CatalogError:
    """The error of a file that is no YAML in UTF-8."""
    return CatalogError(
        Text("A catalog file is not valid YAML.", "目录文件不是有效的 YAML。"),
        value=where,
        hint=Text(str(error), str(error)),
    )


def fault(
    where: str, content: object, shape: Any, error: msgspec.ValidationError, *, strict: bool
) -> CatalogError:
    """The error of a file whose `content` is not of `shape`, at the place that `error` names."""
    match = _FAULT.fullmatch(str(error))
    complaint = match["complaint"] if match else str(error)
    place = _exact(content, shape, error, strict=strict)
    value = f" ({str(_at(content, place))[:_LONGEST]})" if _KINDS.match(complaint) else ""
    return CatalogError(
        _sentence(complaint),
        value=": ".join(part for part in (where, _path(place), f"{complaint}{value}") if part),
        hint=_hint(complaint, shape),
    )


@contextmanager
def errors_in(where: str) -> Iterator[None]:
    """Errors of what a file's words mean name the file, too."""
    try:
        yield
    except CatalogError as error:
        if str(error.value).startswith(where):
            raise
        raise CatalogError(
            error.message, value=f"{where}: {error.value}", hint=error.hint
        ) from error


def _sentence(complaint: str) -> Text:
    if "unknown field" in complaint:
        return Text("A catalog file has a key that nothing reads.", "目录文件中有程序不认识的键。")
    if "required field" in complaint:
        return Text("A key is missing in a catalog file.", "目录文件缺少必需的键。")
    return Text("A catalog file is not well formed.", "目录文件格式有误。")


def _hint(complaint: str, shape: Any) -> Text:
    if kinds := _KINDS.match(complaint):
        return Text(f"Write a value of kind {kinds['kind']}.", f"请改为 {kinds['kind']} 类型的值。")
    if "RFC3339" in complaint:
        return Text("Write 2021-03-01T00:00:00.", "请写作 2021-03-01T00:00:00。")
    key = _KEY.search(complaint)
    if key is None:
        return Text("Correct this place in the file.", "请改正文件中的这一处。")
    if "required" in complaint:
        return Text(f"Add {key['key']}.", f"请补上 {key['key']}。")
    alike = difflib.get_close_matches(key["key"], sorted(set(_names(shape))), 1)
    if alike:
        return Text(f"Did you mean {alike[0]}?", f"是否应为 {alike[0]}？")
    return Text("Correct the key, or leave it out.", "请改正或删去这个键。")


def _names(shape: Any) -> Iterator[str]:
    """The keys that `shape` and all shapes in it have."""
    for struct in structs(shape):
        yield from (field.encode_name for field in struct.fields)


def structs(shape: Any) -> Iterator[inspect.StructType | inspect.DataclassType]:
    """Every declared mapping in `shape`, each once."""
    classes: set[type] = set()
    queue: list[Any] = [inspect.type_info(shape)]
    while queue:
        kind = queue.pop()
        if isinstance(kind, inspect.StructType | inspect.DataclassType):
            if kind.cls in classes:
                continue
            classes.add(kind.cls)
            yield kind
            queue += [field.type for field in kind.fields]
        else:
            queue += _inner(kind)


def _inner(kind: Any) -> list[Any]:
    """The kinds that a list, mapping, pair or choice is made of."""
    parts = (getattr(kind, name, ()) for name in ("item_type", "key_type", "value_type"))
    inner = [part for part in parts if isinstance(part, inspect.Type)]
    for name in ("item_types", "types"):
        inner += getattr(kind, name, ())
    return inner


def _path(place: Sequence[Any]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(parts).removeprefix(".")


def _exact(content: Any, shape: Any, error: msgspec.ValidationError, *, strict: bool) -> list[Any]:
    """The place of `error`, with the keys of entries: the one that alone has the same error."""
    match = _FAULT.fullmatch(str(error))
    place: list[Any] = []
    for part in _PART.finditer((match and match["place"]) or ""):
        if part[0] == _ENTRY:
            entries = ((key, _alone(content, place, key)) for key in _at(content, place))
            key, content = next(
                (e for e in entries if _message(e[1], shape, strict=strict) == str(error)),
                ("?", content),
            )
            place.append(key)
        else:
            place.append(part[2] or int(part[1]))
    return place


def _at(content: Any, place: Sequence[Any]) -> Any:
    return _at(content[place[0]], place[1:]) if place else content


def _alone(content: Any, place: Sequence[Any], key: object) -> Any:
    """`content` with `key` alone in the mapping at `place`."""
    if not place:
        return {key: content[key]}
    copy = content.copy()
    copy[place[0]] = _alone(content[place[0]], place[1:], key)
    return copy


def _message(content: object, shape: Any, *, strict: bool) -> str:
    try:
        msgspec.convert(content, shape, strict=strict)
    except msgspec.ValidationError as error:
        return str(error)
    return ""
