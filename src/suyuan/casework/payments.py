"""Fees paid through a provider: the debt names the order, and what is told twice counts once.

A procedure that takes money has the acts ``ask_payment`` (form ``fee``, ``order``), ``pay_FEE``
(form ``order``, ``receipt``, ``amount_fen``), ``payment_failed``, ``payment_unknown``,
``payment_cleared`` and ``payment_excess``. The provider is asked outside every transaction. Money
that came and may not be taken (too late, twice, the wrong amount) becomes ``payment_excess`` with
the reason, and a duty to pay it back: nothing that was received is lost.
"""

import json
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from suyuan.casework.checks import RefusedError
from suyuan.casework.office import ActForm, Office
from suyuan.model.text import Text
from suyuan.store.ledger.event import Event


class PaymentOutcome(StrEnum):
    """What a provider knows of an order."""

    SETTLED = "settled"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PaymentNotice:
    """What a provider tells of an order; `at` is when it was settled, in naive UTC."""

    order: str
    outcome: PaymentOutcome
    at: datetime
    receipt: str = ""
    amount_fen: int | None = None


class PaymentProvider(Protocol):
    """A provider of payments. Each verb may raise ``TimeoutError``: the outcome is unknown then.

    The same order again is the same payment, unless it failed before; the same receipt is paid back
    once.
    """

    def ask(self, order: str, amount_fen: int | None, now: datetime) -> PaymentNotice: ...

    def query(self, order: str, now: datetime) -> PaymentNotice: ...

    def refund(self, receipt: str) -> None: ...


class Cashier:
    """Asks a provider for the fees of matters and writes down what it tells.

    `person` holds the provider's post; `rule` is the rule whose parameters are the fees.
    """

    def __init__(self, office: Office, provider: PaymentProvider, person: str, rule: str) -> None:
        self.office, self.provider = office, provider
        self.person, self.rule = person, rule
        self._asking: dict[tuple[str, str], Future[PaymentNotice]] = {}
        self._lock = threading.Lock()

    def ask(self, matter: str, fee: str, person: str, now: datetime) -> PaymentNotice:
        """Ask for a fee; raises :class:`RefusedError` where it is not owed now.

        While one asks for an order, the same person asking again waits for the same answer.
        """
        future = self.join(matter, fee, person)
        return self.ask_first(matter, fee, person, now) if future is None else future.result()

    def join(self, matter: str, fee: str, person: str) -> Future[PaymentNotice] | None:
        """The answer for which the same person waits already.

        None for whoever is the first: who must :meth:`ask_first` then, since others may join.
        """
        name = (f"{matter}/{fee}", person)
        with self._lock:
            future = self._asking.get(name)
            if future is None:
                self._asking[name] = Future()
        return future

    def ask_first(self, matter: str, fee: str, person: str, now: datetime) -> PaymentNotice:
        """What :meth:`ask` gives, for whoever was told by :meth:`join` to be the first."""
        name = (f"{matter}/{fee}", person)
        own = self._asking[name]
        try:
            notice = self._ask(matter, fee, person, now)
        except BaseException as error:
            own.set_exception(error)
            raise
        else:
            own.set_result(notice)
            return notice
        finally:
            with self._lock:
                del self._asking[name]

    def _ask(self, matter: str, fee: str, person: str, now: datetime) -> PaymentNotice:
        order = f"{matter}/{fee}"
        self.office.act(ActForm(matter, "ask_payment", {"fee": fee, "order": order}), person, now)
        amount = self.office.registry.law.number(f"{self.rule}.{fee}", now)
        record = _record(self.office, order)
        unclear = _doubt(record)
        payment = next((entry for entry in record if entry[0] == f"pay_{fee}"), None)
        if payment is not None and not unclear:
            return _known_notice(
                order, *payment[1:]
            )  # asked again after it was told: nothing to ask
        try:
            if unclear:
                notice = self.provider.query(order, now)
            else:
                notice = self.provider.ask(order, None if amount is None else int(amount), now)
        except TimeoutError:
            notice = PaymentNotice(order, PaymentOutcome.UNKNOWN, now)
        self.note(notice, now)
        return notice

    def reconcile(self, matter: str, now: datetime) -> list[PaymentNotice]:
        """Ask the provider again about every payment of a matter whose outcome is unknown."""
        state = self.office.state(matter, now)
        orders = {e.body["order"] for e in state.events if e.kind == "payment_unknown"}
        notices = []
        for order in sorted(o for o in orders if _unclear(self.office, o)):
            try:
                notice = self.provider.query(order, now)
            except TimeoutError:
                continue
            self.note(notice, now)
            notices.append(notice)
        return notices

    def refund(self, matter: str, receipt: str, person: str, now: datetime) -> Event:
        """Pay back a receipt that is owed back; it is recorded once the provider has taken it.

        Raises :class:`RefusedError` for a receipt that is not owed back.
        """
        state = self.office.state(matter, now)
        owed = {e.body["receipt"] for e in state.events if e.kind == "payment_excess"}
        if receipt not in owed:
            words = Text("This payment is not owed back.", "该笔款项不在待退之列。")
            raise RefusedError("refund", [words])
        self.provider.refund(receipt)
        return self.office.act(ActForm(matter, "refund", {"receipt": receipt}), person, now)

    def note(self, notice: PaymentNotice, now: datetime) -> Event:
        """Write down what the provider told, once however often it tells it."""
        # A provider whose clock is ahead must not move a late payment back into its window.
        now = max(now, notice.at)
        matter, _, fee = notice.order.rpartition("/")
        if notice.outcome is PaymentOutcome.UNKNOWN:
            return self._act(matter, "payment_unknown", now, order=notice.order)
        event = self._settle(notice, matter, fee, now)
        if _unclear(self.office, notice.order):
            self._act(
                matter, "payment_cleared", now, order=notice.order, outcome=notice.outcome.value
            )
        return event

    def _settle(self, notice: PaymentNotice, matter: str, fee: str, now: datetime) -> Event:
        reference = {"order": notice.order, "receipt": notice.receipt}
        if notice.outcome is PaymentOutcome.FAILED:
            return self._act(matter, "payment_failed", now, **reference)
        fields = reference | {"amount_fen": notice.amount_fen}
        form = ActForm(matter, f"pay_{fee}", fields, at=notice.at)
        try:
            return self.office.act(form, self.person, now)
        except RefusedError as refused:
            reason = "".join(r.zh for r in refused.reasons)
            return self._act(matter, "payment_excess", now, **fields, reason=reason)

    def _act(self, matter: str, act: str, now: datetime, **fields: Any) -> Event:
        return self.office.act(ActForm(matter, act, fields), self.person, now)


#: The kind of an event, its moment and its body.
_Entry = tuple[str, str, dict[str, Any]]


def _unclear(office: Office, order: str) -> bool:
    """True while the outcome of an order is unknown."""
    return _doubt(_record(office, order))


def _doubt(record: list[_Entry]) -> bool:
    kinds = [kind for kind, _, _ in record]
    return kinds.count("payment_unknown") > kinds.count("payment_cleared")


def _record(office: Office, order: str) -> list[_Entry]:
    """What is written of an order: kind, moment and body of unknown, cleared and settled."""
    matter, _, fee = order.rpartition("/")
    rows = office.ledger.read(
        "SELECT kind, at, body FROM event WHERE chain = ?"
        " AND kind IN ('payment_unknown', 'payment_cleared', ?)",
        (matter, f"pay_{fee}"),
    )
    entries = ((kind, at, json.loads(body)) for kind, at, body in rows)
    return [entry for entry in entries if entry[2].get("order") == order]


def _known_notice(order: str, at: str, body: dict[str, Any]) -> PaymentNotice:
    """The notice that the ledger has of an order."""
    moment, receipt = datetime.fromisoformat(at), str(body.get("receipt", ""))
    return PaymentNotice(order, PaymentOutcome.SETTLED, moment, receipt, body.get("amount_fen"))
