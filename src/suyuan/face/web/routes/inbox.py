"""The inbox for several people: each lead is one person's at a time."""

from sqlite3 import Connection
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from suyuan.face.web import item_versions as kept
from suyuan.face.web.permissions import MATRIX, Act, CasePost, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.routes.leads import ranked_rows
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.words import verdict
from suyuan.model.text import Text

router = APIRouter(tags=["leads"])
NONE_LEFT = Text("No unassigned open leads are left.", "待核线索均已有人负责。")


class Taking(BaseModel):
    """Which leads to take from: of one role, or of all."""

    role: Annotated[str, Field(max_length=40)] = ""


def colleagues_of(here: Visit) -> list[str]:
    """Who may take leads of this case."""
    if here.site.alone:
        return [here.session.person]
    rows = here.site.state.rows(
        "SELECT a.person, a.post FROM appointment a JOIN person p ON p.name = a.person "
        "WHERE a.case_id = ? AND a.until IS NULL AND NOT p.closed",
        (here.desk.id,),
    )
    return sorted({name for name, post in rows if CasePost(post) in MATRIX[Act.decide]})


@router.get("/cases/{case_id}/colleagues")
@rule(Act.read)
def colleagues(here: Here) -> dict[str, Any]:
    """Who may take leads, and how many open ones each has."""
    names = colleagues_of(here)
    rulings = here.desk.last_words()
    form = kept.assignees(here.site.state, here.desk.id)
    with here.desk.source() as source:
        rows = ranked_rows(here, source)
    count = dict.fromkeys(names, 0)
    without_holder = 0
    for row in rows:
        if verdict(rulings, row["subject"], row["role"]) != "open":
            continue
        holder = form.get(kept.key_of_lead(here.desk.references, row), "")
        if holder in count:
            count[holder] += 1
        elif row["decided"]:
            without_holder += 1
    return {
        "items": [{"name": name, "open": count[name]} for name in names],
        "total": len(names),
        "nobody": without_holder,
    }


@router.post("/cases/{case_id}/leads/next")
@rule(Act.decide, "lead.next_asked")
def take_next(here: Here, form: Taking) -> dict[str, Any]:
    """Give me the likeliest open lead that nobody has; two who ask at once get two."""
    rulings = here.desk.last_words()
    with here.desk.source() as source:
        rows = ranked_rows(here, source)
    open_ = [
        row
        for row in rows
        if (not form.role or row["role"] == form.role)
        and verdict(rulings, row["subject"], row["role"]) == "open"
    ]

    def work(file: Connection) -> dict[str, Any] | None:
        for row in open_:
            key = kept.key_of_lead(here.desk.references, row)
            there = kept.last(file, here.desk.id, "lead", key)
            if there is None or not there.get("person"):
                upon = there["version"] if there else 0
                body = {"state": "", "note": "", "hidden": False, "person": here.session.person}
                place = (here.desk.id, "lead", key)
                kept.add(file, place, upon, here.session.person, body)
                return row
        return None

    row = here.site.state.write(work)
    if row is None:
        raise ProblemDetails(409, NONE_LEFT)
    reference = here.desk.references.of(row["subject"])
    here.record("lead.taken", reference, role=row["role"])
    return {"id": here.desk.key.digest("id", row["finding_id"]), "ref": reference}
