"""Subjects as addresses may name them: ``phone~k3j…``, made with the case's key.

History, bookmarks, logs and pictures of an address bar then hold nobody's number.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field

from suyuan.privacy.keys import CaseKey

LETTERS = 16


@dataclass(slots=True)
class References:
    """Both ways, for the subjects of one case that were met so far."""

    key: CaseKey
    _subjects: dict[str, str] = field(default_factory=dict)
    _references: dict[str, str] = field(default_factory=dict)

    def of(self, subject: str) -> str:
        """The reference of a ``kind:id``."""
        fresh = self._references.get(subject)
        if fresh is None:
            kind = subject.partition(":")[0]
            secret = hmac.new(self.key.secret, b"reference\0" + subject.encode(), hashlib.sha256)
            letters = base64.b32encode(secret.digest()).decode("ascii")[:LETTERS].lower()
            fresh = self._references[subject] = f"{kind}~{letters}"
            self._subjects[fresh] = subject
        return fresh

    def subject(self, reference: str) -> str | None:
        """The subject behind a reference; nothing where this case has met none."""
        return self._subjects.get(reference)

    def meet(self, subjects: Iterable[str | None]) -> None:
        for subject in subjects:
            if subject:
                self.of(subject)
