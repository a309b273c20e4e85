"""People to warn, rules kept and broken, hubs: lists page by page, by number."""

from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc
from fastapi import APIRouter, Query

from suyuan.face.rule_answers import ANSWERS
from suyuan.face.web.item_versions import newest_things
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.visit import Here
from suyuan.face.web.words import subject, text
from suyuan.model.results import AT_RISK, COMPLIANCE
from suyuan.model.text import Text, row_text
from suyuan.rulebook import load_rules

router = APIRouter(tags=["lists"])
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("/cases/{case_id}/at-risk")
@rule(Act.read)
def at_risk(here: Here, offset: Offset = 0, limit: Limit = 100) -> dict[str, Any]:
    """Whom to warn, the likeliest to be called first, and what came of each call."""
    states = newest_things(here.site.state, here.desk.id, "warn")
    rank = here.display.rank
    with here.desk.source() as source:
        rows = source.table("at_risk").to_pylist()
    rows.sort(key=lambda row: (-row["score"], rank(row["order_id"])))
    sources: dict[str, int] = {}
    for row in rows:
        sources[row["source"]] = sources.get(row["source"], 0) + 1
    items = []
    for row in rows[offset : offset + limit]:
        order = f"order:{row['order_id']}"
        reference = here.desk.references.of(order)
        state = states.get(reference, {})
        items.append(
            {
                "ref": reference,
                "phone": here.display.cell(AT_RISK, row, "buyer_phone"),
                "order": here.display.cell(AT_RISK, row, "order_id"),
                "source": subject(here.desk, here.display, row["source"]),
                "score": round(row["score"], 4),
                "because": text(here.display.sentence(AT_RISK, row, "because")),
                "version": state.get("version", 0),
                "state": state.get("state", ""),
                "by": state.get("by", ""),
                "at": state.get("at", ""),
            }
        )
    return {
        "items": items,
        "total": len(rows),
        "offset": offset,
        "done": len(states),
        "sources": [
            {"subject": subject(here.desk, here.display, subject_id), "count": count}
            for subject_id, count in sorted(sources.items(), key=lambda pair: -pair[1])
        ],
    }


@router.get("/cases/{case_id}/compliance")
@rule(Act.read)
def compliance(
    here: Here,
    rule_id: Annotated[str, Query(max_length=80)] = "",
    answer: Annotated[str, Query(max_length=20)] = "",
    offset: Offset = 0,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Rule by rule how often each answer was given; with a rule, who gave it."""
    with here.desk.source() as source:
        table = source.table("compliance")
    titles = {head.id: head.title for head in load_rules()}
    groups = table.group_by(["rule_id", "answer"]).aggregate([("subject", "count")]).to_pylist()
    heads: dict[str, dict[str, int]] = {}
    for row in groups:
        heads.setdefault(row["rule_id"], {})[row["answer"]] = row["subject_count"]
    own = _own(table, rule_id, answer)
    page = own.slice(offset, limit).to_pylist()
    return {
        "rules": [
            {
                "id": name,
                "title": text(titles.get(name, Text(name, name))),
                "answers": counts,
            }
            for name, counts in sorted(heads.items(), key=lambda head: -head[1].get("broken", 0))
        ],
        "answers": [
            {"id": name, "sign": sign, **text(word)} for name, (sign, word) in ANSWERS.items()
        ],
        "items": [
            {
                "rule": row["rule_id"],
                "subject": subject(here.desk, here.display, row["subject"]),
                "on": here.desk.moment(row["on_date"])[:10],
                "answer": row["answer"],
                "value": row["value"],
                "limit": row["limit"],
                "reason": text(
                    Text(
                        here.display.cell(COMPLIANCE, row, "reason"),
                        here.display.cell(COMPLIANCE, row, "reason_zh"),
                    )
                ),
                "source": row["source"],
            }
            for row in page
        ],
        "total": own.num_rows,
        "offset": offset,
    }


def _own(table: pa.Table, rule_id: str, answer: str) -> pa.Table:
    if not rule_id:
        return table.slice(0, 0)
    own = table.filter(pc.equal(table["rule_id"], rule_id))
    return own.filter(pc.equal(own["answer"], answer)) if answer else own


@router.get("/cases/{case_id}/hubs")
@rule(Act.read)
def hubs(here: Here, offset: Offset = 0, limit: Limit = 100) -> dict[str, Any]:
    """Nodes that tie everyone to everyone: links through them were not followed."""
    rank = here.display.rank
    with here.desk.source() as source:
        rows = source.table("hubs").to_pylist()
    rows.sort(key=lambda row: (-row["not_followed"], -row["degree"], rank(row["subject"])))
    return {
        "items": [
            {
                "subject": subject(here.desk, here.display, row["subject"]),
                "degree": row["degree"],
                "not_followed": row["not_followed"],
            }
            for row in rows[offset : offset + limit]
        ],
        "total": len(rows),
        "offset": offset,
    }


@router.get("/cases/{case_id}/series")
@rule(Act.read)
def series(here: Here) -> dict[str, Any]:
    """Every report with the series and ring it was tied into, how strongly, and by what."""
    with here.desk.source() as source:
        rows = source.table("series").to_pylist()
        sentence = {row["report_id"]: row for row in source.reports().to_pylist()}
    rows.sort(key=lambda row: (row["ring_id"] is None, row["series_id"], row["report_id"]))
    return {
        "items": [
            {
                "report": row["report_id"],
                "series": row["series_id"],
                "ring": row["ring_id"],
                "strength": round(row["strength"], 3),
                "because": text(row_text(row, "because")),
                "loss": _fen(sentence.get(row["report_id"], {}).get("loss")),
                "at": here.desk.moment(sentence.get(row["report_id"], {}).get("reported_at")),
            }
            for row in rows
        ],
        "total": len(rows),
        "series": len({row["series_id"] for row in rows}),
    }


def _fen(value: int | None) -> str | None:
    return None if value is None else f"{value / 100:.2f}"
