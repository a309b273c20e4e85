"""One request: who asks, when, and what for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from suyuan.casework.attempts import Attempt
from suyuan.casework.checks import MissingError
from suyuan.casework.office import Deed, Office
from suyuan.casework.state import MatterState
from suyuan.casework.visibility import Sight, sight
from suyuan.face.office_api.event_loop import event_of, in_thread
from suyuan.face.office_api.identity import Caller, caller_of, site_of
from suyuan.face.office_api.site import OfficeSite
from suyuan.face.web.problems import ProblemDetails
from suyuan.model.text import Text
from suyuan.store.ledger.event import Event

Result = TypeVar("Result")
_LONGEST_KEY: Final = 200
_NO_KEY = Text("A request that acts needs an Idempotency-Key.", "办理类请求须带 Idempotency-Key。")


@dataclass(frozen=True, slots=True)
class OfficeRequest:
    """A request whose body was read; `now` is the moment at which all of it happens."""

    request: Request
    site: OfficeSite
    caller: Caller
    body: bytes
    now: datetime

    @property
    def office(self) -> Office:
        return self.site.office

    @property
    def matter(self) -> str:
        return str(self.request.path_params["matter"])

    def state(self, matter: str) -> tuple[MatterState, Sight]:
        """A matter and how the caller stands in it; one without standing learns nothing of it."""
        try:
            state = self.office.state(matter, self.now)
        except MissingError:
            raise ProblemDetails(404) from None
        return state, self.sight_of(state)

    def sight_of(self, state: MatterState) -> Sight:
        """How the caller stands in a matter; raises where not at all."""
        view = sight(state, self.caller.person, self.caller.posts, self.now)
        if not view:
            raise ProblemDetails(404)
        return view

    @property
    def conditional(self) -> bool:
        """True where the request holds only while the matter stands as it was seen."""
        return "if-match" in self.request.headers

    def attempt(self) -> Attempt:
        """The name of this attempt: the same key and the same request are the same attempt."""
        key = self.request.headers.get("idempotency-key", "").strip()
        if not key or len(key) > _LONGEST_KEY:
            raise ProblemDetails(400, _NO_KEY)
        parts = (self.request.method.encode(), self.request.url.path.encode(), self.body)
        return Attempt.of(self.caller.person, key, *parts)

    def expected_number(self, state: MatterState) -> int | None:
        """The number of the last event as ``If-Match`` has it; None where nothing is asked."""
        tag = self.request.headers.get("if-match")
        if tag is None or tag.strip() == "*":
            return None
        number, _, rest = tag.strip().removeprefix("W/").strip('"').partition("-")
        there = {str(event.number): event.hash for event in state.events}
        if rest[:16] != there.get(number, "")[:16] or not rest:
            raise ProblemDetails(412)
        return int(number)

    def number(self, name: str, default: int, largest: int) -> int:
        """A whole number of the query, from 0 to `largest`."""
        text = self.request.query_params.get(name, str(default))
        if not text.isdecimal() or len(text) > 9 or int(text) > largest:
            raise ProblemDetails(422, errors=[{"where": [name], "what": f"0..{largest}"}])
        return int(text)


def route(path: str, method: str, work: Callable[[OfficeRequest], Response]) -> Route:
    """A route whose `work` runs in a thread, since it reads the ledger and waits for the disk."""

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        return await in_thread(_serve, work, request, body)

    return Route(path, endpoint, methods=[method], name=work.__name__)


@dataclass(frozen=True, slots=True)
class Intent:
    """What a request asks the ledger to do, and the answer to the event that comes of it."""

    deed: Deed
    answer: Callable[[Event], Response]


def deed_route(path: str, method: str, work: Callable[[OfficeRequest], Intent]) -> Route:
    """A route that acts: it is made ready here and done by the ledger, and no thread waits.

    A request that looks at the matter first is made ready in a thread; where the ledger is on
    another machine all of it is done in one.
    """

    async def endpoint(request: Request) -> Response:
        body, office = await request.body(), site_of(request).office
        try:
            if not office.ledger.one_writer:
                return await in_thread(_carry_out, work, request, body)
            if "if-match" in request.headers:
                intent = await in_thread(_serve, work, request, body)
            else:
                intent = _serve(work, request, body)
            return intent.answer(await event_of(office, intent.deed))
        except MissingError:
            raise ProblemDetails(404) from None  # as where it is there and one has no part in it

    return Route(path, endpoint, methods=[method], name=work.__name__)


def _carry_out(work: Callable[[OfficeRequest], Intent], request: Request, body: bytes) -> Response:
    intent, ledger = _serve(work, request, body), site_of(request).office.ledger
    return intent.answer(ledger.write(intent.deed.work, intent.deed.locks))


def _serve(work: Callable[[OfficeRequest], Result], request: Request, body: bytes) -> Result:
    site = site_of(request)
    now = site.clock()
    return work(OfficeRequest(request, site, caller_of(request, now), body, now))
