"""A case at a glance: the answer first, then what to do now."""

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from fastapi import APIRouter

from suyuan.face.display import money
from suyuan.face.report.case_view import headline
from suyuan.face.rings import rings
from suyuan.face.source import ResultTables
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.words import Json, role, text, yuan
from suyuan.model.text import Text, row_text

router = APIRouter(tags=["case"])


@router.get("/cases/{case_id}")
@rule(Act.read)
def home(here: Here) -> dict[str, Any]:
    """Headline, rings, what to do now, what is new, and what could not be done."""
    unheard = here.desk.decisions().unheard_ids
    with here.desk.source() as source:
        ring_views = rings(source)
        top = headline(source, ring_views)
        summary = source.table("quality_summary")
        return {
            "id": here.desk.id,
            "name": text(here.desk.title),
            "zone": here.desk.case.zone,
            "generation": here.desk.generation(),
            "posts": sorted(here.posts),
            "headline": {
                "reports": top.reports,
                "linked": top.tied_reports,
                "victims": top.victims,
                "loss": yuan(top.loss),
                "findings": source.table("findings").num_rows,
            },
            "rings": [_ring(here, ring.row) for ring in ring_views],
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
            "revealed": len(here.revealed_subjects),
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
    statements, warn = source.table("statements_wanted").num_rows, source.table("at_risk")
    people = pc.count_distinct(warn["buyer_phone"]).as_py() if warn.num_rows else 0
    unread_count = _unread_count(here, source)
    tasks = [
        _freeze(source.table("freeze_list")),
        _do(
            "leads",
            "leads",
            unread_count,
            Text(
                f"{unread_count:,} leads over the threshold wait for a person",
                f"{unread_count:,}条达到阈值的线索待人工核查",
            ),
        ),
        _do(
            "statements",
            "money",
            statements,
            Text(
                f"{statements:,} statements to request: the trail of the money ends there",
                f"{statements:,}个账户的流水待调取，资金由此失去去向",
            ),
        ),
        _do(
            "warn",
            "warn",
            people,
            Text(
                f"{people:,} people to warn: their orders leaked, nobody has called about them yet",
                f"{people:,}人待预警：订单信息已泄露，尚未接到与之相关的诈骗电话",
            ),
        ),
    ]
    return [task for task in tasks if task["count"]]


def _unread_count(here: Visit, source: ResultTables) -> int:
    """How many leads over their threshold nobody has decided on."""
    words, findings = here.desk.last_words(), source.table("findings")
    over_threshold = findings.filter(findings["decided"]).select(["subject", "role"])
    return sum(
        words.verdict(row["subject"], row["role"]) is None for row in over_threshold.to_pylist()
    )


def _freeze(accounts: pa.Table) -> Json:
    if not accounts.num_rows:
        return _do("freeze", "money", 0, Text("", ""))
    total, first = pc.sum(accounts["amount"]).as_py(), accounts.slice(0, 1).to_pylist()[0]
    bank, hours = first["institution"], first["half_life"]
    sentence = Text(
        f"Call the banks of {accounts.num_rows:,} accounts, "
        f"{bank or 'the first on the list'} first: {money(total)} yuan "
        f"still lie there, and half of such money leaves in {hours:.1f} h",
        f"请各行止付{accounts.num_rows:,}个账户，先联系{bank or '清单首位'}："
        f"尚余{money(total)}元，此类资金{hours:.1f}小时内转走一半",
    )
    return _do("freeze", "money", accounts.num_rows, sentence)


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
    counts = new.group_by("role").aggregate([("subject", "count_distinct")])
    return [
        {"role": role(row["role"]), "count": row["subject_count_distinct"], "since": since}
        for row in counts.sort_by([("subject_count_distinct", "descending")]).to_pylist()
    ]
