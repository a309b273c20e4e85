"""What a request may say; an unknown name is refused, not overlooked."""

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from suyuan.face.web.problems import ProblemDetails
from suyuan.model.times import utc

Body = TypeVar("Body")


class Begin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A matter to begin; `key` names the reason: one reason, one matter."""

    procedure: str
    subject: str
    key: str
    fields: dict[str, Any] = {}
    parties: dict[str, str] = {}
    items: list[str] = []


class Do(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An act; `at` (with its offset) is when it happened, where that was earlier."""

    act: str
    fields: dict[str, Any] = {}
    items: list[str] = []
    at: datetime | None = None


class Enter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The one-time link that the command printed."""

    link: str


class EmptyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No body, or an empty one."""


def decode_body(content: bytes, kind: type[Body]) -> Body:
    """`content` as `kind`; raises :class:`ProblemDetails` 422 that says where, never the value."""
    try:
        return msgspec.json.decode(content or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProblemDetails(422, errors=[{"what": str(error)}]) from error


def moment(at: datetime | None) -> datetime | None:
    """Naive UTC; a time without offset is clock time in Beijing."""
    return None if at is None else utc(at)
