"""May this be done now, by this person? And if not, every reason why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from suyuan.casework.compiled import CLOCK, ActRule
from suyuan.casework.state import MatterState, read
from suyuan.casework.surroundings import Scope
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.model.times import is_within
from suyuan.rulebook.language import Expression


class RefusedError(InputError):
    """An act that may not be done; `reasons` are all of them."""

    def __init__(self, act: str, reasons: Sequence[Text]) -> None:
        self.reasons = tuple(reasons)
        first = self.reasons[0]
        super().__init__(
            Text(" ".join(r.en for r in reasons), "".join(r.zh for r in reasons))
            if len(reasons) > 1
            else first,
            value=act,
        )


class NoPostError(RefusedError):
    """An act that none of the person's posts allows."""


class OvertakenError(InputError):
    """Somebody acted in the meantime; `number` is the matter's last event now."""


class MissingError(InputError):
    """There is no such matter, draft or proposal."""


@dataclass(frozen=True, slots=True)
class Post:
    """A person may act in a role for a party, on subjects that begin with `scope`, for a time."""

    person: str
    role: str
    party: str
    scope: str
    since: datetime
    until: datetime | None

    def covers(self, state: MatterState, roles: Sequence[str], at: datetime) -> bool:
        party = state.parties.get(self.role)
        return (
            self.role in roles
            and (party is None or party == self.party)
            and state.subject.startswith(self.scope)
            and is_within(at, self.since, self.until)
        )


def no_post(act: ActRule, state: MatterState) -> Text:
    roles = [state.procedure.spec.roles[role] for role in act.by if role != CLOCK]
    if not roles:
        return Text("Only a deadline triggers this.", "该事项只由期限届满触发。")
    en, zh = " or ".join(r.en for r in roles), "或".join(r.zh for r in roles)
    return Text(f"This is for: {en}.", f"该事项由{zh}办理。")


def refusals(
    act: ActRule, state: MatterState, form: Mapping[str, Any], now: datetime
) -> list[Text]:
    """The sentences of the conditions that are not true with `form` filled in (stored values)."""
    scope = Scope(state, dict(state.scope))
    fields = state.procedure.spec.fields
    scope.update({name: read(value, fields[name].type) for name, value in form.items()})
    for name in act.form:
        if name not in form:
            scope.pop(name, None)  # what this act could say and does not is not known
    scope["now"] = now
    reasons = []
    if act.spec.once is not None and state.count((act.name,)):
        reasons.append(act.spec.once)
    for guard in act.guards:
        answer = guard.test(scope)
        if answer is True:
            continue
        if guard.rule is not None:
            reasons.append(_rule_says(guard.rule, scope, state, now, decidable=answer is not None))
        elif answer is None:
            reasons.append(_cannot_tell(guard.expression, scope, state))
        else:
            reasons.append(guard.refusal)
    return reasons


def _rule_says(
    rule: str, scope: Scope, state: MatterState, now: datetime, *, decidable: bool
) -> Text:
    """Why a rule stands against an act, with its sentence quoted."""
    reason = state.law.judge(rule, scope, now).reason
    duty = state.law.book[rule].duty
    en = reason.en if decidable else f"It cannot be decided: {reason.en}"
    zh = reason.zh if decidable else f"无法判断：{reason.zh}"
    kind = Text if decidable else OpenQuestion
    return kind(f"{en.rstrip('.')} ({duty.en})", f"{zh.rstrip('。')}（规定：{duty.zh}）")


class OpenQuestion(Text):
    """Why an act cannot be judged yet: something is not known, and the act's form may ask it."""

    __slots__ = ()


_OPEN_QUESTION = OpenQuestion(
    "It cannot be decided; what is known does not settle it.", "无法判断；现有信息不足以认定。"
)


def _cannot_tell(asks: Expression, scope: Scope, state: MatterState) -> Text:
    """Which facts are not known; or that all are, and yet nothing follows from them."""
    fields = state.procedure.spec.fields
    rules = [state.law.book[rule] for rule in asks.words("answer", "case_of")]
    facts = asks.names.union(*(rule.fact_names for rule in rules))
    titles = [fields[n].title for n in sorted(facts) if n in fields and scope.get(n) is None]
    if not titles:
        return _OPEN_QUESTION
    en, zh = ", ".join(t.en for t in titles), "、".join(t.zh for t in titles)
    return OpenQuestion(f"It cannot be decided; not known: {en}.", f"无法判断；不明：{zh}。")
