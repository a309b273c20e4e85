"""The events behind a signal of a payment: what state remembered of them, found again in the log.

State keeps sums and moments; which events made them is worked out here, by the same rules as
:mod:`suyuan.live.steps` and :mod:`suyuan.live.payment`, for the few payments that were not allowed.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np

from suyuan.live.events import EventKind
from suyuan.live.log_index import LogIndex

#: Events listed for one signal at most, the latest ones; the others are counted.
MOST: Final = 50
_DAY: Final = 86_400_000_000
_EMPTY: Final = np.empty(0, np.int64)


class SignalEvents(NamedTuple):
    """Numbers of the events behind a signal, ascending; ``more`` were left out."""

    events: list[int]
    more: int


class _PaymentAt(NamedTuple):
    """A payment by its number, whoever pays, and that person's keys."""

    log: int
    payer: int
    subjects: list[int]


def signal_events(index: LogIndex, log: int, signals: tuple[str, ...]) -> dict[str, SignalEvents]:
    """What each of `signals` of payment number `log` rests on; a first payment on no event."""
    payer = index.entity(int(index.events["a"][log]), log)
    payment = _PaymentAt(log, payer, index.subjects(payer, log))
    by_signal = {name: np.unique(_FINDERS[name](index, payment)) for name in signals}
    return {
        name: SignalEvents(numbers[-MOST:].tolist(), max(0, len(numbers) - MOST))
        for name, numbers in by_signal.items()
    }


def _named_call(index: LogIndex, payment: _PaymentAt) -> np.ndarray:
    """The last call of a number that was named by then, and the reports that name it."""
    for call in index.of_any("b", payment.subjects, EventKind.CALL, payment.log)[::-1].tolist():
        caller = int(index.events["a"][call])
        reports = index.events_with("a", caller, EventKind.NUMBER_NAMED, call)
        if reports.size:
            return np.append(reports, call)
    return _EMPTY


def _talk(index: LogIndex, payment: _PaymentAt) -> np.ndarray:
    """The longest call of a stranger within a day."""
    events, first = index.events, dict[int, int]()
    talk, talk_at, best = 0, -(1 << 62), -1
    for call in index.of_any("b", payment.subjects, EventKind.CALL, payment.log).tolist():
        at, seconds = int(events["at"][call]), int(events["seconds"][call])
        since = at - first.setdefault(int(events["a"][call]), at)
        if since < _DAY and (at - talk_at > _DAY or seconds > talk):
            talk, talk_at, best = seconds, at, call
    return np.array([best] if best >= 0 else [], np.int64)


def _strangers(index: LogIndex, payment: _PaymentAt) -> np.ndarray:
    """That call, and the calls of the same number in the day before it."""
    talk = _talk(index, payment)
    if not talk.size:
        return talk
    call = int(talk[0])
    calls = index.events_with("a", int(index.events["a"][call]), EventKind.CALL, call + 1)
    return calls[_at(index, calls) > _at(index, call) - _DAY]


def _loans(index: LogIndex, payment: _PaymentAt) -> np.ndarray:
    """Loans that came one within a day of the other, up to the payment."""
    series: list[int] = []
    for loan in index.of_any("a", payment.subjects, EventKind.LOAN, payment.log).tolist():
        if series and _at(index, loan) - _at(index, series[-1]) >= _DAY:
            series.clear()
        series.append(loan)
    return np.array(series, np.int64)


def _no_events(_: LogIndex, __: _PaymentAt) -> np.ndarray:
    return _EMPTY


def _named_payee(index: LogIndex, payment: _PaymentAt) -> np.ndarray:
    return index.events_with("a", _payee(index, payment), EventKind.ACCOUNT_NAMED, payment.log)


def _once(index: LogIndex, payment: _PaymentAt) -> np.ndarray:
    """Payments to the payee by people who paid it once."""
    payments = index.events_with("b", _payee(index, payment), EventKind.PAYMENT, payment.log)
    payers = [index.entity(int(index.events["a"][log]), payment.log) for log in payments.tolist()]
    _, places, times = np.unique(payers, return_inverse=True, return_counts=True)
    return payments[times[places] == 1] if payments.size else payments


def _through_flow(index: LogIndex, payment: _PaymentAt) -> np.ndarray:
    """What came to the payee and went on in the three days before."""
    sides = [
        index.events_with(side, _payee(index, payment), EventKind.PAYMENT, payment.log)
        for side in "ab"
    ]
    flows = np.concatenate(sides)
    return flows[_at(index, flows) > _at(index, payment.log) - 3 * _DAY]


def _account_opening(index: LogIndex, payment: _PaymentAt) -> np.ndarray:
    """The opening of the payee's account, or the first payment to it."""
    payee = _payee(index, payment)
    openings = index.events_with("a", payee, EventKind.OPENED, payment.log)[-1:]
    return (
        openings
        if openings.size
        else index.events_with("b", payee, EventKind.PAYMENT, payment.log)[:1]
    )


def _usual(index: LogIndex, payment: _PaymentAt) -> np.ndarray:
    return index.of_any("a", payment.subjects, EventKind.PAYMENT, payment.log)


def _exposure(index: LogIndex, payment: _PaymentAt) -> np.ndarray:
    """The last order, and reports (with their orders) of others who ordered at the same place."""
    orders = index.of_any("a", payment.subjects, EventKind.ORDER, payment.log)
    if not orders.size:
        return _EMPTY
    places = {int(index.events[side][orders[-1]]) for side in ("b", "c")} - {0}
    numbers = [int(orders[-1])]
    for report, order in index.reported_orders:
        at = {int(index.events["b"][order]), int(index.events["c"][order])}
        if report < payment.log and at & places:
            numbers += [report, order]
    return np.array(numbers, np.int64)


def _payee(index: LogIndex, payment: _PaymentAt) -> int:
    return int(index.events["b"][payment.log])


def _at(index: LogIndex, log: int | np.ndarray) -> np.ndarray:
    return np.asarray(index.events["at"][log])


_FINDERS: Final[Mapping[str, Callable[[LogIndex, _PaymentAt], np.ndarray]]] = {
    "named_call_hours": _named_call,
    "stranger_talk": _talk,
    "caller_strangers": _strangers,
    "loan_share": _loans,
    "new_payee": _no_events,
    "payee_named": _named_payee,
    "payee_strangers": _once,
    "payee_passed": _through_flow,
    "payee_days": _account_opening,
    "unusual_amount": _usual,
    "order_exposure": _exposure,
    "shop": _account_opening,
}
