"""Sentences with figures in them, from templates, as one expression over all candidates.

A clause in square brackets is left out where a figure in it is unknown or zero, so that nobody
reads "sold to 0 others within an unknown number of hours".

Whom a sentence names is a slot: ``{0}`` the id of the first of the row's ``sentence_values``,
``{1:subject}`` the second as ``kind:id``, ``{0:name}`` what stands behind an organisation's ``/``.
:func:`open_sentence` leaves slots open, for a face that may have to mask them; :func:`fill` fills
them.
"""

import re
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from suyuan.model.errors import CatalogError
from suyuan.model.text import Text
from suyuan.privacy.sentences import slot

_MARK = re.compile(r"\{(\w+)(?::([^}]*))?\}")
_CLAUSE = re.compile(r"\[([^\]]*)\]")
_HAN = re.compile("[\u3400-\u9fff]")
#: The noun that a count stands before: ``1 seller``, ``2 sellers``.
_COUNT_NOUN = re.compile(r" (people|(?!was\b|has\b|is\b)[a-z]+[^\Ws])(s?)\b")


def fill(
    template: str, candidates: ir.Table, slots: Sequence[str] = ("subject",)
) -> ir.StringValue:
    """`template` with each ``{column:form}`` replaced by the candidate's figure.

    Forms: a number of decimals (``0`` by default), ``%`` a percentage, ``yuan`` fen as yuan,
    ``date`` a day, ``text`` as it is, ``id`` the id of a ``kind:id``. A missing figure is told as
    unknown. A noun right behind a count of one is singular. `slots` are the columns, each with a
    ``kind:id``, that a text may name.
    """
    return fill_slots(open_sentence(template, candidates, slots), candidates, slots)


def fill_slots(
    out: ir.StringValue, candidates: ir.Table, slots: Sequence[str] = ("subject",)
) -> ir.StringValue:
    """What :func:`open_sentence` gave, with whom it names put in."""
    for place, column in enumerate(slots):
        if column in candidates.columns:
            out = _fill_slot(out, place, candidates[column])
    return out


def slot_values(candidates: ir.Table, slots: Sequence[str] = ("subject",)) -> ir.ArrayValue:
    """The ``sentence_values`` of each candidate: whom its sentences name, in the order of slots."""
    return ibis.array([candidates[column] for column in slots if column in candidates.columns])


def open_sentence(
    template: str, candidates: ir.Table, slots: Sequence[str] = ("subject",)
) -> ir.StringValue:
    """As :func:`fill`, with whom it names left open."""
    out: ir.StringValue = ibis.literal("")
    for place, part in enumerate(_CLAUSE.split(template)):
        text = _part(part, candidates, slots)
        is_clause = place % 2 == 1
        out = out + (ibis.ifelse(_has_figures(part, candidates), text, "") if is_clause else text)
    return out


def _has_figures(clause: str, candidates: ir.Table) -> ir.BooleanValue:
    """Whether each figure of the clause has something to say."""
    is_complete: ir.BooleanValue = ibis.literal(value=True)
    for mark in _MARK.finditer(clause):
        value = candidates[mark[1]]
        is_complete = is_complete & value.notnull()
        if value.type().is_numeric():
            is_complete = is_complete & (value != 0)
    return is_complete


def _part(part: str, candidates: ir.Table, slots: Sequence[str]) -> ir.StringValue:
    """A part of a template in which nothing is left out."""
    out: ir.StringValue = ibis.literal("")
    last = 0
    for mark in _MARK.finditer(part):
        if mark[2] == "id" and mark[1] in slots:
            out = out + part[last : mark.start()] + slot(slots.index(mark[1]))
            last = mark.end()
            continue
        figure = _figure(candidates, mark[1], mark[2] or "0", _unknown_words(part, mark))
        out = out + part[last : mark.start()] + figure
        last = mark.end()
        noun = _COUNT_NOUN.match(part, last)
        if (mark[2] or "0") == "0" and noun and (noun[2] or noun[1] == "people"):
            singular = " person" if noun[1] == "people" else f" {noun[1].replace('sse', 'ss')}"
            out = out + ibis.ifelse(figure == "1", singular, noun[0])
            last = noun.end()
    return out + part[last:]


def _fill_slot(facts: ir.StringValue, place: int, subject: ir.StringValue) -> ir.StringValue:
    subject_text = ibis.coalesce(subject, "")
    id_ = subject_text.substr(subject_text.find(":") + 1)
    facts = facts.replace(slot(place), id_).replace(slot(place, "subject"), subject_text)
    return facts.replace(slot(place, "name"), id_.substr(id_.find("/") + 1))


def _unknown_words(template: str, mark: re.Match[str]) -> str:
    """What stands for a missing figure, so that the sentence can still be read."""
    if _HAN.search(template):
        return "若干"
    if not re.match(r" [a-z]", template[mark.end() :]):
        return "unknown"
    return "an unknown share" if mark[2] == "%" else "an unknown number of"


def _figure(candidates: ir.Table, column: str, form: str, unknown_words: str) -> ir.StringValue:
    if column not in candidates.columns:
        raise CatalogError(
            Text("A sentence names an unknown figure.", "句子引用了未知的数值。"),
            value=column,
            hint=Text("Use a signal or a fact of the finding.", "请用信号名或线索的列名。"),
        )
    value = candidates[column]
    return ibis.coalesce(_format(value, form), ibis.literal(unknown_words))


def _format(value: ir.Value, form: str) -> ir.StringValue:
    if form == "text":
        return value.cast("string")
    if form == "id":
        return value.substr(value.find(":") + 1)
    if form == "date":
        return value.strftime("%Y-%m-%d")
    if form == "yuan":
        return decimals(value.cast("float64") / 100.0, 2)
    if form == "%":
        return decimals(value.cast("float64") * 100.0, 0) + "%"
    return decimals(value, int(form))


def decimals(value: ir.Value, places: int) -> ir.StringValue:
    """A number with `places` decimals, written alike by every engine."""
    scale = 10**places
    units = (value.cast("float64") * scale).round().cast("int64")
    sign = ibis.ifelse(units < 0, "-", "")
    size = units.abs()
    whole = (size // scale).cast("int64").cast("string")
    if places == 0:
        return sign + whole
    rest = (size % scale).cast("int64").cast("string").lpad(places, "0")
    return sign + whole + "." + rest
