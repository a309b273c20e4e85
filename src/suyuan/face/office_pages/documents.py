"""Documents of a matter: handed in with an act, shown to whoever sees that act."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from starlette.responses import Response

from suyuan.casework.compiled import Procedure
from suyuan.casework.scans import is_kept, kind_of, read_scan, take_scan
from suyuan.casework.state import MatterState
from suyuan.casework.visibility import Sight
from suyuan.face.office_pages.browsing import PageRequest
from suyuan.face.office_pages.forms import sent_many
from suyuan.face.office_pages.views import documents_of
from suyuan.face.web.problems import ProblemDetails
from suyuan.model.errors import InputError
from suyuan.model.text import Text

#: Inputs of a form that name documents handed in before the form came back with a mistake.
DOCUMENT_PREFIX: Final = "d."


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The documents of a form by field, and why a file was not taken."""

    documents: Mapping[str, tuple[str, ...]]
    error: InputError | None = None


def handed_in(
    visit: PageRequest,
    procedure: Procedure,
    subject: str,
    form: Iterable[str],
    *,
    anew: bool = False,
) -> HandedIn:
    """Keep the files of a form, sealed for its subject, and name them by field.

    `anew` where the subject is not yet the sender's: documents that are there are not named then.
    """
    folder = visit.site.folder
    if folder is None:
        return HandedIn({})
    fields = [n for n in form if procedure.fields[n].files]
    documents = {n: () if anew else _kept_before(visit, subject, folder, n) for n in fields}
    try:
        for file in visit.files:
            name = file.field.removeprefix("f.")
            if name not in documents:
                raise ProblemDetails(422)
            size = len(file.content)
            receipt = take_scan(
                visit.office, folder, BytesIO(file.content), file.name, size, subject
            )
            documents[name] = tuple(dict.fromkeys((*documents[name], receipt.document)))
    except InputError as error:
        return HandedIn(documents, error)
    return HandedIn(documents)


def _kept_before(visit: PageRequest, subject: str, folder: Path, name: str) -> tuple[str, ...]:
    """Documents that the form names: those only that are there for this subject."""
    names = sent_many(visit.body, DOCUMENT_PREFIX + name)
    return tuple(d for d in names if is_kept(visit.office, folder, d, subject))


def with_documents(values: Mapping[str, Any], uploads: HandedIn) -> dict[str, Any]:
    """The fields of an act with the documents behind what was written."""
    fields = dict(values)
    for name, documents in uploads.documents.items():
        if documents:
            fields[name] = [*fields.get(name, ()), *documents]
    return fields


def document(visit: PageRequest) -> Response:
    """A document as a file to keep: never shown within a page, never looked into here."""
    state, sight = visit.matter()
    content = _content(visit, state, sight)
    media, ending = kind_of(content)
    name = quote(f"{str(visit.request.path_params['sha256'])[:8]}.{ending}")
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Response(content, media_type=media, headers=headers)


def _content(visit: PageRequest, state: MatterState, sight: Sight) -> bytes:
    name = f"document:{visit.request.path_params['sha256']}"
    folder = visit.site.folder
    if folder is None or name not in {line.document for line in documents_of(state, sight)}:
        raise ProblemDetails(404)
    content = read_scan(visit.office, folder, name, state.subject)
    if content is None:
        not_here = Text("This document is no longer stored here.", "该材料已不在此保存。")
        raise InputError(not_here)
    return content
