"""Red, amber, green: who wins, who may, and until when."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.live.conditions import Colour, Snooze, StandingCondition, joint_action
from suyuan.live.policy import Action, default_policy, from_mapping
from suyuan.model.errors import CatalogError, InputError

NOW = datetime(2026, 3, 1)


def condition(colour: Colour, **changed: object) -> StandingCondition:
    plain = {
        "subject": "bank_account:1",
        "colour": colour,
        "leg": "both",
        "reason": "freeze order 7",
        "made_by": "li",
        "approved_by": "wang",
        "start": NOW,
        "end": NOW + timedelta(days=2),
    }
    return StandingCondition(**plain | changed)  # type: ignore[arg-type]


@given(st.lists(st.sampled_from(list(Colour))))
def test_red_always_wins_and_green_beats_amber(colours: list[Colour]) -> None:
    asked = joint_action(condition(colour) for colour in colours)
    if Colour.RED in colours:
        assert asked is Action.BLOCK
    elif Colour.GREEN in colours:
        assert asked is Action.ALLOW
    else:
        assert asked is (Action.BLOCK if colours else None)


@pytest.mark.parametrize(
    ("colour", "changed"),
    [
        (Colour.RED, {"approved_by": ""}),
        (Colour.RED, {"approved_by": "li"}),
        (Colour.AMBER, {"reason": " "}),
        (Colour.AMBER, {"end": NOW}),
        (Colour.GREEN, {"end": NOW + timedelta(days=181)}),
    ],
)
def test_what_is_not_founded_is_refused(colour: Colour, changed: dict[str, object]) -> None:
    with pytest.raises(InputError):
        condition(colour, **changed)


@given(st.integers(-3, 3))
def test_a_condition_ends_to_the_microsecond(offset: int) -> None:
    made = condition(Colour.AMBER)
    moment = made.end + timedelta(microseconds=offset)
    assert made.covers("bank_account:1", "payer", moment) is (offset < 0)


def test_a_snooze_ends_within_180_days() -> None:
    with pytest.raises(InputError):
        Snooze("bank_account:1", "new_payee", "builder", "li", NOW, NOW + timedelta(days=200))


def test_the_default_policy_never_blocks() -> None:
    policy = default_policy()
    assert max(policy.action(n / 100, 10**9, NOW) for n in range(101)) is Action.HOLD


def test_a_policy_that_blocks_must_be_signed_for() -> None:
    plain = {"version": "1", "warn": 0.1, "hold": 0.3, "hold_minutes": 5, "on_expiry": "allow"}
    with pytest.raises(CatalogError, match="signed_by"):
        from_mapping(plain | {"block": {"score": 0.9, "legal_basis": "art. 18"}})
    signed = {"score": 0.9, "legal_basis": "art. 18", "signed_by": "risk board", "valid_until": NOW}
    policy = from_mapping(plain | {"block": signed})
    assert policy.action(0.95, 10**6, NOW - timedelta(seconds=1)) is Action.BLOCK
    assert policy.action(0.95, 10**6, NOW) is Action.HOLD
