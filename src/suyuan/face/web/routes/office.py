"""The ledger of who did what in a case."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query

from suyuan.face.web.event_words import event_title
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.visit import Here
from suyuan.face.web.words import Json, text
from suyuan.store.ledger import Event

router = APIRouter(tags=["office"])


@router.get("/cases/{case_id}/ledger")
@rule(Act.audit, "ledger.read")
def ledger(here: Here, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> dict[str, Any]:
    """The newest events of the case: who, what, about which reference; no content."""
    events, total = here.site.audit.events(here.desk.id, 0, limit)
    return {"items": [event_shown(event) for event in events], "total": total}


def event_shown(event: Event) -> Json:
    """An event as lists show it."""
    return {
        "sequence": event.sequence,
        "number": event.number,
        "at": event.at.isoformat(timespec="seconds") + "Z",
        "who": event.actor,
        "kind": event.kind,
        "title": text(event_title(event)),
        "subject": event.subject,
        "detail": event.body,
        "hash": event.hash,
    }


@router.get("/cases/{case_id}/ledger/verdict")
@rule(Act.audit)
def verdict(here: Here) -> dict[str, Any]:
    """Whether every event still is what it was; the first faults by name."""
    audit = here.site.audit.verdict()
    return {
        "whole": audit.whole,
        "events": audit.events,
        "root": audit.root,
        "faults": [
            {
                "kind": fault.kind,
                "sequence": fault.sequence,
                "text": asdict(fault.text),
            }
            for fault in audit.faults[:20]
        ],
    }
