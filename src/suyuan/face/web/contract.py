"""The API as OpenAPI 3.1 says it: every route with its rule, its errors, and what a write needs."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

import suyuan
from suyuan.face.web.permissions import MATRIX, Act, rule_of
from suyuan.face.web.routes import ROUTERS
from suyuan.face.web.sessions import COOKIE

Json = dict[str, Any]
API = "/api/v1"
_REF = "#/components/schemas/Problem"
_PROBLEM: Json = {
    "type": "object",
    "required": ["type", "title", "title_en", "title_zh", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "title_en": {"type": "string"},
        "title_zh": {"type": "string"},
        "status": {"type": "integer"},
        "try_en": {"type": "string"},
        "try_zh": {"type": "string"},
        "errors": {"type": "array", "maxItems": 200, "items": {"type": "object"}},
    },
}
_HEADER: Json = {
    "name": "x-suyuan",
    "in": "header",
    "required": True,
    "description": "A browser lets no other site set it.",
    "schema": {"const": "1"},
}
_ABOUT = (
    "The workbench of one server. Sign in with `POST /session`; the cookie does the rest. What "
    "names a person is masked, but for what a grant of this session shows. Errors are problem "
    "details (RFC 9457) in both languages. Lists say `total`; pages go on by `next` or `offset`. "
    "Answers to GET carry an ETag."
)


def contract() -> Json:
    """The OpenAPI document, the same whoever serves it."""
    bare = FastAPI(title="suyuan workbench", version=suyuan.__version__, summary="API v1")
    for router in ROUTERS:
        bare.include_router(router, prefix=API)
    document: Json = bare.openapi()
    document["info"]["description"] = _ABOUT
    parts = document.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = _PROBLEM
    for name in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(name, None)
    parts["securitySchemes"] = {"session": {"type": "apiKey", "in": "cookie", "name": COOKIE}}
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                _complete(document["paths"][f"{API}{route.path}"], route)
    return document


def _complete(path: Json, route: APIRoute) -> None:
    own = rule_of(route.endpoint)
    for method in route.methods or ():
        operation = path[method.lower()]
        operation["operationId"] = route.name
        operation["responses"].pop("422", None)
        operation["responses"]["default"] = {
            "description": "A problem, in both languages.",
            "content": {"application/problem+json": {"schema": {"$ref": _REF}}},
        }
        if own is not None:
            operation["x-act"] = own.act.value
            operation["x-posts"] = sorted(MATRIX[own.act])
            if own.event:
                operation["x-ledger-event"] = own.event
            operation["security"] = [] if own.act is Act.public else [{"session": []}]
        if method not in {"GET", "HEAD"}:
            operation.setdefault("parameters", []).append(_HEADER)
