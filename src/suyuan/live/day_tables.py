"""Events of the log as standard tables, so that a day of live is a case folder.

A row's id is its number in the log (``log-88122015``); a payment has its own id where that is
known. Reports reach the log as single facts: facts of one moment that follow each other are one
report here, for nothing else ties them.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from suyuan.live.events import EventKind
from suyuan.live.names import KeyNames
from suyuan.model.columns import FILE_TYPES
from suyuan.model.records import RECORDS

#: Whom a loan came from, where the caller did not say.
LENDER: Final = "lender-not-named"
_FACTS: Final = (EventKind.NUMBER_NAMED, EventKind.ACCOUNT_NAMED, EventKind.VICTIM)
#: The table that events of a kind are rows of.
TABLE_OF: Final[Mapping[int, str]] = {
    EventKind.LINK: "parties",
    EventKind.ORDER: "orders",
    EventKind.CALL: "calls",
    EventKind.LOAN: "payments",
    EventKind.PAYMENT: "payments",
    EventKind.NUMBER_NAMED: "reports",
    EventKind.ACCOUNT_NAMED: "reports",
    EventKind.VICTIM: "reports",
    EventKind.OPENED: "bank_accounts",
}


class LogTables:
    """Tables of the events `numbers` (ascending) of a log."""

    def __init__(self, events: np.ndarray, numbers: np.ndarray, names: KeyNames) -> None:
        self._events, self._numbers, self._names = events, numbers, names
        self._reports = reports_of(events)

    def row(self, number: int) -> tuple[str, str]:
        """The table and the key of the row that event `number` is."""
        event = self._events[number]
        table = TABLE_OF[int(event["kind"])]
        if table == "reports":
            return table, f"log-{self._reports[number]}"
        if table == "bank_accounts":
            return table, str(self._names.column(event["a"][None])[0].as_py())
        if int(event["kind"]) == EventKind.PAYMENT:
            return table, str(self._payment_ids(np.array([number]))[0].as_py())
        return table, f"log-{number}"

    def write(self, folder: Path) -> dict[str, int]:
        """Write each table that has rows as ``<table>.parquet``; how many rows of each."""
        counts = {}
        folder.mkdir(parents=True, exist_ok=True)
        for name, columns in self._tables():
            table = pa.table(columns)
            if table.num_rows:
                pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
                counts[name] = table.num_rows
        return counts

    def _tables(self) -> Iterator[tuple[str, dict[str, pa.Array]]]:
        yield "payments", self._payments()
        yield "calls", self._calls()
        yield "orders", self._orders()
        yield "reports", self._report_columns()
        yield from self._registers()

    def _of(self, *kinds: EventKind) -> np.ndarray:
        hits = np.isin(self._events["kind"][self._numbers], [int(kind) for kind in kinds])
        return np.asarray(self._numbers[hits])

    def _payment_ids(self, numbers: np.ndarray) -> pa.Array:
        events = self._events[numbers]
        ids = self._names.column(np.where(events["kind"] == EventKind.PAYMENT, events["c"], 0))
        is_missing = pc.or_kleene(pc.is_null(ids), pc.starts_with(ids, "key-"))
        return pc.if_else(is_missing, _ids(numbers), ids)

    def _payments(self) -> dict[str, pa.Array]:
        numbers = self._of(EventKind.PAYMENT, EventKind.LOAN)
        events = self._events[numbers]
        is_loan = events["kind"] == EventKind.LOAN  # a loan says first who borrowed
        payer = self._names.column(np.where(is_loan, events["b"], events["a"]))
        return {
            "payment_id": self._payment_ids(numbers),
            "at": _moments(events["at"]),
            "payer": pc.fill_null(payer, LENDER),
            "payee": self._names.column(np.where(is_loan, events["a"], events["b"])),
            "amount": _yuan(events["amount"]),
            "channel": pc.if_else(pa.array(is_loan), "loan", pa.scalar(None, pa.string())),
        }

    def _calls(self) -> dict[str, pa.Array]:
        numbers = self._of(EventKind.CALL)
        events = self._events[numbers]
        return {
            "call_id": _ids(numbers),
            "caller": self._names.column(events["a"]),
            "callee": self._names.column(events["b"]),
            "started_at": _moments(events["at"]),
            "duration": pa.array(events["seconds"].astype(np.int64)),
        }

    def _orders(self) -> dict[str, pa.Array]:
        numbers = self._of(EventKind.ORDER)
        events = self._events[numbers]
        buyers = events["a"]
        people = np.array([(self._names.subject(k) or "")[:6] == "party:" for k in buyers], bool)
        columns = {
            "order_id": _ids(numbers),
            "ordered_at": _moments(events["at"]),
            "buyer_phone": self._names.column(np.where(people, 0, buyers)),
            "merchant_id": self._names.column(events["b"]),
            "amount": _yuan(events["amount"]),
        }
        if people.any():
            columns["buyer_id"] = self._names.column(np.where(people, buyers, 0))
        if events["c"].any():
            columns["software"] = self._names.column(events["c"])
        return columns

    def _report_columns(self) -> dict[str, pa.Array]:
        reports: dict[int, dict[str, Any]] = {}
        for number in self._of(*_FACTS).tolist():
            event, first = self._events[number], self._reports[number]
            row = reports.setdefault(
                first, {"numbers": [], "accounts": [], "phone": None, "loss": 0}
            )
            name = self._names.column(event["a"][None])[0].as_py()
            match int(event["kind"]):
                case EventKind.NUMBER_NAMED:
                    row["numbers"].append(name)
                case EventKind.ACCOUNT_NAMED:
                    row["accounts"].append(name)
                case _:
                    row |= {"phone": name, "loss": int(event["amount"])}
        firsts, rows = np.array(list(reports), np.int64), reports.values()
        lists = pa.list_(pa.string())
        return {
            "report_id": _ids(firsts),
            "reported_at": _moments(self._events["at"][firsts]),
            "victim_phone": pa.array([row["phone"] for row in rows], pa.string()),
            "caller_numbers": pa.array([row["numbers"] for row in rows], lists),
            "payee_accounts": pa.array([row["accounts"] for row in rows], lists),
            "loss": _yuan(np.array([row["loss"] for row in rows], np.int64)),
        }

    def _registers(self) -> Iterator[tuple[str, dict[str, pa.Array]]]:
        """Accounts and who is behind phones and accounts, as the log was told last."""
        accounts, people = self._register()
        shops, openings, holders = (
            [account.get(name) for account in accounts.values()]
            for name in ("shop", "opened", "holder")
        )
        yield (
            "bank_accounts",
            {
                "account_no": pa.array(list(accounts), pa.string()),
                "kind": pa.array(["merchant" if shop else "bank" for shop in shops], pa.string()),
                "opened_at": pa.array(openings, FILE_TYPES[_TIME]),
                "holder_id": pa.array(holders, pa.string()),
            },
        )
        yield "parties", {
            "party_id": pa.array(list(people), pa.string()),
            "phones": pa.array([sorted(phones) for phones in people.values()],
                               pa.list_(pa.string())),
        }  # fmt: skip

    def _register(self) -> tuple[dict[str, dict[str, Any]], dict[str, set[str]]]:
        accounts: dict[str, dict[str, Any]] = {}
        people: dict[str, set[str]] = {}
        for number in self._of(EventKind.OPENED, EventKind.LINK).tolist():
            event = self._events[number]
            subject = self._names.subject(int(event["a"])) or ""
            name = self._names.column(event["a"][None])[0].as_py()
            if int(event["kind"]) == EventKind.OPENED:
                opening = {"opened": int(event["at"]), "shop": bool(event["amount"])}
                accounts.setdefault(name, {}).update(opening)
                continue
            entity = self._names.column(event["b"][None])[0].as_py()
            people.setdefault(entity, set())
            if subject.startswith("phone:"):
                people[entity].add(name)
            elif subject.startswith("bank_account:"):
                accounts.setdefault(name, {})["holder"] = entity
        return accounts, people


_TIME: Final = RECORDS["calls"].column("started_at").type


def reports_of(events: np.ndarray) -> dict[int, int]:
    """For each fact of a report the number of the report's first fact.

    Facts that follow each other, of one moment, with one victim at most.
    """
    first_of: dict[int, int] = {}
    first, last, victims = -1, -2, 0
    for number in np.flatnonzero(np.isin(events["kind"], [int(kind) for kind in _FACTS])).tolist():
        victim = int(events["kind"][number]) == EventKind.VICTIM
        together = number == last + 1 and events["at"][number] == events["at"][last]
        if not together or (victim and victims):
            first, victims = number, 0
        victims += victim
        first_of[number], last = first, number
    return first_of


def _ids(numbers: np.ndarray) -> pa.Array:
    digits = pa.array(numbers.astype(np.int64)).cast(pa.string())
    return pc.binary_join_element_wise(pa.scalar("log-"), digits, "")


def _moments(at: np.ndarray) -> pa.Array:
    """What lies outside the years that a table can hold (registers' beginnings) is not known."""
    return pa.array(at.astype(np.int64), mask=at < 0).cast(FILE_TYPES[_TIME])


def _yuan(fen: np.ndarray) -> pa.Array:
    """Sums; 0 is one that nobody named."""
    exact = pa.array(fen.astype(np.int64), mask=fen == 0).cast(pa.decimal128(19, 0))
    return pc.multiply(exact, pa.scalar(Decimal("0.01"))).cast(pa.decimal128(18, 2))
