"""What changed since you saw it, lead by lead."""

from typing import Any

from fastapi import APIRouter

from suyuan.face.web.news import LastLook, LeadMark, News, compare, last_look, remember, stand
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.routes.leads import ranked_rows
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
    news_found = compare(look.stands, stands)
    return {
        "since": look.at,
        "same_results": look.generation == here.desk.generation(),
        **_news_json(here, news_found),
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
        display = here.desk.display()
        with here.desk.source() as source:
            rows = ranked_rows(here, source)
        return [
            stand(
                row["role"],
                here.desk.references.of(row["subject"]),
                display.subject(row["subject"]).id,
                row,
            )
            for row in rows
        ]

    marks: list[LeadMark] = here.desk.cache("stands", fresh)
    return marks


def _news_json(here: Visit, news_found: News) -> Json:
    return {
        "came": [_stand(here, mark) for mark in news_found.came[:MOST]],
        "came_total": len(news_found.came),
        "went": [_stand(here, mark) for mark in news_found.went[:MOST]],
        "went_total": len(news_found.went),
        "moved": [
            {**_stand(here, now), "was": then.score, "was_decided": then.decided}
            for then, now in news_found.shifts[:MOST]
        ],
        "moved_total": len(news_found.shifts),
    }


def _stand(here: Visit, mark: LeadMark) -> Json:
    """With the lead's id where it still is one, so that a click opens it."""
    return {
        "id": _ids(here).get(mark.name),
        "role": role(mark.role),
        "ref": mark.reference,
        "label": mark.label,
        "score": mark.score,
        "decided": mark.decided,
        "ring": mark.ring,
    }


def _ids(here: Visit) -> dict[tuple[str, str], str]:
    def fresh() -> dict[tuple[str, str], str]:
        with here.desk.source() as source:
            rows = ranked_rows(here, source)
        of = here.desk.references.of
        return {
            (row["role"], of(row["subject"])): here.desk.key.digest("id", row["finding_id"])
            for row in rows
        }

    ids: dict[tuple[str, str], str] = here.desk.cache("ids of leads", fresh)
    return ids
