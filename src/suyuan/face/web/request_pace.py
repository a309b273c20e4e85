"""How often somebody may ask within a window of time."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

#: Callers that are remembered; the one that asked longest ago is forgotten first.
CALLERS_KEPT = 10_000


class Pace:
    """At most `most` requests of one caller within `window` seconds."""

    def __init__(
        self, most: int, window: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.most = most
        self.window = window
        self.clock = clock
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()

    def over(self, caller: str) -> bool:
        """Count this request; whether it is one too many."""
        now = self.clock()
        times = self._asked.setdefault(caller, deque())
        self._asked.move_to_end(caller)
        while times and times[0] < now - self.window:
            times.popleft()
        if len(times) >= self.most:
            return True
        times.append(now)
        if len(self._asked) > CALLERS_KEPT:
            self._asked.popitem(last=False)
        return False
