"""As much of HTTP/1.1 as the live service speaks: requests with a length, keep-alive."""

from typing import Final, NamedTuple

_LONGEST_HEAD: Final = 16_384
_REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    413: "Content Too Large",
    503: "Service Unavailable",
}


class Request(NamedTuple):
    """One whole request."""

    method: str
    path: str
    body: bytes


class HttpError(Exception):
    """A request that cannot be answered; the connection ends."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def parse(buffer: bytes, most: int) -> tuple[Request | None, bytes]:
    """The first whole request of `buffer` (None: not all there yet), and what follows it.

    Raises :class:`HttpError` where the head is malformed or the body longer than `most`.
    """
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        if len(buffer) > _LONGEST_HEAD:
            raise HttpError(400, "head too long")
        return None, buffer
    first, *fields = buffer[:end].split(b"\r\n")
    words = first.split(b" ")
    if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
        raise HttpError(400, "not a request line")
    length = _length(fields, most)
    start = end + 4
    if len(buffer) < start + length:
        return None, buffer
    path = words[1].decode("latin-1").partition("?")[0]
    return Request(words[0].decode("latin-1"), path, buffer[start : start + length]), buffer[
        start + length :
    ]


def _length(fields: list[bytes], most: int) -> int:
    length = 0
    for field in fields:
        name, _, value = field.partition(b":")
        name = name.strip().lower()
        if name == b"transfer-encoding":
            raise HttpError(400, "send a Content-Length")
        if name == b"content-length":
            if not value.strip().isdigit():
                raise HttpError(400, "not a length")
            length = int(value)
    if length > most:
        raise HttpError(413, f"at most {most} bytes")
    return length


def response(status: int, body: bytes, kind: str) -> bytes:
    """A whole response."""
    head = b"HTTP/1.1 %d %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b"
    return head % (status, _REASONS[status].encode(), kind.encode(), len(body), body)
