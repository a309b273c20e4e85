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
from suyuan.face.office_pages.forms import form_key, given_fields, inputs, sent_values
from suyuan.face.web.problems import ProblemDetails
from suyuan.model.errors import InputError, SuyuanError


def begin_form(visit: PageRequest) -> Response:
    """The form that begins a matter."""
    procedure, version = _to_begin(visit)
    return _begin_page(visit, procedure, version, {}, HandedIn({}), None)


def begin(visit: PageRequest) -> Response:
    """Begin a matter; the form sent twice begins one."""
    values = sent_values(visit.body)
    procedure, version = _to_begin(visit)
    form = form_of(version.opening.form)
    name = values.get("subject", "").strip()
    subject = name or f"{procedure.spec.subject}:{form_key(values)[:12]}"
    uploads = handed_in(visit, procedure, subject, form, anew=bool(name))
    try:
        if uploads.error is not None:
            raise uploads.error
        opening = Opening(
            procedure.id,
            subject,
            with_documents(given_fields(form, procedure.fields, values), uploads),
            _parties(visit, procedure.spec.roles, values),
            f"page:{form_key(values)}",
            tuple(values.get("item", "").split()),
        )
        matter = visit.office.begin(opening, visit.caller.person, visit.now)
    except InputError as error:
        return _begin_page(visit, procedure, version, values, uploads, error)
    return visit.go(f"/matters/{matter}?done=begin")


def _to_begin(visit: PageRequest) -> tuple[Procedure, Version]:
    """The procedure of the path in force, where the caller may begin it; else it is not there."""
    procedure = visit.office.registry.procedures.get(str(visit.request.path_params["procedure"]))
    version = None if procedure is None else procedure.on(visit.now)
    own = {post.role for post in visit.caller.posts}
    if procedure is None or version is None or own.isdisjoint(names(version.opening.by)):
        raise ProblemDetails(404)
    return procedure, version


def _parties(
    visit: PageRequest, roles: Mapping[str, Any], values: Mapping[str, str]
) -> dict[str, str]:
    """Who plays which role: the person's own party in their roles, and who was named."""
    own = {post.role: post.party for post in visit.caller.posts if post.role in roles}
    parties = {role: values.get(f"p.{role}", "").strip() for role in roles}
    return own | {role: party for role, party in parties.items() if party}


def _begin_page(
    visit: PageRequest,
    procedure: Procedure,
    version: Version,
    values: Mapping[str, str],
    uploads: HandedIn,
    error: SuyuanError | None,
) -> Response:
    own = {post.role for post in visit.caller.posts}
    documents = None if visit.site.folder is None else uploads.documents
    form = form_of(version.opening.form)
    texts = {name: values.get(f"f.{name}", "") for name in form}
    return visit.page(
        "begin.html.j2",
        200 if error is None else 422,
        title=procedure.spec.title,
        about=procedure.spec.about,
        inputs=inputs(form, procedure.fields, texts, documents),
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
