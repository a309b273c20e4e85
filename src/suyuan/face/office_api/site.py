"""What is served: an office, its clock, the names it answers to, and who is signed in."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from suyuan.casework.office import Office
from suyuan.casework.signing import Keys
from suyuan.privacy.secret_hash import secret_hash

IDLE: Final = timedelta(minutes=30)
WHOLE: Final = timedelta(hours=12)
LOCAL: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(slots=True)
class SignedIn:
    """A browser that followed a one-time link."""

    person: str
    began: datetime
    last: datetime


class Browsers:
    """One-time links and the sessions they open; both live as long as the process."""

    def __init__(self) -> None:
        self._links: dict[str, str] = {}
        self._sessions: dict[str, SignedIn] = {}
        self._lock = threading.Lock()

    def link(self, person: str) -> str:
        """A secret that opens one session for `person`, once."""
        secret = secrets.token_urlsafe(32)
        with self._lock:
            self._links[secret_hash(secret)] = person
        return secret

    def open(self, link: str, now: datetime) -> tuple[str, str] | None:
        """The cookie and the person of a new session; None where the link is used or none."""
        with self._lock:
            person = self._links.pop(secret_hash(link), None)
            if person is None:
                return None
            cookie = secrets.token_urlsafe(32)
            self._sessions[secret_hash(cookie)] = SignedIn(person, now, now)
            return cookie, person

    def person(self, cookie: str, now: datetime) -> str | None:
        """Whose live session a cookie is."""
        with self._lock:
            session = self._sessions.get(secret_hash(cookie))
            if session is None:
                return None
            if now - session.last > IDLE or now - session.began > WHOLE or now < session.began:
                del self._sessions[secret_hash(cookie)]
                return None
            session.last = now
            return session.person

    def close(self, cookie: str) -> None:
        with self._lock:
            self._sessions.pop(secret_hash(cookie), None)


@dataclass(slots=True)
class OfficeSite:
    """An office as it is served; `keys` are the public keys of parties that sign answers.

    `folder` keeps the documents that people hand in on a page; without it they cannot.
    """

    office: Office
    clock: Callable[[], datetime]
    hosts: frozenset[str] = LOCAL
    keys: Keys = field(default_factory=dict[str, str])
    browsers: Browsers = field(default_factory=Browsers)
    folder: Path | None = None
