"""One request of somebody to one case: who, where, what they may see."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Request

from suyuan.face.display import Display
from suyuan.face.web.desk import Desk
from suyuan.face.web.permissions import CasePost, rule_of
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.reveal_grants import revealed_to
from suyuan.face.web.sessions import COOKIE, Session, may, posts
from suyuan.face.web.site import ALONE, Site

CaseId = Annotated[str, Path(max_length=80, pattern=r"^[a-z0-9-]+$")]


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


AnySite = Annotated[Site, Depends(site_of)]


def posts_in(site: Site, session: Session, case_id: str) -> frozenset[CasePost]:
    """What the person at this session is in a case."""
    return ALONE if site.alone else posts(site.state, session, case_id)


def signed_in(request: Request, site: AnySite) -> Session:
    """Whoever is signed in; and, where the route has no case, may use it. Writes leave an event."""
    session = site.sessions.of(request.cookies.get(COOKIE))
    if session is None:
        raise ProblemDetails(401)
    access = rule_of(request.scope["route"].endpoint)
    if access is None or not may(access.act, posts_in(site, session, "")):
        raise ProblemDetails(403)
    if access.event and "case_id" not in request.path_params:
        site.audit.record(access.event, session.person)
    return session


AnySession = Annotated[Session, Depends(signed_in)]


@dataclass(slots=True)
class Visit:
    """Somebody who may use this route on this case, for one request and in one thread."""

    site: Site
    session: Session
    desk: Desk
    posts: frozenset[CasePost]
    revealed_subjects: frozenset[str]
    _display: Display | None = None

    @property
    def display(self) -> Display:
        """Made once: it looks whether the results are new, and a page asks for it in each row.

        Kept without a lock: Python 3.11's ``cached_property`` has one for the whole class, so that
        whoever waits in it for the desk keeps waiting those who have the desk and come here.
        """
        if self._display is None:
            self._display = self.desk.display(self.revealed_subjects)
        return self._display

    def record(self, kind: str, subject: str = "", **detail: Any) -> None:
        """One more event in the case's chain."""
        self.site.audit.record(
            kind, self.session.person, case_id=self.desk.id, subject=subject, **detail
        )


def visit(case_id: CaseId, request: Request, site: AnySite) -> Visit:
    """404 for a case that is none, or none of theirs; 403 for what their post does not let them."""
    session = site.sessions.of(request.cookies.get(COOKIE))
    if session is None:
        raise ProblemDetails(401)
    desk = site.desks.get(case_id)
    own = posts_in(site, session, case_id)
    if desk is None or not own:
        raise ProblemDetails(404)
    access = rule_of(request.scope["route"].endpoint)
    if access is None or not may(access.act, own):
        raise ProblemDetails(403)
    revealed_subjects = frozenset(revealed_to(site.state, session, case_id, site.sessions.clock()))
    request.state.revealed = bool(revealed_subjects)
    guest = Visit(site, session, desk, own, revealed_subjects)
    if access.event:
        guest.record(access.event)
    if revealed_subjects:
        guest.record(
            "reveal.used", path=request.scope["route"].path, subjects=len(revealed_subjects)
        )
    return guest


Here = Annotated[Visit, Depends(visit)]
