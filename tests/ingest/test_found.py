"""What fuzzing found once (see ``fuzzing.py``) is read without harm from then on."""

from pathlib import Path

import pytest
from fuzzing import FOUND, attempt

CASES = sorted(path for path in FOUND.glob("*/*") if path.is_file())


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_found(path: Path, tmp_path: Path) -> None:
    attempt(path.parent.name, path.read_bytes(), tmp_path)


def test_there_are_cases() -> None:
    assert CASES
