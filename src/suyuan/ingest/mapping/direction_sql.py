"""Which way a row went, as SQL: out, in, within the own account, or not known.

A direction is never guessed. A word counts where it is listed or has a stem of one outcome only;
what has neither is told by the row's type and goods where the profile says which, or not at all.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from suyuan.ingest.formats.pieces import literal
from suyuan.ingest.mapping.cell_sql import Context, coalesce, first_of, plain_cell
from suyuan.ingest.mapping.profiles import Sides
from suyuan.ingest.vocabulary import Outcome, OutcomeWords, vocabulary
from suyuan.model.columns import Type

_NEGATIVE: Final = r"'^[^0-9]*[-(\x{2212}\x{ff0d}\x{ff08}]|-$'"


#: A digit other than zero, in either width.
SOME_DIGIT: Final = r"[1-9\x{ff11}-\x{ff19}]"
#: What stands behind an amount for its sign.
SIDE_WORD: Final = r"\s*[(\x{ff08}]?(存入|支取|(?i:cr|dr)[.]?)[)\x{ff09}]?$"
_PAID_IN: Final = r"(存入|(?i:cr)[.]?)[)\x{ff09}]?$"


class Way(IntEnum):
    """Which way a row went, seen from the statement's own account; null where not known."""

    IN = 0
    OUT = 1
    INSIDE = 2  # from the own account to itself
    FORWARDED = 3  # a call passed on: the own number calls on
    NO_EVENT = 9  # what is no row of this table, such as a text message among calls


_NUMBERS: Final = {
    "in": Way.IN,
    "out": Way.OUT,
    "inside": Way.INSIDE,
    "forwarded": Way.FORWARDED,
    "none": Way.NO_EVENT,
}


def way(context: Context, sides: Sides) -> str:
    """The number of a :class:`Way`, null where not known."""
    return context.let(f"CAST({_way(context, sides)} AS UTINYINT)")


def _way(context: Context, sides: Sides) -> str:
    if word := direction_word(context, sides):
        outcome = context.let(_by_word(context, sides, word))
        return f"coalesce({_with_sign(context, sides, outcome)}, {_neutral(context, sides)})"
    if sides.out_amount or sides.in_amount:
        return _by_column(context, sides)
    if amount := first_of(context, sides.signed):
        return _by_sign(sides, amount)
    return _neutral(context, sides)


def _by_sign(sides: Sides, amount: str) -> str:
    """The sign, or what stands for one behind the amount: 500.00(存入), 12.00 CR."""
    usual = "positive" if sides.inverted else "negative"
    template = f"CASE WHEN coalesce(o_spent, '{usual}') = '{usual}' THEN {{}} ELSE {{}} END"
    plus, minus = (Way.OUT, Way.IN) if sides.inverted else (Way.IN, Way.OUT)
    return (
        f"CASE WHEN NOT regexp_matches({amount}, '[0-9\\x{{ff10}}-\\x{{ff19}}]') THEN NULL "
        f"WHEN regexp_matches({amount}, '{SIDE_WORD}') THEN CASE WHEN "
        f"regexp_matches({amount}, '{_PAID_IN}') THEN {Way.IN:d} ELSE {Way.OUT:d} END "
        f"WHEN regexp_matches({amount}, {_NEGATIVE}) "
        f"THEN {template.format(int(minus), int(plus))} "
        f"WHEN {amount} IS NOT NULL THEN {template.format(int(plus), int(minus))} END"
    )


def direction_word(context: Context, sides: Sides) -> str | None:
    """The word that tells the direction."""
    sql = coalesce([plain_cell(context, header) for header in sides.direction])
    return context.let(sql) if sql and sql.startswith("coalesce") else sql


def direction_header(context: Context, sides: Sides) -> str:
    """The header under which the direction stands, for messages."""
    every = (*sides.direction, *sides.signed, *sides.out_amount, *sides.in_amount)
    places = (context.match.position(header) for header in every)
    return next((context.match.headers[n].strip() for n in places if n is not None), "direction")


def _by_word(context: Context, sides: Sides, word: str) -> str:
    outcomes = vocabulary().directions.get(context.match.table.name, {})
    exact = {"out": sides.out_words, "in": sides.in_words}
    whens = [
        f"WHEN {word} IN ({_literals(words)}) THEN {_NUMBERS[name]:d}"
        for name, words in exact.items()
        if words
    ]
    whens += [
        f"WHEN {word} IN ({_literals(words.exact)}) THEN {_NUMBERS[name]:d}"
        for name, words in outcomes.items()
        if words.exact
    ]
    if context.match.table.name == "payments":
        plus = "FALSE"
        if context.signs:
            plus = context.let(f"bool_or({word} = '+') OVER (PARTITION BY origin)")
        whens += [f"WHEN {word} = '+' THEN 0", f"WHEN {word} = '-' AND {plus} THEN 1"]
    whens += _stems(outcomes, word)
    return f"CASE {' '.join(whens)} END"


def _stems(outcomes: dict[Outcome, OutcomeWords], word: str) -> list[str]:
    """Words by their stems; one with stems of both out and in tells nothing."""
    has = {
        name: f"regexp_matches({word}, {literal(words.stems)})" for name, words in outcomes.items()
    }
    whens = [
        f"WHEN {has[name]} THEN {_NUMBERS[name]:d}" for name in has if name not in {"out", "in"}
    ]
    if {"out", "in"} <= has.keys():
        whens += [
            f"WHEN {has['out']} THEN CASE WHEN NOT {has['in']} THEN 1 END",
            f"WHEN {has['in']} THEN 0",
        ]
    return whens


def _literals(words: Sequence[str]) -> str:
    return ", ".join(literal(word) for word in words)


def _with_sign(context: Context, sides: Sides, outcome: str) -> str:
    """A negative amount takes a booking back, unless every amount of that word is negative."""
    source = context.match.profile.columns.get("amount")
    amount = first_of(context, source.headers) if source else None
    if amount is None or sides.signed:
        return outcome
    return _with_reversals(context, amount, outcome, f"PARTITION BY origin, {outcome}")


def _with_reversals(context: Context, amount: str, outcome: str, window: str) -> str:
    negative = context.let(f"coalesce(regexp_matches({amount}, {_NEGATIVE}), FALSE)")
    if not context.signs:  # all rows are looked at only where some row asks for it
        return f"CASE WHEN NOT {negative} THEN {outcome} END"
    usual = context.let(f"bool_or(NOT {negative}) OVER ({window})")
    return (
        f"CASE WHEN {negative} AND {outcome} IN (0, 1) AND ({usual} OR {_taken_back(context)}) "
        f"THEN 1 - {outcome} ELSE {outcome} END"
    )


def _taken_back(context: Context) -> str:
    """Whether the row's own words say that it takes another back."""
    return _wording(context, vocabulary().taken_back)


def _wording(context: Context, pattern: str) -> str:
    """Whether `pattern` stands in what the row tells of itself."""
    memo = context.match.profile.columns.get("memo")
    cells = [plain_cell(context, header) for header in memo.headers] if memo else []
    present = [sql for sql in cells if sql]
    if not present:
        return "FALSE"
    return f"regexp_matches(concat_ws(' ', {', '.join(present)}), {literal(pattern)})"


def _by_column(context: Context, sides: Sides) -> str:
    out = first_of(context, sides.out_amount, Type.MONEY) or "NULL"
    come = first_of(context, sides.in_amount, Type.MONEY) or "NULL"
    is_out, is_in = (
        context.let(f"coalesce(regexp_matches({c}, '{SOME_DIGIT}'), FALSE)") for c in (out, come)
    )
    amount = context.let(f"CASE WHEN {is_out} THEN {out} ELSE {come} END")
    outcome = context.let(
        f"CASE WHEN {is_out} AND {is_in} THEN NULL WHEN {is_out} THEN 1 WHEN {is_in} THEN 0 "
        f"WHEN {_wording(context, vocabulary().brought_forward)} THEN {Way.NO_EVENT:d} "
        f"WHEN {out} IS NOT NULL OR {come} IS NOT NULL THEN 0 END"
    )
    return _with_reversals(context, amount, outcome, f"PARTITION BY origin, {is_out}, {is_in}")


def _neutral(context: Context, sides: Sides) -> str:
    """What the row's type, goods and status say, where its word says neither out nor in."""
    cells = [plain_cell(context, header) for header in sides.neutral_from]
    present = [sql for sql in cells if sql]
    if not present:
        return "NULL"
    text = f"concat_ws('|', {', '.join(present)})"
    whens = [
        f"WHEN regexp_matches({text}, {literal(pattern)}) THEN {_NUMBERS[name]:d}"
        for name, pattern in (*sides.neutral, *vocabulary().neutral)
    ]
    return f"CASE {' '.join(whens)} END"
