"""The browser of the stories: the binary itself, since Debian's wrapper adds switches of its own.

What a page should show is waited for as long as a slow, shared machine may need.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, Page, expect  # noqa: E402

BINARIES = ("/usr/lib/chromium/chromium", "/usr/bin/chromium", "/usr/bin/google-chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Milliseconds.
PATIENCE = 90_000
expect.set_options(timeout=PATIENCE)


@contextmanager
def chromium() -> Iterator[Browser]:
    binary = next((path for path in BINARIES if Path(path).exists()), None)
    if binary is None:
        pytest.skip("no Chromium")
    with sync_api.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=binary, args=QUIET, timeout=PATIENCE)
        yield opened
        opened.close()


def listened(page: Page, console: list[str]) -> Page:
    """With what it writes to its console, and whom it asks beside its own server, in `console`."""
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda message: console.append(message.text))
    page.on("pageerror", lambda error: console.append(str(error)))
    page.on("dialog", lambda asked: console.append(f"dialog: {asked.message}"))
    page.on(
        "request", lambda asked: console.extend([] if "127.0.0.1" in asked.url else [asked.url])
    )
    return page
