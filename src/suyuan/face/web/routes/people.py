"""People: enrolled, given posts, and ended; each change is an event of the ledger before it is."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from suyuan.face.web.appointments import appoint, lasting_posts
from suyuan.face.web.invitations import invite, invitee, spend
from suyuan.face.web.people_view import moment_shown, person_shown, roles_shown
from suyuan.face.web.permissions import MATRIX, Act, CasePost, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.routes.office import event_shown
from suyuan.face.web.routes.session import with_session
from suyuan.face.web.routes.sign_on import NO_SIGN_ON
from suyuan.face.web.sessions import Session
from suyuan.face.web.sign_on import identify, person_behind
from suyuan.face.web.site import Site
from suyuan.face.web.visit import AnySession, AnySite
from suyuan.face.web.words import text
from suyuan.model.text import Text

router = APIRouter(tags=["people"])
#: No slashes, and no signs that control or hide.
_PLAIN = r"^[^/\\\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+$"
NewName = Annotated[str, Field(min_length=1, max_length=80, pattern=_PLAIN)]
Name = Annotated[str, Path(min_length=1, max_length=80)]
Secret = Annotated[str, Field(max_length=200)]
LAST = Text(
    "There must be at least one administrator. Appoint another one first.",
    "至少须保留一名管理员，请先指定另一名管理员。",
)
IDENTITY_TAKEN = Text(
    "Somebody else is enrolled under this identity.", "该身份标识已登记在他人名下。"
)
THERE = Text("Somebody with this name is already enrolled.", "已有同名人员登记。")


class DutyPost(BaseModel):
    """In which role, and for which party, somebody acts in the office."""

    role: Annotated[str, Field(max_length=40, pattern=r"^[a-z_]+$")]
    party: Annotated[str, Field(min_length=1, max_length=80)]


class Person(BaseModel):
    """What changes of a person; what is left out stays. `posts` are all those of a case."""

    password: Secret = ""
    posts: dict[str, list[CasePost]] = {}
    duties: Annotated[list[DutyPost], Field(max_length=50)] = []
    duties_ended: Annotated[list[DutyPost], Field(max_length=50)] = []
    admin: bool | None = None
    closed: bool | None = None
    identity: Annotated[str, Field(max_length=200)] | None = None


class Newcomer(BaseModel):
    """Somebody who is enrolled, and what they are in which case."""

    name: NewName
    posts: dict[str, list[CasePost]] = {}
    admin: bool = False


class First(BaseModel):
    """The first account, made with the link that the command printed."""

    link: Annotated[str, Field(max_length=100)]
    name: NewName
    password: Secret


class Joining(BaseModel):
    """The secret of an enrolment link, and the password that its person chose."""

    link: Annotated[str, Field(max_length=100)]
    password: Secret


@router.post("/people/first", status_code=204)
@rule(Act.public, "person.first_asked")
def first(form: First, site: AnySite) -> None:
    """Make the first administrator; works once, where nobody is there yet."""
    if site.alone or site.state.rows("SELECT 1 FROM person LIMIT 1"):
        raise ProblemDetails(409)
    site.audit.record("person.first_asked", "unknown")
    site.sessions.check_secret(form.name, form.password)
    site.sessions.spend_link(form.link)
    site.sessions.enrol(form.name, form.password, admin=True)
    site.audit.record("person.enrolled", form.name, admin=True)


@router.post("/people/joined", status_code=204)
@rule(Act.public, "person.joined")
def join(form: Joining, site: AnySite) -> Response:
    """Choose the first password, or a new one, by an enrolment link; begins a session."""
    try:
        name = invitee(site.sessions, form.link)
    except ProblemDetails:
        site.audit.record("session.refused", "unknown")
        raise
    site.sessions.check_secret(name, form.password)
    spend(site.sessions, form.link)
    site.audit.record("person.joined", name)
    site.sessions.enrol(name, form.password)
    site.sessions.end_all(name)
    return with_session(site.sessions.begin(name))


@router.get("/people")
@rule(Act.administer)
def people(session: AnySession, site: AnySite) -> dict[str, Any]:  # noqa: ARG001
    """Everybody, what they are and were in which case, and how many sessions they have open."""
    rows = site.state.rows("SELECT name, admin, closed, secret FROM person ORDER BY closed, name")
    cases = [{"id": desk.id, "name": text(desk.title)} for desk in site.desks.values()]
    return {
        "items": [person_shown(site, *row) for row in rows],
        "total": len(rows),
        "cases": sorted(cases, key=lambda case: str(case["id"])),
        "case_posts": [post.value for post in CasePost if post is not CasePost.admin],
        "roles": roles_shown(site),
    }


@router.get("/people/events")
@rule(Act.administer, "ledger.read")
def house_events(
    session: AnySession,  # noqa: ARG001
    site: AnySite,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """The newest events that are of no case: sign-ins, people, posts for organisations."""
    events, total = site.audit.events("", 0, limit)
    return {"items": [event_shown(event) for event in events], "total": total}


@router.post("/people", status_code=201)
@rule(Act.administer, "person.enrol_asked")
def enrol(form: Newcomer, session: AnySession, site: AnySite) -> dict[str, Any]:
    """Enrol a person, who chooses a password by the link that this answers, once."""
    if site.state.rows("SELECT 1 FROM person WHERE name = ?", (form.name,)):
        raise ProblemDetails(409, THERE)
    _check_cases(site, form.posts)
    site.audit.record("person.enrolled", session.person, person=form.name, admin=form.admin)
    site.sessions.enrol_without_secret(form.name, admin=form.admin)
    _appoint(site, session, form.name, form.posts)
    return _link(site, session, form.name)


@router.post("/people/{name}/invitation", status_code=201)
@rule(Act.administer, "person.invite_asked")
def invitation(name: Name, session: AnySession, site: AnySite) -> dict[str, Any]:
    """Another link, which chooses a new password; links before it end."""
    _there(site, name)
    return _link(site, session, name)


@router.post("/people/{name}/end-sessions", status_code=204)
@rule(Act.administer, "person.sessions_end_asked")
def end_sessions(name: Name, session: AnySession, site: AnySite) -> None:
    """End every session of a person."""
    _there(site, name)
    site.audit.record("person.sessions_ended", session.person, person=name)
    site.sessions.end_all(name)


@router.put("/people/{name}", status_code=204)
@rule(Act.administer, "person.changed")
def put_person(name: Name, form: Person, session: AnySession, site: AnySite) -> None:
    """Enrol a person with a password, or change posts, password or state; their sessions end."""
    _check_cases(site, form.posts)
    if form.password:
        site.sessions.check_secret(name, form.password)
    else:
        _there(site, name)
    if form.closed or form.admin is False:
        _check_admins(site, name)
    if form.identity is not None:
        _check_identity(site, name, form.identity.strip())
    if form.password:
        site.audit.record("person.enrolled", session.person, person=name)
        site.sessions.enrol(name, form.password)
    _appoint(site, session, name, form.posts)
    _change_duties(site, session, name, form)
    if form.identity is not None:
        _change_identity(site, session, name, form.identity.strip())
    for column in ("closed", "admin"):
        value = getattr(form, column)
        if value is not None:
            kind = f"person.{column}" if value else f"person.{column}_ended"
            site.audit.record(kind, session.person, person=name)
            site.sessions.set_person(name, column, value=value)
    if name != session.person or form.closed:
        site.sessions.end_all(name)


def _check_identity(site: Site, name: str, subject: str) -> None:
    if site.sign_on is None:
        raise ProblemDetails(409, NO_SIGN_ON)
    issuer = site.sign_on.settings.issuer
    if subject and person_behind(site.state, issuer, subject, closed=True) not in {None, name}:
        raise ProblemDetails(409, IDENTITY_TAKEN)


def _change_identity(site: Site, session: Session, name: str, subject: str) -> None:
    """Under which identity the issuer vouches for a person; the ledger does not hold it."""
    assert site.sign_on is not None
    site.audit.record("person.identity", session.person, person=name, given=bool(subject))
    issuer = site.sign_on.settings.issuer
    identify(site.state, issuer, name, subject, site.sessions.clock())


def _change_duties(site: Site, session: Session, name: str, form: Person) -> None:
    for posts, event, change in (
        (form.duties, "person.posted", site.office.appoint),
        (form.duties_ended, "person.post_ended", site.office.end),
    ):
        for post in posts:
            party = f"party:{post.party.removeprefix('party:')}"
            detail = {"person": name, "role": post.role, "party": post.party}
            site.audit.record(event, session.person, **detail)
            change(name, post.role, party)


def _appoint(
    site: Site, session: Session, name: str, posts_by_case: dict[str, list[CasePost]]
) -> None:
    """Give and end posts, each case's chain told first; who decides nowhere leaves the house."""
    for case, posts in posts_by_case.items():
        own = set(posts) - {CasePost.admin}
        before = lasting_posts(site.state, name).get(case, set())
        site.audit.record(
            "person.appointed",
            session.person,
            case_id=case,
            person=name,
            given=sorted(own - before),
            ended=sorted(before - own),
        )
        appoint(site, name, case, own, session.person)
    now = lasting_posts(site.state, name).values()
    if posts_by_case and not any(posts & MATRIX[Act.decide] for posts in now):
        site.office.leave(name)


def _link(site: Site, session: Session, name: str) -> dict[str, Any]:
    site.audit.record("person.invited", session.person, person=name)
    secret, until = invite(site.sessions, name, session.person)
    return {"link": secret, "until": moment_shown(until)}


def _there(site: Site, name: str) -> None:
    if not site.state.rows("SELECT 1 FROM person WHERE name = ?", (name,)):
        raise ProblemDetails(404)


def _check_cases(site: Site, posts: dict[str, list[CasePost]]) -> None:
    if posts.keys() - site.desks.keys():
        raise ProblemDetails(404)


def _check_admins(site: Site, name: str) -> None:
    """An office without an administrator could enrol nobody any more."""
    other_admins = "SELECT 1 FROM person WHERE admin AND NOT closed AND name != ? LIMIT 1"
    own = "SELECT 1 FROM person WHERE admin AND NOT closed AND name = ?"
    if site.state.rows(own, (name,)) and not site.state.rows(other_admins, (name,)):
        raise ProblemDetails(409, LAST)
