"""Cleaning of times: every writing of spec and exports, into naive UTC."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from suyuan.ingest.cleaning.marks import FULL_WIDTH, HALF_WIDTH, ZONED_TIMESTAMP, Levels
from suyuan.ingest.problems import Cell
from suyuan.model.columns import Column

_EARLIEST, _LATEST = "TIMESTAMP '1970-01-02'", "TIMESTAMP '2100-01-01'"
#: A month and a day without a year.
YEARLESS: Final = r"\d{1,2}[-/月.]\d{1,2}日?([\sT].*)?"
#: A day with its year last, whose first number may be the day or the month.
YEAR_LAST: Final = r"\d{1,2}[-/.]\d{1,2}[-/.](19|20)\d\d(\D.*)?"
_DAY_PARTS: Final = "['y', 'm', 'd']"
#: Days with the month's English name; a month as a number in the middle could be a day.
_NAMED_MONTHS: Final = tuple(
    f"{day}{clock}"
    for day in (
        "%d-%b-%y",
        "%d %b %y",
        "%d/%b/%y",
        "%d-%b-%Y",
        "%d %b %Y",
        "%b %d, %Y",
        "%b %d %Y",
        "%d %B %Y",
        "%B %d, %Y",
        "%d/%b/%Y",
    )
    for clock in (" %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", "")
)
#: Zones by their usual letters; CST is left out, being China's, and America's, and Cuba's.
_ZONES: Final = {
    "GMT": "+00",
    "PST": "-08",
    "PDT": "-07",
    "MST": "-07",
    "MDT": "-06",
    "EST": "-05",
    "EDT": "-04",
    "CET": "+01",
    "CEST": "+02",
    "EET": "+02",
    "EEST": "+03",
    "HKT": "+08",
    "SGT": "+08",
    "MYT": "+08",
    "JST": "+09",
    "KST": "+09",
    "AEST": "+10",
    "AEDT": "+11",
}
_CLOCK: Final = r"\d{1,2}(:\d{1,2}(:\d{1,2}([.]\d+)?)?)?"


def clean_time(column: Column, text: str, work: str, type_: str, zone: str) -> Levels:
    del column
    if type_ == ZONED_TIMESTAMP:
        clock = f"timezone('{zone}', {text})"
    elif type_ == "VARCHAR":
        clock = _written_time(text, zone)
    else:
        clock = f"CAST({text} AS TIMESTAMP)"
    moment = to_utc(work, zone)
    inside = f"{work} >= {_EARLIEST} AND {work} < {_LATEST}"
    yearless = f"regexp_full_match(CAST({text} AS VARCHAR), '{YEARLESS}')"
    year_last = f"regexp_full_match(CAST({text} AS VARCHAR), '{YEAR_LAST}')"
    failure = (
        f"CASE WHEN {year_last} THEN {int(Cell.NO_DAY_ORDER)} WHEN {yearless} "
        f"THEN {int(Cell.NO_YEAR)} ELSE {int(Cell.UNREADABLE)} END"
    )
    why = f"CASE WHEN {work} IS NULL THEN {failure} ELSE {int(Cell.OUT_OF_RANGE)} END"
    return clock, f"CASE WHEN {inside} THEN {moment} END", "0", why


def _written_time(text: str, zone: str) -> str:
    """The clock time in `zone` of a written time."""
    shift = r"'.*\d[ ]?(Z|z|UTC|[+-]\d\d(:?\d\d)?( [A-Z]{2,5})?)'"
    has_offset = (
        rf"regexp_full_match({text}, '\d{{4}}.*\d:\d.*') AND regexp_full_match({text}, {shift})"
    )
    offset = rf"regexp_replace({text}, ' ?([+-]\d\d):?(\d\d)?( [A-Z]{{2,5}})?$', '\1:\2')"
    instant = f"TRY_CAST(rtrim(replace({offset}, '/', '-'), ':') AS TIMESTAMPTZ)"
    has_letters = rf"regexp_full_match({text}, '\d{{4}}.*\d:\d.* [A-Z]{{3,4}}')"
    return (
        f"CASE WHEN {text} LIKE '____-__-_____:__:__' THEN TRY_CAST({text} AS TIMESTAMP) "
        f"WHEN regexp_full_match({text}, '[0-9.]+') THEN {_digits_time(text, zone)} "
        f"WHEN {has_offset} THEN timezone('{zone}', {instant}) "
        f"WHEN {has_letters} THEN {_lettered_time(text, zone)} "
        f"ELSE coalesce({_worded_time(text)}, {_spelled_time(text)}) END"
    )


def _lettered_time(text: str, zone: str) -> str:
    """A time with the letters of its zone; null where the letters are nobody's, or of several."""
    whens = " ".join(f"WHEN '{name}' THEN '{offset}:00'" for name, offset in _ZONES.items())
    offset = f"CASE regexp_extract({text}, '[A-Z]+$') {whens} END"
    clock = f"replace(regexp_replace({text}, ' [A-Z]+$', ''), '/', '-')"
    return f"timezone('{zone}', TRY_CAST({clock} || {offset} AS TIMESTAMPTZ))"


def _spelled_time(text: str) -> str:
    """Times with words in them: 下午 3:05, 3:05 PM, 01-Mar-2024; and those with dots all along."""
    day = rf"regexp_extract({text}, '^(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})', {_DAY_PARTS})"
    date_ = f"{day}['y'] || '-' || {day}['m'] || '-' || {day}['d']"
    clock = (
        rf"regexp_extract({text}, '[^\d:](\d{{1,2}})[::点](\d{{1,2}})(?:[::分](\d{{1,2}}))?"
        "[^:]*$', ['h', 'i', 's'])"
    )
    hour = f"TRY_CAST({clock}['h'] AS INTEGER)"
    late = f"regexp_matches({text}, '下午|晚上|傍晚|中午|(?i)p[.]?m')"
    in_day = (
        f"CASE WHEN {hour} > 12 THEN {hour} WHEN {late} THEN {hour} % 12 + 12 ELSE {hour} % 12 END"
    )
    rest = (
        f"TRY_CAST({clock}['i'] AS INTEGER) * 60 + "
        f"coalesce(TRY_CAST(nullif({clock}['s'], '') AS INTEGER), 0)"
    )
    half_day = (
        rf"CASE WHEN regexp_full_match({text}, '\d{{4}}[-/.年].*(上午|下午|早上|凌晨|中午|"
        rf"晚上|傍晚|(?i)[ap][.]?m[.]?).*') THEN TRY_CAST({date_} AS TIMESTAMP) + "
        f"to_seconds({in_day} * 3600 + {rest}) END"
    )
    forms = ", ".join(f"'{form}'" for form in _NAMED_MONTHS)
    has_words = f"regexp_matches({text}, '[A-Za-z]{{3}}')"
    month_name = f"CASE WHEN {has_words} THEN TRY_STRPTIME({text}, [{forms}]) END"
    dots = (
        rf"TRY_CAST(regexp_replace({text}, '^(\d{{4}}-\d\d-\d\d)-"
        r"(\d\d)[.](\d\d)[.](\d\d).*$', "
        r"'\1 \2:\3:\4') AS TIMESTAMP)"
    )
    dot_time = (
        rf"CASE WHEN regexp_full_match({text}, '\d{{4}}-\d\d-\d\d-[\d.]{{8,}}') THEN {dots} END"
    )
    return f"coalesce({half_day}, {month_name}, {dot_time})"


def _digits_time(text: str, zone: str) -> str:
    serial = f"TRY_CAST({text} AS DOUBLE)"
    # Excel counts days from 1899-12-30; a whole number of seconds is what it means.
    seconds = f"CAST(round({serial} * 86400) AS BIGINT)"
    excel = f"TIMESTAMP '1899-12-30' + to_microseconds({seconds} * 1000000)"
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
    plain = f"translate({text}, '{FULL_WIDTH}年月/时点分', '{HALF_WIDTH}---:::')"
    dashes = rf"regexp_replace({plain}, '^(\d{{4}})(\d\d)(\d\d)[ T]+', '\1-\2-\3 ')"
    colons = rf"regexp_replace({dashes}, '\s(\d\d?)(\d\d)(\d\d)$', ' \1:\2:\3')"
    blanks = rf"regexp_replace({colons}, '日[ ]?|T', ' ')"
    seconds = rf"regexp_replace(replace({blanks}, '秒', ''), '[: ]+$', '')"
    hours = rf"regexp_replace({seconds}, '(\s\d{{1,2}})$', '\1:00')"
    moment = rf"regexp_replace({hours}, '^(\d{{4}})[.](\d{{1,2}})[.](\d{{1,2}})', '\1-\2-\3')"
    # Clock and date only: DuckDB itself would also take 'epoch', or ignore what follows.
    return (
        rf"CASE WHEN regexp_full_match({moment}, '\d{{4}}-\d{{1,2}}-\d{{1,2}}(\s+{_CLOCK})?') "
        rf"THEN TRY_CAST(regexp_replace({moment}, '\s+', ' ') AS TIMESTAMP) END"
    )


def to_utc(local: str, zone: str) -> str:
    """The naive UTC time of the clock time `local` in `zone`."""
    offset, since = _fixed_offset(zone)
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
def _fixed_offset(zone: str) -> tuple[timedelta | None, datetime | None]:
    """The offset that `zone` has kept since a date until 2100; no offset where it still changes.

    Subtracting a number is some ten times cheaper than asking the zone tables row by row.
    """
    tz = ZoneInfo(zone)
    days = [datetime(2100, 1, 1, tzinfo=UTC) - timedelta(days=30 * n) for n in range(1582)]
    offsets = [day.astimezone(tz).utcoffset() for day in days]
    change = next((n for n, offset in enumerate(offsets) if offset != offsets[0]), None)
    if change is None:
        return offsets[0], None
    if days[change].year > 2010:
        return None, None
    return offsets[0], (days[change] + timedelta(days=60)).replace(tzinfo=None)
