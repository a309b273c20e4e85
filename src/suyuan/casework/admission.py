"""What stands before an act or a beginning: the post, the clock, the two persons."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from suyuan.casework.allotment import allot_shares
from suyuan.casework.checks import (
    MissingError,
    NoPostError,
    OvertakenError,
    Post,
    RefusedError,
    no_post,
)
from suyuan.casework.compiled import BEGIN, CLOCK, PROPOSAL, ActRule, Procedure, Version
from suyuan.casework.declare import names
from suyuan.casework.law import Law
from suyuan.casework.posts import posts_of
from suyuan.casework.state import MatterState
from suyuan.casework.submissions import ActForm
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.rulebook.rows import after_months
from suyuan.store.ledger.event import Event, stamp
from suyuan.store.ledger.seam import LedgerTransaction

#: Clocks of people who act at the same time differ by no more than this.
_SKEW: Final = timedelta(minutes=1)


def in_force(procedure: Procedure, now: datetime) -> Version:
    version = procedure.on(now)
    if version is None:
        raise InputError(
            Text("The procedure is not in force on that day.", "该程序当日未施行。"),
            value=procedure.id,
            hint=Text(
                f"Its first version is of {procedure.versions[0].since}.",
                f"最早版本自 {procedure.versions[0].since} 起。",
            ),
        )
    return version


def check_opener(
    transaction: LedgerTransaction,
    state: MatterState,
    version: Version,
    person: str,
    now: datetime,
) -> None:
    roles = names(version.opening.by)
    if not any(post.covers(state, roles, now) for post in posts_of(transaction, person)):
        words = [state.procedure.spec.roles[role] for role in roles]
        raise NoPostError(
            BEGIN,
            [
                Text(
                    f"Only {' or '.join(w.en for w in words)} may start this.",
                    f"该事项由{'或'.join(w.zh for w in words)}启动。",
                )
            ],
        )


def steady(transaction: LedgerTransaction, matter: str, now: datetime) -> datetime:
    """`now`, but never before what the matter's log has; refuses a clock that was set back.

    Of two people who act at once the second one may have looked at the clock first: that is no
    fault. A clock that is off by more would let conditions overlook what was recorded already.
    """
    last = transaction.execute(
        "SELECT recorded FROM event WHERE chain = ? ORDER BY number DESC LIMIT 1", (matter,)
    )
    latest = datetime.fromisoformat(last[0][0]) if last else now
    if now < latest - _SKEW:
        raise InputError(
            Text("The system clock is behind the last record.", "系统时钟早于已有记录。"),
            value=f"{stamp(now)} < {last[0][0]}",
            hint=Text(
                "Correct the clock and try again; nothing was lost.",
                "请校准时钟后重新办理；已有记录未丢失。",
            ),
        )
    return max(now, latest)


def deed_key(act: ActRule, entries: Mapping[str, Any]) -> str | None:
    if not act.spec.key:
        return None
    return ":".join([act.name, *(str(entries.get(name)) for name in act.spec.key)])


def check_expected(state: MatterState, expected_number: int | None) -> None:
    last = max(event.number for event in state.events)
    if expected_number is not None and expected_number != last:
        raise OvertakenError(
            Text("Somebody acted before you.", "他人已先行办理。"),
            value=f"{state.matter}: {expected_number} → {last}",
            hint=Text("Look at the matter again before acting.", "请重新查看事项后再办理。"),
        )


def acting_post(
    transaction: LedgerTransaction, act: ActRule, state: MatterState, person: str, now: datetime
) -> Post:
    for post in posts_of(transaction, person):
        if person != CLOCK and post.covers(state, act.by, now):
            return post
    raise NoPostError(act.name, [no_post(act, state)])


def moment_of(act: ActRule, form: ActForm, state: MatterState, now: datetime) -> datetime:
    at = form.at or now
    if at > now:
        raise RefusedError(act.name, [Text("The time is in the future.", "时间在未来。")])
    if at < now and not act.spec.late_entry:
        raise RefusedError(
            act.name, [Text("It cannot be entered after the fact.", "该事项不得补录。")]
        )
    if state.started is not None and at < state.started:
        raise RefusedError(
            act.name, [Text("The time is before the matter began.", "时间早于事项开始。")]
        )
    return at


def item_refusals(act: ActRule, state: MatterState, items: Sequence[str]) -> list[Text]:
    if act.spec.items == "none":
        return (
            [Text("This act does not concern a single item.", "该行为不针对清单项。")]
            if items
            else []
        )
    if not items and act.spec.items == "some" and not state.items:
        return []  # the matter is about its subject alone
    if not items:
        return [Text("Name the items it is for.", "请指明清单项。")]
    unknown_items = [item for item in items if item not in state.items]
    if act.spec.items == "all" or not unknown_items:
        return []
    item_list = ", ".join(unknown_items)
    return [Text(f"Not among its items: {item_list}.", f"清单中没有：{item_list}。")]


def others_items(act: ActRule, post: Post, items: Sequence[str], person: str) -> list[Text]:
    """Whoever acts for themselves only names nobody else."""
    if post.role not in names(act.spec.own_item) or set(items) <= {person}:
        return []
    return [Text("You can only do this for yourself.", "只能为本人办理。")]


def allot(act: ActRule, state: MatterState, entries: dict[str, Any]) -> None:
    if act.allots is not None and act.amount is not None:
        entries[act.allots.into] = allot_shares(act.allots, act.amount, state)


def proposed_act(transaction: LedgerTransaction, matter: str, number: int) -> str:
    events = transaction.events(matter)
    if not events:
        raise MissingError(Text("No such matter.", "没有这个事项。"), value=matter)
    for event in events:
        if event.number == number and event.kind.endswith(PROPOSAL):
            return event.kind.removesuffix(PROPOSAL)
    raise MissingError(Text("No such proposal.", "没有这个提请。"), value=f"{matter} {number}")


def pending_proposal(state: MatterState, number: int) -> Event:
    if number not in state.proposals:
        raise InputError(
            Text("The proposal is no longer pending.", "该提请已办结或撤回。"),
            value=f"{state.matter} {number}",
        )
    return state.proposals[number]


def two_persons(state: MatterState, proposal: Event, person: str) -> list[Text]:
    if person == proposal.actor:
        return [Text("A second person has to approve.", "须由另一人批准。")]
    first = state.events[0]
    if state.origin.get("finding") and person == first.actor:
        return [
            Text(
                "Whoever confirmed the finding cannot also approve what follows from it.",
                "确认线索的人不得批准由此采取的措施。",
            )
        ]
    return []


def lapse_refusals(law: Law, act: ActRule, proposal: Event, now: datetime) -> list[Text]:
    if act.spec.proposal_lasts is None:
        return []
    budget = law.budget(act.spec.proposal_lasts, proposal.at)
    if budget is None:
        return []
    hours = {"hours": 1.0, "days": 24.0}.get(budget.unit)
    if hours is None:
        ends = after_months(proposal.at, budget.amount)
    else:
        ends = proposal.at + timedelta(hours=hours * budget.amount)
    if now < ends:
        return []
    return [Text("The proposal has expired; please propose it again.", "提请已过期，请重新提请。")]
