"""The story of ``docs/office.md``, from a finding to returned money: every command as it stands."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from suyuan.face.cli import app
from suyuan.store.case import Results
from transcripts import one_tree  # noqa: F401

for needed in ("cryptography", "httpx", "uvicorn"):
    pytest.importorskip(needed)
ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
ASSIGNED = re.compile(r"^([A-Z_]+)=\$\((.*?)(?: \| head -1)?\)$")
BANK_ROWS = "file,line,amount\npayments.csv,7,739.00\n"


def commands() -> Iterator[str]:
    for block in BLOCK.findall((ROOT / "docs" / "office.md").read_text("utf-8")):
        yield from (line for line in block.splitlines() if line.strip())


def wall_clock() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


class Shell:
    """Runs the page's commands; an investigation is the one that the tests share."""

    def __init__(self, found: Results, stack: ExitStack) -> None:
        self.found, self.stack = found, stack
        self.names: dict[str, str] = {}
        self.printed: list[tuple[str, str]] = []

    def run(self, line: str) -> None:
        assigned = ASSIGNED.match(line)
        command = assigned[2] if assigned else line
        for name, value in self.names.items():
            command = re.sub(rf"\${name}\b", value, command)
        assert "$" not in command, command
        program, *words = shlex.split(command)
        output = {"suyuan": self.suyuan, "curl": self.curl}[program](words)
        if assigned:
            self.names[assigned[1]] = output.split()[0]
        self.printed.append((command, output))
        if words[:2] == ["office", "packet"]:
            self.bank_signs(output.split()[0])

    def suyuan(self, words: list[str]) -> str:
        if words[0] == "investigate":
            out = Path(words[1]) / "suyuan"
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree(self.found.layout.out, out)
            return ""
        if words[:2] == ["office", "serve"]:
            self.serve(Path(words[words.index("--data") + 1]))
            return ""
        done = CliRunner().invoke(app, words, env={"COLUMNS": "300", "SUYUAN_LANG": "en"})
        assert done.exit_code == 0, f"{words}\n{done.output}"
        return done.output

    def serve(self, folder: Path) -> None:
        """The command listens until it is stopped; here the same site does in a thread."""
        from office_server import served
        from suyuan.casework.opening import open_office

        office = open_office(folder)
        self.stack.callback(office.ledger.close)
        self.url = self.stack.enter_context(served(office, wall_clock)).url

    def curl(self, words: list[str]) -> str:
        import httpx

        heads = [words[n + 1] for n, word in enumerate(words) if word == "-H"]
        headers = dict(head.split(": ", 1) for head in heads)
        body = json.loads(words[words.index("--json") + 1]) if "--json" in words else None
        url = words[-1].replace("http://127.0.0.1:8080", self.url)
        answer = httpx.request("GET" if body is None else "POST", url, headers=headers, json=body)
        assert answer.is_success, f"{words}\n{answer.text}"
        return answer.text

    def bank_signs(self, packet: str) -> None:
        """What the bank's own program does with the packet: fill in the sheet, and sign it."""
        from suyuan.casework.answers import signed_part
        from suyuan.casework.signing import OfficeKey

        key = OfficeKey(bytes(range(32)))
        sheet = {"packet": packet, "act": "stop", "fields": {"matching": True, "held_fen": 73_900}}
        sheet["signature"] = key.sign(signed_part(sheet))
        Path("answer.json").write_text(json.dumps(sheet), "utf-8")
        self.names["PUBLIC_KEY"] = key.public

    def of(self, *words: str) -> str:
        """What the last command with these words printed."""
        return next(out for line, out in reversed(self.printed) if all(w in line for w in words))


@pytest.mark.usefixtures("one_tree")
def test_the_story_runs_as_it_stands(
    zheng: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = tmp_path / "examples" / "zheng"
    shutil.copytree(zheng.case.path, case, ignore=shutil.ignore_patterns("suyuan"))
    monkeypatch.chdir(tmp_path)
    Path("their-rows.csv").write_text(BANK_ROWS, "utf-8")
    with ExitStack() as stack:
        shell = Shell(zheng, stack)
        for line in commands():
            shell.run(line)
    drafts = shell.of("office drafts", "2019-06-07")
    assert [*map(int, re.findall(r": (\d+) new", drafts))] == [21, 16, 25, 78]
    assert shell.of("confirm").split()[-3:] == ["25", "matters", "begun."]
    assert "freeze" in shell.of("office matter", shell.names["MATTER"])
    shares = shell.of(f"approve desk {shell.names['RETURN']} 4")
    assert re.findall(r"\d+\.\d\d$", shares, re.MULTILINE) == ["517.30", "221.70"]
    assert " pay person:bank" in shell.of("office matter", shell.names["RETURN"])
    assert "intact" in shell.of("verify")
    assert "stop" in (case / "measures.csv").read_text("utf-8")
