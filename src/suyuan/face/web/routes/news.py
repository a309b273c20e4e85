"""What changed since you saw it, lead by lead."""

from typing import Any

from fastapi import APIRouter

from suyuan.face.web.news import LastLook, LeadMark, News, compare, last_look, remember, stand
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.routes.leads import ranked
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.words import Json, role

router = APIRouter(tags=["news"])
#: Leads of a kind that one answer lists; each list says how many there are.
MOST = 200


@router.get("/cases/{case_id}/news")
@rule(Act.read)
def news(here: Here) -> dict[str, Any]:
    """Leads that came, went or moved since this person last said "seen"; a first look is kept."""
    stands = _stands(here)
    look = last_look(here.site.state, here.desk.id, here.session.person)
    if look is None:
        look = _keep(here, stands)
    found = compare(look.stands, stands)
    return {
        "since": look.at,
        "same_results": look.generation == here.desk.generation(),
        **_shown(here, found),
    }


@router.post("/cases/{case_id}/news/look", status_code=204)
@rule(Act.read, "news.seen")
def keep_look(here: Here) -> None:
    """Keep what stands now as what this person has seen."""
    _keep(here, _stands(here))


def _keep(here: Visit, stands: list[LeadMark]) -> LastLook:
    return remember(
        here.site.state, here.desk.id, here.session.person, here.desk.generation(), stands
    )


def _stands(here: Visit) -> list[LeadMark]:
    """Labels are kept masked, whatever this session may see in full."""

    def fresh() -> list[LeadMark]:
        shown = here.desk.shown()
        with here.desk.source() as source:
            rows = ranked(here, source)
        return [
            stand(
                row["role"],
                here.desk.references.of(row["subject"]),
                shown.subject(row["subject"]).id,
                row,
            )
            for row in rows
        ]

    kept: list[LeadMark] = here.desk.kept("stands", fresh)
    return kept


def _shown(here: Visit, found: News) -> Json:
    return {
        "came": [_stand(here, one) for one in found.came[:MOST]],
        "came_total": len(found.came),
        "went": [_stand(here, one) for one in found.went[:MOST]],
        "went_total": len(found.went),
        "moved": [
            {**_stand(here, now), "was": then.score, "was_decided": then.decided}
            for then, now in found.moved[:MOST]
        ],
        "moved_total": len(found.moved),
    }


def _stand(here: Visit, one: LeadMark) -> Json:
    """With the lead's id where it still is one, so that a click opens it."""
    return {
        "id": _ids(here).get(one.name),
        "role": role(one.role),
        "ref": one.reference,
        "label": one.label,
        "score": one.score,
        "decided": one.decided,
        "ring": one.ring,
    }


def _ids(here: Visit) -> dict[tuple[str, str], str]:
    def fresh() -> dict[tuple[str, str], str]:
        with here.desk.source() as source:
            rows = ranked(here, source)
        of = here.desk.references.of
        return {
            (row["role"], of(row["subject"])): here.desk.key.digest("id", row["finding_id"])
            for row in rows
        }

    kept: dict[tuple[str, str], str] = here.desk.kept("ids of leads", fresh)
    return kept
