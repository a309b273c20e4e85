"""The third door: an organisation's own duties, and the form by which it answers.

No case is read here. Somebody with a post sees matters of the party they act for, and the subject
of a matter in full only while their party owes a duty in it, which the ledger writes down.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from suyuan.casework.office import ActForm
from suyuan.face.display import clean
from suyuan.face.web.matter_view import duty_shown, matter_shown, party
from suyuan.face.web.office_desk import OfficeDesk, now, person_of
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.sessions import Session
from suyuan.face.web.site import Site
from suyuan.face.web.visit import AnySession, AnySite
from suyuan.face.web.words import Json, text
from suyuan.model.subjects import KINDS
from suyuan.model.text import Text
from suyuan.model.times import local
from suyuan.privacy.masking import Masking

router = APIRouter(tags=["duties"])
MatterId = Annotated[str, Path(max_length=80, pattern=r"^[a-z0-9-]+:[0-9a-f]{12}$")]
MOST = 300


class ActWish(BaseModel):
    """An act and its form; `expected` is the matter's last event that was seen."""

    act: Annotated[str, Field(max_length=60, pattern=r"^[a-z_]+$")]
    fields: dict[
        Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=2000)] | bool
    ] = {}
    expected: Annotated[int, Field(ge=0)] | None = None


class Approval(BaseModel):
    """The proposal that is approved, by its number."""

    proposal: Annotated[int, Field(ge=1)]


def do_act(desk: OfficeDesk, name: str, matter: str, form: ActWish) -> dict[str, Any]:
    fields = {key: value for key, value in form.fields.items() if value != ""}
    act_form = ActForm(matter, form.act, fields, expected_number=form.expected)
    event = desk.office.act(act_form, person_of(name), now())
    return {"number": event.number, "proposed": event.kind.endswith(".proposed")}


def do_approve(desk: OfficeDesk, name: str, matter: str, form: Approval) -> dict[str, Any]:
    event = desk.office.approve(matter, form.proposal, person_of(name), now())
    return {"number": event.number, "proposed": False}


def _moment(value: Any) -> str:
    return "" if value is None else f"{local(value):%Y-%m-%dT%H:%M:%S}+08:00"


def _about(subject: str) -> Json:
    """Kind and masked id of a subject, as people read it."""
    kind, _, id_ = clean(subject).partition(":")
    title = KINDS.get(kind, Text(kind, kind))
    return text(Text(f"{title.en} {id_}", f"{title.zh} {id_}"))


def _parties(site: Site, session: Session) -> list[str]:
    return sorted({post.party for post in site.office.posts(session.person, decides=False)})


@router.get("/duties")
@rule(Act.signed_in)
def own_duties(session: AnySession, site: AnySite) -> dict[str, Any]:
    """Duties of the parties that this person acts for, those due first on top."""
    parties = _parties(site, session)
    site.office.tick()
    rows = site.office.duties(None, parties) if parties else []
    masking = Masking()
    return {
        "parties": [party(name) for name in parties],
        "items": [
            {
                **duty_shown(site.office.office, row, _moment, now()),
                "about": _about(masking.subject(row.subject)),
            }
            for row in rows[:MOST]
        ],
        "total": len(rows),
    }


def _own(site: Site, session: Session, matter: str) -> bool:
    """Whether their party owes something there now. :class:`ProblemDetails` 404 where it is not in
    it.
    """
    parties = set(_parties(site, session))
    rows = [row for row in site.office.duties([matter], None) if row.party in parties]
    if not rows:
        raise ProblemDetails(404)
    return any(row.state in {"open", "late", "breached"} for row in rows)


@router.get("/matters/{matter}")
@rule(Act.signed_in)
def own_matter(matter: MatterId, session: AnySession, site: AnySite) -> dict[str, Any]:
    """A matter as the party in it sees it, with the forms of what it may answer."""
    owes = _own(site, session, matter)
    state = site.office.office.state(matter, now())
    if owes:
        site.audit.record("matter.shown", session.person, matter=matter)
    subject = state.subject if owes else Masking().subject(state.subject)
    return {
        **matter_shown(site.office.office, state, person_of(session.person), _moment),
        "about_whom": subject.partition(":")[2] or subject,
    }


@router.post("/matters/{matter}/acts", status_code=201)
@rule(Act.signed_in, "matter.act_asked")
def own_act(matter: MatterId, form: ActWish, session: AnySession, site: AnySite) -> dict[str, Any]:
    """Answer: do an act of one's party."""
    _own(site, session, matter)
    return do_act(site.office, session.person, matter, form)


@router.post("/matters/{matter}/approvals", status_code=201)
@rule(Act.signed_in, "matter.approval_asked")
def own_approval(
    matter: MatterId, form: Approval, session: AnySession, site: AnySite
) -> dict[str, Any]:
    """The second person of the same party approves."""
    _own(site, session, matter)
    return do_approve(site.office, session.person, matter, form)
