"""Numbers that stand for a service and not for whoever holds a phone (95188, 12315, 4001234567).

Which they are is dated data: ``catalog/numbering/``. A caller can make any of them appear, so that
one in a report or a call record is no number of whoever called, and never its owner's guilt.
"""

from collections import defaultdict
from datetime import date, datetime, time
from functools import cache
from importlib.resources import as_file, files
from typing import Final, Literal

import ibis
import ibis.expr.types as ir
import msgspec
import pyarrow as pa

from suyuan.model.catalog_files import read_catalog
from suyuan.model.text import Text
from suyuan.rulebook.calendars import CalendarSource

#: No number of a service is longer.
LONGEST: Final = 10


class NumberRange(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={"since": "from", "until": "to"},
):
    """Numbers of a service, as a pattern over the whole number, from a day to a day.

    One with an owner is a single number, and `digits` is that.
    """

    digits: str
    kind: Literal["short", "emergency", "operator", "public", "enterprise", "regional", "toll_free"]
    since: date
    until: date | None = None
    owner: Text | None = None

    def __post_init__(self) -> None:
        if self.owner is not None and not self.digits.isdecimal():
            raise ValueError(f"an owner is of one number, not of {self.digits}")


class NumberingFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of ``catalog/numbering/``."""

    id: str
    country: str
    title: Text
    source: CalendarSource
    ranges: list[NumberRange]


@cache
def numbering() -> tuple[NumberRange, ...]:
    """The ranges of the catalog."""
    with as_file(files("suyuan.catalog") / "numbering" / "cn.yml") as path:
        return tuple(read_catalog(path, NumberingFile).ranges)


def of_service(number: ir.StringValue, on: ir.TimestampValue) -> ir.BooleanValue:
    """Whether `number` was a service's at the instant `on` (UTC); an unknown instant is any."""
    spans: dict[tuple[date, date | None], list[str]] = defaultdict(list)
    for entry in numbering():
        spans[entry.since, entry.until].append(entry.digits)
    is_listed: ir.BooleanValue = ibis.literal(value=False)
    for (since, until), digits in sorted(spans.items(), key=lambda item: item[0][0]):
        valid = on.isnull() | (on >= _instant(since))
        if until is not None:
            valid &= on.isnull() | (on < _instant(until))
        is_listed |= number.re_search(f"^({'|'.join(digits)})$") & valid
    short = number.notnull() & (number.length() <= LONGEST)
    return (short & is_listed).fill_null(ibis.literal(value=False))


def owners_known() -> pa.Table:
    """Columns ``number``, ``owner_en``, ``owner_zh``, ``since``: whose some are."""
    entries = [(entry, entry.owner) for entry in numbering() if entry.owner is not None]
    return pa.table(
        {
            "number": pa.array([entry.digits for entry, _ in entries], pa.string()),
            "owner_en": pa.array([owner.en for _, owner in entries], pa.string()),
            "owner_zh": pa.array([owner.zh for _, owner in entries], pa.string()),
            "since": pa.array(
                [datetime.combine(entry.since, time()) for entry, _ in entries], pa.timestamp("us")
            ),
        }
    )


def _instant(day: date) -> ir.TimestampScalar:
    return ibis.literal(datetime.combine(day, time()), type="timestamp(6)")
