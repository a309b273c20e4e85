"""How many of each role a ring has, in words: from the columns of ``rings`` that count them."""

from collections.abc import Mapping
from typing import Any

from suyuan.face.display import number
from suyuan.face.wording import many
from suyuan.model.roles import HELPERS, ON_CHAIN, ROLES, Role
from suyuan.model.text import Text

#: Roles that ``rings`` counts, in the order of drawings.
_IN_COLUMNS: tuple[Role, ...] = tuple(ROLES[name] for name in ON_CHAIN if ROLES[name].count_column)


def helper_counts(ring: Mapping[str, Any]) -> Text:
    """A ring's helpers, each role with how many there are: their numbers add up to ``helpers``."""
    roles = [(ROLES[name], ring[ROLES[name].count_column]) for name in HELPERS]
    return Text(
        ", ".join(many(count, role.title.en, _plural(role)) for role, count in roles),
        "，".join(f"{role.title.zh}{count:,}人" for role, count in roles),
    )


def _plural(role: Role) -> str:
    """The head of its column as a word of a sentence."""
    name = role.plural.en
    return name if role.title.en[:1].isupper() else name[:1].lower() + name[1:]


#: Heads of a table of what :func:`role_counts` gives.
ROLE_HEADS: list[Text] = [Text(_plural(role), role.plural.zh) for role in _IN_COLUMNS]


def role_counts(ring: Mapping[str, Any]) -> list[str]:
    """How many of each counted role, as a table shows them."""
    return [number(ring[role.count_column]) for role in _IN_COLUMNS]
