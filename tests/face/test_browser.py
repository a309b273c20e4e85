"""The report in a real browser: it speaks both languages, obeys its policy, and opens fast."""

import re
import resource
import shutil
import subprocess
from pathlib import Path

import pytest
from written import finding, large, results_of, row_behind

from suyuan.face.report.report_file import write_report

pytestmark = pytest.mark.browser
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--enable-logging=stderr",
]


@pytest.fixture(autouse=True)
def _there() -> None:
    if BROWSER is None:
        pytest.skip("no Chromium")


def _dom(url: str, profile: Path) -> tuple[str, str, float]:
    command = [str(BROWSER), *QUIET, f"--user-data-dir={profile}", "--dump-dom", url]
    before = _cpu()
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout, done.stderr, _cpu() - before


def _cpu() -> float:
    """Processor seconds of all browsers so far: a busy machine does not change them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_language_and_policy(tmp_path: Path) -> None:
    results = results_of(
        tmp_path,
        findings=[
            finding("data_broker", "account:qq:1", told="<script>document.title='x'</script>")
        ],
        evidence=[row_behind("data_broker|account:qq:1")],
    )
    write_report(results, [], language="en")
    for language in ("en", "zh"):
        url = f"{results.report.as_uri()}?lang={language}&theme=dark"
        dom, log, _ = _dom(url, tmp_path / "profile")
        head = re.search(r"<html[^>]*>", dom)
        assert head is not None
        assert f'data-lang="{language}"' in head[0]
        assert 'data-theme="dark"' in head[0]
        assert "CONSOLE" not in log
        assert "<title>x</title>" not in dom


@pytest.mark.slow
def test_a_thousand_reports_open_within_two_seconds(tmp_path: Path) -> None:
    results = large(tmp_path)
    write_report(results, [])
    profile = tmp_path / "profile"
    _dom("about:blank", profile)
    blank = min(_dom("about:blank", profile)[2] for _ in range(3))
    opened = min(_dom(results.report.as_uri(), profile)[2] for _ in range(3))
    assert opened - blank < 2.0
