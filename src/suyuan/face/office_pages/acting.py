"""Pages that act: the form of an act, doing it, a fee, the second person."""

import secrets
from collections.abc import Mapping

from starlette.responses import Response

from suyuan.casework.checks import MissingError, NoPostError
from suyuan.casework.compiled import ActRule
from suyuan.casework.office import ActForm
from suyuan.casework.payments import Cashier, PaymentNotice, PaymentOutcome
from suyuan.casework.scans import LARGEST
from suyuan.casework.state import MatterState
from suyuan.casework.visibility import Sight
from suyuan.face.office_api.event_loop import come, in_thread
from suyuan.face.office_pages.browsing import PageRequest, reasons_of
from suyuan.face.office_pages.documents import HandedIn, handed_in, with_documents
from suyuan.face.office_pages.forms import form_key, given_fields, inputs, sent_many, sent_values
from suyuan.face.office_pages.views import own_only
from suyuan.face.web.problems import ProblemDetails
from suyuan.model.errors import InputError, SuyuanError
from suyuan.model.text import Text


def act_form(visit: PageRequest) -> Response:
    """The form of an act."""
    state, sight = visit.matter()
    return _form_page(visit, state, sight, _act(visit, state), {}, HandedIn({}), None)


def do(visit: PageRequest) -> Response:
    """Do the act, or show the form again with what was wrong; what was written is kept."""
    state, sight = visit.matter()
    act, values = _act(visit, state), sent_values(visit.body)
    uploads = handed_in(visit, state.procedure, state.subject, act.form)
    try:
        if uploads.error is not None:
            raise uploads.error
        form_fields = given_fields(act.form, state.procedure.fields, values)
        fields = with_documents(form_fields, uploads)
        form = ActForm(state.matter, act.name, fields, _items(visit, state, sight, act))
        visit.office.act(form, visit.caller.person, visit.now, visit.attempt(form_key(values)))
    except InputError as error:
        return _form_page(visit, state, sight, act, values, uploads, error)
    return visit.go(f"/matters/{state.matter}?done={act.name}")


def _act(visit: PageRequest, state: MatterState) -> ActRule:
    act = state.version.acts.get(str(visit.request.path_params["act"]))
    if act is None or not any(p.covers(state, act.by, visit.now) for p in visit.caller.posts):
        raise ProblemDetails(404)
    return act


def _items(visit: PageRequest, state: MatterState, sight: Sight, act: ActRule) -> tuple[str, ...]:
    """Whom the act is for: anybody for the authority, oneself for everybody else."""
    if not _chooses(state, act):
        return ()
    if own_only(state, sight):
        return (visit.caller.person,)
    text = sent_values(visit.body).get("item", "")
    return tuple(dict.fromkeys([*sent_many(visit.body, "items"), *text.split()]))


def _chooses(state: MatterState, act: ActRule) -> bool:
    """Whether an act is about items: a matter about its subject alone has none to choose."""
    if state.version.items is None or act.spec.items == "none":
        return False
    return act.spec.items == "all" or bool(state.items)


def _form_page(
    visit: PageRequest,
    state: MatterState,
    sight: Sight,
    act: ActRule,
    values: Mapping[str, str],
    uploads: HandedIn,
    error: SuyuanError | None,
) -> Response:
    documents = None if visit.site.folder is None else uploads.documents
    texts = {name: values.get(f"f.{name}", "") for name in act.form}
    return visit.page(
        "act.html.j2",
        200 if error is None else 422,
        matter=state.matter,
        procedure=state.procedure.spec.title,
        title=act.spec.title,
        inputs=inputs(act.form, state.procedure.fields, texts, documents),
        largest=LARGEST // 1_000_000,
        action=f"/matters/{state.matter}/acts/{act.name}",
        errors=[] if error is None else reasons_of(error),
        attempt=values.get("attempt") or secrets.token_urlsafe(24),
        two_persons=act.spec.four_eyes,
        choose_items=_chooses(state, act) and not own_only(state, sight),
        items=_choice(state, sight, act),
        back=f"/matters/{state.matter}",
    )


def _choice(state: MatterState, sight: Sight, act: ActRule) -> list[str]:
    """The items to choose from; none where they are written."""
    if act.spec.items != "some" or own_only(state, sight):
        return []
    return sorted(state.items)


def second_person(visit: PageRequest) -> Response:
    """Approve a proposal, or take it back."""
    state, _ = visit.matter()
    number = int(visit.request.path_params["number"])
    values = sent_values(visit.body)
    attempt = visit.attempt(form_key(values))
    person, now = visit.caller.person, visit.now
    if values.get("answer") == "withdraw":
        visit.office.withdraw(state.matter, number, person, now, attempt)
    else:
        visit.office.approve(state.matter, number, person, now, attempt)
    return visit.go(f"/matters/{state.matter}?done=proposal")


async def pay(cashiers: Mapping[str, Cashier], visit: PageRequest) -> Response:
    """Ask the provider for a fee, once however often the button is pressed."""
    # The act itself asks for the post: the matter is not folded for that beforehand.
    matter = str(visit.request.path_params["matter"])
    cashier = cashiers.get(matter.partition(":")[0])
    if cashier is None:
        words = Text("Paying is not set up here.", "此处未开通在线缴费。")
        raise InputError(words, value=matter)
    fee = str(visit.request.path_params["fee"])
    try:
        notice = await _notice(cashier, matter, fee, visit)
    except (NoPostError, MissingError):
        raise ProblemDetails(404) from None  # whoever has no part in it learns nothing of it
    return visit.go(f"/matters/{matter}?done=pay_{_PAYMENT_STATES[notice.outcome]}")


async def _notice(cashier: Cashier, matter: str, fee: str, visit: PageRequest) -> PaymentNotice:
    """What the provider says; who only waits for the first one's answer takes no thread."""
    person = visit.caller.person
    future = cashier.join(matter, fee, person)
    if future is not None:
        return await come(future)
    return await in_thread(cashier.ask_first, matter, fee, person, visit.now)


_PAYMENT_STATES = {
    PaymentOutcome.SETTLED: "settled",
    PaymentOutcome.FAILED: "failed",
    PaymentOutcome.UNKNOWN: "unknown",
}
