"""The commands of the packs' pages run as they stand there."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from suyuan.face.cli import app

for needed in ("cryptography", "fhir.resources", "icalendar"):
    pytest.importorskip(needed)
DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
ASSIGNED = re.compile(r"^([A-Z])=\$\((.*)\)$")
PAGES = sorted(path.name for path in DOCS.glob("pack-*.md"))


def commands(page: str) -> list[str]:
    text = (DOCS / page).read_text("utf-8")
    return [line for block in BLOCK.findall(text) for line in block.splitlines() if line.strip()]


def test_there_is_a_page_for_each_pack() -> None:
    assert PAGES == ["pack-events.md", "pack-gaokao.md", "pack-licences.md", "pack-referral.md"]


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lease.pdf").write_bytes(b"%PDF-1.7\n")
    names: dict[str, str] = {}
    for line in commands(page):
        assigned = ASSIGNED.match(line)
        command = assigned[2] if assigned else line
        for name, value in names.items():
            command = command.replace(f"${name}", value)
        program, *words = shlex.split(command)
        assert program == "suyuan"
        done = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
        assert done.exit_code == 0, f"{line}\n{done.output}"
        if assigned:
            names[assigned[1]] = done.output.split()[0]
