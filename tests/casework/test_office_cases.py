"""The cases of ``tests/cases/office``, told in the product's own commands, on both databases."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases_on_disk import CASES
from suyuan.casework import opening
from suyuan.casework.compiled import load_procedures
from transcripts import Transcript, one_tree  # noqa: F401

STORIES = sorted((CASES / "office").glob("*.txt"))
#: Memory, where there is some: dozens of commands wait for the disk, and nothing here is of it.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        monkeypatch.chdir(name)
        yield
        monkeypatch.undo()


@pytest.mark.usefixtures("folder", "one_tree")
@pytest.mark.parametrize("store", ["sqlite", "postgres"])
@pytest.mark.parametrize("story", [pytest.param(path, id=path.stem) for path in STORIES])
def test_a_story(
    story: Path, store: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if story.stem == "H-change":  # the catalog has no procedure yet whose term was changed
        own = load_procedures(Path(__file__).parent / "procedures")
        monkeypatch.setattr(opening, "load_procedures", lambda: own)
    env = {"LC_ALL": "zh_CN.UTF-8", "COLUMNS": "200"}
    if store == "postgres":
        env["SUYUAN_OFFICE"] = request.getfixturevalue("postgres_schema")
    Transcript(env).run(story.read_text("utf-8"))
