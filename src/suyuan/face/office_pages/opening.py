"""The page that begins a matter, with the documents that its form asks for."""

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from suyuan.casework.compiled import Procedure, Version, form_of
from suyuan.casework.declare import names
from suyuan.casework.office import Opening
from suyuan.casework.scans import LARGEST
from suyuan.face.office_pages.browsing import PageRequest, reasons_of
from suyuan.face.office_pages.documents import HandedIn, handed_in, with_documents
from suyuan.face.office_pages.forms import form_key, given_fields, inputs, sent
from suyuan.face.web.problems import ProblemDetails
from suyuan.model.errors import InputError, SuyuanError


def begin_form(asked: PageRequest) -> Response:
    """The form that begins a matter."""
    procedure, version = _to_begin(asked)
    return _begin_page(asked, procedure, version, {}, HandedIn({}), None)


def begin(asked: PageRequest) -> Response:
    """Begin a matter; the form sent twice begins one."""
    values = sent(asked.body)
    procedure, version = _to_begin(asked)
    form = form_of(version.opening.form)
    named = values.get("subject", "").strip()
    subject = named or f"{procedure.spec.subject}:{form_key(values)[:12]}"
    handed = handed_in(asked, procedure, subject, form, anew=bool(named))
    try:
        if handed.error is not None:
            raise handed.error
        opening = Opening(
            procedure.id,
            subject,
            with_documents(given_fields(form, procedure.fields, values), handed),
            _parties(asked, procedure.spec.roles, values),
            f"page:{form_key(values)}",
            tuple(values.get("item", "").split()),
        )
        matter = asked.office.begin(opening, asked.caller.person, asked.now)
    except InputError as error:
        return _begin_page(asked, procedure, version, values, handed, error)
    return asked.go(f"/matters/{matter}?done=begin")


def _to_begin(asked: PageRequest) -> tuple[Procedure, Version]:
    """The procedure of the path in force, where the caller may begin it; else it is not there."""
    procedure = asked.office.registry.procedures.get(str(asked.request.path_params["procedure"]))
    version = None if procedure is None else procedure.on(asked.now)
    own = {post.role for post in asked.caller.posts}
    if procedure is None or version is None or own.isdisjoint(names(version.opening.by)):
        raise ProblemDetails(404)
    return procedure, version


def _parties(
    asked: PageRequest, roles: Mapping[str, Any], values: Mapping[str, str]
) -> dict[str, str]:
    """Who plays which role: the person's own party in their roles, and who was named."""
    own = {post.role: post.party for post in asked.caller.posts if post.role in roles}
    named = {role: values.get(f"p.{role}", "").strip() for role in roles}
    return own | {role: party for role, party in named.items() if party}


def _begin_page(
    asked: PageRequest,
    procedure: Procedure,
    version: Version,
    values: Mapping[str, str],
    handed: HandedIn,
    error: SuyuanError | None,
) -> Response:
    own = {post.role for post in asked.caller.posts}
    documents = None if asked.site.folder is None else handed.documents
    form = form_of(version.opening.form)
    filled = {name: values.get(f"f.{name}", "") for name in form}
    return asked.page(
        "begin.html.j2",
        200 if error is None else 422,
        title=procedure.spec.title,
        about=procedure.spec.about,
        inputs=inputs(form, procedure.fields, filled, documents),
        largest=LARGEST // 1_000_000,
        action=f"/begin/{procedure.id}",
        errors=[] if error is None else reasons_of(error),
        attempt=values.get("attempt") or secrets.token_urlsafe(24),
        roles=[
            (r, t, values.get(f"p.{r}", ""))
            for r, t in procedure.spec.roles.items()
            if r not in own
        ],
        back="/",
    )
