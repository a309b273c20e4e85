"""What a browser sends with files in it, taken apart without looking into any file.

A body is kept up to a limit; what comes beyond it is read and dropped, so that a browser, which
listens only once it has sent everything, is told why. RFC 7578; names as browsers write them.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlencode

from starlette.requests import Request

from suyuan.casework.scans import LARGEST, too_large
from suyuan.face.web.problems import ProblemDetails

#: Bytes of a form with files: one document and what is written beside it.
MOST: Final = LARGEST + 1_000_000
#: Files in one form, and its parts.
MOST_FILES, MOST_PARTS = 8, 300
_MULTIPART: Final = "multipart/form-data"
_BOUNDARY: Final = re.compile(r'boundary="?([A-Za-z0-9\'()+_,./:=? -]{1,70})"?')
_NAMES: Final = re.compile(r'\b(name|filename)="([^"\r\n]*)"')


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of a form, under the name of its input."""

    field: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SentParts:
    """A form with files: what was written, as a form without any would send it, and the files."""

    written: bytes
    files: tuple[SentFile, ...]


def has_files(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith(_MULTIPART)


async def whole_body(request: Request) -> bytes:
    """The body; raises :class:`InputError` where it is larger than a document may be."""
    pieces, taken = list[bytes](), 0
    async for piece in request.stream():
        taken += len(piece)
        if taken > MOST:
            pieces.clear()
        else:
            pieces.append(piece)
    if taken > MOST:
        raise too_large(taken)
    return b"".join(pieces)


def taken_apart(kind: str, body: bytes) -> SentParts:
    """The parts of a body of this content type; raises :class:`ProblemDetails` 422."""
    found = _BOUNDARY.search(kind)
    if found is None:
        raise ProblemDetails(422)
    pieces = (b"\r\n" + body).split(b"\r\n--" + found[1].encode("ascii"))[1:]
    if not pieces or not pieces[-1].startswith(b"--") or len(pieces) > MOST_PARTS:
        raise ProblemDetails(422)
    written, files = list[tuple[str, str]](), list[SentFile]()
    for piece in pieces[:-1]:
        names, content = _part(piece)
        if "filename" not in names:
            written.append((names["name"], _text(content)))
        elif names["filename"]:  # an input that was left empty sends a file without a name
            files.append(SentFile(names["name"], names["filename"], content))
    if len(files) > MOST_FILES:
        raise ProblemDetails(422)
    return SentParts(urlencode(written).encode(), tuple(files))


def _part(piece: bytes) -> tuple[dict[str, str], bytes]:
    head, gap, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    names = {name: unquote(value) for name, value in _NAMES.findall(_text(head))}
    if not gap or "name" not in names:
        raise ProblemDetails(422)
    return names, content


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise ProblemDetails(422) from None
