"""Every detector on its written-down cases: what must be found, and what must stay silent."""

import pytest

from cases_on_disk import cases
from suyuan.detect.detectors import DETECTORS
from suyuan.detect.scoring import step

BY_ROLE = {detector.role: detector for detector in DETECTORS}
CASES = [case for case in cases() if case.role in BY_ROLE]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.role}/{c.folder.name}")
def test_case(case, duck):
    out = step(BY_ROLE[case.role], floor=0.0).run(case.tables(duck))
    told = duck.fetch(out[f"findings:{case.role}"]).to_pylist()
    scores = {row["subject"]: row for row in told}
    missed = [subject for subject in case.found if not scores.get(subject, {}).get("decided")]
    wrong = [subject for subject in case.silent if scores.get(subject, {}).get("decided")]
    assert not missed, [(s, scores.get(s, {}).get("score")) for s in missed]
    assert not wrong, [(s, scores[s]["score"]) for s in wrong]
    assert len(scores) == len(told), "a subject is told twice"
    assert all("an unknown " not in scores[subject]["because_en"] for subject in case.found)
    evidence = duck.fetch(out[f"evidence:{case.role}"]).to_pylist()
    for subject in case.found:
        shares = [row["weight"] for row in evidence if row["subject"] == subject]
        assert sum(shares) == pytest.approx(1.0)


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.role)
def test_engines_agree(detector, duck, spark):
    """The same case gives the same scores on both engines."""
    case = next(c for c in CASES if c.role == detector.role and c.found)
    scores = []
    for engine in (duck, spark):
        out = step(detector).run(case.tables(engine))
        told = engine.fetch(out[f"findings:{detector.role}"]).to_pylist()
        scores.append({row["subject"]: row["score"] for row in told})
    assert scores[0] == pytest.approx(scores[1])
