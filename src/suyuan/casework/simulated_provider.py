"""A provider of payments for trials: settles, fails, stays silent, pays twice, as it is told to.

It keeps its own books, so that a test can say how often somebody was really charged; in a file,
where another process is to ask the same provider.
"""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from suyuan.casework.payments import PaymentNotice, PaymentOutcome


class SimulatedProvider:
    """Settles each order at once for the amount asked, unless told otherwise.

    `failing` and `silent` are orders that fail, or whose answer never comes though they are paid.
    """

    def __init__(self, books: Path | None = None) -> None:
        self._books = books
        self.failing: set[str] = set()
        self.silent: set[str] = set()
        self.charges: Counter[str] = Counter()
        self.refunds: Counter[str] = Counter()
        self._settled: dict[str, PaymentNotice] = {}
        self._lock = threading.Lock()

    def ask(self, order: str, amount_fen: int | None, now: datetime) -> PaymentNotice:
        with self._hold_books():
            if order in self.failing:
                receipt = f"F{self.charges[order]}:{order}:{now.isoformat()}"
                return PaymentNotice(order, PaymentOutcome.FAILED, now, receipt)
            if order not in self._settled:
                self._settled[order] = self._charge(order, amount_fen, now)
        if order in self.silent:
            raise TimeoutError(order)
        return self._settled[order]

    def query(self, order: str, now: datetime) -> PaymentNotice:
        if order in self.silent:
            raise TimeoutError(order)
        with self._hold_books():
            notice = self._settled.get(order)
        return notice or PaymentNotice(order, PaymentOutcome.FAILED, now, f"none:{order}")

    def pay_again(self, order: str, amount_fen: int | None, now: datetime) -> PaymentNotice:
        """Somebody pays the same order by another way: a second receipt."""
        with self._hold_books():
            return self._charge(order, amount_fen, now)

    def refund(self, receipt: str) -> None:
        with self._hold_books():
            self.refunds[receipt] = 1  # the same receipt is paid back once

    def _charge(self, order: str, amount_fen: int | None, now: datetime) -> PaymentNotice:
        self.charges[order] += 1
        receipt = f"R{self.charges[order]}:{order}"
        return PaymentNotice(order, PaymentOutcome.SETTLED, now, receipt, amount_fen)

    @contextmanager
    def _hold_books(self) -> Iterator[None]:
        """Alone with the books; what was written in them is there for the next process."""
        with self._lock:
            if self._books is None:
                yield
                return
            import fcntl  # noqa: PLC0415  # not on every system; trials only

            with self._books.open("a+") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0)
                self._open_books(json.loads(file.read() or "{}"))
                yield
                file.truncate(0)
                file.write(json.dumps(self._closed_books()))

    def _open_books(self, books: dict[str, Any]) -> None:
        for order, (at, receipt, amount, charges) in books.get("settled", {}).items():
            moment = datetime.fromisoformat(at)
            notice = PaymentNotice(order, PaymentOutcome.SETTLED, moment, receipt, amount)
            self._settled[order], self.charges[order] = notice, charges
        self.refunds |= Counter(dict.fromkeys(books.get("refunds", ()), 1))

    def _closed_books(self) -> dict[str, Any]:
        payments = {
            order: [n.at.isoformat(), n.receipt, n.amount_fen, self.charges[order]]
            for order, n in self._settled.items()
        }
        return {"settled": payments, "refunds": sorted(self.refunds)}
