"""Time: naive UTC microseconds inside tables, zones at the edges."""

from datetime import UTC, date, datetime
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

DEFAULT_ZONE: Final = "Asia/Shanghai"
Day = TypeVar("Day", date, datetime)


def utc(moment: datetime, zone: str = DEFAULT_ZONE) -> datetime:
    """The naive UTC time of `moment`; one without an offset is read in `zone`."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return aware.astimezone(UTC).replace(tzinfo=None)


def local(moment: datetime, zone: str = DEFAULT_ZONE) -> datetime:
    """The clock time in `zone` of a naive UTC `moment`, with its offset."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))


def is_within(at: Day, since: Day, until: Day | None) -> bool:
    """Whether `at` lies from `since` (included) to `until` (excluded; open where that is None)."""
    return since <= at and (until is None or at < until)
