"""A question starts in a moment: what it needs not it does not import."""

import subprocess
import sys

import pyarrow.compute as pc
import pytest

import suyuan
from suyuan.lookup.index import build_index
from suyuan.lookup.phone_search import find_phone

#: Each takes a third of a second or more to import.
HEAVY = {"pandas", "ibis", "sqlglot", "numba", "scipy"}
ASKED = """
import sys
from suyuan.face.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print("imported", *sys.modules)
"""


@pytest.fixture(scope="module")
def indexed(zheng: suyuan.Results) -> suyuan.Results:
    """The example with its indexes, which the first question of a kind makes."""
    build_index(zheng.layout)
    find_phone(zheng, "13800000000")
    return zheng


@pytest.mark.parametrize("question", ["who", "explain", "trace", "match"])
def test_nothing_heavy_is_imported(question: str, indexed: suyuan.Results) -> None:
    findings = indexed["findings"]
    caller = findings.filter(pc.equal(findings["role"], "scam_caller"))["subject"][0].as_py()
    words = {
        "trace": ["--report", indexed["traces"]["report_id"][0].as_py()],
        "match": ["--phone", caller.partition(":")[2]],
    }
    asked = [question, str(indexed.case.path), *words.get(question, [caller])]
    done = subprocess.run(
        [sys.executable, "-c", ASKED, *asked, "--out", str(indexed.layout.out)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    shown, _, imported = done.stdout.rpartition("imported ")
    assert shown.strip()
    assert not HEAVY.intersection(imported.split())
