"""Headers, as they are compared."""

import unicodedata


def normal(header: str) -> str:
    """A header in comparable form: width, case and spaces don't count."""
    return "".join(unicodedata.normalize("NFKC", header).split()).strip("\ufeff").casefold()
