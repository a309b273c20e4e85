"""Files and modules that the pages name exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "suyuan"
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md"]
FOLDERS = ("src", "tests", "docs", "bench")
FILE = re.compile(r"(?<![\w/])([\w./-]+\.py)\b")
#: ``calling/`` (activity, callees): modules of a folder of the page's room.
MODULES = re.compile(r"`([a-z_]+)/` \(([a-z_, ]+)\)")
#: A step of import with the modules that take it: **Matched** (`profiles`, `profile_match`).
STEP = re.compile(r"^\d\. \*\*[^*]+\*\* \(([^)]*)\)", re.MULTILINE)


def files() -> frozenset[str]:
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return frozenset(f"/{path.relative_to(ROOT)}" for path in paths)


def named(page: Path) -> Iterator[str]:
    """Each Python file that the page names in code, but for those that a reader is to write."""
    for code in re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8")):
        yield from (name for name in FILE.findall(code) if "<" not in code)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_files_that_a_page_names_exist(page: Path) -> None:
    every = files()
    gone = {name for name in named(page) if not any(path.endswith(f"/{name}") for path in every)}
    assert gone == set()


def test_modules_that_a_page_lists_exist() -> None:
    listed = [
        (folder, name)
        for page in PAGES
        for folder, names in MODULES.findall(page.read_text(encoding="utf-8"))
        for name in names.split(", ")
    ]
    assert listed
    every = files()
    gone = [
        (folder, name)
        for folder, name in listed
        if not any(f"/{folder}/{name}." in path for path in every)
    ]
    assert gone == []


def test_steps_of_import_name_their_modules() -> None:
    text = (ROOT / "docs" / "ingest.md").read_text(encoding="utf-8")
    names = [name for listed in STEP.findall(text) for name in re.findall(r"`([a-z_]+)/?`", listed)]
    assert len(names) > 5
    ours = {path.stem for path in (SOURCE / "ingest").rglob("*")}
    assert [name for name in names if name not in ours] == []
