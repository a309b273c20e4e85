"""What is asked of every detector: explanation, scorecard, cases, and calm without data."""

import sys

import pytest

from cases_on_disk import cases
from suyuan.detect.cards import scorecard
from suyuan.detect.detectors import DETECTORS
from suyuan.detect.scoring import step
from suyuan.model.roles import ROLES
from suyuan.store.steps import in_order
from suyuan.store.tables import Tables
from tables import ZONE

each = pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.role)


@each
def test_is_explained(detector):
    published = sys.modules[detector.measure.__module__].__doc__
    assert published is not None
    assert len(published.split()) > 40
    assert detector.role in ROLES
    assert set(detector.without) <= set(detector.reads)
    assert all(text.en and text.zh for text in (detector.title, *detector.without.values()))


@each
def test_scorecard_fits(detector, duck):
    card = scorecard(detector.role)
    measured = detector.measure(Tables(duck, zone=ZONE))
    columns = set(measured.candidates.columns)
    assert card.role == detector.role
    assert {signal.name for signal in card.signals} <= columns
    readable = set(detector.reads)
    assert all(set(signal.needs) <= readable for signal in card.signals)
    assert all(signal.title.en and signal.title.zh and signal.unit for signal in card.signals)


@each
def test_a_rising_signal_never_falls(detector):
    for signal in scorecard(detector.role).signals:
        steps = list(signal.weights)
        if signal.direction == "up":
            assert steps == sorted(steps), signal.name
        elif signal.direction == "down":
            assert steps == sorted(steps, reverse=True), signal.name


@each
def test_has_a_hit_and_a_near_miss(detector):
    mine = [case for case in cases() if case.role == detector.role]
    assert any(case.found for case in mine)
    assert any(case.silent and not case.found for case in mine)


@each
def test_finds_nothing_in_nothing(detector, duck):
    out = step(detector).run(Tables(duck, zone=ZONE))
    assert all(duck.fetch(table).num_rows == 0 for table in out.values())


@each
def test_any_table_may_be_missing(detector, duck):
    case = next(c for c in cases() if c.role == detector.role and c.found)
    given = case.tables(duck)
    for absent in detector.reads:
        left = Tables(duck, zone=ZONE)
        for name, table in given.held_tables().items():
            if name != absent:
                left.put(name, table)
        out = step(detector).run(left)
        assert out or absent in detector.needs


def test_steps_can_be_ordered():
    names = [s.name for s in in_order([step(detector) for detector in DETECTORS])]
    assert len(names) == len(DETECTORS)
