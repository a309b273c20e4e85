"""Who is at the other end: one-time links, passwords, and sessions that end."""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from suyuan.face.web.permissions import MATRIX, Act, CasePost
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.state import State
from suyuan.model.text import Text
from suyuan.privacy.secret_hash import secret_hash

COOKIE = "__Host-s"
IDLE, WHOLE = 30 * 60.0, 12 * 3600.0
#: One who approves signed in, or proved it again, at most so long ago.
FRESH = 5 * 60.0
#: Wrong passwords before waiting begins; then it doubles up to the longest wait.
PATIENCE, LONGEST_WAIT = 5, 15 * 60.0
SHORTEST_SECRET = 12
TOO_WEAK = Text(
    f"At least {SHORTEST_SECRET} characters, and not a common password.",
    f"密码至少 {SHORTEST_SECRET} 位，且不得为常见密码。",
)
_COMMON = frozenset(
    {"password1234", "123456789012", "qwertyuiop12", "admin1234567", "a1234567890b"}
)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person. ``key`` is the hash under which the session is kept."""

    key: str
    person: str
    admin: bool
    proved_at: float


class Sessions:
    """Sessions and passwords of one workbench; `clock` gives seconds."""

    def __init__(self, state: State, clock: Callable[[], float] = time.time) -> None:
        self.state = state
        self.clock = clock
        self._link = ""
        self._wrong: dict[str, tuple[int, float]] = {}

    def one_time_link(self) -> str:
        """A secret that opens one session, once."""
        secret = secrets.token_urlsafe(32)
        self._link = secret_hash(secret)
        return secret

    def by_link(self, secret: str, person: str) -> str:
        """The cookie of a new session; :class:`ProblemDetails` 401 where the link was used."""
        self.spend_link(secret)
        return self.begin(person)

    def spend_link(self, secret: str) -> None:
        """Use the one-time link; :class:`ProblemDetails` 401 where it is none, or was used."""
        if not self._link or not hmac.compare_digest(self._link, secret_hash(secret)):
            raise ProblemDetails(401)
        self._link = ""

    def by_password(self, name: str, secret: str, address: str) -> str:
        """The cookie of a new session; the same words and time for unknown names."""
        self._wait(name, address)
        if not self._right(name, secret):
            self._count_wrong(name, address)
            raise ProblemDetails(401)
        for key in (f"n:{name}", f"a:{address}"):
            self._wrong.pop(key, None)
        return self.begin(name)

    def prove(self, session: Session, secret: str, address: str) -> None:
        """The person at this session gives the password again."""
        self._wait(session.person, address)
        if not self._right(session.person, secret):
            self._count_wrong(session.person, address)
            raise ProblemDetails(401)
        self._set(session.key, "proved", self.clock())

    def enrol(self, name: str, secret: str, *, admin: bool = False) -> None:
        """Add a person, or give one a new password."""
        self.check_secret(name, secret)
        fresh = _hasher().hash(secret)
        self.state.write(
            lambda file: file.execute(
                "INSERT INTO person (name, secret, admin) VALUES (?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET secret = excluded.secret",
                (name, fresh, int(admin)),
            )
        )

    def check_secret(self, name: str, secret: str) -> None:
        """:class:`ProblemDetails` 422 where the password is too weak."""
        if len(secret) < SHORTEST_SECRET or secret.lower() in _COMMON or secret == name:
            wrong = {"where": ["password"], "what": "too_weak"}
            raise ProblemDetails(422, TOO_WEAK, errors=[wrong])

    def enrol_without_secret(self, name: str, *, admin: bool = False) -> None:
        """Add a person whom no password lets in yet."""
        self.state.write(
            lambda file: file.execute(
                "INSERT INTO person (name, secret, admin) VALUES (?, '', ?)", (name, int(admin))
            )
        )

    def set_person(self, name: str, column: str, *, value: bool) -> None:
        """Set `admin` or `closed`."""
        assert column in {"admin", "closed"}
        self.state.write(
            lambda file: file.execute(
                f"UPDATE person SET {column} = ? WHERE name = ?", (int(value), name)
            )
        )

    def of(self, cookie: str | None, *, by_hand: bool = True) -> Session | None:
        """The live session behind a cookie; what a page asks by itself keeps none alive."""
        if not cookie:
            return None
        key, now = secret_hash(cookie), self.clock()
        rows = self.state.rows(
            "SELECT s.person, s.began, s.seen, s.proved, coalesce(p.admin, 0) FROM session s "
            "LEFT JOIN person p ON p.name = s.person "
            "WHERE s.hash = ? AND NOT s.ended AND NOT coalesce(p.closed, 0)",
            (key,),
        )
        if not rows:
            return None
        person, began, look, proved_at, admin = rows[0]
        if now - look > IDLE or now - began > WHOLE:
            self.end(key)
            return None
        if by_hand and now - look > 30:
            self._set(key, "seen", now)
        return Session(key, person, bool(admin), proved_at)

    def end(self, key: str) -> None:
        self._set(key, "ended", 1)

    def end_all(self, person: str) -> None:
        self.state.write(
            lambda file: file.execute("UPDATE session SET ended = 1 WHERE person = ?", (person,))
        )

    def fresh(self, session: Session) -> bool:
        return self.clock() - session.proved_at <= FRESH

    def begin(self, person: str, proved_at: float | None = None) -> str:
        """A new session's cookie, for somebody who proved, at `proved_at` or now, who they are."""
        cookie, now = secrets.token_urlsafe(32), self.clock()
        row = (secret_hash(cookie), person, now, now, now if proved_at is None else proved_at)
        self.state.write(
            lambda file: file.execute(
                "INSERT INTO session (hash, person, began, seen, proved) VALUES (?, ?, ?, ?, ?)",
                row,
            )
        )
        return cookie

    def _set(self, key: str, column: str, value: float) -> None:
        self.state.write(
            lambda file: file.execute(
                f"UPDATE session SET {column} = ? WHERE hash = ?", (value, key)
            )
        )

    def _right(self, name: str, secret: str) -> bool:
        rows = self.state.rows("SELECT secret FROM person WHERE name = ? AND NOT closed", (name,))
        password_hash = rows[0][0] if rows else ""  # empty where none was chosen yet
        try:
            return _hasher().verify(password_hash or _decoy_hash(), secret) and bool(password_hash)
        except (Argon2Error, InvalidHashError):
            return False

    def _wait(self, name: str, address: str) -> None:
        for key in (f"n:{name}", f"a:{address}"):
            if self._wrong.get(key, (0, 0.0))[1] > self.clock():
                raise ProblemDetails(429)

    def _count_wrong(self, name: str, address: str) -> None:
        for key in (f"n:{name}", f"a:{address}"):
            count = self._wrong.get(key, (0, 0.0))[0] + 1
            pause = min(2.0 ** max(count - PATIENCE, 0), LONGEST_WAIT) if count >= PATIENCE else 0
            self._wrong[key] = (count, self.clock() + pause)


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)


_DECOYS: list[str] = []


def _decoy_hash() -> str:
    """A hash that no password fits, made once: unknown names cost the same time."""
    if not _DECOYS:
        _DECOYS.append(_hasher().hash(secrets.token_urlsafe(32)))
    return _DECOYS[0]


def posts(state: State, session: Session, case_id: str) -> frozenset[CasePost]:
    """What the person is in this case."""
    rows = state.rows(
        "SELECT post FROM appointment WHERE person = ? AND case_id = ? AND until IS NULL",
        (session.person, case_id),
    )
    own = {CasePost(post) for (post,) in rows}
    return frozenset(own | ({CasePost.admin} if session.admin else set()))


def may(act: Act, own_posts: frozenset[CasePost]) -> bool:
    return act in {Act.public, Act.signed_in} or bool(MATRIX[act] & own_posts)
