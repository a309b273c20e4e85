"""``case.toml``: what a case folder says about itself."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from suyuan.model.errors import InputError
from suyuan.model.records import RECORDS
from suyuan.model.text import Text
from suyuan.model.times import DEFAULT_ZONE

NAME: Final = "case.toml"
#: Bytes of a case.toml; a longer one was not written by a person.
LARGEST = 1 << 20
_KNOWN_FILE_KEYS = frozenset(
    {"path", "table", "profile", "encoding", "delimiter", "header_row", "columns", "ignore"}
    | {"own", "year", "days", "spent"}
)


@dataclass(frozen=True, slots=True)
class FileSettings:
    """One ``[[file]]`` of case.toml: what its name or header does not tell.

    ``header_row`` is 1-based; ``columns`` maps their headers to our columns. ``own`` is the account
    (or number) that a statement is of, ``year`` the year of its first row where
    times have none, ``days`` how days with the year last are written, ``dmy`` or ``mdy``,
    ``spent`` whether what was spent is ``positive`` or ``negative``.
    A path may hold ``*`` and ``?``; the file itself counts before a pattern that fits it.
    """

    path: str
    table: str | None = None
    profile: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    own: str | None = None
    year: int | None = None
    days: str | None = None
    spent: str | None = None


@dataclass(frozen=True, slots=True)
class CaseSettings:
    """What ``case.toml`` says; every part has a default, so a case needs none."""

    name: str | None = None
    timezone: str = DEFAULT_ZONE
    currency: str = "CNY"
    files: tuple[FileSettings, ...] = ()

    def of(self, path: str) -> FileSettings:
        """The settings of the file at `path` (POSIX, relative to the case folder)."""
        for entry in self.files:
            if entry.path == path:
                return entry
        outer = path.partition("#")[0]
        exact = (entry for entry in self.files if entry.path == outer)
        patterns = (entry for entry in self.files if fnmatchcase(outer, entry.path))
        return next(exact, next(patterns, FileSettings(path)))


def read_settings(case: Path) -> CaseSettings:
    """Read ``case.toml`` of the folder `case`; defaults where there is none.

    Raises :class:`InputError` where it is not TOML, or names a zone, table or key that is unknown.
    """
    path = case / NAME
    if not path.is_file():
        return CaseSettings()
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"{path.stat().st_size:,} bytes")
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:  # of TOML, of UTF-8, of numbers; too deep
        raise _wrong(
            Text("case.toml is not well-formed TOML.", "case.toml 不是合法的 TOML。"), error
        ) from error
    return CaseSettings(
        name=_text(content, "name"),
        timezone=_zone(_text(content, "timezone") or DEFAULT_ZONE),
        currency=_text(content, "currency") or "CNY",
        files=tuple(_file(entry) for entry in _tables(content.get("file", []))),
    )


def _tables(value: object) -> list[dict[str, Any]]:
    if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
        return value
    raise _wrong(
        Text("Files in case.toml are written [[file]].", "case.toml 中的文件应写作 [[file]]。"),
        value,
    )


def _file(entry: dict[str, Any]) -> FileSettings:
    unknown_keys = sorted(entry.keys() - _KNOWN_FILE_KEYS)
    if unknown_keys:
        raise _wrong(
            Text("Unknown key in [[file]].", "[[file]] 中有未知的键。"), ", ".join(unknown_keys)
        )
    path = _text(entry, "path")
    if path is None:
        raise _wrong(Text("A [[file]] needs a path.", "[[file]] 需要 path。"), entry)
    columns, ignore = entry.get("columns", {}), entry.get("ignore", [])
    if not isinstance(columns, dict) or not all(isinstance(v, str) for v in columns.values()):
        raise _wrong(
            Text(
                "columns is a table of: their column name = our column name.",
                "columns 应为“对方列名 = 标准列名”的表。",
            ),
            columns,
        )
    if not isinstance(ignore, list) or not all(isinstance(v, str) for v in ignore):
        raise _wrong(Text("ignore is a list of headers.", "ignore 应为列名的列表。"), ignore)
    return FileSettings(
        path=path,
        table=_table_name(_text(entry, "table")),
        profile=_text(entry, "profile"),
        encoding=_text(entry, "encoding"),
        delimiter=_delimiter(_text(entry, "delimiter")),
        header_row=_row(entry.get("header_row")),
        columns={header.strip(): role.strip() for header, role in columns.items()},
        ignore=tuple(ignore),
        own=_text(entry, "own"),
        year=_year(entry.get("year")),
        days=_days(_text(entry, "days")),
        spent=_sign(_text(entry, "spent")),
    )


def _text(content: Mapping[str, Any], name: str) -> str | None:
    value = content.get(name)
    if value is None or isinstance(value, str):
        return value or None
    raise _wrong(Text(f"{name} must be text.", f"{name} 应为文本。"), value)


def _row(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise _wrong(Text("header_row counts from 1.", "header_row 从 1 数起。"), value)


def _year(value: object) -> int | None:
    if value is None or (isinstance(value, int) and 1970 <= value <= 2099):
        return value
    raise _wrong(Text("year is a year, such as 2024.", "year 应为年份，如 2024。"), value)


def _days(value: str | None) -> str | None:
    if value in {None, "dmy", "mdy"}:
        return value
    raise _wrong(
        Text(
            "days is dmy (the day first) or mdy (the month first).",
            "days 应为 dmy（日在前）或 mdy（月在前）。",
        ),
        value,
    )


def _sign(value: str | None) -> str | None:
    if value in {None, "positive", "negative"}:
        return value
    raise _wrong(
        Text(
            "spent is positive or negative: the sign of amounts that were spent.",
            "spent 应为 positive 或 negative：支出金额的正负号。",
        ),
        value,
    )


def _delimiter(value: str | None) -> str | None:
    delimiters = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
    value = delimiters.get(value or "", value)
    if value is None or (len(value) == 1 and value not in '"\r\n'):
        return value
    raise _wrong(Text("delimiter is one character.", "delimiter 应为单个字符。"), value)


def _table_name(value: str | None) -> str | None:
    if value is None or value in RECORDS:
        return value
    raise _wrong(
        Text(
            f"Unknown table; known are {', '.join(RECORDS)}.",
            f"未知的表；可用的有 {'、'.join(RECORDS)}。",
        ),
        value,
    )


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _wrong(Text("Unknown time zone.", "未知的时区。"), name) from error
    return name


def _wrong(text: Text, value: object) -> InputError:
    return InputError(
        text,
        value=str(value)[:200],
        hint=Text("Correct it in case.toml.", "请在 case.toml 中更正。"),
    )
