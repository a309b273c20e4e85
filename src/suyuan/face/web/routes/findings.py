"""One lead: why it is one, what was weighed against it, its rows, and what people said of it."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Path

from suyuan.face.web.desk import Desk
from suyuan.face.web.evidence import evidence_of, signals_of
from suyuan.face.web.item_versions import key_of_lead, things_standing
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.visit import Here
from suyuan.face.web.words import Json, finding, text
from suyuan.model.results import FINDINGS
from suyuan.store.last_words import Row, earlier_decision

router = APIRouter(tags=["leads"])


@router.get("/cases/{case_id}/findings/{finding_id}")
@rule(Act.read)
def one_finding(
    here: Here,
    finding_id: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")],
    afterwards: BackgroundTasks,
) -> dict[str, Any]:
    """A lead with what was weighed against it, its signals, and its first rows."""
    whole_id = here.desk.finding_id(finding_id)
    if whole_id is None:
        raise ProblemDetails(404)
    decisions = here.desk.decisions()
    with here.desk.source() as source:
        row = source.where("findings", "finding_id", [whole_id]).to_pylist()[0]
        key = key_of_lead(here.desk.references, row)
        evidence = evidence_of(here.display, source, whole_id)
        tables = {row_json["table"] for row_json in evidence["rows"]}
        afterwards.add_task(here.desk.lay_out, tables)  # whoever reads a lead opens a row next
        return {
            **finding(here.desk, here.display, row, decisions.last_words),
            **things_standing(here.site.state, here.desk.id, key),
            "rivals": text(here.display.sentence(FINDINGS, row, "rivals")),
            **signals_of(source, row),
            **evidence,
            "history": _history(here.desk, decisions.rows, row),
        }


def _history(desk: Desk, decisions: Sequence[Row], row: dict[str, Any]) -> list[Json]:
    """What people said of this subject in this role, oldest first, and what took it back."""
    own = {
        decision["decision_id"]
        for decision in decisions
        if decision["subject"] == row["subject"] and decision["role"] in {None, row["role"]}
    }
    return [
        {
            "id": decision["decision_id"],
            "at": desk.moment(decision["at"]),
            "by": decision["by"] or "",
            "kind": decision["kind"] if earlier_decision(decision) is None else "undo",
            "reason": decision["reason"] or "",
        }
        for decision in decisions
        if decision["decision_id"] in own or earlier_decision(decision) in own
    ]
