"""How long work tells how far it is."""

from typing import Protocol

from suyuan.model.text import Text


class Progress(Protocol):
    """What a face shows while a step runs."""

    def start(self, step: Text) -> None:
        """A step begins."""

    def advance(self, count: int, total: int | None) -> None:
        """So much of it is done; `total` is None where it is not known."""

    def finish(self, rows: int, seconds: float) -> None:
        """It is over: rows written and time taken."""


class Silent:
    """Shows nothing."""

    def start(self, step: Text) -> None:
        pass

    def advance(self, count: int, total: int | None) -> None:
        pass

    def finish(self, rows: int, seconds: float) -> None:
        pass
