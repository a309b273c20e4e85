"""Single sign-on: what is configured, and what waits for its answer.

``DIR/sign-on.toml`` names one issuer (OpenID Connect). Whom it vouches for gets in only where an
administrator entered that identity for somebody who is enrolled.
"""

import hmac
import secrets
import threading
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from suyuan.face.bind_address import loopback
from suyuan.face.web.state import State
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.privacy.secret_hash import secret_hash

FILE, INSTALL = "sign-on.toml", "pip install 'suyuan[web,oidc]'"
#: Seconds that somebody may take at the issuer, and how many may be on the way at once.
PATIENCE, MOST = 600.0, 2_000
_KEYS = frozenset({"issuer", "client_id", "client_secret", "title_en", "title_zh"})


@dataclass(frozen=True, slots=True)
class SignOnSettings:
    """The issuer and what it knows this workbench as; no secret for a public client."""

    issuer: str
    client_id: str
    client_secret: str = ""
    title_en: str = "single sign-on"
    title_zh: str = "统一身份认证"


def settings_of(folder: Path) -> SignOnSettings | None:
    """What ``sign-on.toml`` says; None where there is none."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(path, str(error)) from error
    extra = table.keys() - _KEYS
    if extra or not all(isinstance(value, str) for value in table.values()):
        raise _wrong(path, ", ".join(sorted(extra)) or "text")
    if not {"issuer", "client_id"} <= table.keys():
        raise _wrong(path, "issuer, client_id")
    settings = SignOnSettings(**table)
    if not secure(settings.issuer):
        raise _wrong(path, settings.issuer)
    return settings


def secure(address: str) -> bool:
    """TLS, or this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    host = parts.hostname or ""
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and loopback(host)))


def _wrong(path: Path, fault: str) -> InputError:
    return InputError(
        Text(f"{path.name} cannot be used.", f"无法使用 {path.name}。"),
        value=fault,
        hint=Text(
            "It holds issuer (https), client_id and, for a confidential client, client_secret.",
            "须包含 issuer（https）、client_id；机密客户端另需 client_secret。",
        ),
    )


@dataclass(frozen=True, slots=True)
class SignOnTry:
    """One way to the issuer and back: who began it, in which browser, is the cookie's holder."""

    state: str
    nonce: str
    verifier: str
    began: float
    fresh: bool


class SignOnError(Exception):
    """The issuer's answer proves nothing; the text is for the one who runs the server."""


@dataclass(frozen=True, slots=True)
class VouchedIdentity:
    """Whom the issuer vouches for, and when they last proved it (seconds; 0 where unsaid)."""

    subject: str
    proved_at: float


class TokenIssuer(Protocol):
    """An issuer as the routes use it; what speaks with a real one needs the extra ``oidc``."""

    settings: SignOnSettings

    def address(self, try_: SignOnTry, back: str) -> str: ...

    def redeem(self, try_: SignOnTry, code: str, back: str) -> VouchedIdentity: ...


class SignOnTries:
    """Those on their way, by the hash of their browser's cookie; each is good once."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._open: dict[str, SignOnTry] = {}

    def begin(self, *, fresh: bool) -> tuple[str, SignOnTry]:
        """A new cookie and its try; the oldest gives way where too many are open."""
        cookie = secrets.token_urlsafe(32)
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        try_ = SignOnTry(state, nonce, verifier, self.clock(), fresh)
        with self._lock:
            while len(self._open) >= MOST:
                del self._open[next(iter(self._open))]
            self._open[secret_hash(cookie)] = try_
        return cookie, try_

    def take(self, cookie: str, state: str) -> SignOnTry | None:
        """The try of this browser; used up whatever comes of it. None where it does not fit."""
        with self._lock:
            sign_on_try = self._open.pop(secret_hash(cookie), None)
        if sign_on_try is None or self.clock() - sign_on_try.began > PATIENCE:
            return None
        return sign_on_try if hmac.compare_digest(sign_on_try.state, state) else None


def person_behind(state: State, issuer: str, subject: str, *, closed: bool = False) -> str | None:
    """Who is enrolled under this identity; whose account is closed only where `closed`."""
    rows = state.rows(
        "SELECT i.person FROM identity i JOIN person p ON p.name = i.person "
        "WHERE i.issuer = ? AND i.subject = ? AND i.until IS NULL AND (? OR NOT p.closed)",
        (issuer, subject, closed),
    )
    return rows[0][0] if rows else None


def identity_of(state: State, issuer: str, person: str) -> str:
    """The identity that stands for a person; empty where there is none."""
    rows = state.rows(
        "SELECT subject FROM identity WHERE issuer = ? AND person = ? AND until IS NULL",
        (issuer, person),
    )
    return rows[0][0] if rows else ""


def identify(state: State, issuer: str, person: str, subject: str, now: float) -> None:
    """Make `subject` stand for a person, or nobody where it is empty; what stood before ends."""
    state.write(
        lambda file: (
            file.execute(
                "UPDATE identity SET until = ? WHERE issuer = ? AND person = ? AND until IS NULL",
                (now, issuer, person),
            ),
            subject
            and file.execute(
                "INSERT INTO identity (issuer, subject, person, since) VALUES (?, ?, ?, ?)",
                (issuer, subject, person, now),
            ),
        )
    )
