"""Conditions and snoozes over HTTP, and what wins, as a state machine."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from story import THIRD_PAYMENT
from wire import KEYRING, lines_of_the_story, scorer

from suyuan.live.api import respond
from suyuan.live.batching import Batcher
from suyuan.live.condition_book import ConditionBook
from suyuan.live.fold import SIGNALS
from suyuan.live.http import Request
from suyuan.live.messages import PaymentAnswer
from suyuan.live.policy import Action
from suyuan.model.errors import InputError

START, END = "2019-01-01T00:00:00+08:00", "2019-06-01T00:00:00+08:00"
WHOLE = {"reason": "order 7", "made_by": "li", "start": START, "end": END}


def asked(batcher: Batcher, method: str, path: str, **fields: str) -> tuple[int, Any]:
    body = json.dumps(fields).encode() if fields else b""
    head, _, told = respond(batcher, Request(method, path, body)).partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(told) if told[:1] in (b"{", b"[") else told


def third(live: Any) -> PaymentAnswer:
    answers = live.take(lines_of_the_story(), 0)
    return next(a for a in answers if isinstance(a, PaymentAnswer) and a.id == THIRD_PAYMENT)


def test_red_waits_for_a_second_person_and_then_blocks(tmp_path: Path) -> None:
    live = scorer(tmp_path / "a")
    batcher = Batcher(live)
    status, order = asked(batcher, "PUT", "/v1/conditions", account="mule", colour="red",
                          leg="payee", **WHOLE)  # fmt: skip
    assert (status, order["state"]) == (200, "pending")
    path = f"/v1/conditions/{order['id']}/approval"
    assert asked(batcher, "POST", path, person="li")[0] == 400
    assert asked(batcher, "POST", path, person="wang") == (200, order | {"state": "in force"})
    answer = third(live)
    assert answer.action == "block"
    assert answer.conditions == ["red: order 7"]
    live.close()
    assert "mule" not in (tmp_path / "a" / "conditions.jsonl").read_text()
    (repeated,) = scorer(tmp_path / "a").take(
        [line for line in lines_of_the_story() if THIRD_PAYMENT.encode() in line], 0
    )
    assert isinstance(repeated, PaymentAnswer)
    assert (repeated.action, repeated.conditions) == (answer.action, answer.conditions)


def test_pending_red_does_not_block(tmp_path: Path) -> None:
    live = scorer(tmp_path)
    asked(Batcher(live), "PUT", "/v1/conditions", account="mule", colour="red", leg="payee",
          **WHOLE)  # fmt: skip
    assert third(live).action == "hold"


def test_a_condition_withdrawn_later_still_stands_for_what_it_met(tmp_path: Path) -> None:
    live = scorer(tmp_path)
    batcher = Batcher(live)
    _, order = asked(batcher, "PUT", "/v1/conditions", account="mule", colour="green",
                     leg="payee", **WHOLE)  # fmt: skip
    assert third(live).action == "allow"
    gone = f"/v1/conditions/{order['id']}"
    assert asked(batcher, "DELETE", gone, person="li")[0] == 400
    assert asked(batcher, "DELETE", gone, person="li", reason="error")[0] == 200
    live.close()
    again = scorer(tmp_path)
    assert third(again).action == "allow"
    (listed,) = again.book.entries()
    assert listed["state"] == "withdrawn"


def test_a_snooze_silences_one_signal_and_is_shown(tmp_path: Path) -> None:
    plain = third(scorer(tmp_path / "plain"))
    live = scorer(tmp_path / "a")
    status, _ = asked(Batcher(live), "PUT", "/v1/snoozes", account="mule", signal="payee_named",
                      **WHOLE)  # fmt: skip
    assert status == 200
    answer = third(live)
    assert answer.snoozed == ["payee_named"]
    assert answer.score < plain.score
    assert "payee_named" not in {reason.signal for reason in answer.because}
    assert "payee_named" in {reason.signal for reason in plain.because}


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/v1/conditions", {"colour": "red", "leg": "payee"} | WHOLE),
        ("/v1/conditions", {"account": "1", "colour": "blue", "leg": "payee"} | WHOLE),
        ("/v1/conditions", {"account": "1", "colour": "red", "leg": "left"} | WHOLE),
        ("/v1/conditions", {"account": "1", "colour": "red", "leg": "payee", "reason": "x"}),
        ("/v1/conditions", {"account": "1", "colour": "red", "leg": "both", "approved_by": "wang"}
         | WHOLE),
        ("/v1/conditions", {"account": "1", "colour": "amber", "leg": "both"} | WHOLE
         | {"end": "2019-06-01T00:00:00"}),
        ("/v1/snoozes", {"account": "1", "signal": "moon"} | WHOLE),
        ("/v1/snoozes", {"account": "1", "signal": "shop"} | WHOLE
         | {"end": "2020-06-01T00:00:00+08:00"}),
    ],
)  # fmt: skip
def test_what_is_not_founded_is_refused(tmp_path: Path, path: str, fields: dict[str, str]) -> None:
    live = scorer(tmp_path)
    status, told = asked(Batcher(live), "PUT", path, **fields)
    assert status == 400
    assert told["error"]
    assert live.book.entries() == []


class Orders(RuleBasedStateMachine):
    """People order, approve, withdraw and snooze; a model says what each payment must meet."""

    def __init__(self) -> None:
        super().__init__()
        self.book, self.log = ConditionBook(), 0
        self.model: list[dict[str, Any]] = []
        self.begin = datetime(2026, 1, 1, tzinfo=UTC)

    def _fields(self, key: int, first: int, days: int) -> dict[str, str]:
        start = self.begin + timedelta(days=first)
        return {
            "subject": f"{key:x}", "reason": "r", "made_by": "li",
            "start": start.isoformat(), "end": (start + timedelta(days=days)).isoformat(),
        }  # fmt: skip

    @rule(
        key=st.integers(1, 3), colour=st.sampled_from(["red", "amber", "green"]),
        leg=st.sampled_from(["payer", "payee", "both"]), first=st.integers(0, 5),
        days=st.integers(1, 4),
    )  # fmt: skip
    def order(self, key: int, colour: str, leg: str, first: int, days: int) -> None:
        self.log += 1
        fields = self._fields(key, first, days) | {"colour": colour, "leg": leg}
        name, waits = self.book.order(fields, self.log)
        assert waits is (colour == "red")
        self.model.append({"id": name, "key": key, "colour": colour, "leg": leg, "first": first,
                           "last": first + days, "since": None if waits else self.log,
                           "until": 10**9})  # fmt: skip

    @rule(data=st.data(), person=st.sampled_from(["li", "wang"]))
    def approve(self, data: st.DataObject, person: str) -> None:
        waiting = [each for each in self.model if each["since"] is None and each["until"] > 10**8]
        if not waiting:
            return
        self.log += 1
        each = data.draw(st.sampled_from(waiting))
        try:
            self.book.approve(each["id"], person, self.log)
            assert person != "li"
            each["since"] = self.log
        except InputError:
            assert person == "li"

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        standing = [each for each in self.model if each["until"] > 10**8]
        if standing:
            self.log += 1
            each = data.draw(st.sampled_from(standing))
            self.book.withdraw(each["id"], "zhao", "over", self.log)
            each["until"] = self.log

    @invariant()
    def red_wins_and_green_beats_amber(self) -> None:
        for day in range(10):
            at = int((self.begin + timedelta(days=day)).timestamp() * 1e6)
            for payer, payee, log in ((1, 2, self.log), (2, 3, self.log // 2), (3, 1, self.log)):
                colours = {
                    each["colour"]
                    for each in self.model
                    for key, leg in ((payer, "payer"), (payee, "payee"))
                    if each["key"] == key and each["leg"] in (leg, "both")
                    and each["first"] <= day < each["last"]
                    and each["since"] is not None and each["since"] <= log < each["until"]
                }  # fmt: skip
                expected = (
                    Action.BLOCK if "red" in colours
                    else Action.ALLOW if "green" in colours
                    else Action.BLOCK if "amber" in colours
                    else None
                )  # fmt: skip
                assert self.book.action(payer, payee, at, log) is expected


TestPrecedence = Orders.TestCase
TestPrecedence.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)


def test_a_snooze_ends_to_the_microsecond() -> None:
    book = ConditionBook()
    book.snooze({"subject": "7", "signal": SIGNALS[0]} | WHOLE, 0)
    end = int(datetime.fromisoformat(END).timestamp() * 1e6)
    assert book.silent_signals(7, 8, end - 1, 5) == {SIGNALS[0]}
    assert book.silent_signals(7, 8, end, 5) == set()
    assert KEYRING.key("bank_account:mule") != 7
