"""Events of the log by whom they are about: all of one subject and kind before a place."""

from functools import cached_property
from typing import Final

import numpy as np

from suyuan.live.events import EventKind

_EMPTY: Final = np.empty(0, np.int64)


class LogIndex:
    """Looks up numbers of events, ascending, by the key on either side."""

    def __init__(self, events: np.ndarray) -> None:
        self.events = events
        self._sides = {side: np.argsort(events[side], kind="stable") for side in ("a", "b")}
        self._sorted = {side: events[side][order] for side, order in self._sides.items()}

    def events_with(self, side: str, key: int, kind: EventKind, before: int) -> np.ndarray:
        """Events of `kind` with `key` on `side` (``a`` or ``b``) whose number is below `before`."""
        low, high = (
            int(np.searchsorted(self._sorted[side], np.uint64(key), where))
            for where in ("left", "right")
        )
        numbers = self._sides[side][low:high]
        numbers = numbers[numbers < before]
        return np.asarray(numbers[self.events["kind"][numbers] == kind])

    def entity(self, subject: int, before: int) -> int:
        """Who was behind `subject`, or itself."""
        links = self.events_with("a", subject, EventKind.LINK, before)
        return int(self.events["b"][links[-1]]) if links.size else subject

    def subjects(self, entity: int, before: int) -> list[int]:
        """The entity's own key, and those of its phones and accounts."""
        tied = self.events["a"][self.events_with("b", entity, EventKind.LINK, before)]
        return [
            entity,
            *(s for s in np.unique(tied).tolist() if self.entity(s, before) == entity),
        ]

    def of_any(self, side: str, keys: list[int], kind: EventKind, before: int) -> np.ndarray:
        """The same for any of `keys`, in the order of the log."""
        parts = [self.events_with(side, key, kind, before) for key in keys]
        return np.sort(np.concatenate([_EMPTY, *parts]))

    @cached_property
    def reported_orders(self) -> list[tuple[int, int]]:
        """Of each report by somebody who had ordered within a month: its number, the order's."""
        reports = np.flatnonzero(self.events["kind"] == EventKind.VICTIM)
        pairs = []
        for report in reports.tolist():
            person = self.entity(int(self.events["a"][report]), report)
            orders = self.of_any("a", self.subjects(person, report), EventKind.ORDER, report)
            if orders.size and _days(self.events, orders[-1], report) <= _MONTH:
                pairs.append((report, int(orders[-1])))
        return pairs


_MONTH: Final = 30.0


def _days(events: np.ndarray, first: int, second: int) -> float:
    return float(events["at"][second] - events["at"][first]) / 86_400e6
