"""Matters over HTTP: begin, look, act, approve, withdraw."""

import hashlib
import json

from starlette.responses import JSONResponse, Response

from suyuan.casework.office import ActForm, Opening
from suyuan.casework.state import MatterState
from suyuan.face.office_api.bodies import Begin, Do, EmptyBody, decode_body, moment
from suyuan.face.office_api.shapes import (
    Json,
    last_hash,
    last_number,
    matter_json,
    receipt_json,
)
from suyuan.face.office_api.visit import Intent, OfficeRequest, deed_route, route
from suyuan.store.ledger.event import Event


def begin(visit: OfficeRequest) -> Intent:
    """Begin a matter, 201; where it is there, the same answer again."""
    body = decode_body(visit.body, Begin)
    opening = Opening(
        body.procedure, body.subject, body.fields, body.parties, body.key, tuple(body.items)
    )
    deed = visit.office.beginning(opening, visit.caller.person, visit.now, visit.attempt())
    return Intent(deed, lambda event: _receipt(event, 201))


def look(visit: OfficeRequest) -> Response:
    """A matter as the caller may see it, with its ETag."""
    state, view = visit.state(visit.matter)
    view_json = matter_json(visit.office, state, view, visit.caller.posts)
    tag = etag(state, view_json)
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    if tag in visit.request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return JSONResponse(view_json, headers=headers)


def act(visit: OfficeRequest) -> Intent:
    """Do an act, 201; or propose it where two persons are needed, 202."""
    body = decode_body(visit.body, Do)
    attempt = visit.attempt()
    # One fold does for the standing and the act, unless it is asked how the matter stood.
    number_seen = visit.expected_number(visit.state(visit.matter)[0]) if visit.conditional else None
    items, at = tuple(body.items), moment(body.at)
    form = ActForm(visit.matter, body.act, body.fields, items, at, expected_number=number_seen)
    person, now = visit.caller.person, visit.now
    deed = visit.office.act_deed(form, person, now, attempt, visit.sight_of)
    return Intent(deed, _deed_receipt)


def approve(visit: OfficeRequest) -> Response:
    """Approve what another person proposed; only then it is done."""
    decode_body(visit.body, EmptyBody)
    attempt = visit.attempt()
    state, _ = visit.state(visit.matter)
    number = int(visit.request.path_params["number"])
    person, number_seen = visit.caller.person, visit.expected_number(state)
    event = visit.office.approve(visit.matter, number, person, visit.now, attempt, number_seen)
    return _receipt(event, 201)


def withdraw(visit: OfficeRequest) -> Response:
    """Take a proposal back."""
    decode_body(visit.body, EmptyBody)
    attempt = visit.attempt()
    visit.state(visit.matter)
    number = int(visit.request.path_params["number"])
    event = visit.office.withdraw(visit.matter, number, visit.caller.person, visit.now, attempt)
    return _receipt(event, 201)


def etag(state: MatterState, view_json: Json) -> str:
    """The last event, and a digest of all that is shown: time alone may change what is due."""
    content = json.dumps(view_json, sort_keys=True).encode()
    digest = hashlib.sha256(content).hexdigest()[:16]
    return f'"{last_number(state)}-{last_hash(state)[:16]}-{digest}"'


def _deed_receipt(event: Event) -> Response:
    return _receipt(event, 202 if event.kind.endswith(".proposed") else 201)


def _receipt(event: Event, status: int) -> Response:
    where = f"/api/v1/matters/{event.chain}"
    return JSONResponse(receipt_json(event), status, headers={"location": where})


ROUTES = (
    deed_route("/matters", "POST", begin),
    route("/matters/{matter}", "GET", look),
    deed_route("/matters/{matter}/acts", "POST", act),
    route("/matters/{matter}/proposals/{number:int}/approval", "POST", approve),
    route("/matters/{matter}/proposals/{number:int}/withdrawal", "POST", withdraw),
)
