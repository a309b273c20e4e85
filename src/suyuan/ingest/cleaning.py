"""Cleaning, as DuckDB expressions over whole columns.

Each canonical column is an SQL expression over one raw column, which gives null where the cell
cannot be read. The common form is tested first and cheaply: a file of ten million well-written
rows must not pay for the odd ones. No cell text ever becomes part of an expression.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

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
_CLOCK: Final = r"\d{1,2}(:\d{1,2}(:\d{1,2}([.]\d+)?)?)?"


@dataclass(frozen=True, slots=True)
class Expressions:
    """SQL over a raw column: the canonical value, and a :class:`Cell` number for what was wrong."""

    value: str
    problem: str


def expressions(column: Column, raw: str, raw_type: str, zone: str) -> Expressions:
    """How to clean the raw column `raw` (a quoted SQL name of DuckDB type `raw_type`)."""
    text = _text_of(raw, raw_type)
    if column.type is Type.LIST:
        value, unreadable = _list(column, raw, raw_type), str(int(Cell.UNREADABLE))
        return Expressions(value, _missing(column, text, "0", unreadable, value))
    value, repaired, why = _VALUES[column.type](column, raw, raw_type, text, zone)
    return Expressions(value, _missing(column, text, repaired, why, value))


def text_of(raw: str, raw_type: str) -> str:
    """The raw cell as trimmed text, null where empty."""
    return _text_of(raw, raw_type)


def _missing(column: Column, text: str, repaired: str, why: str, value: str) -> str:
    absent = int(Cell.MISSING) if column.required else int(Cell.FINE)
    return (
        f"CAST(CASE WHEN {text} IS NULL THEN {absent} WHEN {value} IS NULL THEN {why} "
        f"ELSE {repaired} END AS UTINYINT)"
    )


def _text_of(raw: str, raw_type: str) -> str:
    if raw_type == "VARCHAR":
        return f"nullif(trim({raw}, '{BLANKS}'), '')"
    if raw_type in {"DOUBLE", "FLOAT"}:
        # Beyond 2^53 a float has lost digits: written so that it is known for what it is.
        return (
            f"CASE WHEN isfinite({raw}) THEN CASE WHEN {raw} = trunc({raw}) "
            f"AND abs({raw}) < 9007199254740992 THEN CAST(CAST({raw} AS BIGINT) AS VARCHAR) "
            f"WHEN abs({raw}) >= 9007199254740992 THEN format('{{:E}}', {raw}) "
            f"ELSE CAST({raw} AS VARCHAR) END END"
        )
    if raw_type.startswith("DECIMAL"):
        return rf"regexp_replace(CAST({raw} AS VARCHAR), '[.]0+$', '')"
    if raw_type == "TIMESTAMP WITH TIME ZONE":
        return f"strftime(timezone('UTC', {raw}), '%Y-%m-%dT%H:%M:%S.%fZ')"
    if raw_type.endswith("[]"):
        return f"nullif(array_to_string({raw}, ';'), '')"
    if raw_type == "BLOB":
        return f"nullif(trim(TRY(decode({raw})), '{BLANKS}'), '')"
    return f"nullif(CAST({raw} AS VARCHAR), '')"


# --- text ---------------------------------------------------------------------------------------


def _text(
    column: Column, raw: str, raw_type: str, text: str, zone: str
) -> tuple[str, str, str]:
    del raw, raw_type, zone
    value = identifier(column.kind, text) if column.kind else text
    if column.name in NAMES:
        value = _name(text)
    if column.name == "currency":
        value = _currency(text)
    repaired = f"CASE WHEN {value} <> {text} THEN {int(Cell.REPAIRED)} ELSE 0 END"
    if not (column.kind or column.key):
        return value, repaired if value != text else "0", str(int(Cell.UNREADABLE))
    kept = f"CASE WHEN {_scientific(text)} THEN NULL ELSE {value} END"
    return kept, repaired if value != text else "0", str(int(Cell.DIGITS_LOST))


def _scientific(text: str) -> str:
    """Whether `text` is a number that a spreadsheet wrote with an exponent."""
    return (
        f"(contains({text}, '+') AND regexp_full_match({text}, '\\d([.,]\\d+)?[eE][+]\\d{{1,3}}'))"
    )


def identifier(kind: str, text: str) -> str:
    """The normal form of an identifier of `kind`; anything unusual stays as it is."""
    if kind == "phone":
        return _phone(text)
    if kind == "bank_account":
        return _account_number(text)
    return text


def _phone(text: str) -> str:
    # Eleven bare digits, or a masked number: nothing to do. Everything else pays for the regexes.
    bare = (
        f"regexp_replace(translate({text}, '{_FULL_WIDTH}', '{_HALF_WIDTH}'), "
        r"'[\s\-()\x{00a0}\x{3000}]|[.]0$', '', 'g')"
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
        f"CASE WHEN (contains({text}, ' ') OR contains({text}, '-') OR contains({text}, '\u00a0')) "
        f"AND regexp_full_match({text}, {grouped}) "
        rf"THEN regexp_replace({text}, '[ \x{{00a0}}-]', '', 'g') ELSE {text} END"
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


def _list(column: Column, raw: str, raw_type: str) -> str:
    item = "e"
    cleaned = f"nullif(trim({item}, '{BLANKS}'), '')"
    if column.kind:
        cleaned = identifier(column.kind, cleaned)
    if raw_type.endswith("[]"):
        parts = f"CAST({raw} AS VARCHAR[])"
    else:
        parts = f"string_split(replace({_text_of(raw, raw_type)}, '\uff1b', ';'), ';')"
    return (
        f"list_filter(list_transform({parts}, lambda {item}: {cleaned}), "
        f"lambda {item}: {item} IS NOT NULL)"
    )


# --- time ---------------------------------------------------------------------------------------


def _time(
    column: Column, raw: str, raw_type: str, text: str, zone: str
) -> tuple[str, str, str]:
    del column
    if raw_type == "TIMESTAMP WITH TIME ZONE":
        moment = f"timezone('UTC', {raw})"
    elif raw_type.startswith("TIMESTAMP") or raw_type == "DATE":
        moment = to_utc(f"CAST({raw} AS TIMESTAMP)", zone)
    else:
        moment = _written_time(text, zone)
    value = f"CASE WHEN {moment} >= {_EARLIEST} AND {moment} < {_LATEST} THEN {moment} END"
    why = (
        f"CASE WHEN {moment} IS NULL THEN {int(Cell.UNREADABLE)} "
        f"ELSE {int(Cell.OUT_OF_RANGE)} END"
    )
    return value, "0", why


def _written_time(text: str, zone: str) -> str:
    common = f"(length({text}) = 19 AND {text}[17] = ':')"
    shift = r"'.*\d[ ]?(Z|z|UTC|[+-]\d\d(:?\d\d)?)'"
    return (
        f"CASE WHEN {common} THEN {to_utc(f'TRY_CAST({text} AS TIMESTAMP)', zone)} "
        rf"WHEN regexp_full_match({text}, '[0-9.]+') THEN {_digits_time(text, zone)} "
        rf"WHEN regexp_full_match({text}, '\d{{4}}.*\d:\d.*') AND regexp_full_match({text}, {shift})"
        f" THEN timezone('UTC', TRY_CAST(replace({text}, '/', '-') AS TIMESTAMPTZ)) "
        f"ELSE {to_utc(_worded_time(text), zone)} END"
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
        f"THEN make_timestamp(CAST({text} AS BIGINT) * 1000000) "
        f"WHEN regexp_full_match({text}, '1\\d{{12}}') "
        f"THEN make_timestamp(CAST({text} AS BIGINT) * 1000) END"
    )
    return f"coalesce({epoch}, {to_utc(local, zone)})"


def _worded_time(text: str) -> str:
    """Chinese and slashed forms, brought to ``Y-m-d H:M:S``."""
    plain = f"translate({text}, '{_FULL_WIDTH}年月/时点分', '{_HALF_WIDTH}---:::')"
    spaced = rf"regexp_replace({plain}, '日[ ]?|T', ' ')"
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


def _money(
    column: Column, raw: str, raw_type: str, text: str, zone: str
) -> tuple[str, str, str]:
    del zone
    if raw_type in {"DOUBLE", "FLOAT", "BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT"} or (
        raw_type.startswith("DECIMAL")
    ):
        exact = f"TRY_CAST({raw} AS DECIMAL(24, 6))"
        written, odd = f"TRY_CAST(round({exact} * 100) AS BIGINT)", f"{exact} * 100 % 1 <> 0"
        if raw_type in {"DOUBLE", "FLOAT"}:  # a float is never exact; it stands for two places
            odd = "false"
    else:
        written, odd = _written_money(text)
    low = "FALSE" if column.name in SIGNED else f"{written} < 0"
    absurd = f"abs({written}) >= {ABSURD_FEN}"
    value = f"CASE WHEN NOT ({low}) AND NOT ({absurd}) THEN {written} END"
    why = (
        f"CASE WHEN {written} IS NULL THEN {int(Cell.UNREADABLE)} "
        f"WHEN {absurd} THEN {int(Cell.OUT_OF_RANGE)} ELSE {int(Cell.NEGATIVE)} END"
    )
    return value, f"CASE WHEN {odd} THEN {int(Cell.REPAIRED)} ELSE 0 END", why


def _written_money(text: str) -> tuple[str, str]:
    """Fen of a written amount, and whether it took a repair to read it."""
    number = f"TRY_CAST({text} AS DECIMAL(18, 2))"
    plain = rf"regexp_full_match({text}, '-?\d{{1,14}}([.]\d{{0,2}})?')"
    bare = (
        rf"regexp_replace(translate({text}, '{_FULL_WIDTH}', '{_HALF_WIDTH}'), "
        rf"'^(CNY|RMB|人民币)|[, \x{{00a0}}\x{{3000}}{_YUAN}]|(元整?|CNY|RMB)$', '', 'g')"
    )
    signed = (
        rf"regexp_replace(regexp_replace({bare}, '^[(](.*)[)]$', '-\1'), '^([^-].*)-$', '-\1')"
    )
    # A comma may only part thousands: 12,50 is not twelve hundred and fifty.
    grouped = rf"NOT regexp_matches({text}, '[,\x{{ff0c}}]') OR regexp_matches({text}, '\d[,\x{{ff0c}}]\d{{3}}')"
    sound = (
        rf"({grouped}) AND NOT regexp_matches({text}, '[,\x{{ff0c}}]\d{{0,2}}([^\d]|$)|[,\x{{ff0c}}]\d{{4,}}') AND "
        rf"regexp_full_match({signed}, '[+-]?(\d+([.]\d*)?|[.]\d+)([eE][+-]?\d{{1,2}})?')"
    )
    mended = (
        f"CASE WHEN {sound} THEN TRY_CAST(round(TRY_CAST("
        f"TRY_CAST({signed} AS DECIMAL(24, 6)) * 100 AS DECIMAL(26, 6))) AS BIGINT) END"
    )
    fen = f"CASE WHEN {plain} THEN CAST({number} * 100 AS BIGINT) ELSE {mended} END"
    return fen, f"NOT {plain}"


def _int(
    column: Column, raw: str, raw_type: str, text: str, zone: str
) -> tuple[str, str, str]:
    del column, raw, raw_type, zone
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
    value = f"CASE WHEN {plain} THEN TRY_CAST({text} AS BIGINT) ELSE {mended} END"
    counted = f"CASE WHEN {value} >= 0 THEN {value} END"
    why = f"CASE WHEN {value} < 0 THEN {int(Cell.NEGATIVE)} ELSE {int(Cell.UNREADABLE)} END"
    return counted, f"CASE WHEN {plain} THEN 0 ELSE {int(Cell.REPAIRED)} END", why


def _seconds(parts: str) -> str:
    return " + ".join(
        f"coalesce(TRY_CAST(nullif({parts}['{part}'], '') AS BIGINT), 0) * {size}"
        for part, size in (("h", 3600), ("m", 60), ("s", 1))
    )


def _float(
    column: Column, raw: str, raw_type: str, text: str, zone: str
) -> tuple[str, str, str]:
    del column, raw, raw_type, zone
    return f"TRY_CAST({text} AS DOUBLE)", "0", str(int(Cell.UNREADABLE))


def _bool(
    column: Column, raw: str, raw_type: str, text: str, zone: str
) -> tuple[str, str, str]:
    del column, raw, raw_type, zone
    value = (
        f"CASE WHEN lower({text}) IN ('true', 't', '1', 'yes', 'y', '是', '有') THEN TRUE "
        f"WHEN lower({text}) IN ('false', 'f', '0', 'no', 'n', '否', '无') THEN FALSE END"
    )
    return value, "0", str(int(Cell.UNREADABLE))


_VALUES = {
    Type.TEXT: _text,
    Type.TIME: _time,
    Type.MONEY: _money,
    Type.INT: _int,
    Type.FLOAT: _float,
    Type.BOOL: _bool,
}
