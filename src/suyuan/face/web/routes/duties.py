"""Duties of a case's findings: drafts by what they save, who must do what by when, who did not."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from suyuan.casework.drafting import DraftLine, drop
from suyuan.casework.scorecards import scores
from suyuan.face.web.matter_view import duty_shown, matter_shown, party, state_title, title_of
from suyuan.face.web.office_desk import OfficeDesk, now, person_of
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.routes.matters import ActWish, Approval, MatterId, do_act, do_approve
from suyuan.face.web.sessions import may
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.words import Json, subject, text

router = APIRouter(tags=["duties"])
Reason = Annotated[str, Field(min_length=2, max_length=400)]
DraftId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
#: Drafts and duties that one answer lists; the totals count all.
MOST = 300


class Confirmation(BaseModel):
    """Drafts that become matters, with one reason; `parties` names recipients nobody knows."""

    drafts: Annotated[list[DraftId], Field(min_length=1, max_length=300)]
    reason: Reason
    parties: dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=80)]] = {}


class DraftRefusal(BaseModel):
    """A draft that is set aside for good, and why."""

    draft: DraftId
    reason: Reason


def _desk(here: Visit) -> OfficeDesk:
    here.site.office.posts(here.session.person, decides=may(Act.decide, here.posts))
    return here.site.office


@router.get("/cases/{case_id}/duties")
@rule(Act.read)
def duties(here: Here) -> dict[str, Any]:
    """Open drafts, duties with their dates, and how each party keeps them."""
    desk = _desk(here)
    desk.tick()
    lines = desk.lines(here.desk)
    matters = desk.matters(here.desk)
    duty_rows = desk.duties(matters, None)
    parties = {line.party for line in duty_rows}
    return {
        "drafts": [_draft(here, desk, line) for line in lines[:MOST]],
        "drafts_total": len(lines),
        "saves": f"{sum(line.rank for line in lines if line.body['saves']) / 100:.2f}",
        "duties": [_duty(here, desk, line) for line in duty_rows[:MOST]],
        "duties_total": len(duty_rows),
        "matters": [_matter(here, desk, line) for line in matters[:MOST]],
        "matters_total": len(matters),
        "parties": [
            {
                "party": party(line.party),
                "duties": line.duties,
                "done": line.done,
                "late": line.late,
                "breached": line.breaches,
                "open": line.open,
                "median_hours": None if line.median_hours is None else round(line.median_hours, 1),
            }
            for line in scores(desk.office)
            if line.party in parties
        ],
        "moment": here.desk.moment(now()),
    }


def _draft(here: Visit, desk: OfficeDesk, line: DraftLine) -> Json:
    because = line.body["because"]
    return {
        "id": line.id,
        "procedure": title_of(desk.office, line.procedure),
        "procedure_id": line.procedure,
        "subject": subject(here.desk, here.display, line.subject),
        "role": line.body["role"],
        "party": party(line.party) if line.party else None,
        "saves": f"{line.rank / 100:.2f}" if line.body["saves"] else None,
        "because": {lang: here.display.words(because[lang]) for lang in ("en", "zh")},
        "changed": line.changes,
    }


def _matter(here: Visit, desk: OfficeDesk, matter: str) -> Json:
    """A matter in one line, with how many proposals wait for a second person."""
    state = desk.office.state(matter, now())
    return {
        "matter": matter,
        "procedure": text(state.procedure.spec.title),
        "subject": subject(here.desk, here.display, state.subject),
        "state": text(state_title(state)),
        "proposals": len(state.proposals),
    }


def _duty(here: Visit, desk: OfficeDesk, row: Any) -> Json:
    return {
        **duty_shown(desk.office, row, here.desk.moment, now()),
        "subject": subject(here.desk, here.display, row.subject),
    }


@router.post("/cases/{case_id}/duties/drafts", status_code=201)
@rule(Act.decide, "duties.drawn")
def draw(here: Here) -> dict[str, Any]:
    """Draft what this case's results ask somebody to do."""
    counts = _desk(here).draw(here.desk)
    return {"new": counts.new, "changed": counts.changed, "same": counts.same}


@router.post("/cases/{case_id}/duties/confirmations", status_code=201)
@rule(Act.decide, "duties.confirm_asked")
def confirm(here: Here, form: Confirmation) -> dict[str, Any]:
    """Begin a matter for each; whoever confirms does not approve what follows."""
    desk = _desk(here)
    _of_case(here, desk, form.drafts)
    parties = {
        role: name if name.startswith("party:") else f"party:{name}"
        for role, name in form.parties.items()
    }
    matters = desk.confirm(form.drafts, here.session.person, form.reason, parties)
    here.record("duties.confirmed", count=matters)
    return {"matters": matters}


@router.post("/cases/{case_id}/duties/refusals", status_code=204)
@rule(Act.decide, "duties.drop_asked")
def refuse(here: Here, form: DraftRefusal) -> None:
    """Set a draft aside; a later run does not draft it again."""
    desk = _desk(here)
    _of_case(here, desk, [form.draft])
    drop(desk.office, form.draft, person_of(here.session.person), form.reason, now())


def _of_case(here: Visit, desk: OfficeDesk, ids: list[str]) -> None:
    ids_here = {line.id for line in desk.lines(here.desk)}
    if not set(ids) <= ids_here:
        raise ProblemDetails(404)


def _desk_of_matter(here: Visit, matter: str) -> OfficeDesk:
    desk = _desk(here)
    if matter not in desk.matters(here.desk):
        raise ProblemDetails(404)
    return desk


@router.get("/cases/{case_id}/matters/{matter}")
@rule(Act.read)
def one_matter(here: Here, matter: MatterId) -> dict[str, Any]:
    """How a matter stands, what may be done now by this person, and why not the rest."""
    desk = _desk_of_matter(here, matter)
    state = desk.office.state(matter, now())
    return {
        **matter_shown(desk.office, state, person_of(here.session.person), here.desk.moment),
        "subject": subject(here.desk, here.display, state.subject),
    }


@router.post("/cases/{case_id}/matters/{matter}/acts", status_code=201)
@rule(Act.decide, "matter.act_asked")
def act(here: Here, matter: MatterId, form: ActWish) -> dict[str, Any]:
    """Do an act, or propose it where two persons are needed."""
    answer = do_act(_desk_of_matter(here, matter), here.session.person, matter, form)
    here.record("matter.acted", act=form.act)
    return answer


@router.post("/cases/{case_id}/matters/{matter}/approvals", status_code=201)
@rule(Act.decide, "matter.approval_asked")
def approve(here: Here, matter: MatterId, form: Approval) -> dict[str, Any]:
    """The second person's word: what was proposed is done."""
    answer = do_approve(_desk_of_matter(here, matter), here.session.person, matter, form)
    here.record("matter.approved")
    return answer
