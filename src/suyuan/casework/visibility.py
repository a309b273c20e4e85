"""What a person may see of a matter: who began it sees all, a party only what concerns it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from suyuan.casework.checks import Post
from suyuan.casework.compiled import BEGIN
from suyuan.casework.declare import names
from suyuan.casework.state import MatterState
from suyuan.store.ledger.event import Event


@dataclass(frozen=True, slots=True)
class Sight:
    """The roles in which somebody stands in a matter; `whole` where it is the authority's own."""

    person: str
    roles: frozenset[str]
    whole: bool

    def __bool__(self) -> bool:
        return bool(self.roles)

    def events(self, state: MatterState) -> list[Event]:
        """All events, or those of one's own roles and those that set one's own duties going."""
        if self.whole:
            return list(state.events)
        own = {
            act
            for duty in state.version.duties.values()
            if duty.spec.by in self.roles
            for act in names(duty.spec.upon)
        }
        return [e for e in state.events if e.kind in own | {BEGIN} or self._did(e)]

    def _did(self, event: Event) -> bool:
        return event.actor == self.person or event.body.get("role") in self.roles


def sight(state: MatterState, person: str, posts: Iterable[Post], now: datetime) -> Sight:
    """How `person` stands in a matter by `posts`; false where not at all.

    A role whose party the matter does not name is seen by those only who may begin such matters.
    """
    openers = names(state.version.opening.by)
    roles = frozenset(
        post.role
        for post in posts
        if post.covers(state, tuple(state.procedure.spec.roles), now)
        and (post.role in state.parties or post.role in openers)
    )
    return Sight(person, roles, not roles.isdisjoint(openers))


def parties_of(posts: Sequence[Post]) -> list[tuple[str, str]]:
    """Role and party of each post, once."""
    return sorted({(post.role, post.party) for post in posts})
