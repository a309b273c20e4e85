"""What a browser sends with files in it, taken apart without looking into any file.

A body is kept up to a limit; what comes beyond it is read and dropped, so that a browser, which
listens only once it has sent everything, is told why. RFC 7578; names as browsers write them.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlencode

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from suyuan.casework.scans import LARGEST, too_large
from suyuan.face.web.problems import ProblemDetails

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

#: Bytes of a form with files: one document and what is written beside it.
MOST: Final = LARGEST + 1_000_000
#: Files in one form, and its parts.
MOST_FILES, MOST_PARTS = 8, 300
_MULTIPART: Final = "multipart/form-data"
_ESCAPES: Final = re.compile("%22|%0D|%0A")


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of a form, under the name of its input."""

    field: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SentParts:
    """A form with files: what was written, as a form without any would send it, and the files."""

    fields: bytes
    files: tuple[SentFile, ...]


def has_files(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith(_MULTIPART)


async def whole_body(request: Request) -> bytes:
    """The body; raises :class:`InputError` where it is larger than a document may be."""
    pieces, size = list[bytes](), 0
    async for piece in request.stream():
        size += len(piece)
        if size > MOST:
            pieces.clear()
        else:
            pieces.append(piece)
    if size > MOST:
        raise too_large(size)
    return b"".join(pieces)


def taken_apart(kind: str, body: bytes) -> SentParts:
    """The parts of a body of this content type; raises :class:`ProblemDetails` 422."""
    _, options = parse_options_header(kind)
    parts = _Parts()
    try:
        parser = MultipartParser(options.get(b"boundary", b""), parts.callbacks)
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise ProblemDetails(422) from error
    if not parts.ended:
        raise ProblemDetails(422)
    return SentParts(urlencode(parts.written).encode(), tuple(parts.files))


class _Parts:
    """What the parser tells of a body, part by part."""

    def __init__(self) -> None:
        self.written: list[tuple[str, str]] = []
        self.files: list[SentFile] = []
        self.ended = False
        self._count = 0
        self._field, self._value, self._content = bytearray(), bytearray(), bytearray()
        self._headers: dict[bytes, bytes] = {}

    @property
    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._field_more,
            "on_header_value": self._value_more,
            "on_header_end": self._header,
            "on_part_data": self._more,
            "on_part_end": self._part,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._count += 1
        self._headers.clear()
        self._content.clear()
        if self._count > MOST_PARTS:
            raise ProblemDetails(422)

    def _field_more(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _value_more(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header(self) -> None:
        self._headers[bytes(self._field).lower()] = bytes(self._value)
        self._field.clear()
        self._value.clear()

    def _more(self, data: bytes, start: int, end: int) -> None:
        self._content += data[start:end]

    def _part(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"name" not in options:
            raise ProblemDetails(422)
        name, file = _name(options[b"name"]), options.get(b"filename")
        if file is None:
            self.written.append((name, _text(bytes(self._content))))
        elif file:  # an input that was left empty sends a file without a name
            self.files.append(SentFile(name, _name(file), bytes(self._content)))
        if len(self.files) > MOST_FILES:
            raise ProblemDetails(422)

    def _end(self) -> None:
        self.ended = True


def _name(content: bytes) -> str:
    """A name as it was; browsers escape a quotation mark and ends of lines in it."""
    return _ESCAPES.sub(lambda match: unquote(match[0]), _text(content))


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise ProblemDetails(422) from None
