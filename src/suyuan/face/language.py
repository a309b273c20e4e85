"""Which language a person reads."""

import os

from suyuan.model.text import Language


def default_language() -> Language:
    """Chinese where the system speaks it, else English."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    return "zh" if locale.lower().startswith("zh") else "en"
