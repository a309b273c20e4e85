"""Why a matter stands as it does, what may be done now, and why not the rest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from suyuan.casework.checks import OpenQuestion, Post, no_post, refusals
from suyuan.casework.clock import DueDate, LedgerDay, ledger_of
from suyuan.casework.compiled import CLOCK, ActRule, CompiledGuard
from suyuan.casework.matters import with_elsewhere
from suyuan.casework.office import Office, ReadTransaction
from suyuan.casework.runs import DutyRun
from suyuan.casework.state import MatterState, matter_state
from suyuan.model.text import Text
from suyuan.rulebook.dates import beijing_day


@dataclass(frozen=True, slots=True)
class Possible:
    """An act and every reason against it now; where `reasons` is empty it may be done.

    What only its form can say (is the match true?) counts as unknown and stands in `asks`.
    """

    act: str
    title: Text
    form: tuple[str, ...]
    reasons: tuple[Text, ...]
    asks: tuple[Text, ...]
    four_eyes: bool


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A duty: who, by when, under which rule, and how it stands."""

    id: str
    title: Text
    role: str
    party: str | None
    due: DueDate
    state: str
    clause: str
    citation: str
    quality: str
    ledger: tuple[LedgerDay, ...]


def possible(office: Office, state: MatterState, posts: Iterable[Post] | None) -> list[Possible]:
    """Every act of the matter's version; `posts` None asks for nobody in particular."""
    own_posts = None if posts is None else list(posts)
    return [
        _possible(office, state, act, own_posts)
        for act in state.version.acts.values()
        if act.by != (CLOCK,)
    ]


def _possible(
    office: Office, state: MatterState, act: ActRule, posts: list[Post] | None
) -> Possible:
    with_elsewhere(ReadTransaction(office.ledger), state, act)
    reasons: list[Text] = []
    if posts is not None and not any(post.covers(state, act.by, state.now) for post in posts):
        reasons.append(no_post(act, state))
    texts = refusals(act, state, {}, state.now)
    asks = [text for text in texts if isinstance(text, OpenQuestion)]
    # What hangs on something unknown that the act's own form cannot say has to wait.
    waits = bool(asks) and not _form_tells(state, act)
    reasons += [text for text in texts if waits or text not in asks]
    return Possible(
        act.name,
        act.spec.title,
        tuple(act.spec.form),
        tuple(reasons),
        tuple(asks),
        act.spec.four_eyes,
    )


def _form_tells(state: MatterState, act: ActRule) -> bool:
    """Whether each condition that cannot be told yet hangs on a field of the act's own form."""
    open_guards = [guard for guard in act.guards if guard.test(state.scope) is None]
    return all(_facts_of(state, guard) & set(act.form) for guard in open_guards)


def _facts_of(state: MatterState, guard: CompiledGuard) -> frozenset[str]:
    """The fields on which a condition hangs, by itself and through the rules that it asks."""
    if guard.rule is not None:
        return frozenset(state.law.book[guard.rule].facts)
    rules = [state.law.book[rule] for rule in guard.expression.words("answer", "case_of")]
    return guard.expression.names.union(*(rule.fact_names for rule in rules))


def duty_lines(state: MatterState, *, days: bool = False) -> list[DutyLine]:
    """The duties so far; with `days` the ledger of each due date."""
    return [_line(state, duty, state.now, days=days) for duty in state.duties]


def _line(state: MatterState, duty: DutyRun, now: datetime, *, days: bool) -> DutyLine:
    known_on = beijing_day(now)
    due = duty.due(known_on)
    rule = state.law.book[duty.rule.clause]
    term = duty.term if days else None
    ledger = () if term is None else tuple(ledger_of(term, duty.calendar, known_on))
    return DutyLine(
        duty.id,
        duty.rule.spec.title,
        duty.rule.spec.by,
        duty.party,
        due,
        duty.state(due, now),
        duty.rule.clause,
        rule.source.citation,
        rule.source.quality.value,
        ledger,
    )


def why(state: MatterState) -> Text:
    """The state's title and the condition that gave it."""
    name = matter_state(state)
    for rule in state.version.states:
        if rule.name == name:
            title, test = rule.spec.title, rule.spec.condition
            return Text(f"{title.en}, since: {test}", f"{title.zh}，因：{test}")
    return Text("no state of the procedure fits", "没有符合的状态")
