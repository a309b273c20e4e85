"""Addresses of the service beside payments: health, metrics, conditions, snoozes, ISO 20022."""

import json
import time
from collections.abc import Mapping
from typing import Any, Final

from suyuan.live.batching import Batcher, as_json
from suyuan.live.condition_book import ConditionBook
from suyuan.live.http import Request, response
from suyuan.live.iso20022 import IsoError, asked_in, status_report
from suyuan.live.keys import Keyring
from suyuan.live.messages import PaymentAnswer, Refusal
from suyuan.model.errors import InputError

_JSON: Final = "application/json"
_SIDES: Final = {"account": "bank_account:", "phone": "phone:"}


def respond(batcher: Batcher, request: Request) -> bytes:
    """The whole response to a request that waits for no batch."""
    match request.method, request.path.split("/")[1:]:
        case "GET", ["health"]:
            return _plain(200, b"ok\n")
        case "GET", ["metrics"]:
            return _plain(200, batcher.metrics())
        case "POST", ["v1", "iso20022"]:
            return _iso(batcher, request.body)
        case method, ["v1", ("conditions" | "snoozes") as kind, *rest]:
            return _change_conditions(batcher, method, kind, rest, request.body)
        case _:
            return _plain(404, b"no such address\n")


def _change_conditions(
    batcher: Batcher, method: str, kind: str, rest: list[str], body: bytes
) -> bytes:
    scorer = batcher.scorer
    try:
        fields = _fields(body) if body else {}
        if method == "PUT":
            fields = _with_key(scorer.keyring, fields)
        outcome = _change(scorer.book, scorer.position, (method, kind, rest), fields)
    except InputError as error:
        problem = {"error": error.text("en"), "zh": error.text("zh")}
        return response(400, as_json(problem), _JSON)
    except ValueError as error:
        return response(400, as_json({"error": str(error)}), _JSON)
    except OSError as error:
        return response(503, as_json({"error": str(error)}), _JSON)
    if outcome is None:
        return _plain(404, b"no such address\n")
    return response(200, as_json(outcome), _JSON)


def _change(
    book: ConditionBook, log: int, route: tuple[str, str, list[str]], fields: dict[str, Any]
) -> dict[str, str] | list[dict[str, Any]] | None:
    """Do what is asked from event `log` on; None where there is no such address."""
    match route:
        case "GET", "conditions", []:
            return book.entries()
        case "PUT", "conditions", []:
            name, waits = book.order(fields, log)
            return {"id": name, "state": "pending" if waits else "in force"}
        case "PUT", "snoozes", []:
            return {"id": book.snooze(fields, log), "state": "in force"}
        case "POST", "conditions", [name, "approval"]:
            book.approve(name, _text(fields, "person"), log)
            return {"id": name, "state": "in force"}
        case "DELETE", _, [name]:
            book.withdraw(name, _text(fields, "person"), _text(fields, "reason"), log)
            return {"id": name, "state": "withdrawn"}
        case _:
            return None


def _fields(body: bytes) -> dict[str, Any]:
    content = json.loads(body)
    if not isinstance(content, dict) or not all(isinstance(v, str) for v in content.values()):
        raise ValueError("an object of texts is expected")
    return content


def _text(fields: Mapping[str, Any], name: str) -> str:
    if not str(fields.get(name, "")).strip():
        raise ValueError(f"{name}: missing")
    return str(fields[name])


def _with_key(keys: Keyring, fields: dict[str, Any]) -> dict[str, Any]:
    """`fields` with the subject's key for its number: nothing stands on the disk in clear."""
    sides = [name for name in _SIDES if fields.get(name)]
    if len(sides) != 1:
        raise ValueError("account or phone: one of them is needed")
    subject = f"{keys.key(_SIDES[sides[0]] + fields[sides[0]]):x}"
    rest = {name: value for name, value in fields.items() if name not in _SIDES}
    if "approved_by" in rest:
        raise ValueError("approved_by: a second person approves at …/approval")
    return rest | {"subject": subject}


def _iso(batcher: Batcher, body: bytes) -> bytes:
    """pain.001 and pacs.008 in, pain.002 and pacs.002 out."""
    try:
        message = asked_in(body)
    except IsoError as error:
        return _plain(400, f"{error}\n".encode())
    outcome = batcher.scorer.take(message.lines(), time.time_ns() // 1000)
    refusals = [outcome_part for outcome_part in outcome if isinstance(outcome_part, Refusal)]
    if refusals:
        return _plain(400, f"{refusals[0].error}\n".encode())
    answers = [outcome_part for outcome_part in outcome if isinstance(outcome_part, PaymentAnswer)]
    return response(200, status_report(message, answers), "application/xml")


def _plain(status: int, body: bytes) -> bytes:
    return response(status, body, "text/plain")
