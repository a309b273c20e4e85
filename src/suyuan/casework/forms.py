"""What is filled in: each field by its declared type, as it goes into an event."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from suyuan.casework.declare import FieldSpec
from suyuan.casework.field_checks import check_field
from suyuan.model.errors import InputError
from suyuan.model.money import fen
from suyuan.model.text import Text
from suyuan.model.times import utc
from suyuan.store.ledger.event import stamp

#: Characters of one field; a statement of several pages has fewer.
MOST_LETTERS: Final = 20_000
#: Control characters (Cc) but line ends and tabs, and halves of characters (Cs).
UNKEPT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_MOMENTS: Final = {"day": "2020-11-20", "time": "2020-11-20T07:30"}
_TRUTH = {"true": True, "false": False, "是": True, "否": False, "yes": True, "no": False}


def fill_form(
    form: Mapping[str, bool], fields: Mapping[str, FieldSpec], entries: Mapping[str, Any]
) -> dict[str, Any]:
    """`entries` as stored; refuses what the form does not ask, and what is missing."""
    extras = entries.keys() - form.keys()
    if extras:
        raise InputError(
            Text("The form has no such field.", "表单没有该项。"),
            value=", ".join(sorted(extras)),
            hint=Text(f"Fields: {', '.join(form) or '–'}.", f"可填：{'、'.join(form) or '无'}。"),
        )
    values = {
        name: store_value(name, fields[name], value)
        for name, value in entries.items()
        if value is not None
    }
    gaps = [name for name, must in form.items() if must and name not in values]
    if gaps:
        titles = [fields[name].title for name in gaps]
        raise InputError(
            Text("The form is not complete.", "表单未填写完整。"),
            value=", ".join(gaps),
            hint=Text(
                f"Missing: {', '.join(t.en for t in titles)}.",
                f"缺少：{'、'.join(t.zh for t in titles)}。",
            ),
        )
    return values


def store_value(name: str, spec: FieldSpec, value: Any) -> Any:
    """One field: money in fen (text is read as yuan), times as naive UTC text."""
    try:
        entry = _convert(spec, value)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise _unfit(name, spec, value) from error
    if spec.words is not None and entry not in spec.words:
        raise _unfit(name, spec, value)
    return entry if spec.check is None else check_field(spec.check, entry)


def _convert(spec: FieldSpec, value: Any) -> Any:  # noqa: PLR0911  # one return a type
    match spec.type:
        case "text":
            return _text(value)
        case "int":
            return int(value) if isinstance(value, str) else _kind(int, value)
        case "money":
            return fen(value) if isinstance(value, str) else _kind(int, value)
        case "bool":
            return (
                _TRUTH[value] if isinstance(value, str) and value in _TRUTH else _kind(bool, value)
            )
        case "time":
            moment = datetime.fromisoformat(value) if isinstance(value, str) else value
            # Text is clock time in Beijing unless it says otherwise; a moment handed in is UTC.
            return stamp(utc(moment) if isinstance(value, str) or moment.tzinfo else moment)
        case "day":
            return (date.fromisoformat(value) if isinstance(value, str) else value).isoformat()
        case "list":
            parts = value.split(",") if isinstance(value, str) else value
            return [_text(part) for part in parts]


def _text(value: Any) -> str:
    """Text that both databases keep as it is: no control characters, no halves of characters."""
    text: str = _kind(str, value)
    if len(text) > MOST_LETTERS:
        raise InputError(
            Text("The text is too long.", "文字过长。"),
            value=len(text),
            hint=Text(f"At most {MOST_LETTERS} characters.", f"最多 {MOST_LETTERS} 字。"),
        )
    if UNKEPT.search(text):
        raise InputError(
            Text(
                "The text contains characters that cannot be stored.",
                "文字中含有无法保存的字符（控制符或残缺字符）。",
            ),
            hint=Text("Type it instead of pasting it.", "请重新输入，不要粘贴。"),
        )
    return text


def _kind(type_: type, value: Any) -> Any:
    if not isinstance(value, type_) or (type_ is int and isinstance(value, bool)):
        raise TypeError(value)
    return value


def _unfit(name: str, spec: FieldSpec, value: object) -> InputError:
    if spec.type in _MOMENTS and isinstance(value, str):
        return InputError(
            Text("No such day or time.", "没有这个日期或时间。"),
            value=f"{name} = {value!r:.60}",
            hint=Text(
                f"{spec.title.en}: write {_MOMENTS[spec.type]}.",
                f"{spec.title.zh}：请写成 {_MOMENTS[spec.type]}。",
            ),
        )
    words = f": {', '.join(spec.words)}" if spec.words else ""
    return InputError(
        Text("A field has the wrong type.", "填写内容与字段类型不符。"),
        value=f"{name} = {value!r:.60}",
        hint=Text(
            f"{spec.title.en} ({spec.type}{words})", f"{spec.title.zh}（{spec.type}{words}）"
        ),
    )
