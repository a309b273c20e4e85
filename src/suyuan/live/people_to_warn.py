"""Whom to warn: people called by a number that reports name, or whose payment was not allowed.

One row for each person and day, however often they are called or pay; what else happened that day
raises the grade and stands in the reason. The rows become drafts of the warning desk by the
catalog's ``arising/live-warning.yml``, and a person confirms them there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np

from suyuan.live.history import JournalHistory
from suyuan.live.log_index import LogIndex
from suyuan.live.names import KeyNames, phones_of
from suyuan.live.policy import Action, Policy
from suyuan.model.text import Text
from suyuan.model.times import local
from suyuan.rulebook.dates import beijing_day

GRADES: Final = ("low", "medium", "high")


@dataclass(slots=True)
class PersonWarning:
    """Why somebody is to be warned on a day: ``subject`` is a phone, or an account without one.

    ``grade`` is a place in :data:`GRADES`; drafts stand in its order.
    """

    day: date
    subject: str
    grade: int = 0
    reasons: list[Text] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        """As a row that drafts are drawn from."""
        return {
            "subject": self.subject,
            "grade": GRADES[self.grade],
            "rank": float(self.grade),
            "because_en": "; ".join(reason.en for reason in self.reasons),
            "because_zh": "；".join(reason.zh for reason in self.reasons),
        }


@dataclass(frozen=True, slots=True)
class DayWarnings:
    """The warnings, by day and subject; ``nameless`` people to warn are in no register given."""

    warnings: list[PersonWarning]
    nameless: int


#: One occasion: the event's number, who is to be warned, the grade, and why.
_Occasion = tuple[int, int, int, Text]


def warnings_of(
    journal: JournalHistory, policy: Policy, names: KeyNames, start: int, end: int
) -> DayWarnings:
    """Warnings of calls and payments of ``start <= at < end`` (µs UTC)."""
    index, phones = LogIndex(journal.events), phones_of(journal.events, names)
    by_person: dict[tuple[date, str], PersonWarning] = {}
    nameless = set()
    occasions = [*_call_occasions(journal, policy), *_payment_occasions(journal)]
    for log, subject, grade, reason in sorted(occasions, key=lambda occasion: occasion[0]):
        at = int(journal.events["at"][log])
        if not start <= at < end:
            continue
        person = index.entity(subject, len(journal.events))
        name = names.subject(subject) or ""
        name = name if name.startswith("phone:") else phones.get(person, name)
        if not name:
            nameless.add(person)
            continue
        day = beijing_day(_moment(at))
        warning = by_person.setdefault((day, name), PersonWarning(day, name))
        warning.grade = max(warning.grade, grade)
        warning.reasons.append(reason)
    return DayWarnings([by_person[key] for key in sorted(by_person)], len(nameless))


def _call_occasions(journal: JournalHistory, policy: Policy) -> Iterator[_Occasion]:
    """Calls of named numbers; high where also more buyers reported where the callee ordered."""
    for call in journal.calls:
        log, event = int(call["log"]), journal.events[call["log"]]
        is_exposed = float(call["exposure"]) >= policy.exposed_from
        yield log, int(event["b"]), 2 if is_exposed else 1, _call_reason(event, call, is_exposed)


def _call_reason(event: np.void, call: np.void, is_exposed: bool) -> Text:  # noqa: FBT001
    minutes, reports, at = int(event["seconds"]) / 60.0, int(call["named"]), _clock(event)
    where = Text(
        ", and ordered where more buyers than elsewhere reported" if is_exposed else "",
        "，且其下单处的买家报案偏多" if is_exposed else "",
    )
    return Text(
        f"called at {at} for {minutes:.0f} min by a number named in {reports} reports{where.en}",
        f"{at}接到{reports}份报案指认的号码来电，通话{minutes:.0f}分钟{where.zh}",
    )


_ACTIONS: Final = {
    Action.WARN: Text("answered with a warning", "已提示风险"),
    Action.HOLD: Text("held for a confirmation", "已暂缓待核实"),
    Action.BLOCK: Text("blocked", "已拦截"),
}


def _payment_occasions(journal: JournalHistory) -> Iterator[_Occasion]:
    """Payments that were not simply allowed: held and blocked ones high, the others medium."""
    for verdict in journal.verdicts[journal.verdicts["action"] > int(Action.ALLOW)]:
        log, action = int(verdict["log"]), Action(int(verdict["action"]))
        event = journal.events[log]
        amount, at, score = int(event["amount"]), _clock(event), float(verdict["score"])
        grade = 1 if action is Action.WARN else 2
        reason = Text(
            f"a payment of {amount / 100:,.2f} yuan at {at} was {_ACTIONS[action].en}"
            f" (score {score:.2f})",
            f"{at}付款{amount / 100:,.2f}元{_ACTIONS[action].zh}（评分{score:.2f}）",
        )
        yield log, int(event["a"]), grade, reason


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1e6, UTC).replace(tzinfo=None)


def _clock(event: np.void) -> str:
    return f"{local(_moment(int(event['at']))):%H:%M}"
