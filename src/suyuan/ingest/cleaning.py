"""Cleaning, as DuckDB expressions over whole columns.

Each canonical column is an SQL expression over one raw column, which gives null where the cell
cannot be read. The common form is tested first and cheaply: a file of ten million well-written
rows must not pay for the odd ones. No cell text ever becomes part of an expression.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from suyuan.ingest.pieces import literal
from suyuan.ingest.problems import Cell
from suyuan.model.columns import Column, Type

#: Spaces that exports leave around cells: also the full-width, no-break and zero-width ones.
BLANKS: Final = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b"
#: Money columns whose sign has a meaning.
SIGNED: Final = frozenset({"balance_after", "opening_balance"})
#: Columns that hold a person's name.
NAMES: Final = frozenset({"name", "buyer_name", "holder_name"})
#: No single amount of a case reaches a hundred billion yuan; what does is a slip of columns.
ABSURD_FEN: Final = 10**13
_EARLIEST, _LATEST = "TIMESTAMP '1970-01-02'", "TIMESTAMP '2100-01-01'"
_HALF_WIDTH: Final = "0123456789.,-+():/"
#: The same as a Chinese keyboard writes them.
_FULL_WIDTH: Final = "".join(chr(ord(mark) + 0xFEE0) for mark in _HALF_WIDTH)
#: The yen mark, which stands for yuan too, in its two widths.
_YUAN: Final = "\u00a5\uffe5"
_FLOATS: Final = frozenset({"DOUBLE", "FLOAT"})
_INTEGERS: Final = frozenset(
    {"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "UBIGINT", "UINTEGER", "USMALLINT"}
)
_ZONED: Final = "TIMESTAMP WITH TIME ZONE"
_CLOCK: Final = r"\d{1,2}(:\d{1,2}(:\d{1,2}([.]\d+)?)?)?"


@dataclass(frozen=True, slots=True)
class Cleaning:
    """SQL in three levels, so that nothing is computed twice.

    ``work`` is over the trimmed text (named `text`), ``value`` and ``problem`` over that and
    ``work`` (named `work`). ``problem`` is a :class:`Cell` number; None where nothing can be wrong.
    """

    work: str
    value: str
    problem: str | None


def cleaning(column: Column, text: str, work: str, type_: str, zone: str) -> Cleaning:
    """How to clean a cell whose DuckDB type is `type_` (text is trimmed by :func:`text_of`)."""
    made, value, repaired, why = _VALUES[column.type](column, text, work, type_, zone)
    absent = int(Cell.MISSING) if column.required else int(Cell.FINE)
    if repaired == why == "0" and not absent:
        return Cleaning(made, value, None)
    problem = (
        f"CAST(CASE WHEN {text} IS NULL THEN {absent} WHEN ({value}) IS NULL THEN {why} "
        f"ELSE {repaired} END AS UTINYINT)"
    )
    return Cleaning(made, value, problem)


def text_of(raw: str, type_: str, *, trim: bool = True) -> str:
    """The raw cell as text without blanks around it, null where empty."""
    if type_ == "VARCHAR":
        return f"nullif(trim({raw}, '{BLANKS}'), '')" if trim else f"nullif({raw}, '')"
    if type_ in _FLOATS:
        # Beyond 2^53 a float has lost digits: written so that it is known for what it is.
        return (
            f"CASE WHEN isfinite({raw}) THEN CASE WHEN {raw} = trunc({raw}) "
            f"AND abs({raw}) < 9007199254740992 THEN CAST(CAST({raw} AS BIGINT) AS VARCHAR) "
            f"WHEN abs({raw}) >= 9007199254740992 THEN format('{{:E}}', {raw}) "
            f"ELSE CAST({raw} AS VARCHAR) END END"
        )
    if type_.startswith("DECIMAL"):
        return rf"regexp_replace(CAST({raw} AS VARCHAR), '[.]0+$', '')"
    if type_ == _ZONED:
        return f"strftime(timezone('UTC', {raw}), '%Y-%m-%dT%H:%M:%S.%fZ')"
    if type_.endswith("[]"):
        return f"nullif(array_to_string(CAST({raw} AS VARCHAR[]), ';'), '')"
    if type_ == "BLOB":
        return f"nullif(trim(TRY(decode({raw})), '{BLANKS}'), '')"
    return f"nullif(CAST({raw} AS VARCHAR), '')"


def typed(column: Column, type_: str) -> bool:
    """Whether a cell of DuckDB type `type_` is cleaned as it is, not as text."""
    if column.type is Type.TIME:
        return type_.startswith("TIMESTAMP") or type_ == "DATE"
    if column.type is Type.MONEY:
        return type_ in _FLOATS or type_ in _INTEGERS or type_.startswith("DECIMAL")
    return column.type is Type.LIST and type_.endswith("[]")


# --- text ---------------------------------------------------------------------------------------


Levels = tuple[str, str, str, str]  # work, value, repaired, why


def _text(column: Column, text: str, work: str, type_: str, zone: str) -> Levels:
    del type_, zone
    if column.name in NAMES:
        made = _name(text)
    elif column.name == "currency":
        made = _currency(text)
    elif column.kind or column.key:
        made = identifier(column.kind or "", text)
        lost = f"CASE WHEN {_scientific(text)} THEN NULL ELSE {made} END"
        if column.kind != "phone":  # most ids hold none of these, and are then as they should be
            odd = " OR ".join(f"contains({text}, {literal(mark)})" for mark in "+ -'")
            lost = f"CASE WHEN {odd} THEN {lost} ELSE {text} END"
        repaired = _changed(text, work) if made != text else "0"
        return lost, work, repaired, str(int(Cell.DIGITS_LOST))
    else:
        return text, work, "0", "0"
    return made, work, _changed(text, work), "0"


def _changed(text: str, work: str) -> str:
    return f"CASE WHEN {work} <> {text} THEN {int(Cell.REPAIRED)} ELSE 0 END"


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
    return _unmarked(text)


def _unmarked(text: str) -> str:
    """Without the apostrophe by which a spreadsheet is told that digits are text."""
    return f"CASE WHEN starts_with({text}, '''') THEN substr({text}, 2) ELSE {text} END"


def _phone(text: str) -> str:
    # Eleven bare digits, or a masked number: nothing to do. Everything else pays for the regexes.
    bare = (
        f"regexp_replace(translate({text}, '{_FULL_WIDTH}', '{_HALF_WIDTH}'), "
        r"'[\s\-()\x{00a0}\x{3000}\x27]|[.]0$', '', 'g')"
    )
    local = rf"regexp_replace({bare}, '^([+]86|0086)', '')"
    return (
        f"CASE WHEN regexp_full_match({text}, '[0-9*]{{3,12}}') THEN {text} "
        rf"WHEN NOT regexp_full_match({bare}, '[+]?[0-9*]+') THEN {text} "
        rf"WHEN regexp_full_match({bare}, '86(1[3-9][0-9*]{{9}})') THEN substr({bare}, 3) "
        rf"WHEN NOT regexp_matches({bare}, '^([+]86|0086)') "
        rf"THEN regexp_replace({bare}, '^([+]|00)', '') "
        rf"WHEN regexp_full_match({local}, '(10|2\d|[35-79]\d\d|4[1-9]\d|8[1-9]\d)\d{{7,8}}') "
        rf"THEN '0' || {local} ELSE {local} END"
    )


def _account_number(text: str) -> str:
    grouped = r"'\d{4}([ \x{00a0}-]\d{2,4}){2,4}|\d{4}[\d ]{8,}\d'"
    return (
        f"CASE WHEN regexp_full_match({text}, {grouped}) "
        rf"THEN regexp_replace({text}, '[ \x{{00a0}}-]', '', 'g') ELSE {_unmarked(text)} END"
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


def _currency(text: str) -> str:
    return (
        f"CASE WHEN {text} IN ('人民币', '人民币元', '元', 'RMB', 'rmb', '156', '\u00a5', '\uffe5') "
        f"THEN 'CNY' ELSE upper({text}) END"
    )


def _list(column: Column, text: str, work: str, type_: str, zone: str) -> Levels:
    del zone
    item = f"nullif(trim(e, '{BLANKS}'), '')"
    cleaned = identifier(column.kind, "f") if column.kind else "f"
    if type_.endswith("[]"):
        parts = f"CAST({text} AS VARCHAR[])"
    else:
        parts = f"string_split(replace({text}, '\uff1b', ';'), ';')"
    trimmed = f"list_filter(list_transform({parts}, lambda e: {item}), lambda e: e IS NOT NULL)"
    if cleaned == "f":
        return trimmed, work, "0", "0"
    value = f"list_transform({work}, lambda f: {cleaned})"
    return trimmed, value, f"CASE WHEN {value} <> {work} THEN {int(Cell.REPAIRED)} ELSE 0 END", "0"


# --- time ---------------------------------------------------------------------------------------


def _time(column: Column, text: str, work: str, type_: str, zone: str) -> Levels:
    del column
    if type_ == _ZONED:
        clock = f"timezone('{zone}', {text})"
    elif type_ == "VARCHAR":
        clock = _written_time(text, zone)
    else:
        clock = f"CAST({text} AS TIMESTAMP)"
    moment = to_utc(work, zone)
    inside = f"{work} >= {_EARLIEST} AND {work} < {_LATEST}"
    unreadable, out_of_range = int(Cell.UNREADABLE), int(Cell.OUT_OF_RANGE)
    why = f"CASE WHEN {work} IS NULL THEN {unreadable} ELSE {out_of_range} END"
    return clock, f"CASE WHEN {inside} THEN {moment} END", "0", why


def _written_time(text: str, zone: str) -> str:
    """The clock time in `zone` of a written time."""
    shift = r"'.*\d[ ]?(Z|z|UTC|[+-]\d\d(:?\d\d)?)'"
    zoned = rf"regexp_full_match({text}, '\d{{4}}.*\d:\d.*') AND regexp_full_match({text}, {shift})"
    offset = rf"regexp_replace({text}, ' ?([+-]\d\d):?(\d\d)?$', '\1:\2')"
    instant = f"TRY_CAST(rtrim(replace({offset}, '/', '-'), ':') AS TIMESTAMPTZ)"
    return (
        f"CASE WHEN {text} LIKE '____-__-_____:__:__' THEN TRY_CAST({text} AS TIMESTAMP) "
        f"WHEN regexp_full_match({text}, '[0-9.]+') THEN {_digits_time(text, zone)} "
        f"WHEN {zoned} THEN timezone('{zone}', {instant}) "
        f"ELSE {_worded_time(text)} END"
    )


def _digits_time(text: str, zone: str) -> str:
    serial = f"TRY_CAST({text} AS DOUBLE)"
    # Excel counts days from 1899-12-30; a whole number of seconds is what it means.
    excel = (
        f"TIMESTAMP '1899-12-30' + to_microseconds(CAST(round({serial} * 86400) AS BIGINT) * 1000000)"
    )
    stamps = " ".join(
        f"WHEN {length} THEN TRY_STRPTIME({text}, '{form}')"
        for length, form in ((14, "%Y%m%d%H%M%S"), (12, "%Y%m%d%H%M"), (8, "%Y%m%d"))
    )
    local = (
        f"CASE WHEN regexp_full_match({text}, '\\d{{5}}([.]\\d*)?') THEN {excel} "
        f"ELSE CASE length({text}) {stamps} END END"
    )
    epoch = (
        f"CASE WHEN regexp_full_match({text}, '1\\d{{9}}') "
        f"THEN to_timestamp(CAST({text} AS BIGINT)) "
        f"WHEN regexp_full_match({text}, '1\\d{{12}}') "
        f"THEN to_timestamp(CAST({text} AS BIGINT) / 1000) END"
    )
    return f"coalesce(timezone('{zone}', {epoch}), {local})"


def _worded_time(text: str) -> str:
    """Chinese and slashed forms, brought to ``Y-m-d H:M:S``."""
    plain = f"translate({text}, '{_FULL_WIDTH}年月/时点分', '{_HALF_WIDTH}---:::')"
    dashed = rf"regexp_replace({plain}, '^(\d{{4}})(\d\d)(\d\d)[ T]+', '\1-\2-\3 ')"
    parted = rf"regexp_replace({dashed}, '\s(\d\d?)(\d\d)(\d\d)$', ' \1:\2:\3')"
    spaced = rf"regexp_replace({parted}, '日[ ]?|T', ' ')"
    seconds = rf"regexp_replace(replace({spaced}, '秒', ''), '[: ]+$', '')"
    hours = rf"regexp_replace({seconds}, '(\s\d{{1,2}})$', '\1:00')"
    dotted = rf"regexp_replace({hours}, '^(\d{{4}})[.](\d{{1,2}})[.](\d{{1,2}})', '\1-\2-\3')"
    # Clock and date only: DuckDB itself would also take 'epoch', or ignore what follows.
    return (
        rf"CASE WHEN regexp_full_match({dotted}, '\d{{4}}-\d{{1,2}}-\d{{1,2}}(\s+{_CLOCK})?') "
        rf"THEN TRY_CAST(regexp_replace({dotted}, '\s+', ' ') AS TIMESTAMP) END"
    )


def to_utc(local: str, zone: str) -> str:
    """The naive UTC time of the clock time `local` in `zone`."""
    offset, since = _settled(zone)
    if offset is None:
        return f"timezone('UTC', timezone('{zone}', {local}))"
    plain = f"{local} - to_seconds({int(offset.total_seconds())})"
    if since is None:
        return plain
    return (
        f"CASE WHEN {local} >= TIMESTAMP '{since:%Y-%m-%d}' THEN {plain} "
        f"ELSE timezone('UTC', timezone('{zone}', {local})) END"
    )


@cache
def _settled(zone: str) -> tuple[timedelta | None, datetime | None]:
    """The offset that `zone` has kept since a date until 2100; no offset where it still changes.

    Subtracting a number is some ten times cheaper than asking the zone tables row by row.
    """
    tz = ZoneInfo(zone)
    days = [datetime(2100, 1, 1, tzinfo=UTC) - timedelta(days=30 * n) for n in range(1582)]
    offsets = [day.astimezone(tz).utcoffset() for day in days]
    kept = next((n for n, offset in enumerate(offsets) if offset != offsets[0]), None)
    if kept is None:
        return offsets[0], None
    if days[kept].year > 2010:
        return None, None
    return offsets[0], (days[kept] + timedelta(days=60)).replace(tzinfo=None)


# --- numbers ------------------------------------------------------------------------------------


def _money(column: Column, text: str, work: str, type_: str, zone: str) -> Levels:
    del zone
    if type_ == "VARCHAR":
        fen = _written_money(text)
        odd = f"NOT coalesce(abs(TRY_CAST({text} AS DOUBLE) * 100 - {work}) < 0.01, FALSE)"
    else:
        exact = f"TRY_CAST({text} AS DECIMAL(24, 6))"
        # A float is never exact; it stands for two places.
        odd = "FALSE" if type_ in _FLOATS else f"{exact} * 100 % 1 <> 0"
        fen = f"TRY_CAST(round({exact} * 100) AS BIGINT)"
    absurd = f"abs({work}) >= {ABSURD_FEN}"
    below = f"{work} < -{ABSURD_FEN}" if column.name in SIGNED else f"{work} < 0"
    value = f"CASE WHEN NOT ({below} OR {absurd}) THEN {work} END"
    why = (
        f"CASE WHEN {work} IS NULL THEN {int(Cell.UNREADABLE)} "
        f"WHEN {absurd} THEN {int(Cell.OUT_OF_RANGE)} ELSE {int(Cell.NEGATIVE)} END"
    )
    return fen, value, f"CASE WHEN {odd} THEN {int(Cell.REPAIRED)} ELSE 0 END", why


def _written_money(text: str) -> str:
    """Fen of a written amount."""
    half = f"translate({text}, '{_FULL_WIDTH}', '{_HALF_WIDTH}')"
    bare = (
        rf"regexp_replace({half}, '^(CNY|RMB|人民币)|[, \x{{00a0}}\x{{3000}}{_YUAN}]|"
        "(元整?|CNY|RMB)$', '', 'g')"
    )
    signed = (
        rf"regexp_replace(regexp_replace({bare}, '^[(](.*)[)]$', '-\1'), '^([^-].*)-$', '-\1')"
    )
    # A comma may only part thousands: 12,50 is not twelve hundred and fifty.
    parted = rf"NOT regexp_matches({half}, '(^|[^\d]),|,\d{{0,2}}([^\d]|$)|,\d{{4,}}')"
    sound = (
        f"{parted} AND "
        rf"regexp_full_match({signed}, '[+-]?(\d+([.]\d*)?|[.]\d+)([eE][+-]?\d{{1,2}})?')"
    )
    mended = (
        f"CASE WHEN {sound} THEN TRY_CAST(round(TRY_CAST("
        f"TRY_CAST({signed} AS DECIMAL(24, 6)) * 100 AS DECIMAL(26, 6))) AS BIGINT) END"
    )
    common = f"CAST(TRY_CAST({text} AS DECIMAL(18, 2)) * 100 AS BIGINT)"
    return (
        f"CASE WHEN {text} IS NOT NULL "
        f"THEN coalesce(CASE WHEN {text} LIKE '%.__' THEN {common} END, {mended}) END"
    )


def _int(column: Column, text: str, work: str, type_: str, zone: str) -> Levels:
    del column, type_, zone
    plain = rf"regexp_full_match({text}, '\d{{1,18}}')"
    number = rf"regexp_replace(translate({text}, '{_FULL_WIDTH}', '{_HALF_WIDTH}'), '[, ]', '', 'g')"
    clock = rf"regexp_extract({text}, '^(\d+):(\d{{1,2}}):(\d{{1,2}})$', ['h', 'm', 's'])"
    words = (
        rf"regexp_extract({text}, '^((\d+)(?:小时|时))?((\d+)(?:分钟|分))?((\d+)秒)?$', "
        "['_h', 'h', '_m', 'm', '_s', 's'])"
    )
    mended = (
        rf"CASE WHEN regexp_full_match({number}, '-?\d+([.]0*)?(秒|s|条|张|次|MB)?') THEN "
        rf"TRY_CAST(regexp_extract({number}, '-?\d+') AS BIGINT) "
        rf"WHEN regexp_full_match({text}, '\d+:\d{{1,2}}:\d{{1,2}}') THEN {_seconds(clock)} "
        rf"WHEN regexp_full_match({text}, '\d.*[时分钟秒]') THEN {_seconds(words)} END"
    )
    number_read = f"CASE WHEN {plain} THEN TRY_CAST({text} AS BIGINT) ELSE {mended} END"
    counted = f"CASE WHEN {work} >= 0 THEN {work} END"
    why = f"CASE WHEN {work} < 0 THEN {int(Cell.NEGATIVE)} ELSE {int(Cell.UNREADABLE)} END"
    repaired = f"CASE WHEN {plain} THEN 0 ELSE {int(Cell.REPAIRED)} END"
    return number_read, counted, repaired, why


def _seconds(parts: str) -> str:
    return " + ".join(
        f"coalesce(TRY_CAST(nullif({parts}['{part}'], '') AS BIGINT), 0) * {size}"
        for part, size in (("h", 3600), ("m", 60), ("s", 1))
    )


def _float(column: Column, text: str, work: str, type_: str, zone: str) -> Levels:
    del column, type_, zone
    return f"TRY_CAST({text} AS DOUBLE)", work, "0", str(int(Cell.UNREADABLE))


def _bool(column: Column, text: str, work: str, type_: str, zone: str) -> Levels:
    del column, type_, zone
    value = (
        f"CASE WHEN lower({text}) IN ('true', 't', '1', 'yes', 'y', '是', '有') THEN TRUE "
        f"WHEN lower({text}) IN ('false', 'f', '0', 'no', 'n', '否', '无') THEN FALSE END"
    )
    return value, work, "0", str(int(Cell.UNREADABLE))


_VALUES: Final[dict[Type, Callable[[Column, str, str, str, str], Levels]]] = {
    Type.TEXT: _text,
    Type.TIME: _time,
    Type.MONEY: _money,
    Type.INT: _int,
    Type.FLOAT: _float,
    Type.BOOL: _bool,
    Type.LIST: _list,
}
