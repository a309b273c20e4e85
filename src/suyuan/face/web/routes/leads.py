"""Leads page by page, and found by name."""

import base64
import json
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from suyuan.face.display import Display
from suyuan.face.source import ResultTables
from suyuan.face.web.item_versions import assignees, key_of_lead
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.words import Json, finding, role, verdict
from suyuan.model.roles import ROLES

router = APIRouter(tags=["leads"])
Ref = Annotated[str, Query(max_length=60)]


@router.get("/cases/{case_id}/findings")
@rule(Act.read)
def findings(
    here: Here,
    role: Annotated[str, Query(max_length=40)] = "",
    ring: Annotated[str, Query(max_length=40)] = "",
    subject: Ref = "",
    state: Literal["", "open", "confirmed", "rejected"] = "",
    assignee: Annotated[str, Query(max_length=80)] = "",
    cursor: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    """The likeliest first; ``total`` counts all that fit, ``next`` is the next page's cursor.

    `assignee` is somebody's name, ``me``, or ``none`` for those that nobody has.
    """
    rulings = here.desk.last_words()
    with here.desk.source() as source:
        rows = ranked_rows(here, source)
    form = assignees(here.site.state, here.desk.id)
    person = here.session.person if assignee == "me" else assignee
    fit = [
        row
        for row in rows
        if (not role or row["role"] == role)
        and (not ring or row["ring_id"] == ring)
        and (not subject or here.desk.references.of(row["subject"]) == subject)
        and (not state or verdict(rulings, row["subject"], row["role"]) == state)
        and (not person or _holder(here, form, row) == ("" if person == "none" else person))
    ]
    start = _after(here, cursor, fit)
    page = fit[start : start + limit]
    more = start + limit < len(fit)
    counts = Counter(row["role"] for row in rows)
    return {
        "items": [
            {**finding(here.desk, here.display, row, rulings), "assignee": _holder(here, form, row)}
            for row in page
        ],
        "total": len(fit),
        "over_threshold": sum(row["decided"] for row in fit),
        "start": start,
        "next": _cursor(here.desk.key.digest("id", page[-1]["finding_id"])) if more else None,
        "roles": [{**_role(name), "count": counts[name]} for name in ROLES if counts[name]],
    }


def _holder(here: Visit, form: Mapping[str, str], row: dict[str, Any]) -> str:
    return form.get(key_of_lead(here.desk.references, row), "")


class Search(BaseModel):
    """Words of a name, an id, a role or a ring; one character is enough."""

    text: Annotated[str, Field(min_length=1, max_length=80)]


MOST_FOUND = 50


@router.post("/cases/{case_id}/search")
@rule(Act.read, "search.asked")
def search(here: Here, form: Search) -> dict[str, Any]:
    """Leads that a text names: by a whole id, by what is shown of it, by role or ring.

    While masked, a part of a number finds nothing: it could be guessed digit by digit.
    """
    rulings, query = here.desk.last_words(), form.text.strip().lower()
    with here.desk.source() as source:
        rows = ranked_rows(here, source)
    words = here.desk.cache(
        ("words of leads", here.revealed_subjects),
        lambda: [_words(here.display, row) for row in rows],
    )
    fit = [row for row, own in zip(rows, words, strict=True) if _names(row, own, query)]
    return {
        "items": [finding(here.desk, here.display, row, rulings) for row in fit[:MOST_FOUND]],
        "total": len(fit),
    }


def _words(display: Display, row: dict[str, Any]) -> str:
    """What is shown of a lead, in small letters, a line each."""
    label = display.subject(row["subject"])
    role_entry = ROLES.get(row["role"])
    words = [label.id, label.name, row["ring_id"] or ""]
    words += [role_entry.title.en, role_entry.title.zh] if role_entry else []
    return "\n".join(words).lower()


def _names(row: dict[str, Any], words: str, query: str) -> bool:
    subject = row["subject"].lower()
    return query in {subject, subject.partition(":")[2]} or query in words


def _role(name: str) -> Json:
    return role(name)


def ranked_rows(here: Visit, source: ResultTables) -> list[dict[str, Any]]:
    """All findings, over the threshold first, then by score; ties by a keyed rank."""

    def make() -> list[dict[str, Any]]:
        rows = source.table("findings").to_pylist()
        rank = here.display.rank
        rows.sort(key=lambda row: (not row["decided"], -row["score"], rank(row["finding_id"])))
        return rows

    fresh: list[dict[str, Any]] = here.desk.cache("ranked", make)
    return fresh


def _cursor(id_: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([id_]).encode()).decode()


def _after(here: Visit, cursor: str, fit: list[dict[str, Any]]) -> int:
    """Where the page behind a cursor begins. :class:`ProblemDetails` 400 for one that is none of
    ours.
    """
    if not cursor:
        return 0
    try:
        last = here.desk.finding_id(json.loads(base64.urlsafe_b64decode(cursor.encode()))[0])
    except (ValueError, LookupError, TypeError) as error:
        raise ProblemDetails(400) from error
    places = [index for index, row in enumerate(fit) if row["finding_id"] == last]
    if not places:
        raise ProblemDetails(409)
    return places[0] + 1
