"""From a form's fields to inputs, and from what a browser sends back to what an act is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from suyuan.casework.declare import FieldSpec
from suyuan.face.web.problems import ProblemDetails
from suyuan.model.text import Text

_MOST_FIELDS: Final = 500
#: Fields whose text is long.
_LONG: Final = frozenset({"summary", "plan", "reason", "grounds", "remedy", "complaint"})


@dataclass(frozen=True, slots=True)
class FormInput:
    """One input of a page. `kind`: choice, text, long, number, money, time, day, lines, files."""

    name: str
    title: Text
    kind: str
    must: bool
    choices: tuple[tuple[str, Text], ...] = ()
    value: str = ""
    documents: tuple[str, ...] = ()


def inputs(
    form: Mapping[str, bool],
    fields: Mapping[str, FieldSpec],
    texts: Mapping[str, str],
    documents: Mapping[str, tuple[str, ...]] | None = None,
) -> list[FormInput]:
    """The inputs of a form; `texts` and `documents` are what was written and handed in before.

    Where `documents` is None, none can be handed in.
    """
    return [
        FormInput(
            name,
            fields[name].title,
            _kind(name, fields[name], files=documents is not None),
            must,
            _choices(fields[name], must=must),
            texts.get(name, ""),
            (documents or {}).get(name, ()),
        )
        for name, must in form.items()
    ]


def _kind(name: str, spec: FieldSpec, *, files: bool) -> str:
    if spec.files and files:
        return "files"
    if spec.words is not None or spec.type == "bool":
        return "choice"
    if spec.type == "text":
        return "long" if name in _LONG else "text"
    return {"int": "number", "list": "lines"}.get(spec.type, spec.type)


def _choices(spec: FieldSpec, *, must: bool) -> tuple[tuple[str, Text], ...]:
    if spec.type == "bool":
        choices = [("true", Text("yes", "是")), ("false", Text("no", "否"))]
    else:
        choices = [(word, spec.labels.get(word) or Text(word, word)) for word in spec.words or ()]
    if choices and not must:
        choices.insert(0, ("", Text("leave open", "不填")))
    return tuple(choices)


def sent_values(body: bytes) -> dict[str, str]:
    """What a browser's form sent; raises :class:`ProblemDetails` 422 where it is no form."""
    return {name: values[-1] for name, values in _pairs(body).items()}


def sent_many(body: bytes, name: str) -> list[str]:
    """All values of one name."""
    return _pairs(body).get(name, [])


def _pairs(body: bytes) -> dict[str, list[str]]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError as error:
        raise ProblemDetails(422) from error
    values_of: dict[str, list[str]] = {}
    for name, value in pairs:
        values_of.setdefault(name, []).append(value)
    return values_of


def given_fields(
    form: Mapping[str, bool], fields: Mapping[str, FieldSpec], values: Mapping[str, str]
) -> dict[str, Any]:
    """The fields of an act from what was sent; an input that was left open is not given."""
    answers: dict[str, Any] = {}
    for name in form:
        text = values.get(f"f.{name}", "").strip()
        if text:
            answers[name] = _lines(text) if fields[name].type == "list" else text
    return answers


def _lines(text: str) -> Sequence[str]:
    return [line.strip() for line in text.replace("\r", "").split("\n") if line.strip()]


def form_key(values: Mapping[str, str]) -> str:
    """The key that was made when the form was shown; raises where it is none."""
    key = values.get("attempt", "")
    if not 16 <= len(key) <= 64:
        raise ProblemDetails(422)
    return key
