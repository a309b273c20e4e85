"""A case at a glance: the answer first, then what to do now."""

from datetime import timedelta
from typing import Any

import pyarrow.compute as pc
from fastapi import APIRouter

from suyuan.face.display import money
from suyuan.face.report.case_view import headline
from suyuan.face.rings import rings
from suyuan.face.source import ResultTables
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.words import Json, text, verdicts, yuan
from suyuan.model.text import Text, row_text

router = APIRouter(tags=["case"])


@router.get("/cases/{case_id}")
@rule(Act.read)
def home(here: Here) -> dict[str, Any]:
    """Headline, rings, what to do now, what is new, and what could not be done."""
    unheard = here.desk.unheard()
    with here.desk.source() as source:
        found = rings(source)
        top = headline(source, found)
        summary = source.table("quality_summary")
        return {
            "id": here.desk.id,
            "name": text(here.desk.title),
            "zone": here.desk.case.zone,
            "generation": here.desk.generation(),
            "posts": sorted(here.posts),
            "headline": {
                "reports": top.reports,
                "linked": top.linked,
                "victims": top.victims,
                "loss": yuan(top.loss),
                "findings": source.table("findings").num_rows,
            },
            "rings": [_ring(here, ring.row) for ring in found],
            "todo": _todo(here, source),
            "fresh": _fresh(source),
            "limits": [
                {"table": row["table"], "effect": text(row_text(row, "effect"))}
                for row in source.table("limits").to_pylist()
            ],
            "quality": {
                "files": summary.num_rows,
                "rows": pc.sum(summary["rows_kept"]).as_py() or 0,
                "quarantined": pc.sum(summary["quarantined"]).as_py() or 0,
            },
            "unheard": len(unheard),
            "revealed": len(here.revealed),
        }


def _ring(here: Visit, row: Any) -> Json:
    return {
        "id": row["ring_id"],
        "reports": row["reports"],
        "victims": row["victims"],
        "loss": yuan(row["loss"]),
        "helpers": row["helpers"],
        "active_from": here.desk.moment(row["active_from"]),
        "active_to": here.desk.moment(row["active_to"]),
    }


def _todo(here: Visit, source: ResultTables) -> list[Json]:
    """What waits for a person, the most urgent first; each with the screen where it is done."""
    freeze, wanted = source.table("freeze_list"), source.table("statements_wanted")
    findings, warn = source.table("findings"), source.table("at_risk")
    state = verdicts(here.desk.written())
    decided = findings.filter(findings["decided"])
    unread = sum(
        (row["subject"], row["role"]) not in state and (row["subject"], "") not in state
        for row in decided.select(["subject", "role"]).to_pylist()
    )
    found = []
    if freeze.num_rows:
        total, first = pc.sum(freeze["amount"]).as_py(), freeze.slice(0, 1).to_pylist()[0]
        hours = first["half_life"]
        found.append(
            _do(
                "freeze",
                "money",
                freeze.num_rows,
                Text(
                    f"Call the banks of {freeze.num_rows:,} accounts, "
                    f"{first['institution'] or 'the first on the list'} first: {money(total)} yuan "
                    f"still lie there, and half of such money leaves in {hours:.1f} h",
                    f"请各行止付{freeze.num_rows:,}个账户，先联系"
                    f"{first['institution'] or '清单首位'}：尚余{money(total)}元，"
                    f"此类资金{hours:.1f}小时内转走一半",
                ),
            )
        )
    if unread:
        found.append(
            _do(
                "leads",
                "leads",
                unread,
                Text(
                    f"{unread:,} leads over the threshold wait for a person",
                    f"{unread:,}条达到阈值的线索待人工核查",
                ),
            )
        )
    if wanted.num_rows:
        sentence = Text(
            f"{wanted.num_rows:,} statements to ask for: money went out of sight there",
            f"{wanted.num_rows:,}个账户的流水待调取，资金由此失去去向",
        )
        found.append(_do("statements", "money", wanted.num_rows, sentence))
    if warn.num_rows:
        people = pc.count_distinct(warn["buyer_phone"]).as_py()
        sentence = Text(
            f"{people:,} people to warn: their orders leaked, nobody has called about them yet",
            f"{people:,}人待预警：订单信息已泄露，尚未接到与之相关的诈骗电话",
        )
        found.append(_do("warn", "warn", people, sentence))
    return found


def _do(kind: str, screen: str, count: int, sentence: Text) -> Json:
    return {"kind": kind, "screen": screen, "count": count, "text": text(sentence)}


def _fresh(source: ResultTables) -> list[Json]:
    """Who appeared in the last two weeks that the rings were seen, by role."""
    table = source.table("ring_activity")
    if table.num_rows == 0:
        return []
    last = pc.max(table["week"]).as_py()
    since = (pc.strptime(last, "%Y-%m-%d", "s").as_py() - timedelta(7)).date().isoformat()
    new = table.filter(pc.and_(table["appears"], pc.greater_equal(table["week"], since)))
    counted = new.group_by("role").aggregate([("subject", "count_distinct")])
    return [
        {"role": row["role"], "count": row["subject_count_distinct"], "since": since}
        for row in counted.sort_by([("subject_count_distinct", "descending")]).to_pylist()
    ]
