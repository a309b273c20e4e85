"""What the API promises in writing: OpenAPI not stale, every route and role tried with anything."""

import importlib.util
import json
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from site_of import Client

from suyuan.face.web.contract import contract
from suyuan.face.web.permissions import Act, CasePost

DOCS = Path(__file__).parents[2] / "docs"
CASE = "/api/v1/cases/zheng"
DOCUMENT = contract()
#: What would start a program, end a session or lock everybody out, whatever it is sent.
LEFT_OUT = {"run", "dossier", "read", "sign_out", "changes", "prove", "put_person", "sign_in"}


def _operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, own in DOCUMENT["paths"].items()
        for method, operation in own.items()
        if method in {"get", "post", "put", "delete"}
    ]


def test_the_written_contract_is_not_stale() -> None:
    spec = importlib.util.spec_from_file_location("openapi_page", DOCS / "openapi.py")
    assert spec is not None
    assert spec.loader is not None
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    same = (DOCS / "openapi.json").read_text("utf-8") == page.written()
    assert same, "run: python docs/openapi.py"


def test_every_operation_says_who_may_and_how_it_fails() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    names = [operation["operationId"] for _, _, operation in _operations()]
    assert len(names) == len(set(names)) > 50
    for method, path, operation in _operations():
        assert Act(operation["x-act"])
        assert all(CasePost(one) for one in operation["x-posts"])
        assert "application/problem+json" in operation["responses"]["default"]["content"]
        assert operation["summary"], path
        if method != "get":
            assert operation["x-ledger-event"], path
            assert "x-suyuan" in {one["name"] for one in operation["parameters"]}


def _schema(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a schema takes, and now and then ones that it does not."""
    if "$ref" in schema:
        return _schema(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return st.one_of([_schema(one) for one in schema["anyOf"]])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    kind = schema.get("type")
    if kind in {"integer", "number"}:
        return st.integers(schema.get("minimum", -5), schema.get("maximum", 1_000_000))
    if kind == "boolean":
        return st.booleans()
    if kind == "array":
        return st.lists(_schema(schema.get("items", {})), max_size=3)
    if kind == "object":
        return _object(schema)
    if kind == "null":
        return st.none()
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True).filter(lambda one: len(one) < 60)
    least = schema.get("minLength", 0)
    return st.text(string.printable + "陈\u202e\x00🙂", min_size=least, max_size=40)


def _object(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    known = {name: _schema(one) for name, one in schema.get("properties", {}).items()}
    need = {name: known.pop(name) for name in schema.get("required", ()) if name in known}
    return st.fixed_dictionaries(need, optional=known)


def _request(path: str, operation: dict[str, Any], refs: list[str]) -> st.SearchStrategy[Any]:
    places, query = {}, {}
    for one in operation.get("parameters", ()):
        own = _schema(one["schema"])
        if one["in"] == "path":
            places[one["name"]] = (
                st.just("zheng") if one["name"] == "case_id" else own | st.sampled_from(refs)
            )
        elif one["in"] == "query":
            query[one["name"]] = own
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    sent = _schema(body["schema"]) if body else st.just({})
    return st.tuples(
        st.fixed_dictionaries(places), st.fixed_dictionaries({}, optional=query), sent | st.none()
    )


TRIED = [one for one in _operations() if one[2]["operationId"] not in LEFT_OUT]


@pytest.mark.parametrize(
    ("method", "path", "operation"), TRIED, ids=[one[2]["operationId"] for one in TRIED]
)
def test_no_route_breaks_whatever_it_is_sent(
    clients: dict[str, Client], method: str, path: str, operation: dict[str, Any]
) -> None:
    """No 500, problems as problems, and a status that the matrix allows, for each post."""
    page = clients["viewer"].get(f"{CASE}/findings?limit=3").json()["items"]
    refs = [one["subject"]["ref"] for one in page] + [one["id"] for one in page]

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(_request(path, operation, refs), st.sampled_from(sorted(clients)))
    def tried(request: Any, name: str) -> None:
        places, query, body = request
        url = path
        for key, value in places.items():
            url = url.replace(f"{{{key}}}", _quoted(value))
        answer = clients[name].request(
            method, url, params=query, json=body, headers={"if-match": "0"}
        )
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["title_zh"]
            assert answer.json()["status"] == answer.status_code
        if name in {"stranger", "admin"} and "{case_id}" in path:
            assert answer.status_code in {403, 404, 413, 415, 422}

    tried()


def _quoted(value: Any) -> str:
    from urllib.parse import quote

    return quote(str(value), safe="") or "x"


def test_an_answer_that_is_the_same_is_not_sent_again(clients: dict[str, Client]) -> None:
    client = clients["viewer"]
    for path in (CASE, f"{CASE}/findings?limit=5", f"{CASE}/plan", f"{CASE}/money"):
        first = client.get(path)
        tag = first.headers["etag"]
        again = client.get(path, headers={"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    other = client.get(f"{CASE}/findings?limit=6")
    assert other.headers["etag"] != client.get(f"{CASE}/findings?limit=5").headers["etag"]
    assert json.loads(other.text)["total"] > 6
