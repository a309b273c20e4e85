"""What the administrator's screen shows of people: posts, past and present, links, sessions."""

from collections.abc import Iterator
from datetime import UTC, datetime

from suyuan.face.web.appointments import appointments, lasting_posts
from suyuan.face.web.invitations import open_until
from suyuan.face.web.matter_view import party
from suyuan.face.web.office_desk import HOUSE, OWN_ROLES
from suyuan.face.web.sessions import IDLE, WHOLE
from suyuan.face.web.sign_on import identity_of
from suyuan.face.web.site import Site
from suyuan.face.web.words import Json, text
from suyuan.model.text import Text


def person_shown(site: Site, name: str, admin: int, closed: int, secret: str) -> Json:
    now = site.sessions.clock()
    live = site.state.rows(
        "SELECT count(*) FROM session WHERE person = ? AND NOT ended AND seen > ? AND began > ?",
        (name, now - IDLE, now - WHOLE),
    )
    until = open_until(site.sessions, name)
    posts = lasting_posts(site.state, name).items()
    return {
        "name": name,
        "admin": bool(admin),
        "closed": bool(closed),
        "password": bool(secret),
        "link_until": moment_shown(until),
        "posts": {case: sorted(own) for case, own in posts},
        "past": list(_past(site, name)),
        "duties": [
            {"role": post.role, "party": party(post.party)}
            for post in site.office.posts_of(name)
            if post.party != HOUSE or post.role not in OWN_ROLES
        ],
        "sessions": live[0][0],
        "identity": identity_of(site.state, site.sign_on.settings.issuer, name)
        if site.sign_on
        else None,
    }


def _past(site: Site, name: str) -> Iterator[Json]:
    for appointment in appointments(site.state, name):
        if appointment.until is not None:
            yield {
                "case": appointment.case_id,
                "post": appointment.post,
                "since": moment_shown(appointment.since) if appointment.since else "",
                "until": moment_shown(appointment.until),
                "given_by": appointment.given_by,
                "ended_by": appointment.ended_by,
            }


def roles_shown(site: Site) -> list[Json]:
    """Roles in which organisations answer, by what the procedures call them."""
    titles: dict[str, Text] = {}
    for procedure in site.office.office.registry.procedures.values():
        for role, title in procedure.spec.roles.items():
            titles.setdefault(role, title)
    return [{"id": role, **text(titles[role])} for role in sorted(titles)]


def moment_shown(moment: float | None) -> str:
    return "" if moment is None else f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"
