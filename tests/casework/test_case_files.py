"""The frozen cases of the public procedures: ``tests/cases/procedures/ID/cases.yml``.

A case begins a matter and goes through steps: an act (that may be refused, and with which words),
a tick, or a look at how the matter stands.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from cases_on_disk import CASES
from office_people import PARTIES, Desk, begin, beijing, with_people
from suyuan.casework.explain import duty_lines
from suyuan.casework.opening import open_office
from suyuan.casework.state import MatterState, matter_state
from suyuan.model.errors import SuyuanError

FILES = sorted((CASES / "procedures").glob("*/cases.yml"))


def written() -> list[Any]:
    found = []
    for path in FILES:
        content = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
        for case in content["cases"]:
            name = f"{content['procedure']}-{case['id']}"
            found.append(pytest.param(content, case, id=name))
    return found


@pytest.mark.parametrize(("content", "case"), written())
def test_a_case(content: dict, case: dict, tmp_path: Path) -> None:
    office = with_people(open_office(tmp_path / "office"), PARTIES | content.get("roles", {}))
    opening = case["begin"]

    def start() -> Desk:
        return begin(
            office,
            content["procedure"],
            content["subject"],
            opening["at"],
            opening["by"],
            parties=content.get("roles"),
            **opening["fields"],
        )

    if "refused" in opening:
        refused(start, opening["refused"])
    else:
        desk = start()
        for step in case["steps"]:
            go(desk, step)
    office.ledger.close()


def go(desk: Desk, step: dict) -> None:
    if "see" in step:
        for what, expected in step["see"].items():
            assert seen(desk, step["at"], what, expected) == expected, (step["at"], what)
    elif "tick" in step:
        desk.office.tick(beijing(step["at"]))
    elif "refused" in step:
        refused(lambda: do(desk, step), step["refused"])
    else:
        do(desk, step)


def do(desk: Desk, step: dict) -> None:
    desk.do(step["at"], step["act"], step["by"], step.get("happened"), **step.get("fields", {}))


def refused(act, words: str | list[str]) -> None:
    with pytest.raises(SuyuanError) as caught:
        act()
    for part in [words] if isinstance(words, str) else words:
        assert part in caught.value.text("zh"), caught.value.text("zh")


def seen(desk: Desk, at: str, what: str, expected: Any) -> Any:
    """The same shape as is expected, filled with what there is."""
    return LOOKS[what](desk.state(at), expected)


def due(state: MatterState, expected: dict[str, str]) -> dict[str, Any]:
    found = {line.id.split("#")[0]: line.due.moment for line in duty_lines(state)}
    return written_as(found, expected)


def written_as(found: dict[str, Any], expected: dict[str, str]) -> dict[str, Any]:
    """Moments as the file writes them, where they are those that it writes."""
    return {n: m if found[n] == beijing(m) else found[n] for n, m in expected.items()}


def hours(state: MatterState, expected: dict[str, str]) -> dict[str, str]:
    [(start, end)] = [pair for pair in expected.items() if pair[0] != "at_most"]
    took = state.first_at((end,)) - state.first_at((start,))
    assert took <= timedelta(hours=float(expected["at_most"]))
    return expected


def says(state: MatterState, expected: dict[str, str]) -> dict[str, str]:
    said = {r: state.law.judge(r, state.scope, state.now).reason.zh for r in expected}
    return {r: part if part in said[r] else said[r] for r, part in expected.items()}


LOOKS: dict[str, Callable[[MatterState, Any], Any]] = {
    "state": lambda state, _: matter_state(state),
    "count": lambda state, asked: {act: str(state.count((act,))) for act in asked},
    "overtaken": lambda state, _: [event.kind for event in state.overtaken],
    "duties": lambda state, _: [run.rule.name for run in state.duties],
    "open": lambda state, _: [run.rule.name for run in state.duties if not run.is_settled],
    "due": due,
    "no_due": lambda state, _: [
        line.id.split("#")[0] for line in duty_lines(state) if line.due.moment is None
    ],
    "at_of": lambda state, asked: written_as({a: state.first_at((a,)) for a in asked}, asked),
    "hours": hours,
    "case_of": lambda state, asked: {
        rule: state.law.case(rule, state.scope, state.now) for rule in asked
    },
    "answers": lambda state, asked: {
        rule: state.law.answer(rule, state.scope, state.now) for rule in asked
    },
    "says": says,
}
