"""The country that a time zone lies in, as the IANA tables say."""

from functools import cache
from importlib.resources import files


@cache
def home_country(zone: str) -> str | None:
    """ISO 3166 code of the first country of `zone` (``Asia/Shanghai`` → ``CN``), else None."""
    table = (files("tzdata") / "zoneinfo" / "zone1970.tab").read_text("utf-8")
    for line in table.splitlines():
        if not line.startswith("#"):
            countries, _, name = line.split("\t")[:3]
            if name == zone:
                return countries.split(",")[0]
    return None
