"""How well each field of a pair agrees, as one number: a digit per field.

A digit is the level of agreement plus 1, 0 where either side is missing. Levels run from 0
(disagree) upwards; what they mean stands in :data:`FIELDS`.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

BASE = 5


@dataclass(frozen=True, slots=True)
class Field:
    """A field compared.

    ``levels`` names the levels from 0. ``agreement`` is the prior chance of each in a true match,
    worth :data:`suyuan.identity.matching.weights.PRIOR_PAIRS` pairs. ``personal``: it is the
    buyer's, so that another order of the same buyer agrees on it too.
    """

    name: str
    levels: tuple[str, ...]
    agreement: tuple[float, ...]
    personal: bool


FIELDS = (
    Field("phone", ("other", "typo", "masked", "same"), (0.01, 0.02, 0.40, 0.57), personal=True),
    Field("name", ("other", "initial", "masked", "same"), (0.02, 0.02, 0.30, 0.66), personal=True),
    Field("address", ("other", "begins", "same"), (0.05, 0.15, 0.80), personal=True),
    Field("amount", ("other", "near", "same"), (0.02, 0.03, 0.95), personal=False),
    Field("time", ("other", "days", "day", "hour"), (0.02, 0.05, 0.33, 0.60), personal=False),
    Field("item", ("other", "part", "same"), (0.03, 0.07, 0.90), personal=False),
    Field("waybill", ("other", "same"), (0.03, 0.97), personal=False),
)


def pattern(pair: ir.Table) -> ir.IntegerValue:
    """The agreement pattern of `pair`, which has the fields of both sides (``l_``, ``o_``)."""
    levels = (
        _phone(pair),
        _name(pair),
        _address(pair),
        _amount(pair),
        _time(pair),
        _item(pair),
        _equality(pair["l_waybill"], pair["o_waybill"]),
    )
    number: ir.IntegerValue = ibis.literal(0, "int64")
    for level in levels:
        number = number * BASE + ibis.coalesce(level.cast("int64") + 1, 0)
    return number


def digits(number: int) -> tuple[int, ...]:
    """A pattern taken apart: one digit per field, in the order of :data:`FIELDS`."""
    out = []
    for _ in FIELDS:
        number, digit = divmod(number, BASE)
        out.append(digit)
    return tuple(reversed(out))


def _phone(pair: ir.Table) -> ir.IntegerValue:
    left, right = pair["l_phone"], pair["o_phone"]
    is_masked = pair["l_masked"] | pair["o_masked"]
    is_typo = left.levenshtein(right) <= 2
    return ibis.cases(
        (left.isnull() | right.isnull(), ibis.null("int8")),
        (~is_masked & (left == right), 3),
        (is_masked & (pair["l_phone_key"] == pair["o_phone_key"]), 2),
        (
            is_masked & (pair["l_phone_key"].isnull() | pair["o_phone_key"].isnull()),
            ibis.null("int8"),
        ),
        (~is_masked & is_typo, 1),
        else_=0,
    )


def _name(pair: ir.Table) -> ir.IntegerValue:
    left, right = pair["l_name"], pair["o_name"]
    is_masked = left.contains("*") | right.contains("*")
    first = pair["l_initial"] == pair["o_initial"]
    last = left.right(1) == right.right(1)
    return ibis.cases(
        (left.isnull() | right.isnull(), ibis.null("int8")),
        (~is_masked & (left == right), 3),
        (is_masked & first & (left.length() == right.length()), 2),
        (is_masked & first.isnull() & last & (left.length() == right.length()), 2),
        (first, 1),
        else_=0,
    )


def _address(pair: ir.Table) -> ir.IntegerValue:
    left, right = pair["l_address"], pair["o_address"]
    return ibis.cases(
        (left.isnull() | right.isnull(), ibis.null("int8")),
        (left == right, 2),
        (left.substr(0, 6) == right.substr(0, 6), 1),
        else_=0,
    )


def _amount(pair: ir.Table) -> ir.IntegerValue:
    left, right = pair["l_amount"], pair["o_amount"]
    return ibis.cases(
        (left.isnull() | right.isnull(), ibis.null("int8")),
        (left == right, 2),
        ((left - right).abs() * 50 <= right, 1),
        else_=0,
    )


def _time(pair: ir.Table) -> ir.IntegerValue:
    hours = (pair["l_hour"] - pair["o_hour"]).abs()
    days = (pair["l_day"] - pair["o_day"]).abs()
    return ibis.cases(
        (hours.isnull(), ibis.null("int8")),
        (hours <= 1, 3),
        (days == 0, 2),
        (days <= 2, 1),
        else_=0,
    )


def _item(pair: ir.Table) -> ir.IntegerValue:
    left, right = pair["l_item"], pair["o_item"]
    return ibis.cases(
        (left.isnull() | right.isnull(), ibis.null("int8")),
        (left == right, 2),
        (left.contains(right) | right.contains(left), 1),
        else_=0,
    )


def _equality(left: ir.Value, right: ir.Value) -> ir.IntegerValue:
    return ibis.cases(
        (left.isnull() | right.isnull(), ibis.null("int8")), (left == right, 1), else_=0
    )
