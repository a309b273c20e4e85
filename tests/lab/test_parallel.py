"""Several worlds at a time give what one at a time gives, in the order given."""

import pytest

from suyuan.lab.parallel import map_jobs
from suyuan.model.text import Text

TITLE = Text("Halving", "减半")


class Noted:
    """Progress that remembers."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int | None]] = []

    def start(self, step: Text) -> None:
        assert step == TITLE

    def advance(self, count: int, total: int | None) -> None:
        self.seen.append((count, total))

    def finish(self, rows: int, seconds: float) -> None:
        assert seconds >= 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_order_and_progress(jobs: int) -> None:
    noted = Noted()
    assert map_jobs(abs, [-3, 2, -1], jobs=jobs, title=TITLE, progress=noted) == [3, 2, 1]
    assert noted.seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_an_error_comes_through() -> None:
    with pytest.raises(ZeroDivisionError):
        map_jobs(lambda n: 1 // n, [1, 0], jobs=1, title=TITLE, progress=None)
