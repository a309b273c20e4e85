"""What people and programs hand in: an opening, an act, and the name of the attempt."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Opening:
    """What a matter begins with. `key` names the reason, so that one reason opens one matter."""

    procedure: str
    subject: str
    fields: Mapping[str, Any]
    parties: Mapping[str, str]
    key: str
    items: Sequence[str] = ()
    origin: Mapping[str, Any] | None = None

    @property
    def matter(self) -> str:
        digest = hashlib.sha256("\0".join((self.procedure, self.subject, self.key)).encode())
        return f"{self.procedure}:{digest.hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class ActForm:
    """An act that somebody wants to do. `at` is when it happened, where that was earlier."""

    matter: str
    act: str
    fields: Mapping[str, Any]
    items: Sequence[str] = ()
    at: datetime | None = None
    key: str | None = None
    expected_number: int | None = None
