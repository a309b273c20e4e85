"""The scorecards of roles: as published, and as a finding's version names one."""

from functools import cache
from importlib.resources import files

from suyuan.detect.adapting.card import MARK, outline
from suyuan.model.scorecard import Scorecard, read_scorecard


@cache
def scorecard(role: str) -> Scorecard:
    """The published scorecard of `role`."""
    return read_scorecard(files("suyuan.catalog") / "scorecards" / f"{role}.yml")


def behind(role: str, version: str) -> Scorecard:
    """The card behind a finding of that `version`; of one weighed by its case, the outline."""
    card = scorecard(role)
    return outline(card) if version.endswith(MARK) else card


def card_of(role: str) -> Scorecard | None:
    """The scorecard of a role; rules judge some roles without one."""
    try:
        return scorecard(role)
    except FileNotFoundError:
        return None
