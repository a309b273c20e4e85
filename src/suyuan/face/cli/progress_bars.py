"""Progress in the terminal: a bar for each step, with its rows and time."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from suyuan.model.text import Language, Text


class Bars:
    """A line for each step: spinner and bar while it runs, rows and seconds when it is over.

    With `transient` they are wiped away at the end.
    """

    def __init__(self, console: Console, language: Language, *, transient: bool = False) -> None:
        self._language = language
        self._shown = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[told]}"),
            console=console,
            transient=transient,
        )
        self._task = self._shown.add_task("", visible=False, told="")

    def start(self, step: Text) -> None:
        self._task = self._shown.add_task(step.in_(self._language), total=None, told="")

    def advance(self, count: int, total: int | None) -> None:
        self._shown.update(self._task, completed=count, total=total)

    def finish(self, rows: int, seconds: float) -> None:
        word = "行" if self._language == "zh" else "rows"
        status = f"{rows:>10,} {word}  {seconds:6.2f} s"
        self._shown.update(self._task, total=1, completed=1, told=status)

    def __enter__(self) -> Self:
        self._shown.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._shown.stop()
