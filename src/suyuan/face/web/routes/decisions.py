"""Decisions: new rows of the case's own file; the next run obeys."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from suyuan.face.decision_file import Decision, decide
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.words import Json
from suyuan.model.text import Text
from suyuan.store.last_words import Row, earlier_decision

router = APIRouter(tags=["decisions"])
NO_DECISION = Text("There is no decision to take back.", "没有可撤回的决定。")
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Say(BaseModel):
    """What is decided of which leads, or of which reports, and why."""

    kind: Literal["confirm", "reject", "undo", "merge", "split"]
    findings: Annotated[list[Id], Field(max_length=200)] = []
    reports: Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=200)] = []
    decision: Annotated[str, Field(max_length=40)] = ""
    reason: Annotated[str, Field(min_length=1, max_length=400)]


@router.post("/cases/{case_id}/decisions", status_code=201)
@rule(Act.decide, "decision.asked")
def say(here: Here, form: Say) -> dict[str, Any]:
    """Append a decision for each lead, or one for the reports together."""
    if not form.reason.strip():
        raise ProblemDetails(422, errors=[{"where": ["reason"], "what": "empty"}])
    targets = _targets(here, form)
    fresh = []
    for names, role in targets:
        here.record(
            f"decision.{form.kind}",
            here.desk.references.of(names[0]) if form.kind in {"confirm", "reject"} else "",
            role=role or "",
            reason_length=len(form.reason),
        )
        new_decision = Decision(form.kind, names, role, here.session.person, form.reason.strip())
        fresh.append(decide(here.desk.case.path, new_decision, here.desk.results.layout))
    return {"decisions": fresh, "unheard": len(here.desk.decisions().unheard_ids)}


def _targets(here: Visit, form: Say) -> list[tuple[tuple[str, ...], str | None]]:
    """What each row will be about: subject and role, an earlier decision, or reports."""
    if form.kind in {"merge", "split"}:
        return [(tuple(form.reports), None)]
    if form.kind == "undo" and form.decision:
        return [((form.decision,), None)]
    rows = [_finding(here, id_) for id_ in form.findings]
    if not rows:
        raise ProblemDetails(422, errors=[{"where": ["findings"], "what": "missing"}])
    if form.kind == "undo":
        return [((_last(here, row),), None) for row in rows]
    return [((row["subject"],), row["role"]) for row in rows]


def _finding(here: Visit, id_: str) -> dict[str, Any]:
    own = here.desk.finding_id(id_)
    if own is None:
        raise ProblemDetails(404)
    with here.desk.source() as source:
        row: dict[str, Any] = source.where("findings", "finding_id", [own]).to_pylist()[0]
    return row


def _last(here: Visit, row: dict[str, Any]) -> str:
    """The last decision on a lead that stands."""
    last = here.desk.last_words().row(row["subject"], row["role"])
    if last is None:
        raise ProblemDetails(409, NO_DECISION)
    return str(last["decision_id"])


@router.get("/cases/{case_id}/decisions")
@rule(Act.read)
def decisions(here: Here) -> dict[str, Any]:
    """All that people decided, the newest first; those that the last run does not know yet."""
    book = here.desk.decisions()
    items = [_decision_json(here, row, book.unheard_ids) for row in reversed(book.rows)]
    return {"items": items, "total": len(items)}


def _decision_json(here: Visit, row: Row, unheard_ids: frozenset[str]) -> Json:
    about, earlier = row["subject"] or "", earlier_decision(row)
    is_subject = ":" in about and earlier is None
    return {
        "id": row["decision_id"],
        "at": here.desk.moment(row["at"]),
        "by": row["by"] or "",
        "kind": row["kind"],
        "role": row["role"] or "",
        "subject": here.desk.references.of(about) if is_subject else None,
        "takes_back": earlier,
        "reports": list(row["report_ids"] or ()),
        "reason": row["reason"] or "",
        "heard": row["decision_id"] not in unheard_ids,
    }
