"""How often somebody may ask within a window of time."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

#: Callers that are remembered; the one that asked longest ago is forgotten first.
REMEMBERED = 10_000


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
        asked = self._asked.setdefault(caller, deque())
        self._asked.move_to_end(caller)
        while asked and asked[0] < now - self.window:
            asked.popleft()
        if len(asked) >= self.most:
            return True
        asked.append(now)
        if len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)
        return False
