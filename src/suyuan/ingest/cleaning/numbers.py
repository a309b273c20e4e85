"""Cleaning of amounts, counts, durations and truth values."""

import re
from typing import Final

from suyuan.ingest.cleaning.marks import FLOATS, FULL_WIDTH, HALF_WIDTH, INTEGERS, Levels
from suyuan.ingest.problems import Cell
from suyuan.model.columns import Column

#: Money columns whose sign has a meaning.
SIGNED_COLUMNS: Final = frozenset({"balance_after", "opening_balance"})
#: No single amount of a case reaches a hundred billion yuan; what does is a slip of columns.
ABSURD_FEN: Final = 10**13
#: The yen mark, which stands for yuan too, in its two widths.
YUAN: Final = "\u00a5\uffe5"
_PLACES: Final = re.compile(r"DECIMAL\((\d+),(\d+)\)")


def clean_money(column: Column, text: str, work: str, type_: str, zone: str) -> Levels:
    del zone
    if type_ == "VARCHAR":
        fen = _written_money(text)
        odd = f"NOT coalesce(abs(TRY_CAST({text} AS DOUBLE) * 100 - {work}) < 0.01, FALSE)"
    else:
        fen, odd = _typed_money(text, type_)
    absurd = f"abs({work}) >= {ABSURD_FEN}"
    below = f"{work} < -{ABSURD_FEN}" if column.name in SIGNED_COLUMNS else f"{work} < 0"
    value = f"CASE WHEN NOT ({below} OR {absurd}) THEN {work} END"
    why = (
        f"CASE WHEN {work} IS NULL THEN {int(Cell.UNREADABLE)} "
        f"WHEN {absurd} THEN {int(Cell.OUT_OF_RANGE)} ELSE {int(Cell.NEGATIVE)} END"
    )
    finer = f"TRY_CAST({text} AS DECIMAL(24, 6)) IS NOT NULL"
    kind = f"CASE WHEN {finer} THEN {int(Cell.ROUNDED)} ELSE {int(Cell.REPAIRED)} END"
    return fen, value, f"CASE WHEN {odd} THEN {kind} ELSE 0 END", why


def _typed_money(text: str, type_: str) -> tuple[str, str]:
    """Fen of a number, and whether it had more than two places."""
    exact = f"TRY_CAST({text} AS DECIMAL(24, 6))"
    fen = f"TRY_CAST(round({exact} * 100) AS BIGINT)"
    places = _PLACES.fullmatch(type_)
    if places and int(places[1]) <= 18 and int(places[2]) <= 2:
        small = f"CAST(CAST({text} AS DECIMAL(18, 2)) * 100 AS BIGINT)"
        return f"CASE WHEN abs({text}) < {ABSURD_FEN} THEN {small} ELSE {fen} END", "FALSE"
    # A float is never exact; it stands for two places.
    return fen, "FALSE" if type_ in FLOATS else f"{exact} * 100 % 1 <> 0"


def _written_money(text: str) -> str:
    """Fen of a written amount."""
    half = f"translate({text}, '{FULL_WIDTH}', '{HALF_WIDTH}')"
    bare = (
        rf"regexp_replace({half}, '^(CNY|RMB|人民币)|[, \x{{00a0}}\x{{3000}}{YUAN}]|"
        "(元整?|CNY|RMB)$', '', 'g')"
    )
    amount = rf"regexp_replace(regexp_replace({bare}, '^[(](.*)[)]$', '-\1'), '^([^-].*)-$', '-\1')"
    # A comma may only part thousands: 12,50 is not twelve hundred and fifty.
    grouping = rf"NOT regexp_matches({half}, '(^|[^\d]),|,\d{{0,2}}([^\d]|$)|,\d{{4,}}')"
    sound = (
        f"{grouping} AND "
        rf"regexp_full_match({amount}, '[+-]?(\d+([.]\d*)?|[.]\d+)([eE][+-]?\d{{1,2}})?')"
    )
    fallback = (
        f"CASE WHEN {sound} THEN TRY_CAST(round(TRY_CAST("
        f"TRY_CAST({amount} AS DECIMAL(24, 6)) * 100 AS DECIMAL(26, 6))) AS BIGINT) END"
    )
    common = f"CAST(TRY_CAST({text} AS DECIMAL(18, 2)) * 100 AS BIGINT)"
    return (
        f"CASE WHEN {text} IS NOT NULL "
        f"THEN coalesce(CASE WHEN {text} LIKE '%.__' THEN {common} END, {fallback}) END"
    )


def clean_int(column: Column, text: str, work: str, type_: str, zone: str) -> Levels:
    del column, zone
    if type_ in INTEGERS:
        whole = f"TRY_CAST({text} AS BIGINT)"
        why = f"CASE WHEN {work} < 0 THEN {int(Cell.NEGATIVE)} ELSE {int(Cell.UNREADABLE)} END"
        return whole, f"CASE WHEN {work} >= 0 THEN {work} END", "0", why
    plain = rf"regexp_full_match({text}, '\d{{1,18}}')"
    number = rf"regexp_replace(translate({text}, '{FULL_WIDTH}', '{HALF_WIDTH}'), '[, ]', '', 'g')"
    clock = rf"regexp_extract({text}, '^(\d+):(\d{{1,2}}):(\d{{1,2}})$', ['h', 'm', 's'])"
    words = (
        rf"regexp_extract({text}, '^((\d+)(?:小时|时))?((\d+)(?:分钟|分))?((\d+)秒钟?)?$', "
        "['_h', 'h', '_m', 'm', '_s', 's'])"
    )
    quotes = (
        rf"regexp_extract({text}, '^((\d+)[:\x27′])?(\d{{1,3}})[:\x27′](\d{{1,2}})[\x27\x22″]*$', "
        "['_h', 'h', 'm', 's'])"
    )
    fallback = (
        rf"CASE WHEN regexp_full_match({number}, '-?\d+([.]0*)?(秒|s|条|张|次|MB)?') THEN "
        rf"TRY_CAST(regexp_extract({number}, '-?\d+') AS BIGINT) "
        rf"WHEN regexp_full_match({text}, '\d+:\d{{1,2}}:\d{{1,2}}') THEN {_seconds(clock)} "
        rf"WHEN regexp_full_match({text}, '\d.*[时分钟秒]') THEN {_seconds(words)} "
        rf"WHEN regexp_full_match({text}, '(\d+[:\x27′])?\d{{1,3}}[:\x27′]\d{{1,2}}[\x27\x22″]*') "
        rf"THEN {_seconds(quotes)} END"
    )
    number_read = f"CASE WHEN {plain} THEN TRY_CAST({text} AS BIGINT) ELSE {fallback} END"
    value = f"CASE WHEN {work} >= 0 THEN {work} END"
    why = f"CASE WHEN {work} < 0 THEN {int(Cell.NEGATIVE)} ELSE {int(Cell.UNREADABLE)} END"
    repair = f"CASE WHEN {plain} THEN 0 ELSE {int(Cell.REPAIRED)} END"
    return number_read, value, repair, why


def _seconds(parts: str) -> str:
    return " + ".join(
        f"coalesce(TRY_CAST(nullif({parts}['{part}'], '') AS BIGINT), 0) * {size}"
        for part, size in (("h", 3600), ("m", 60), ("s", 1))
    )


def clean_float(column: Column, text: str, work: str, type_: str, zone: str) -> Levels:
    del column, type_, zone
    return f"TRY_CAST({text} AS DOUBLE)", work, "0", str(int(Cell.UNREADABLE))


def clean_bool(column: Column, text: str, work: str, type_: str, zone: str) -> Levels:
    del column, type_, zone
    value = (
        f"CASE WHEN lower({text}) IN ('true', 't', '1', 'yes', 'y', '是', '有') THEN TRUE "
        f"WHEN lower({text}) IN ('false', 'f', '0', 'no', 'n', '否', '无') THEN FALSE END"
    )
    return value, work, "0", str(int(Cell.UNREADABLE))
