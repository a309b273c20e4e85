"""Files come into place whole, by one writer; no other module does it by hand."""

import ast
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import suyuan
from suyuan.store.drafts import draft_of, write_bytes, write_text
from suyuan.store.layout import Layout

SOURCE = Path(suyuan.__file__).parent
#: Who writes by hand, and why nothing is lost by it.
REASONS = {
    "casework/simulated_provider.py": "a line added under a lock",
    "face/exchange/ftm.py": "writes to the draft that formats.py hands it",
    "face/exchange/misp.py": "writes to the draft that formats.py hands it",
    "face/exchange/stix.py": "writes to the draft that formats.py hands it",
    "face/report/chromium.py": "a page in a temporary folder",
    "face/web/uploads.py": "what comes in lies in a folder of its own until it is whole",
    "ingest/formats/archives.py": "members in the scratch folder",
    "ingest/formats/relations.py": "rows in the scratch folder",
    "ingest/proposing/trial.py": "a trial case in a temporary folder",
    "lab/fit.py": "the lab stands below the store",
    "lab/trial.py": "the lab stands below the store",
    "lab/world.py": "the lab stands below the store; the manifest of a world goes in last",
    "live/condition_book.py": "a line added; one that is cut short is passed over",
    "live/journal.py": "a log that is added to, each record with its checksum",
    "live/shard.py": "a lock",
    "lookup/index_build.py": "a folder: built in a scratch folder, then renamed",
    "lookup/seized_rows.py": "a folder: built beside its place, then renamed",
    "run/step_runs.py": "a file of the kernel, under /proc",
    "store/drafts.py": "the writer itself",
    "store/generations.py": "a new generation's second names for the old one's files",
    "store/lock.py": "the lock",
}


def test_nothing_stays_of_a_failure_and_the_old_file_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_text(path, "old")
    with suppress(ValueError), draft_of(path) as draft:
        draft.write_text("half")
        raise ValueError
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_a_secret_is_never_readable_by_others(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with draft_of(tmp_path / "key", 0o600) as draft:
            assert stat.S_IMODE(draft.stat().st_mode) == 0o600
            draft.write_bytes(b"secret")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


@pytest.mark.parametrize("links", [True, False])
def test_the_first_of_two_writers_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def no_links(*_: object) -> None:
        raise OSError("no hard links here")

    if not links:
        monkeypatch.setattr(os, "link", no_links)
    write_bytes(tmp_path / "key", b"first", fresh=True)
    with pytest.raises(FileExistsError):
        write_bytes(tmp_path / "key", b"second", fresh=True)
    assert (tmp_path / "key").read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_drafts_of_killed_writers_go_and_are_no_records(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    folder = layout.records / "payments"
    folder.mkdir(parents=True)
    part = folder / f"{'a' * 16}.parquet"
    child = os.fork()
    if child == 0:  # dies in the middle of a draft
        with draft_of(part) as draft:
            draft.write_bytes(b"half")
            os._exit(0)
    os.waitpid(child, 0)
    assert len([*folder.iterdir()]) == 1
    assert layout.parts("payments") == []
    write_bytes(part, b"whole")
    assert [*folder.iterdir()] == layout.parts("payments") == [part]


def test_no_other_module_puts_files_in_place() -> None:
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if any(_writes(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert found == set(REASONS)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("path.with_suffix('.tmp').replace(path)", True),
        ("os.rename(draft, path)", True),
        ("(to / 'a').write_text(text)", True),
        ("with path.open('wb') as file: pass", True),
        ("with draft_of(path) as draft: draft.write_text(text)", False),
        ("text.replace('a', 'b')", False),
        ("moment.replace(tzinfo=UTC)", False),
        ("rows.rename(a='b')", False),
        ("rows.rename({a: 'b'})", False),
    ],
)
def test_what_counts_as_writing_by_hand(line: str, found: bool) -> None:
    assert any(_writes(ast.parse(line))) is found


def _writes(tree: ast.AST) -> Iterator[bool]:
    """For each call of the tree, whether it writes a file that is no draft."""
    items = [i for node in ast.walk(tree) if isinstance(node, ast.With) for i in node.items]
    drafts = {
        item.optional_vars.id
        for item in items
        if isinstance(item.optional_vars, ast.Name) and _name(item.context_expr) == "draft_of"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            if not (isinstance(of, ast.Name) and of.id in drafts):
                yield _by_hand(node, node.func)


def _name(call: ast.expr) -> str:
    return call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""


def _by_hand(call: ast.Call, function: ast.Attribute) -> bool:
    name, plain = function.attr, len(call.args) == 1 and not call.keywords
    plain = plain and not isinstance(call.args[0], ast.Dict)
    if isinstance(function.value, ast.Name) and function.value.id == "os":
        makes = name == "open" and "O_CREAT" in ast.unparse(call)
        return makes or name in {"rename", "replace", "link"}
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    texts = [a.value for a in arguments if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    modes = [text for text in texts if len(text) < 4]
    return (
        name in {"write_text", "write_bytes"}
        or (name in {"replace", "rename"} and plain)
        or (name == "open" and any(set(mode) & set("wxa") for mode in modes))
    )
