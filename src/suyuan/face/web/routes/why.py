"""Why somebody is not here: the filter, fold, cap, hub, ring or decision that hides them."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from suyuan.face.rings import rings
from suyuan.face.source import ResultTables
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.routes.events import timeline_of
from suyuan.face.web.routes.leads import ranked_rows
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.words import Json, role, subject, text, verdict
from suyuan.model.text import Text, row_text

router = APIRouter(tags=["case"])
#: Subjects that one question can mean (a number is a phone, an account …).
MOST = 20


class Question(BaseModel):
    """Whom: the whole number or id, or a reference; and on which ring's chain they are missed."""

    text: Annotated[str, Field(max_length=80)] = ""
    ref: Annotated[str, Field(max_length=60)] = ""
    ring: Annotated[str, Field(max_length=40)] = ""


@router.post("/cases/{case_id}/why")
@rule(Act.read, "why.asked")
def why(here: Here, form: Question) -> dict[str, Any]:
    """Each subject that is meant, with every reason why a screen may not show it."""
    columns = timeline_of(here)
    with here.desk.source() as source:
        rows = ranked_rows(here, source)
        hubs = {row["subject"]: row for row in source.table("hubs").to_pylist()}
        subjects = _subjects_of(
            here, form, {*columns.subjects, *hubs, *(row["subject"] for row in rows)}
        )
        return {
            "items": [
                {
                    "subject": subject(here.desk, here.display, name),
                    "reasons": _reasons(here, source, name, form.ring, hubs.get(name)),
                }
                for name in subjects[:MOST]
            ],
            "total": len(subjects),
        }


def _subjects_of(here: Visit, form: Question, names: set[str]) -> list[str]:
    """By a reference, or by a whole id: a part of a number would let it be guessed."""
    if form.ref:
        own = here.desk.references.subject(form.ref)
        return [own] if own else []
    query = form.text.strip().lower()
    return sorted(
        name for name in names if query and query in {name.lower(), name.partition(":")[2].lower()}
    )


def _reasons(
    here: Visit, source: ResultTables, subject_id: str, ring: str, hub: dict[str, Any] | None
) -> list[Json]:
    reasons = [_hub(hub)] if hub else []
    rulings = here.desk.last_words()
    own = [row for row in ranked_rows(here, source) if row["subject"] == subject_id]
    reasons += [reason for row in own if (reason := _lead(row, rulings))]
    reasons += _chain(here, source, subject_id, ring)
    columns = timeline_of(here)
    code = columns.codes.get(subject_id)
    count = 0 if code is None else int(((columns.origin == code) | (columns.target == code)).sum())
    if not own:
        reasons.append(_because("no_lead", _NO_LEAD))
    reasons.append(
        _because(
            "rows",
            Text(f"{count:,} events of the case name it.", f"本案有{count:,}条事件涉及。"),
        )
    )
    return reasons


_NO_LEAD = Text(
    "No detector flagged it: it was weighed with all others, or no signal concerned it.",
    "没有检测器将其列为线索：已与其他对象一并权衡，或没有信号指向它。",
)


def _hub(row: dict[str, Any]) -> Json:
    count, why = row["not_followed"], row_text(row, "because")
    return _because(
        "hub",
        Text(
            f"A hub: {why.en}; {count:,} links through it were not followed.",
            f"公共节点：{why.zh}；经由它的{count:,}条连接未追踪。",
        ),
    )


def _lead(row: dict[str, Any], rulings: Any) -> Json | None:
    name = role(row["role"])
    if verdict(rulings, row["subject"], row["role"]) == "rejected":
        sentence = Text(
            f"As {name['en']}: a person rejected it.", f"作为{name['zh']}：已被人工排除。"
        )
        return _because("rejected", sentence)
    if row["decided"]:
        return None
    score = f"{row['score']:.2f}"
    sentence = Text(
        f"As {name['en']}: score {score}, below the threshold.",
        f"作为{name['zh']}：评分{score}，未达阈值。",
    )
    return _because("below", sentence)


def _chain(here: Visit, source: ResultTables, subject_id: str, ring: str) -> list[Json]:
    """On which rings' chains, and as which of how many in the column."""
    reasons = []
    every = here.desk.cache("rings", lambda: rings(source))
    for view in every:
        for name, stands in view.by_role.items():
            place = next((i for i, s in enumerate(stands, 1) if s.subject == subject_id), 0)
            if not place:
                continue
            title = role(name)
            sentence = Text(
                f"On the chain of {view.id} as {title['en']}, number {place} of {len(stands)} "
                "by amount; a column draws six, the rest are in its last box.",
                f"在{view.id}链条上作为{title['zh']}，按金额排第{place}（共{len(stands)}个）；每列逐一"
                "画出六个，其余在末格。",
            )
            reasons.append(_because("folded", sentence))
    if not reasons and every:
        sentence = Text(
            f"On no ring's chain{f' (asked: {ring})' if ring else ''}.",
            f"不在任何团伙链条上{f'(所查:{ring})' if ring else ''}。",
        )
        reasons.append(_because("no_ring", sentence))
    return reasons


def _because(kind: str, sentence: Text) -> Json:
    return {"kind": kind, **text(sentence)}
