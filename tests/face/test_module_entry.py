"""``python -m suyuan`` is the command."""

import subprocess
import sys


def test_the_package_runs_as_a_module() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "suyuan", "--help"], capture_output=True, text=True, check=True
    )
    assert "investigate" in ran.stdout
