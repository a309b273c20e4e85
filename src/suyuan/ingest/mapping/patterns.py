"""Patterns of profiles, which anyone may have written: run by RE2, which does not backtrack.

DuckDB brings RE2 along; a pattern is checked and run through it, and never by Python's engine.
"""

import threading
from functools import lru_cache
from typing import Final

import duckdb

#: No pattern of a profile is longer.
LONGEST: Final = 2_000
_engines = threading.local()


def _engine() -> duckdb.DuckDBPyConnection:
    if not hasattr(_engines, "con"):
        _engines.con = duckdb.connect(config={"threads": 1})
    return _engines.con


@lru_cache(4096)
def check_pattern(pattern: str) -> None:
    """Raise ValueError where `pattern` is none that RE2 takes."""
    if not isinstance(pattern, str) or len(pattern) > LONGEST:
        raise ValueError(f"not a pattern of at most {LONGEST:,} characters")
    try:
        _engine().execute("SELECT regexp_matches('', ?)", [pattern]).fetchone()
    except duckdb.Error as error:
        raise ValueError(str(error)) from error


def found_in(pattern: str, text: str) -> str | None:
    """What the first group of `pattern` finds in `text`; None where nothing is found."""
    row = (
        _engine()
        .execute(
            "SELECT regexp_matches($text, $pattern), regexp_extract($text, $pattern, 1)",
            {"text": text, "pattern": pattern},
        )
        .fetchone()
    )
    return str(row[1]) if row and row[0] else None


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of `text` is as `pattern` says."""
    row = _engine().execute("SELECT regexp_full_match(?, ?)", [text, pattern]).fetchone()
    return bool(row and row[0])
