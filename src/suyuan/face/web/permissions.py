"""Who may do what: roles by acts, and the rule that every route carries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from suyuan.model.errors import ContractError
from suyuan.model.text import Text

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_MARK = "__suyuan_rule__"


class CasePost(StrEnum):
    """What somebody is in one case; an admin is so for all cases, and reads none."""

    viewer = "viewer"
    investigator = "investigator"
    supervisor = "supervisor"
    auditor = "auditor"
    admin = "admin"


class Act(StrEnum):
    """What a route lets one do."""

    public = "public"
    signed_in = "signed_in"
    read = "read"
    decide = "decide"
    approve = "approve"
    audit = "audit"
    administer = "administer"


_READERS = frozenset({CasePost.viewer, CasePost.investigator, CasePost.supervisor})
#: Which posts may do what. ``public`` and ``signed_in`` ask for no post.
MATRIX: dict[Act, frozenset[CasePost]] = {
    Act.public: frozenset(CasePost),
    Act.signed_in: frozenset(CasePost),
    Act.read: _READERS,
    Act.decide: frozenset({CasePost.investigator, CasePost.supervisor}),
    Act.approve: frozenset({CasePost.supervisor}),
    Act.audit: frozenset({CasePost.auditor, CasePost.supervisor}),
    Act.administer: frozenset({CasePost.admin}),
}


@dataclass(frozen=True, slots=True)
class AccessRule:
    """What a route asks for, and what the ledger calls it; unnamed reads leave no event."""

    act: Act
    event: str = ""


def rule(act: Act, event: str = "") -> Callable[[Endpoint], Endpoint]:
    """Give an endpoint its rule."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _MARK, AccessRule(act, event))
        return endpoint

    return mark


def rule_of(endpoint: object) -> AccessRule | None:
    access: AccessRule | None = getattr(endpoint, _MARK, None)
    return access


def check_routes(routes: Iterable[Any]) -> None:
    """:class:`ContractError` where a route has no rule, or writes and leaves no event."""
    for route in routes:
        access = rule_of(route.endpoint)
        unsafe = set(route.methods or ()) - {"GET", "HEAD", "OPTIONS"}
        if access is None or (unsafe and not access.event):
            raise ContractError(
                Text("A route has no access rule.", "路由缺少访问规则。"), value=route.path
            )
