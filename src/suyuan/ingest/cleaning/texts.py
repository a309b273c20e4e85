"""Cleaning of text, identifiers and lists of them."""

from typing import Final

from suyuan.ingest.cleaning.marks import BLANKS, FULL_WIDTH, HALF_WIDTH, Levels, repair_number
from suyuan.ingest.formats.pieces import literal
from suyuan.ingest.problems import Cell
from suyuan.ingest.vocabulary import vocabulary
from suyuan.model.columns import Column
from suyuan.model.records import RECORDS

#: Columns that hold a person's name.
NAMES: Final = frozenset({"name", "buyer_name", "holder_name"})
_PAYMENT_STATUS: Final = RECORDS["payments"].column("status")


def clean_text(column: Column, text: str, work: str, type_: str, zone: str) -> Levels:
    del type_, zone
    if column is _PAYMENT_STATUS:
        return _status(text), work, "0", str(int(Cell.UNKNOWN_WORD))
    if column.name in NAMES:
        form = _name(text)
    elif column.name == "currency":
        form = _currency(text)
    elif column.kind or column.key:
        form = identifier(column.kind or "", text)
        value = f"CASE WHEN {_scientific(text)} THEN NULL ELSE {form} END"
        if column.kind != "phone":  # most ids hold none of these, and are then as they should be
            odd = " OR ".join(f"contains({text}, {literal(mark)})" for mark in "+ -'")
            value = f"CASE WHEN {odd} THEN {value} ELSE {text} END"
        repair = repair_number(text, work) if form != text else "0"
        return value, work, repair, str(int(Cell.DIGITS_LOST))
    else:
        return text, work, "0", "0"
    return form, work, repair_number(text, work), "0"


def _scientific(text: str) -> str:
    """Whether `text` is a number that a spreadsheet wrote with an exponent."""
    pattern = r"'\d([.,]\d+)?[eE][+]\d{1,3}'"
    return f"(contains({text}, '+') AND regexp_full_match({text}, {pattern}))"


def identifier(kind: str, text: str) -> str:
    """The normal form of an identifier of `kind`; anything unusual stays as it is."""
    if kind == "phone":
        return _phone(text)
    if kind == "bank_account":
        return _account_number(text)
    return _without_apostrophe(text)


def _without_apostrophe(text: str) -> str:
    """Without the apostrophe by which a spreadsheet is told that digits are text."""
    return f"CASE WHEN starts_with({text}, '''') THEN substr({text}, 2) ELSE {text} END"


def _phone(text: str) -> str:
    # Eleven bare digits, or a masked number: nothing to do. Everything else pays for the regexes,
    # and so does what begins with 00, by which numbers abroad are dialled.
    bare = (
        f"regexp_replace(translate({text}, '{FULL_WIDTH}', '{HALF_WIDTH}'), "
        r"'[\s\-()\x{00a0}\x{3000}\x27]|[.]0$', '', 'g')"
    )
    local = rf"regexp_replace({bare}, '^([+]86|0086)', '')"
    return (
        f"CASE WHEN regexp_full_match({text}, '0?[1-9*][0-9*]{{2,10}}') THEN {text} "
        rf"WHEN NOT regexp_full_match({bare}, '[+]?[0-9*]+') THEN {text} "
        rf"WHEN regexp_full_match({bare}, '86(1[3-9][0-9*]{{9}})') THEN substr({bare}, 3) "
        rf"WHEN NOT regexp_matches({bare}, '^([+]86|0086)') "
        rf"THEN regexp_replace({bare}, '^([+]|00)([1-9*])', '\2') "
        rf"WHEN regexp_full_match({local}, '(10|2\d|[35-79]\d\d|4[1-9]\d|8[1-9]\d)\d{{7,8}}') "
        rf"THEN '0' || {local} ELSE {local} END"
    )


def _account_number(text: str) -> str:
    groups = r"'\d{4}([ \x{00a0}-]\d{2,4}){2,4}|\d{4}[\d ]{8,}\d'"
    return (
        f"CASE WHEN regexp_full_match({text}, {groups}) "
        rf"THEN regexp_replace({text}, '[ \x{{00a0}}-]', '', 'g') "
        f"ELSE {_without_apostrophe(text)} END"
    )


def _name(text: str) -> str:
    # A surname with a title is a masked name, not a name of one character.
    return (
        f"CASE WHEN ends_with({text}, '先生') OR ends_with({text}, '女士') "
        f"OR ends_with({text}, '小姐') OR ends_with({text}, '同志') "
        f"THEN CASE WHEN length({text}) = 3 THEN left({text}, 1) || '*' "
        f"WHEN length({text}) = 2 THEN {text} "
        f"ELSE rtrim(left({text}, length({text}) - 2)) END ELSE {text} END"
    )


def _status(text: str) -> str:
    """What a status word says: settled, reversed, failed; null where it is not known."""
    kinds = vocabulary().statuses
    plain = ", ".join(literal(kind) for kind, _ in kinds)
    whens = " ".join(
        f"WHEN regexp_matches({text}, {literal(pattern)}) THEN {literal(kind)}"
        for kind, pattern in kinds
    )
    return f"CASE WHEN {text} IN ({plain}) THEN {text} {whens} END"


def _currency(text: str) -> str:
    return (
        f"CASE WHEN {text} IN ('人民币', '人民币元', '元', 'RMB', 'rmb', '156', "
        "'\u00a5', '\uffe5') "
        f"THEN 'CNY' ELSE upper({text}) END"
    )


def clean_list(column: Column, text: str, work: str, type_: str, zone: str) -> Levels:
    del zone
    item = f"nullif(trim(e, '{BLANKS}'), '')"
    element = identifier(column.kind, "f") if column.kind else "f"
    if type_.endswith("[]"):
        parts = f"CAST({text} AS VARCHAR[])"
    else:
        parts = f"string_split(replace({text}, '\uff1b', ';'), ';')"
    items = f"list_filter(list_transform({parts}, lambda e: {item}), lambda e: e IS NOT NULL)"
    if element == "f":
        return items, work, "0", "0"
    value = f"list_transform({work}, lambda f: {element})"
    return items, value, f"CASE WHEN {value} <> {work} THEN {int(Cell.REPAIRED)} ELSE 0 END", "0"
