"""What goes back to the investigation: files that the next run obeys.

An objection or appeal that was upheld rejects the finding, with its reason; measures go back as
they were, so that the next run knows what is stopped already.
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from suyuan.casework.office import Office
from suyuan.model.money import FEN_PER_YUAN
from suyuan.store.ledger.event import stamp

#: Columns of the standard table ``measures``, in their order.
MEASURES: Final = (
    "measure_id",
    "kind",
    "subject",
    "amount",
    "since",
    "until",
    "ended",
    "why",
    "as_of",
)


def decisions(office: Office, case: str) -> list[dict[str, str]]:
    """Rejections of the case's findings that an upheld appeal brought about."""
    return list(_decisions(office, case))


def _decisions(office: Office, case: str) -> Iterator[dict[str, str]]:
    rows = office.ledger.read("SELECT id FROM matter WHERE finding IS NOT NULL ORDER BY id")
    for (matter,) in rows:
        events = list(office.ledger.events(matter))
        if (events[0].body.get("origin") or {}).get("case") != case:
            continue
        for event in events:
            if event.kind == "uphold":
                yield {
                    "decision_id": hashlib.sha256(event.hash.encode()).hexdigest()[:16],
                    "at": f"{event.at.isoformat()}+00:00",
                    "by": event.actor,
                    "kind": "reject",
                    "subject": event.subject,
                    "role": "",
                    "reason": str(event.body.get("reason", "")),
                }


def measures(office: Office, case: str, now: datetime) -> list[dict[str, str]]:
    """Measures on what the case drafted, whichever matter took them; in yuan and UTC.

    A case learns of other matters only what concerns its own subjects, and not which they are.
    """
    rows = office.ledger.read(
        "SELECT matter, id, kind, subject, amount, since, until, ended, why FROM measure"
        ' WHERE since <= ? AND subject IN (SELECT subject FROM draft WHERE "case" = ?)'
        " ORDER BY since, matter, id",
        (stamp(now), case),
    )
    return [_measure(row, now) for row in rows]


def _measure(row: tuple[Any, ...], now: datetime) -> dict[str, str]:
    matter, id_, kind, subject, amount, since, until, end, why = row
    over = end is not None and end <= stamp(now)
    values = (
        hashlib.sha256(f"{matter}#{id_}".encode()).hexdigest()[:16],
        kind,
        subject,
        "" if amount is None else f"{Decimal(amount) / FEN_PER_YUAN:.2f}",
        _add_zone(since),
        _add_zone(until),
        _add_zone(end) if over else "",
        why if over else "",
        _add_zone(stamp(now)),
    )
    return dict(zip(MEASURES, values, strict=True))


def _add_zone(moment: str | None) -> str:
    return "" if moment is None else f"{moment}+00:00"


def as_csv(columns: tuple[str, ...], rows: list[dict[str, str]]) -> str:
    """The rows as a CSV file with a head, in UTF-8."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
