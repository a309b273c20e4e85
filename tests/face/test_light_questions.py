"""A question starts in a moment: what it needs not it does not import."""

import ast
import subprocess
import sys
from pathlib import Path

import pyarrow.compute as pc
import pytest
import typer

import suyuan
from suyuan.face.cli.commands import COMMANDS, PACKS, application
from suyuan.face.cli.light_start import INVESTIGATION, QUESTIONS
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


KERNEL = """
import sys
from suyuan.face.cli.light_start import leave_out
leave_out(["investigate"])
import numba
import numpy as np
assert numba.njit(lambda values: values.sum())(np.ones(3)) == 3.0
print(*sys.modules)
import scipy.linalg, cffi  # whoever else asks has them
"""


def test_a_kernel_brings_neither_linear_algebra_nor_functions_of_c() -> None:
    done = subprocess.run(
        [sys.executable, "-c", KERNEL], capture_output=True, text=True, check=True
    )
    imported = set(done.stdout.split())
    assert "numba.np.arraymath" in imported
    assert not {"pandas", "scipy.linalg", "cffi"} & imported


def test_no_kernel_multiplies_matrices() -> None:
    """What Numba is refused in an investigation, no file with kernels may ask for."""
    package = Path(suyuan.__file__).parent
    for path in package.rglob("*.py"):
        text = path.read_text("utf-8")
        if "njit" in text and package / "lab" not in path.parents:
            tree = ast.parse(text)
            kernels = [
                node
                for node in ast.walk(tree)
                if isinstance(node, ast.FunctionDef)
                and any("njit" in ast.unparse(each) for each in node.decorator_list)
            ]
            for kernel in kernels:
                body = ast.unparse(kernel)
                found = [node for node in ast.walk(kernel) if isinstance(node, ast.MatMult)]
                assert not found, f"{path}: {kernel.name}"
                for word in (".dot(", ".vdot(", "np.linalg", "np.kron(", "ffi."):
                    assert word not in body, f"{path}: {kernel.name}"


def test_a_command_alone_is_named_as_among_all() -> None:
    everything = typer.main.get_command(application(()))
    for name in (*COMMANDS, *PACKS):
        alone = typer.main.get_command(application((name, "--help")))
        assert list(alone.commands) == [name]
        assert alone.commands[name].help == everything.commands[name].help
    assert {*QUESTIONS, INVESTIGATION} <= set(COMMANDS)
