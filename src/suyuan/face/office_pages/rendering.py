"""Templates: every value escaped, both languages, clock time of Beijing."""

from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from suyuan.model.text import Language, Text
from suyuan.model.times import local


@cache
def _environment() -> Environment:
    loader = PackageLoader("suyuan.face.office_pages", "templates")
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip


def clock(moment: datetime | None) -> str:
    """Clock time in Beijing."""
    return "–" if moment is None else f"{local(moment):%Y-%m-%d %H:%M:%S}"


def render(name: str, language: Language, now: datetime, **values: Any) -> str:
    """A page. Templates write ``t(text)`` and ``w('English', '中文')``."""

    def say(text: Text) -> str:
        words = text.in_(language)
        return words[:1].upper() + words[1:] if language == "en" else words

    def say_both(en: str, zh: str) -> str:
        return zh if language == "zh" else en

    template = _environment().get_template(name)
    defaults: dict[str, Any] = {"person": None, "csrf": "", "here": "/"}
    defaults |= {"interactive": False, "message": None, "attempt": "", "whole": False}
    return template.render(
        defaults
        | values
        | {"clock": clock, "t": say, "w": say_both, "language": language, "now": now}
    )
