"""Real layouts: each row right, or set aside with the reason named; never wrong in silence."""

from pathlib import Path

import layouts
import pytest

PATHS = sorted(layouts.FOLDER.glob("*.yml"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_layout_is_read_right(path: Path, tmp_path: Path) -> None:
    _, _, wrong = layouts.outcome(path, tmp_path)
    assert not wrong, "\n".join(wrong)
