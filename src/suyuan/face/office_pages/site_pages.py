"""The pages of an office for a browser: home with what waits, matters, forms. No scripts."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import BaseRoute

from suyuan.casework.declare import names
from suyuan.casework.payments import Cashier
from suyuan.casework.visibility import sight
from suyuan.face.office_pages.acting import act_form, do, pay, second_person
from suyuan.face.office_pages.browsing import PageRequest, page_route, waiting_page_route
from suyuan.face.office_pages.documents import document
from suyuan.face.office_pages.entrance import ENTRANCE
from suyuan.face.office_pages.forms import sent_values
from suyuan.face.office_pages.notices import notice_route
from suyuan.face.office_pages.opening import begin, begin_form
from suyuan.face.office_pages.views import MatterView, matter_view, state_title
from suyuan.face.web.problems import ProblemDetails
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.ledger.event import stamp

#: Cards on a page of the desk, and matters in a list.
CARDS: Final = 20
MATTERS_LISTED: Final = 50
_OPEN: Final = "('open', 'late', 'breached')"
_SOON: Final = timedelta(days=3)


def office_pages(cashiers: Mapping[str, Cashier] | None = None) -> Sequence[BaseRoute]:
    """The routes; `cashiers` by procedure take fees, where a provider is set up."""
    pay_page = partial(pay, cashiers or {})
    pay_page.__name__ = "pay"  # type: ignore[attr-defined]  # Starlette names a route by it
    return (
        *ENTRANCE,
        page_route("/", "GET", home),
        page_route("/matters/{matter}", "GET", matter),
        page_route("/matters/{matter}/acts/{act}", "GET", act_form),
        page_route("/matters/{matter}/acts/{act}", "POST", do),
        page_route("/matters/{matter}/documents/{sha256}", "GET", document),
        waiting_page_route("/matters/{matter}/fees/{fee}", "POST", pay_page),
        notice_route(cashiers or {}),
        page_route("/matters/{matter}/proposals/{number:int}", "POST", second_person),
        page_route("/links", "GET", links),
        page_route("/links", "POST", new_link),
        page_route("/begin/{procedure}", "GET", begin_form),
        page_route("/begin/{procedure}", "POST", begin),
    )


def home(visit: PageRequest) -> Response:
    """What waits for me, those due first on top; my matters; what I may begin."""
    first = _page_number(visit)
    where, values = _own_duties(visit)
    rows = visit.office.ledger.read(
        f"SELECT duty.matter, MIN(duty.due) {_DUTIES} {where} GROUP BY duty.matter"
        " ORDER BY COALESCE(MIN(duty.due), '~'), duty.matter",
        values,
    )
    cards = [_card(visit, row[0]) for row in rows[first : first + CARDS]]
    soon = stamp(visit.now + _SOON)
    return visit.page(
        "home.html.j2",
        cards=[card for card in cards if card is not None],
        total=len(rows),
        first=first,
        following=first + CARDS if first + CARDS < len(rows) else None,
        before=max(0, first - CARDS) if first else None,
        overdue=sum(1 for row in rows if row[1] and row[1] < stamp(visit.now)),
        soon=sum(1 for row in rows if row[1] and stamp(visit.now) <= row[1] < soon),
        others=_quiet_matters(visit, {row[0] for row in rows}),
        may_begin=_may_begin(visit),
        listed=MATTERS_LISTED,
        registrar=visit.caller.registrar,
    )


_DUTIES: Final = "FROM duty JOIN matter ON matter.id = duty.matter"


def _own_duties(visit: PageRequest) -> tuple[str, list[Any]]:
    """Open duties of my posts, as a condition."""
    posts = sorted({(p.role, p.party, p.scope) for p in visit.caller.posts})
    condition = "(duty.role = ? AND duty.party = ? AND substr(matter.subject, 1, ?) = ?)"
    where = f"WHERE duty.state IN {_OPEN} AND ({' OR '.join([condition] * len(posts))})"
    return where, [v for role, party, scope in posts for v in (role, party, len(scope), scope)]


def _page_number(visit: PageRequest) -> int:
    text = visit.request.query_params.get("from", "0")
    if not text.isdecimal() or len(text) > 6:
        raise ProblemDetails(422)
    return int(text)


def _card(visit: PageRequest, matter_id: str) -> tuple[MatterView, str] | None:
    view = _view(visit, matter_id)
    return None if view is None else (view, _nearest(view, visit.now))


def _nearest(view: MatterView, now: datetime) -> str:
    """How near the first date is: ``late``, ``soon`` or nothing."""
    moments = [d.due.moment for d in view.own if d.due.moment is not None]
    if not moments:
        return ""
    return "late" if min(moments) <= now else "soon" if min(moments) < now + _SOON else ""


def _view(visit: PageRequest, matter_id: str) -> MatterView | None:
    state = visit.office.state(matter_id, visit.now)
    own_sight = sight(state, visit.caller.person, visit.caller.posts, visit.now)
    if not own_sight:
        return None
    return matter_view(visit.office, state, own_sight, visit.caller.posts, visit.now)


def _quiet_matters(visit: PageRequest, names_above: set[str]) -> list[tuple[str, Text, Text]]:
    """Matters in which I have a part and nothing to do now, newest first."""
    posts = sorted({(p.role, p.party, p.scope) for p in visit.caller.posts})
    condition = "(begun.body LIKE ? AND matter.subject >= ? AND matter.subject < ?)"
    like = " OR ".join([condition] * len(posts))
    rows = visit.office.ledger.read(
        "SELECT matter.id FROM matter JOIN event AS begun ON begun.chain = matter.id"
        f" AND begun.number = 1 WHERE {like} ORDER BY matter.opened DESC, matter.id"
        f" LIMIT {MATTERS_LISTED + len(names_above)}",
        [
            value
            for role, party, scope in posts
            for value in (f'%"{role}":"{party}"%', scope, f"{scope}\U0010ffff")
        ],
    )
    matters = []
    for (name,) in rows:
        view = None if name in names_above else _view(visit, name)
        if view is not None:
            matters.append((name, view.title, view.state))
    return matters[:MATTERS_LISTED]


def _may_begin(visit: PageRequest) -> list[tuple[str, Text]]:
    roles = {post.role for post in visit.caller.posts}
    procedures = []
    for procedure in visit.office.registry.procedures.values():
        version = procedure.on(visit.now)
        if version is not None and not roles.isdisjoint(names(version.opening.by)):
            procedures.append((procedure.id, procedure.spec.title))
    return procedures


def matter(visit: PageRequest) -> Response:
    """One matter: what I must do and until when, what is missing and why, what I have done."""
    state, own_sight = visit.matter()
    view = matter_view(visit.office, state, own_sight, visit.caller.posts, visit.now)
    act = visit.request.query_params.get("done", "")
    return visit.page(
        "matter.html.j2",
        view=view,
        fields=state.procedure.fields,
        message=_MESSAGES.get(act, _ACT_DONE if act else None),
        attempt=secrets.token_urlsafe(24),
        state_words=state_title(state),
        whole=own_sight.whole,
    )


_ACT_DONE: Final = Text("Done.", "已办理。")
_MESSAGES: Final = {
    "begin": Text("Started.", "已开始，请继续填报。"),
    "pay_settled": Text("Paid. You need not pay again.", "缴费成功，无需再缴。"),
    "pay_failed": Text("The payment failed; you may try again.", "缴费失败，可重新缴费。"),
    "pay_unknown": Text(
        "The outcome is not known yet; please do not pay again. We will look into it.",
        "付款结果尚未确定，请勿重复缴费，我们会尽快核实。",
    ),
}


def links(visit: PageRequest) -> Response:
    """Where a registrar makes one-time links for people."""
    _registrar(visit)
    return visit.page("links.html.j2", link=None, link_person="")


def new_link(visit: PageRequest) -> Response:
    """A link that signs one person in, once; shown this once, for the registrar to send."""
    _registrar(visit)
    person = sent_values(visit.body).get("person", "").strip()
    if not visit.office.posts(person):
        raise InputError(
            Text("Nobody by this name holds a post.", "该人员没有任何岗位。"),
            hint=Text("Assign one first: suyuan office post.", "请先授予：suyuan office post。"),
        )
    origin = visit.request.url.replace(path="", query="")
    link = f"{origin}/enter/{visit.site.browsers.link(person)}"
    return visit.page("links.html.j2", link=link, link_person=person)


def _registrar(visit: PageRequest) -> None:
    if not visit.caller.registrar:
        raise ProblemDetails(404)
