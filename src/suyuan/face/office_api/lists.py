"""What waits for the caller, what is due, which procedures there are, who the caller is."""

from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from suyuan.casework.compiled import CLOCK, Procedure
from suyuan.casework.explain import duty_lines
from suyuan.casework.state import matter_state
from suyuan.casework.visibility import parties_of
from suyuan.face.office_api.refusal import bilingual_json
from suyuan.face.office_api.shapes import Json, acts_json, duty_json, form_json, iso_moment
from suyuan.face.office_api.visit import OfficeRequest, route

_OPEN = ("open", "late", "breached")
_LARGEST = 1_000_000


def me(visit: OfficeRequest) -> Response:
    """Who I am, and which posts I hold now."""
    posts = [
        {"role": p.role, "party": p.party, "scope": p.scope, "until": iso_moment(p.until)}
        for p in visit.caller.posts
    ]
    return JSONResponse({"person": visit.caller.person, "posts": posts})


def due(visit: OfficeRequest) -> Response:
    """Open duties of the caller's parties, those due first on top; all of them for a registrar."""
    where, values = _own_duties(visit)
    limit, offset = visit.number("limit", 100, 1000), visit.number("offset", 0, _LARGEST)
    [(total,)] = visit.office.ledger.read(f"SELECT COUNT(*) {_FROM} {where}", values)
    rows = visit.office.ledger.read(
        "SELECT duty.due, duty.matter, duty.id, duty.name, duty.role, duty.party, duty.certainty,"
        f" duty.clause {_FROM} {where} ORDER BY duty.due IS NULL, duty.due, duty.matter, duty.id"
        f" LIMIT {limit} OFFSET {offset}",
        values,
    )
    return JSONResponse({"items": [_due(row, visit.now) for row in rows], "total": total})


_FROM = "FROM duty JOIN matter ON matter.id = duty.matter"


def _own_duties(visit: OfficeRequest) -> tuple[str, list[Any]]:
    states = ", ".join(f"'{state}'" for state in _OPEN)
    where, values = f"WHERE duty.state IN ({states})", list[Any]()
    if not visit.caller.registrar:
        posts = sorted({(p.role, p.party, p.scope) for p in visit.caller.posts})
        condition = "(duty.role = ? AND duty.party = ? AND substr(matter.subject, 1, ?) = ?)"
        where += f" AND ({' OR '.join([condition] * len(posts))})"
        values = [
            value for role, party, scope in posts for value in (role, party, len(scope), scope)
        ]
    party = visit.request.query_params.get("party")
    if party is not None:
        where, values = f"{where} AND duty.party = ?", [*values, party]
    return where, values


def _due(row: tuple[Any, ...], now: datetime) -> Json:
    """A line; a duty whose moment is over is past, also where no tick has said so yet."""
    moment = None if row[0] is None else datetime.fromisoformat(row[0])
    return {
        "due": iso_moment(moment),
        "past": moment is not None and moment <= now,
        "certainty": row[6],
        "matter": row[1],
        "duty": row[2],
        "name": row[3],
        "role": row[4],
        "party": row[5],
        "rule": row[7],
    }


def desk(visit: OfficeRequest) -> Response:
    """The matters that wait for the caller, with what may be done in each and why not the rest."""
    where, values = _own_duties(visit)
    limit, offset = visit.number("limit", 20, 100), visit.number("offset", 0, _LARGEST)
    rows = visit.office.ledger.read(
        f"SELECT duty.matter {_FROM} {where} GROUP BY duty.matter"
        " ORDER BY COALESCE(MIN(duty.due), '~'), duty.matter",
        values,
    )
    cards = [_card(visit, matter) for (matter,) in rows[offset : offset + limit]]
    return JSONResponse({"items": cards, "total": len(rows)})


def _card(visit: OfficeRequest, matter: str) -> Json:
    state, view = visit.state(matter)
    lines = [d for d in duty_lines(state) if d.role in view.roles and d.state in _OPEN]
    return {
        "matter": matter,
        "procedure": state.procedure.id,
        "title": bilingual_json(state.procedure.spec.title),
        "subject": state.subject,
        "state": matter_state(state),
        "duties": [duty_json(line) for line in lines],
        "acts": acts_json(visit.office, state, view, visit.caller.posts),
    }


def procedures(visit: OfficeRequest) -> Response:
    """The procedures in force today that have a role of the caller, with their forms."""
    roles = {role for role, _ in parties_of(visit.caller.posts)}
    forms = [
        _procedure(procedure, visit.now)
        for procedure in visit.office.registry.procedures.values()
        if visit.caller.registrar or not roles.isdisjoint(procedure.spec.roles)
    ]
    return JSONResponse({"items": [procedure for procedure in forms if procedure is not None]})


def _procedure(procedure: Procedure, now: datetime) -> Json | None:
    version = procedure.on(now)
    if version is None:
        return None
    acts = {
        act.name: {
            "title": bilingual_json(act.spec.title),
            "by": list(act.by),
            "form": form_json(act.form, procedure),
            "two_persons": act.spec.four_eyes,
        }
        for act in version.acts.values()
        if act.by != (CLOCK,)
    }
    roles = {role: bilingual_json(title) for role, title in procedure.spec.roles.items()}
    return {
        "id": procedure.id,
        "title": bilingual_json(procedure.spec.title),
        "version": version.since.isoformat(),
        "roles": roles,
        "acts": acts,
    }


ROUTES = (
    route("/me", "GET", me),
    route("/due", "GET", due),
    route("/desk", "GET", desk),
    route("/procedures", "GET", procedures),
)
