"""What a page shows of a matter, to whoever looks: duties, what may be done, why not the rest."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from suyuan.casework.checks import Post, no_post, refusals
from suyuan.casework.compiled import BEGIN, PROPOSAL, WITHDRAWAL, ActRule
from suyuan.casework.explain import DutyLine, Possible, duty_lines, possible
from suyuan.casework.items import item_state
from suyuan.casework.office import Office, ReadTransaction
from suyuan.casework.rebinding import ChangeNotice, change_notices
from suyuan.casework.sealing import is_sealed
from suyuan.casework.shared_records import VIEW, RecordView, record_views
from suyuan.casework.state import MatterState, matter_state
from suyuan.casework.visibility import Sight
from suyuan.face.office_pages.personal import mask_field
from suyuan.face.office_pages.words import value_words
from suyuan.model.text import Text
from suyuan.rulebook.declare import Rule
from suyuan.store.ledger.event import Event, stamp

#: The act that asks a provider for a fee; pages show a button a fee instead.
ASK: Final = "ask_payment"
_OPEN: Final = frozenset({"open", "late", "breached"})
#: What names a document that was handed in.
DOCUMENT: Final = re.compile("document:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FeeLine:
    """A fee: whether it may be paid now, and else why not."""

    fee: str
    title: Text
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What a rule says of what was handed in: its answer in words, and its sentence."""

    title: Text
    answer: str
    reason: Text
    duty: Text
    quality: str


@dataclass(frozen=True, slots=True)
class DoneLine:
    """Something that happened, and which step of the clock was overtaken."""

    at: datetime
    title: Text
    own: bool
    overtaken: bool


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal that waits for a second person."""

    number: int
    title: Text
    own: bool


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document that was handed in: for which field, and when."""

    title: Text
    document: str
    at: datetime

    @property
    def sha256(self) -> str:
        return self.document.partition(":")[2]


@dataclass(frozen=True, slots=True)
class MatterView:
    """A matter as one person sees it; times in naive UTC."""

    matter: str
    subject: str
    title: Text
    about: Text
    state: Text
    is_closed: bool
    own: tuple[DutyLine, ...]
    other_duties: tuple[DutyLine, ...]
    may: tuple[Possible, ...]
    not_yet: tuple[Possible, ...]
    needs: frozenset[str]
    fees: tuple[FeeLine, ...]
    proposals: tuple[ProposalLine, ...]
    unmet: tuple[RuleLine, ...]
    kept_rules: tuple[RuleLine, ...]
    facts: tuple[tuple[Text, Text], ...]
    documents: tuple[DocumentLine, ...]
    items: tuple[tuple[str, Text], ...]
    notices: tuple[ChangeNotice, ...]
    windows: tuple[tuple[Text, datetime, datetime], ...]
    past_acts: tuple[DoneLine, ...]
    looks: tuple[RecordView, ...]


def matter_view(
    office: Office, state: MatterState, sight: Sight, posts: Sequence[Post], now: datetime
) -> MatterView:
    """The matter for a person who holds `posts` and has `sight` of it."""
    lines = sorted((d for d in duty_lines(state) if d.state in _OPEN), key=_due)
    own = [d for d in lines if d.role in sight.roles]
    acts = [a for a in possible(office, state, posts) if not _for_others(state, a)]
    acts = [a for a in acts if a.act != ASK]
    needs = frozenset(
        act
        for run in state.duties
        if not run.is_settled and run.rule.spec.by in sight.roles
        for act in run.rule.done_acts
    )
    rules = _rules(state) if sight.whole else []
    name = matter_state(state)
    is_closed = any(s.name == name and s.spec.closed for s in state.version.states)
    return MatterView(
        state.matter,
        state.subject,
        state.procedure.spec.title,
        state.procedure.spec.about,
        state_title(state),
        is_closed,
        tuple(own),
        tuple(d for d in lines if d not in own) if sight.whole else (),
        tuple(sorted((a for a in acts if not a.reasons), key=lambda a: a.act not in needs)),
        tuple(a for a in acts if a.reasons),
        needs,
        tuple(_fees(state, posts, now)),
        tuple(_proposals(state, sight, posts, now)),
        tuple(r for r in rules if r.answer != "kept"),
        tuple(r for r in rules if r.answer == "kept"),
        tuple(_facts(office, state, sight)),
        tuple(documents_of(state, sight)),
        tuple(_items(state, sight)),
        tuple(change_notices(state)),
        tuple(
            (w.title, w.since, w.last)
            for w in sorted(state.version.windows.values(), key=lambda w: w.since)
        ),
        tuple(_acts_done(state, sight)),
        tuple(record_views(office, state.matter, now)) if VIEW in state.version.acts else (),
    )


def _due(line: DutyLine) -> str:
    return stamp(line.due.moment) if line.due.moment else "9"


def _for_others(state: MatterState, act: Possible) -> bool:
    """An act of roles that this person does not have is none of theirs to see."""
    return no_post(state.version.acts[act.act], state) in act.reasons


def state_title(state: MatterState) -> Text:
    """How a matter stands, in words."""
    name = matter_state(state)
    return next((s.spec.title for s in state.version.states if s.name == name), Text("–", "–"))


def _rules(state: MatterState) -> list[RuleLine]:
    """The rules that the procedure names whose facts were handed in."""
    clause = state.procedure.spec.clause
    rules: list[Rule] = [state.law.book[r] for r in (clause.rule, *clause.also)]
    lines = []
    for rule in rules:
        verdict = state.law.judge(rule.id, state.scope, state.now)
        facts = [name for name in rule.facts if state.scope.get(name) is not None]
        if verdict.answer is not None and facts:
            answer = getattr(verdict.answer, "value", str(verdict.answer))
            line = RuleLine(
                rule.title, answer, verdict.reason, rule.duty, rule.source.quality.value
            )
            lines.append(line)
    return lines


def _fees(state: MatterState, posts: Sequence[Post], now: datetime) -> Iterable[FeeLine]:
    act = state.version.acts.get(ASK)
    if act is None or not any(post.covers(state, act.by, now) for post in posts):
        return
    field = state.procedure.fields["fee"]
    for fee in field.words or ():
        form = {"fee": fee, "order": f"{state.matter}/{fee}"}
        reasons = tuple(refusals(act, state, form, now))
        yield FeeLine(fee, value_words(field, fee), reasons)


def _proposals(
    state: MatterState, sight: Sight, posts: Sequence[Post], now: datetime
) -> Iterable[ProposalLine]:
    for number, event in state.proposals.items():
        act = state.version.acts.get(event.kind.removesuffix(PROPOSAL))
        if act is not None and any(post.covers(state, act.by, now) for post in posts):
            yield ProposalLine(number, act.spec.title, event.actor == sight.person)


def _facts(office: Office, state: MatterState, sight: Sight) -> Iterable[tuple[Text, Text]]:
    """What was filled in, the last of each field; what tells of a person is masked."""
    values: dict[str, object] = {}
    for event in _visible_events(state, sight):
        values |= {n: v for n, v in event.body.items() if n in state.procedure.fields}
    sealer, reading = office.registry.sealer, ReadTransaction(office.ledger)
    for name, spec in state.procedure.fields.items():
        value = values.get(name)
        if isinstance(value, list) and spec.files:
            value = [part for part in value if not DOCUMENT.fullmatch(str(part))] or None
        if value is None:
            continue
        if isinstance(value, dict):
            text = sealer.read(reading, value) if sealer and is_sealed(value) else None
            yield spec.title, mask_field(spec, text)
        else:
            yield spec.title, _value_known(state, value) or value_words(spec, value)


def documents_of(state: MatterState, sight: Sight) -> Iterable[DocumentLine]:
    """The documents of the events that somebody sees, each once, as it came first."""
    lines: dict[str, DocumentLine] = {}
    for event in _visible_events(state, sight):
        for name, spec in state.procedure.fields.items():
            for value in _documents(event.body.get(name)) if spec.files else ():
                lines.setdefault(value, DocumentLine(spec.title, value, event.at))
    return lines.values()


def _documents(value: object) -> list[str]:
    values = value if isinstance(value, list) else []
    return [str(v) for v in values if DOCUMENT.fullmatch(str(v))]


def _visible_events(state: MatterState, sight: Sight) -> list[Event]:
    """The events of one's own sight, and every notice that tells of a remedy."""
    own = {event.number for event in sight.events(state)}
    return [e for e in state.events if e.number in own or "remedy" in e.body]


def _value_known(state: MatterState, value: object) -> Text | None:
    """The title of a rule or of a directory's entry, where a value is the name of one."""
    if not isinstance(value, str):
        return None
    if value in state.law.book.rules:
        return state.law.book[value].title
    for directory in state.law.directories.values():
        for entry in directory.entries:
            if entry["id"] == value and isinstance(entry["title"], Text):
                return entry["title"]
    return None


def own_only(state: MatterState, sight: Sight) -> bool:
    """Whether a matter's items are other people, whom this person neither sees nor acts for."""
    items = state.version.items
    return items is not None and items.kind == "person" and not sight.whole


def _items(state: MatterState, sight: Sight) -> Iterable[tuple[str, Text]]:
    """Each item with its state: all for the authority, their own for everybody else."""
    titles = {s.name: s.spec.title for s in state.version.item_states}
    for item in state.items.values():
        if not own_only(state, sight) or item.subject == sight.person:
            yield item.subject, titles.get(item_state(item, state.now), Text("–", "–"))


def _acts_done(state: MatterState, sight: Sight) -> Iterable[DoneLine]:
    for event in sight.events(state):
        if event.kind.endswith((PROPOSAL, WITHDRAWAL)):
            continue
        own = event.actor == sight.person
        yield DoneLine(event.at, act_title(state, event), own, event in state.overtaken)


def citation(office: Office, line: DutyLine) -> Text:
    """The document and the article that a duty rests on, in both languages."""
    source = office.registry.law.book[line.clause].source
    if line.citation != source.citation:  # a value has a source of its own
        return Text(line.citation, line.citation)
    article = f" {source.article}" if source.article else ""
    return Text(f"{source.document.en}{article}", f"{source.document.zh}{article}")


def act_title(state: MatterState, event: Event) -> Text:
    """What an event was, in words."""
    if event.kind == BEGIN:
        return Text("begun", "已开始")
    if event.kind == "rebound":
        return Text("moved to new rules", "适用新规则")
    act: ActRule | None = next(
        (v.acts[event.kind] for v in reversed(state.procedure.versions) if event.kind in v.acts),
        None,
    )
    title = Text(event.kind, event.kind) if act is None else act.spec.title
    if act is not None and act.by == ("clock",):
        return Text(f"{title.en} (time ran out)", f"{title.zh}（期限届满）")
    return title
