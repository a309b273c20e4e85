"""Commands of ``suyuan`` written down with what they print, run again and compared.

``$ suyuan …`` is a command, ``$ NAME=$(suyuan …)`` keeps its first word, ``$ echo … > FILE`` writes
a file. The lines behind a command are what it prints: ``…`` stands for any text, and alone on a
line for any lines. A command whose first line begins with ``✗`` is one that fails; one without
lines may print what it likes.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import typer.testing
from typer.main import get_command
from typer.testing import CliRunner

from suyuan.face.cli import app

ANY = "…"
ASSIGNED = re.compile(r"^([A-Z][A-Z0-9]*)=\$\((.*)\)$")
#: One tree of commands for all of a transcript: to make it takes as long as to run one.
_tree = cache(get_command)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A command and the lines that it should print."""

    command: str
    lines: tuple[str, ...]


@dataclass(slots=True)
class Transcript:
    """Runs commands in a folder; `names` are those that the commands have kept so far."""

    env: dict[str, str]
    names: dict[str, str] = field(default_factory=dict[str, str])

    def run(self, text: str) -> None:
        for spoken in read(text):
            self.say(spoken)

    def say(self, spoken: Spoken) -> None:
        found = ASSIGNED.match(spoken.command)
        command = self.filled(found[2] if found else spoken.command)
        program, *words = shlex.split(command)
        if program == "echo":
            content, _, name = words
            Path(name).write_text(content, "utf-8")
            return
        assert program == "suyuan", command
        done = CliRunner().invoke(app, words, env=self.env)
        fails = any(line.startswith("✗") for line in spoken.lines[:1])
        assert (done.exit_code != 0) == fails, f"{command}\n{done.output}"
        if found:
            self.names[found[1]] = done.output.split()[0]
        expected = self.filled("\n".join(spoken.lines))
        assert not spoken.lines or agrees(expected, done.output), f"{command}\n{done.output}"

    def filled(self, text: str) -> str:
        for name, value in self.names.items():
            text = re.sub(rf"\${name}\b", value, text)
        return text


@pytest.fixture
def one_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands are put together once, not for every line."""
    monkeypatch.setattr(typer.testing, "_get_command", _tree)


def read(text: str) -> Iterator[Spoken]:
    """The commands of a transcript; a line that begins with ``#`` or is empty is for people."""
    command, lines = "", list[str]()
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield Spoken(command, tuple(lines))
            command, lines = line[2:], []
        elif command and line.strip() and not line.startswith("#"):
            lines.append(line)
    if command:
        yield Spoken(command, tuple(lines))


def agrees(expected: str, printed: str) -> bool:
    """Whether what was printed is what was written down; spaces at the ends do not count."""
    wanted = [_pattern(line.strip()) for line in expected.splitlines() if line.strip()]
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    at = here = 0
    open_at, taken = -1, 0  # the last "any lines", and up to where they reach
    while here < len(lines):
        if at < len(wanted) and wanted[at] is None:
            open_at, taken, at = at, here, at + 1
        elif at < len(wanted) and wanted[at].fullmatch(lines[here]):
            at, here = at + 1, here + 1
        elif open_at >= 0:
            taken += 1
            at, here = open_at + 1, taken
        else:
            return False
    return all(pattern is None for pattern in wanted[at:])


def _pattern(line: str) -> re.Pattern[str] | None:
    return None if line == ANY else re.compile(".*".join(map(re.escape, line.split(ANY))))
