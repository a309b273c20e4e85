"""Headers, as they are compared."""

import unicodedata
from functools import lru_cache


@lru_cache(4096)
def normal(header: str) -> str:
    """A header in comparable form: width, case and spaces don't count."""
    return "".join(unicodedata.normalize("NFKC", header).split()).strip("\ufeff").casefold()
