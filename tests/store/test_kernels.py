"""Kernels are kept outside the package, and anew when any of them has changed."""

import os
from pathlib import Path

import pytest

from suyuan.store.kernels import place_kernels
from suyuan.store.user_cache import VARIABLE


def placed(package: Path, monkeypatch: pytest.MonkeyPatch) -> str | None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    place_kernels(package)
    return os.environ.pop("NUMBA_CACHE_DIR", None)


def test_any_kernel_that_changes_or_moves_begins_a_new_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    package = tmp_path / "package"
    package.mkdir()
    (package / "kernel.py").write_text("@njit\ndef f(): return 1\n")
    (package / "plain.py").write_text("A = 1\n")
    first = placed(package, monkeypatch)
    assert first
    assert Path(first).parent == tmp_path / "cache" / "kernels"
    (package / "plain.py").write_text("A = 2\n")
    assert placed(package, monkeypatch) == first
    (package / "kernel.py").write_text("@njit\ndef f(): return 2\n")
    changed = placed(package, monkeypatch)
    (package / "kernel.py").rename(package / "moved.py")
    assert len({first, changed, placed(package, monkeypatch)}) == 3


def test_a_place_that_the_user_named_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/somewhere")
    place_kernels(tmp_path)
    assert os.environ["NUMBA_CACHE_DIR"] == "/somewhere"


def test_without_a_cache_numba_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "off")
    assert placed(tmp_path, monkeypatch) is None
