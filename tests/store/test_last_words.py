"""The plain fold of decisions says what the run's tables say."""

from pathlib import Path
from random import Random

import suyuan
from suyuan.store.decisions import TAKEN_BACK, verdicts_on
from suyuan.store.duck import DuckEngine
from suyuan.store.last_words import LastWords
from tables import given

SUBJECTS = ("phone:1", "phone:2", "party:x", None)
ROLES_ASKED = ("middleman", "scam_caller")


def decisions_of(random: Random, count: int) -> list[dict]:
    """Words on few subjects at few moments, some of them taken back, one of those once more."""
    rows = []
    for number in range(count):
        is_undo = random.random() < 0.25
        subject = f"decision:d{random.randrange(count)}" if is_undo else random.choice(SUBJECTS)
        rows.append(
            {
                "decision_id": f"d{number}",
                "at": f"2020-01-0{random.randrange(1, 4)}",
                "kind": random.choice(("confirm", "reject", "reject", "merge")),
                "subject": subject,
                "role": random.choice((*ROLES_ASKED, None)),
            }
        )
    random.shuffle(rows)
    return rows


def test_the_fold_says_what_the_tables_say(tmp_path: Path) -> None:
    random = Random(7)
    with DuckEngine(tmp_path) as engine:
        for _ in range(40):
            tables = given(engine, decisions=decisions_of(random, random.randrange(1, 25)))
            words = LastWords(engine.fetch(tables["decisions"]).to_pylist())
            for role in ROLES_ASKED:
                rows = engine.fetch(verdicts_on(role, tables)).to_pylist()
                by_table = {row["subject"]: row["confirmed"] for row in rows}
                by_fold = {
                    subject: said
                    for subject in SUBJECTS[:-1]
                    if (said := words.verdict(subject, role)) is not None
                }
                assert by_fold == by_table


def test_a_later_word_on_the_subject_outweighs_one_on_its_role() -> None:
    given_words = [("confirm", 1, "middleman"), ("reject", 2, None)]
    rows = [
        {
            "decision_id": f"d{month}",
            "at": month,
            "line": 9 - month,
            "kind": kind,
            "subject": "party:x",
            "role": role,
        }
        for kind, month, role in given_words
    ]
    assert LastWords(rows).verdict("party:x", "middleman") is False
    assert LastWords(rows[:1]).verdict("party:x", "middleman") is True
    assert LastWords(rows[:1]).verdict("party:x", "scam_caller") is None


def test_the_subject_of_an_earlier_decision_is_written_in_one_place() -> None:
    source = Path(suyuan.__file__).parent
    homes = [
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if f'"{TAKEN_BACK}' in path.read_text("utf-8")
    ]
    assert homes == ["store/decisions.py"]
