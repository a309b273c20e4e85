"""Who asks: a bearer token, or a browser's session. Where neither is good, nobody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.requests import Request

from suyuan.casework.checks import Post
from suyuan.casework.posts import REGISTRAR
from suyuan.casework.tokens import bearer
from suyuan.face.office_api.site import OfficeSite
from suyuan.face.web.problems import ProblemDetails
from suyuan.model.times import is_within

COOKIE: Final = "__Host-office"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Caller:
    """A person with the posts held now."""

    person: str
    posts: tuple[Post, ...]

    @property
    def registrar(self) -> bool:
        return any(post.role == REGISTRAR for post in self.posts)


def site_of(request: Request) -> OfficeSite:
    """The site that `request` came to."""
    site: OfficeSite = request.app.state.site
    return site


def caller_of(request: Request, now: datetime) -> Caller:
    """Who asks. Raises :class:`ProblemDetails`: 401 where nobody known, 403 where nobody with a
    post.

    Reads the ledger: in a thread where that waits for another machine. A request that writes by
    cookie must come from our own pages; one with a token cannot be forged by another site's page.
    """
    site = site_of(request)
    identity = _by_token(request, site, now) if _header(request) else _by_cookie(request, site, now)
    if identity is None:
        raise ProblemDetails(401)
    person, posts = identity
    valid_posts = tuple(post for post in posts if _valid(post, now))
    if not valid_posts:
        raise ProblemDetails(403)
    return Caller(person, valid_posts)


def _header(request: Request) -> str:
    return request.headers.get("authorization", "")


#: A person and all posts that the person ever had.
_Identity = tuple[str, list[Post]]


def _by_token(request: Request, site: OfficeSite, now: datetime) -> _Identity | None:
    scheme, _, secret = _header(request).partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return None
    return bearer(site.office, secret.strip(), now)


def _by_cookie(request: Request, site: OfficeSite, now: datetime) -> _Identity | None:
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    if request.method not in _SAFE and not _own_page(request):
        raise ProblemDetails(403)
    person = site.browsers.person(cookie, now)
    return None if person is None else (person, site.office.posts(person))


def _own_page(request: Request) -> bool:
    """True where the browser says that one of our own pages sent it; silence is no."""
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host", ""):
        return False
    site = request.headers.get("sec-fetch-site")
    return site == "same-origin" or (site is None and origin is not None)


def _valid(post: Post, now: datetime) -> bool:
    return is_within(now, post.since, post.until)
