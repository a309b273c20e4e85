"""Insider, trojan or export: what each leaves in a log, and what cannot be told apart."""

import pytest

from suyuan.detect.leaks.mechanisms import (
    MECHANISMS,
    USUAL,
    Away,
    Fit,
    LogReach,
    outside_evidence,
    weigh,
)


def test_what_is_usual_adds_up() -> None:
    assert all(sum(usual) == pytest.approx(1.0) for usual in USUAL.values())


def test_one_login_saw_what_got_out() -> None:
    fits = [Fit("actor:M1/qian", 12.0, None), Fit("actor:M1/lin", 1.0, None)]
    verdict = weigh("merchant", [*fits, Fit("terminal:M1/T1", 4.0, None)], None)
    assert verdict.likeliest == "insider"
    assert verdict.suspects["actor:M1/qian"] > 0.95


def test_a_terminal_under_many_logins() -> None:
    fits = [Fit("actor:M1/qian", 1.0, None), Fit("terminal:M1/T1", 9.0, None)]
    verdict = weigh("merchant", fits, None)
    assert verdict.likeliest == "trojan"
    assert verdict.by_hand["terminal:M1/T1"] == "trojan"


@pytest.mark.parametrize(("kind", "how"), [("merchant", "insider"), ("software", "export")])
def test_ranges_are_told_apart_by_where_they_are_taken(kind: str, how: str) -> None:
    verdict = weigh(kind, [Fit("actor:X/qian", None, 9.0, 2.0)], 0.0)
    assert verdict.likeliest == how
    assert verdict.suspects["actor:X/qian"] > 0.95


def test_where_they_cannot_be_told_apart_nothing_is_said() -> None:
    verdict = weigh("platform", [Fit("actor:P/qian", None, 9.0, 2.0)], 0.0)
    assert verdict.mechanism["export"] < 0.75
    assert weigh("platform", [], None).likeliest == "unknown"


def test_ranges_pulled_from_outside_speak_for_a_trojan() -> None:
    fits = [Fit("terminal:M1/T1", 2.0, None), Fit("actor:M1/qian", 3.0, None)]
    without, with_it = (weigh("merchant", fits, x).mechanism["trojan"] for x in (0.0, 3.0))
    assert without < 0.5 < with_it
    rows = [{"outside": 0, "strange": 0.0}, {"outside": 4, "strange": 2.5}]
    assert outside_evidence(rows) == 2.5
    assert outside_evidence([{"outside": None, "strange": 0.0}]) is None


def test_nothing_in_the_log_of_a_maker_of_programs() -> None:
    verdict = weigh("software", [], 2.0)
    assert verdict.likeliest == "trojan"
    assert sum(verdict.mechanism.values()) == pytest.approx(1.0)
    assert set(verdict.mechanism) == set(MECHANISMS)


def test_a_trojan_without_a_trace_sits_on_the_only_computer_all_the_same() -> None:
    verdict = weigh("merchant", [Fit("terminal:M1/T1", None, None)], 2.0)
    assert verdict.likeliest == "trojan"
    assert verdict.suspects["terminal:M1/T1"] == pytest.approx(verdict.mechanism["trojan"])


def test_what_was_done_from_an_address_of_nobody_names_no_person() -> None:
    fits = [Fit("actor:M1/qian", 1.0, None), Fit("actor:M1/lin", 0.5, None)]
    verdict = weigh("merchant", fits, None, [Away("58.1.1.1", 14.0, 4)])
    assert verdict.likeliest == "trojan"
    assert verdict.away["58.1.1.1"] > 0.95
    assert max(verdict.suspects.values()) < 0.05


def test_under_one_login_a_person_at_home_is_not_ruled_out() -> None:
    several, one = (
        weigh("courier", [], None, [Away("58.1.1.1", 14.0, logins)]).mechanism for logins in (3, 1)
    )
    assert several["trojan"] > 0.7
    assert one["insider"] > several["insider"]
    assert weigh("courier", [], None, [Away("58.1.1.1", 14.0, 1)]).suspects == {}


def test_a_log_without_terminals_does_not_speak_against_a_trojan() -> None:
    fits = [Fit("actor:M1/qian", 1.0, None)]
    blind = weigh("merchant", fits, None, log_reach=LogReach(terminals=False, addresses=False))
    bare = weigh("merchant", fits, None)
    assert bare.mechanism["trojan"] + 0.1 < blind.mechanism["trojan"]


def test_a_log_that_records_nothing_leaves_what_is_usual() -> None:
    nothing = LogReach(looks=False, ranges=False, terminals=False, addresses=False)
    for kind, usual in USUAL.items():
        found = weigh(kind, [], None, log_reach=nothing).mechanism
        assert tuple(found[name] for name in MECHANISMS) == pytest.approx(usual)


def test_a_log_without_bulk_actions_does_not_speak_against_an_export() -> None:
    seen = weigh("software", [Fit("actor:S/api", 0.5, None)], None)
    blind = weigh(
        "software", [Fit("actor:S/api", 0.5, None)], None, log_reach=LogReach(ranges=False)
    )
    assert seen.mechanism["export"] + 0.1 < blind.mechanism["export"]
