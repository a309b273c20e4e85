"""Pages as files, for offices without a server: a matter, and a party's desk. They only show."""

from datetime import datetime
from functools import partial
from typing import Any, Final

from suyuan.casework.explain import duty_lines
from suyuan.casework.office import Office
from suyuan.casework.visibility import sight
from suyuan.face.office_pages.rendering import render
from suyuan.face.office_pages.views import citation, matter_view
from suyuan.model.text import Language

#: A desk shows at most so many matters; the page says how many there are.
MOST: Final = 200
_OPEN: Final = frozenset({"open", "late", "breached"})


def citizen_page(
    office: Office, matter: str, person: str, now: datetime, language: Language
) -> str:
    """The page of a matter for the person who is in it."""
    state, posts = office.state(matter, now), office.posts(person)
    view = matter_view(office, state, sight(state, person, posts, now), posts, now)
    fields = state.procedure.fields
    return render(
        "matter.html.j2", language, now, view=view, fields=fields, cite=partial(citation, office)
    )


def desk_page(office: Office, party: str, person: str, now: datetime, language: Language) -> str:
    """What waits for a party, what is due first on top, and what this person may do."""
    rows = office.ledger.read(
        "SELECT matter FROM duty WHERE party = ? AND state IN ('open', 'late', 'breached')"
        " GROUP BY matter ORDER BY min(due)",
        (party,),
    )
    posts = office.posts(person)
    cards: list[dict[str, Any]] = []
    for (matter,) in rows[:MOST]:
        state = office.state(matter, now)
        view = matter_view(office, state, sight(state, person, posts, now), posts, now)
        duties = [d for d in duty_lines(state) if d.party == party and d.state in _OPEN]
        cards.append({"view": view, "duties": duties})
    return render(
        "desk.html.j2",
        language,
        now,
        party=party,
        cards=cards,
        total=len(rows),
        cite=partial(citation, office),
    )
