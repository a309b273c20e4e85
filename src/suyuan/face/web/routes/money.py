"""Where the money is, by each method; what to hold, and which statements to ask for."""

from collections import defaultdict
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query

from suyuan.face.drawings.sankey import Sankey, sankey
from suyuan.face.source import ResultTables
from suyuan.face.terms import REASONS
from suyuan.face.web.item_versions import newest_things
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.words import Json, subject, text, yuan
from suyuan.model.links import CAUSES, link_title
from suyuan.model.results import FREEZE_LIST, STATEMENTS_WANTED
from suyuan.model.text import Text, row_text
from suyuan.money.methods import DEFAULT, METHODS

router = APIRouter(tags=["money"])


@router.get("/cases/{case_id}/money")
@rule(Act.read)
def money(here: Here, method: Annotated[str, Query(max_length=20)] = DEFAULT) -> dict[str, Any]:
    """Exits by one method with the least and most of all, and the flow as the report draws it."""
    if method not in METHODS:
        raise ProblemDetails(404)
    with here.desk.source() as source:
        by_reason = _by_reason(source)
        total = sum((sums.get(method, Decimal(0)) for sums in by_reason.values()), Decimal(0))
        drawing = sankey(here.desk.cache("flows", source.flow_graph))
        doubts = source.table("trace_doubts").to_pylist()
    present = _present(by_reason)
    return {
        "method": method,
        "drawn_by": DEFAULT,
        "methods": [{"id": name, **text(METHODS[name].title)} for name in present],
        "total": yuan(total),
        "exits": [_exit(reason, sums, method, present) for reason, sums in by_reason.items()],
        "drawing": _drawing(drawing) if drawing else None,
        "doubts": [
            {"count": row["count"], "effect": text(row_text(row, "effect"))} for row in doubts
        ],
    }


def _by_reason(source: ResultTables) -> dict[str, dict[str, Decimal]]:
    exits = source.table("exits")
    sums = exits.group_by(["reason", "method"]).aggregate([("amount", "sum")])
    by_reason: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in sums.sort_by([("amount_sum", "descending")]).to_pylist():
        by_reason[row["reason"]][row["method"]] = row["amount_sum"]
    return by_reason


def _present(by_reason: dict[str, dict[str, Decimal]]) -> list[str]:
    names = {name for sums in by_reason.values() for name in sums}
    return [name for name in METHODS if name in names]


def _exit(reason: str, sums: dict[str, Decimal], method: str, present: list[str]) -> Json:
    amounts = [sums.get(name, Decimal(0)) for name in present if METHODS[name].conserves]
    return {
        "reason": reason,
        "title": text(REASONS.get(reason, Text(reason, reason))),
        "amount": yuan(sums.get(method, Decimal(0))),
        "least": yuan(min(amounts)) if amounts else None,
        "most": yuan(max(amounts)) if amounts else None,
    }


def _drawing(drawing: Sankey) -> Json:
    return {
        "view": [0, 0, drawing.width, drawing.height],
        "bars": [
            {
                "x": bar.x,
                "y": bar.y,
                "height": bar.height,
                "title": text(bar.title),
                "amount": text(bar.amount),
                "exit": bar.exit,
            }
            for bar in drawing.bars
        ],
        "ribbons": [
            {
                "path": ribbon.path,
                "width": ribbon.width,
                "title": text(ribbon.title),
                "exit": ribbon.exit,
            }
            for ribbon in drawing.ribbons
        ],
        "heads": [{"x": x, "first": text(a), "second": text(c)} for x, a, c in drawing.heads],
    }


@router.get("/cases/{case_id}/freeze")
@rule(Act.read)
def freeze(here: Here) -> dict[str, Any]:
    """Accounts to hold, in the order of what a call now would save, and how far each has got."""
    states = newest_things(here.site.state, here.desk.id, "freeze")
    with here.desk.source() as source:
        rows = source.table("freeze_list").to_pylist()
    return {
        "items": [
            {
                **_hold(here, row, states),
                "balance": yuan(row["balance"]),
                "saved": yuan(row["saved"]),
                "half_life": round(row["half_life"], 1),
                "since": here.desk.moment(row["since"]),
                "because": text(here.display.sentence(FREEZE_LIST, row, "because")),
            }
            for row in rows
        ],
        "total": len(rows),
        "amount": yuan(sum((row["amount"] for row in rows), Decimal(0))),
    }


@router.get("/cases/{case_id}/statements")
@rule(Act.read)
def statements(here: Here) -> dict[str, Any]:
    """Whom to ask for which statement, because money went out of sight there."""
    states = newest_things(here.site.state, here.desk.id, "statement")
    with here.desk.source() as source:
        rows = source.table("statements_wanted").to_pylist()
    return {
        "items": [
            {
                **_hold(here, row, states),
                "from": here.desk.moment(row["from"]),
                "to": here.desk.moment(row["to"]),
                "because": text(here.display.sentence(STATEMENTS_WANTED, row, "because")),
            }
            for row in rows
        ],
        "total": len(rows),
    }


def _hold(here: Visit, row: dict[str, Any], states: dict[str, Json]) -> Json:
    own = subject(here.desk, here.display, row["account"])
    return {
        "subject": own,
        "institution": here.display.words(row["institution"]),
        "amount": yuan(row["amount"]),
        "reports": len(row["reports"] or ()),
        **_state(states.get(own["ref"])),
    }


def _state(version: Json | None) -> Json:
    state = version or {"version": 0, "state": "open", "note": "", "by": "", "at": ""}
    return {key: state[key] for key in ("version", "state", "note", "by", "at")}


@router.get("/cases/{case_id}/what-if")
@rule(Act.read)
def what_if(
    here: Here,
    cut: Annotated[list[str], Query(max_length=50)] = [],  # noqa: B006  # FastAPI copies it
    cause: Annotated[list[str], Query(max_length=8)] = [],  # noqa: B006
    ring: Annotated[str, Query(max_length=40)] = "",
) -> dict[str, Any]:
    """What cutting subjects or causes would have stopped; results stay as they are.

    One cut is a row of ``cuts``. Of several together the least is what the largest stops, the most
    what they stop one by one: which reports they share is not in the results.
    """
    subjects = {here.desk.references.subject(reference) for reference in cut} - {None}
    with here.desk.source() as source:
        table = source.table("cuts")
        rows = [row for row in table.to_pylist() if not ring or row["ring_id"] == ring]
    of_causes = [row for row in rows if row["link"] is None and row["ring_id"]]
    cut_rows = [row for row in rows if row["link"] and row["source"] in subjects]
    cut_rows += [row for row in of_causes if row["cause"] in cause]
    return {
        **_together(cut_rows),
        "cuts": [_cut(here, row) for row in cut_rows],
        "causes": [{"id": row["cause"], **_cut(here, row)} for row in of_causes],
        "unknown": len(subjects) - len({row["source"] for row in cut_rows if row["link"]}),
    }


def _together(cut_rows: list[dict[str, Any]]) -> Json:
    if not cut_rows:
        return {"least": None, "most": None, "reports_least": 0, "reports_most": 0, "of": None}
    loss, reports = cut_rows[0]["loss"], cut_rows[0]["reports"]
    losses = [row["loss_stopped"] for row in cut_rows]
    counts = [row["reports_stopped"] for row in cut_rows]
    return {
        "least": yuan(max(losses)),
        "most": yuan(min(sum(losses, Decimal(0)), loss)),
        "reports_least": max(counts),
        "reports_most": min(sum(counts), reports),
        "reports": reports,
        "of": yuan(loss),
    }


def _cut(here: Visit, row: dict[str, Any]) -> Json:
    link = row["link"]
    name = link_title(link) if link else CAUSES[row["cause"]]
    return {
        "title": text(name),
        "source": subject(here.desk, here.display, row["source"]) if link else None,
        "reports": row["reports"],
        "reports_known": row["reports_known"],
        "reports_through": row["reports_through"],
        "reports_stopped": row["reports_stopped"],
        "loss_stopped": yuan(row["loss_stopped"]),
        "loss_left": yuan(row["loss_left"]),
    }
