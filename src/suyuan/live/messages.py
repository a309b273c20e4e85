"""Events as JSON lines: what callers send, what they get back.

A line says its ``kind`` and what belongs to it; money is decimal yuan as text, times are ISO 8601
with an offset. What is not understood is refused with its reason and changes nothing.
"""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final

import msgspec

from suyuan.live.events import EventKind
from suyuan.live.keys import NO_SUBJECT, Keyring

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH: Final = datetime(1970, 1, 1)
_MOST_FEN: Final = 10**15
#: An ``EVENT`` record as a tuple.
Row = tuple[int, int, int, int, int, int, int, int, int]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Seconds = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]


class LiveEvent(msgspec.Struct, forbid_unknown_fields=True, tag_field="kind"):
    """What every line has."""

    at: Moment


class PaymentRequest(LiveEvent, tag="payment"):
    """A payment that waits for an answer."""

    id: Id
    payer: Id
    payee: Id
    amount: str

    def row(self, keys: Keyring, known_at: int, place: int) -> Row:
        key = keys.key
        payer, payee = key("bank_account:" + self.payer), key("bank_account:" + self.payee)
        at, reference = instant(self.at), key("payment:" + self.id)
        return at, known_at, payer, payee, reference, fen(self.amount), 0, place, _PAYMENT


class LoanPayout(LiveEvent, tag="loan"):
    """A loan that came to the account of whoever borrowed."""

    payee: Id
    amount: str
    id: Id | None = None
    payer: Id | None = None

    def row(self, keys: Keyring, known_at: int, place: int) -> Row:
        lender = keys.key("bank_account:" + self.payer) if self.payer else NO_SUBJECT
        borrower = keys.key("bank_account:" + self.payee)
        at, amount = instant(self.at), fen(self.amount)
        return at, known_at, borrower, lender, 0, amount, 0, place, EventKind.LOAN


class PhoneCall(LiveEvent, tag="call"):
    """A call that was answered."""

    caller: Id
    callee: Id
    seconds: Seconds = 0

    def row(self, keys: Keyring, known_at: int, place: int) -> Row:
        caller, callee = keys.key("phone:" + self.caller), keys.key("phone:" + self.callee)
        return instant(self.at), known_at, caller, callee, 0, 0, self.seconds, place, _CALL


class OrderPlacement(LiveEvent, tag="order"):
    """An order, and who holds its record."""

    buyer: Id
    merchant: Id
    software: Id | None = None
    amount: str | None = None

    def row(self, keys: Keyring, known_at: int, place: int) -> Row:
        buyer, merchant = keys.key("phone:" + self.buyer), keys.key("merchant:" + self.merchant)
        software = keys.key("software:" + self.software) if self.software else NO_SUBJECT
        amount = fen(self.amount) if self.amount else 0
        return (
            instant(self.at),
            known_at,
            buyer,
            merchant,
            software,
            amount,
            0,
            place,
            EventKind.ORDER,
        )


class VictimReport(LiveEvent, tag="report"):
    """Somebody reported."""

    phone: Id

    def row(self, keys: Keyring, known_at: int, place: int) -> Row:
        return _about(self.at, keys.key("phone:" + self.phone), known_at, place, EventKind.VICTIM)


class NumberReport(LiveEvent, tag="number_named"):
    """A report names a number."""

    number: Id

    def row(self, keys: Keyring, known_at: int, place: int) -> Row:
        key = keys.key("phone:" + self.number)
        return _about(self.at, key, known_at, place, EventKind.NUMBER_NAMED)


class AccountReport(LiveEvent, tag="account_named"):
    """A report names an account."""

    account: Id

    def row(self, keys: Keyring, known_at: int, place: int) -> Row:
        key = keys.key("bank_account:" + self.account)
        return _about(self.at, key, known_at, place, EventKind.ACCOUNT_NAMED)


class NewAccount(LiveEvent, tag="opened"):
    """An account was opened; ``shop`` where it is a merchant's."""

    account: Id
    shop: bool = False

    def row(self, keys: Keyring, known_at: int, place: int) -> Row:
        key = keys.key("bank_account:" + self.account)
        at, shop = instant(self.at), int(self.shop)
        return at, known_at, key, 0, 0, shop, 0, place, EventKind.OPENED


class SubjectLink(LiveEvent, tag="link"):
    """A phone or an account belongs to an entity."""

    entity: Id
    phone: Id | None = None
    account: Id | None = None

    def row(self, keys: Keyring, known_at: int, place: int) -> Row:
        if (self.phone is None) == (self.account is None):
            raise ValueError("link: a phone or an account, and one of them only")
        subject = f"phone:{self.phone}" if self.phone else f"bank_account:{self.account}"
        a, b = keys.key(subject), keys.key(self.entity)
        return instant(self.at), known_at, a, b, 0, 0, 0, place, EventKind.LINK


_PAYMENT, _CALL = int(EventKind.PAYMENT), int(EventKind.CALL)
Message = (
    PaymentRequest
    | LoanPayout
    | PhoneCall
    | OrderPlacement
    | VictimReport
    | NumberReport
    | AccountReport
    | NewAccount
    | SubjectLink
)
_DECODER: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder(Message)
#: The message of a line; ``msgspec.ValidationError`` or ``DecodeError`` says why there is none.
decode: Final = _DECODER.decode


def _about(at: datetime, key: int, known_at: int, place: int, kind: EventKind) -> Row:
    return instant(at), known_at, key, 0, 0, 0, 0, place, kind


def instant(at: datetime) -> int:
    """Microseconds since 1970 of a moment with an offset, exact."""
    since = at - _EPOCH
    return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds


def instant_of_naive(at: datetime) -> int:
    """The same of a naive moment in UTC."""
    since = at - _NAIVE_EPOCH
    return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds


def fen(text: str) -> int:
    """Fen of decimal yuan. ValueError where it is no positive sum of whole fen."""
    whole, _, part = text.partition(".")
    if len(whole) < 14 and len(part) <= 2 and (whole + part).isdigit() and text.isascii():
        value = int(whole or "0") * 100 + int((part + "00")[:2])
        if value > 0:
            return value
    return _fen_exactly(text)


def _fen_exactly(text: str) -> int:
    try:
        value = Decimal(text) * 100
    except InvalidOperation:
        raise ValueError("amount: not a sum in yuan") from None
    if not value.is_finite() or value != value.to_integral_value() or not 0 < value < _MOST_FEN:
        raise ValueError("amount: not a positive sum of whole fen")
    return int(value)


class Reason(msgspec.Struct):
    """One signal that raised the score: its value and the log-odds it added."""

    signal: str
    value: float
    weight: float


class PaymentAnswer(msgspec.Struct, omit_defaults=True):
    """What a payment gets: ``action`` is allow, warn, hold or block.

    ``degraded`` names what could not be taken into account, ``snoozed`` the signals that people
    silenced.
    """

    id: str
    action: str
    score: float
    because: list[Reason]
    log: int
    card: str
    policy: str
    conditions: list[str] = []
    snoozed: list[str] = []
    degraded: list[str] = []
    repeated: bool = False


class Refusal(msgspec.Struct):
    """Why a line was not taken."""

    error: str
    line: str


ENCODER: Final = msgspec.json.Encoder()
