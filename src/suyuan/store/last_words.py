"""The last word on each subject as a plain fold, for whoever asks of one lead after another.

It says of any rows what :func:`suyuan.store.decisions.verdicts_on` says of a table; a test holds
the two against each other.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from suyuan.store.decisions import TAKEN_BACK

Row = Mapping[str, Any]
_Place = tuple[datetime, int, str]


def decision_subject(decision_id: str) -> str:
    """The subject of a decision that takes back the one of that id."""
    return TAKEN_BACK + decision_id


def earlier_decision(row: Row) -> str | None:
    """The id of the decision that this one is about, where it is about one."""
    subject = row.get("subject") or ""
    return subject.removeprefix(TAKEN_BACK) if subject.startswith(TAKEN_BACK) else None


def rows_in_force(rows: Iterable[Row]) -> list[Row]:
    """The decisions that nobody took back, the oldest first."""
    order = sorted(rows, key=_place)
    back = {earlier_decision(row) for row in order if row["kind"] == "reject"}
    return [
        row for row in order if earlier_decision(row) is None and row["decision_id"] not in back
    ]


class LastWords:
    """What was said last of each subject: in a role, or whatever it is."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._words: dict[tuple[str, str | None], Row] = {}
        for row in rows_in_force(rows):
            if row["kind"] in {"confirm", "reject"} and row["subject"] is not None:
                self._words[row["subject"], row["role"]] = row

    def row(self, subject: str, role: str) -> Row | None:
        """The decision that counts for `subject` as `role`; the later of the two there may be."""
        words = [self._words.get((subject, key)) for key in (role, None)]
        return max((word for word in words if word is not None), key=_place, default=None)

    def verdict(self, subject: str, role: str) -> bool | None:
        """Whether the last word confirms `subject` as `role`; None where nobody spoke of it."""
        row = self.row(subject, role)
        return None if row is None else row["kind"] == "confirm"


def _place(row: Row) -> _Place:
    return row["at"], row["line"], row["decision_id"]
