"""Words by which statements say things, whichever house wrote them: ``statement_words.yml``."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from suyuan.model.yaml_text import plain_data


@dataclass(frozen=True, slots=True)
class OutcomeWords:
    """Exact words, and a pattern (RE2) for words that hold a stem."""

    exact: tuple[str, ...]
    stems: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``directions`` by table and outcome; ``neutral`` and ``statuses`` as (outcome, pattern)."""

    placeholders: tuple[str, ...]
    party_placeholders: tuple[str, ...]
    directions: dict[str, dict[str, OutcomeWords]]
    neutral: tuple[tuple[str, str], ...]
    statuses: tuple[tuple[str, str], ...]
    taken_back: str
    card_in: str
    card_out: str
    brought_forward: str
    footers: str


@cache
def vocabulary() -> Vocabulary:
    """The catalog's words."""
    text = resources.files("suyuan.catalog") / "statement_words.yml"
    content: dict[str, Any] = plain_data(text.read_text(encoding="utf-8"))
    return Vocabulary(
        placeholders=tuple(content["placeholders"]),
        party_placeholders=tuple(content["nobody"]),
        directions={
            table: {way: OutcomeWords(tuple(w["words"]), w["stems"]) for way, w in outcomes.items()}
            for table, outcomes in content["directions"].items()
        },
        neutral=tuple((way, pattern) for way, pattern in content["neutral"]),
        statuses=tuple((status, pattern) for status, pattern in content["statuses"]),
        taken_back=content["taken_back"],
        card_in=content["card_in"],
        card_out=content["card_out"],
        brought_forward=content["brought_forward"],
        footers=content["footers"],
    )
