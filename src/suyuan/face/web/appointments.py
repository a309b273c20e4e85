"""Who is what in which case, from when until when: posts end, and none is deleted."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from suyuan.face.web.permissions import CasePost
from suyuan.face.web.site import Site
from suyuan.face.web.state import State


@dataclass(frozen=True, slots=True)
class Appointment:
    """A post in a case; `since` and `until` are seconds since 1970, `until` None while it lasts."""

    case_id: str
    post: str
    since: float
    given_by: str
    until: float | None
    ended_by: str


def appointments(state: State, person: str) -> list[Appointment]:
    """All posts of a person, also those that ended, the newest last."""
    rows = state.rows(
        "SELECT case_id, post, since, given_by, until, ended_by FROM appointment "
        "WHERE person = ? ORDER BY number",
        (person,),
    )
    return [Appointment(*row) for row in rows]


def lasting_posts(state: State, person: str) -> dict[str, set[CasePost]]:
    """What a person is now, case by case."""
    by_case: dict[str, set[CasePost]] = {}
    for appointment in appointments(state, person):
        if appointment.until is None:
            by_case.setdefault(appointment.case_id, set()).add(CasePost(appointment.post))
    return by_case


def appoint(
    site: Site, person: str, case_id: str, posts: Iterable[CasePost], by: str = "command"
) -> None:
    """Make these the posts of a person in a case: others end, those that last stay as they are."""
    new_posts = {str(new_post) for new_post in posts}
    now = site.sessions.clock()

    def work(file: sqlite3.Connection) -> None:
        rows = file.execute(
            "SELECT post FROM appointment WHERE person = ? AND case_id = ? AND until IS NULL",
            (person, case_id),
        )
        old_posts = {post for (post,) in rows}
        file.executemany(
            "UPDATE appointment SET until = ?, ended_by = ? "
            "WHERE person = ? AND case_id = ? AND post = ? AND until IS NULL",
            [(now, by, person, case_id, post) for post in sorted(old_posts - new_posts)],
        )
        file.executemany(
            "INSERT INTO appointment (person, case_id, post, since, given_by) "
            "VALUES (?, ?, ?, ?, ?)",
            [(person, case_id, post, now, by) for post in sorted(new_posts - old_posts)],
        )

    site.state.write(work)
