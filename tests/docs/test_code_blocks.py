"""The examples of the README and of the page on the Python API run, and print what they say."""

import doctest
import importlib.util
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from suyuan.store.case import Results

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
RUN_IN_ORDER = ("README.md", "docs/face.md")


def blocks(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return [block for block in BLOCK.findall(text) if block.startswith(">>>")]


def quotation() -> ModuleType:
    spec = importlib.util.spec_from_file_location("quoting", ROOT / "docs" / "first_finding.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_quoted_finding_is_what_the_investigation_says(zheng: Results) -> None:
    quoting = quotation()
    for language, page in quoting.PAGES.items():
        text = (ROOT / page).read_text(encoding="utf-8")
        told = text.partition(quoting.START)[2].partition(quoting.END)[0]
        assert told == quoting.quoted(zheng, language), (
            "out of date: `make investigate`, then docs/first_finding.py"
        )


@pytest.mark.slow
def test_examples_print_what_they_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(
        ROOT / "examples" / "zheng",
        tmp_path / "examples" / "zheng",
        ignore=shutil.ignore_patterns("suyuan"),
    )
    monkeypatch.chdir(tmp_path)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    runner = doctest.DocTestRunner(optionflags=flags)
    names: dict[str, object] = {}
    for page in RUN_IN_ORDER:
        for number, block in enumerate(blocks(page)):
            test = doctest.DocTestParser().get_doctest(block, {}, f"{page}:{number}", page, 0)
            test.globs = names
            runner.run(test, clear_globs=False)
    told = capsys.readouterr().out
    assert runner.summarize(verbose=False).attempted >= 8
    assert runner.summarize(verbose=False).failed == 0, told


def test_the_chinese_readme_has_the_same_examples() -> None:
    assert blocks("README.md")
    assert blocks("README.zh.md") == blocks("README.md")


def test_both_readmes_name_the_two_commands_and_the_same_pages() -> None:
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    links = []
    for name in ("README.md", "README.zh.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        told = set(re.findall(r"^make (\w+)", text, re.MULTILINE))
        assert {"investigate", "test"} <= told <= made
        pages = set(re.findall(r"\]\(([^)\s]+\.md)[)#]", text))
        links.append(pages - {"README.md", "README.zh.md"})
    assert links[0] == links[1]
