"""Time: naive UTC microseconds inside tables, zones at the edges."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

DEFAULT_ZONE: Final = "Asia/Shanghai"


def utc(moment: datetime, zone: str = DEFAULT_ZONE) -> datetime:
    """The naive UTC time of `moment`; one without an offset is read in `zone`."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return aware.astimezone(UTC).replace(tzinfo=None)


def local(moment: datetime, zone: str = DEFAULT_ZONE) -> datetime:
    """The clock time in `zone` of a naive UTC `moment`, with its offset."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
