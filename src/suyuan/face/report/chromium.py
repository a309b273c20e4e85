"""A browser that is there: it has the fonts, prints pages and draws pictures."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from suyuan.model.errors import InputError
from suyuan.model.text import Text

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_QUIET: Final = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
#: Seconds after which a browser is taken to hang.
_PATIENCE: Final = 180


def browser() -> str | None:
    """The program, or None where no browser of :data:`NAMES` is installed."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def print_pdf(html: str, path: Path) -> None:
    """Print the page to `path`; :class:`InputError` where there is no browser, or it fails."""
    program = browser()
    if program is None:
        raise InputError(
            Text("No browser was found to print a PDF.", "未找到可打印PDF的浏览器。"),
            value=", ".join(NAMES),
            hint=Text(
                "Install Chromium, or use --format html and print it.",
                "请安装 Chromium，或用 --format html 后自行打印。",
            ),
        )
    _print(program, html, "--no-pdf-header-footer", f"--print-to-pdf={path.resolve()}")
    if not path.is_file():
        raise InputError(
            Text("The browser did not print the PDF.", "浏览器未能打印PDF。"), value=program
        )


def photograph(html: str, width: int, height: int) -> bytes | None:
    """The page as PNG, `width` by `height` CSS pixels drawn at twice that.

    None where there is no browser, or it draws nothing.
    """
    program = browser()
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        size = f"--window-size={width},{height}"
        _print(
            program,
            html,
            size,
            "--force-device-scale-factor=2",
            "--hide-scrollbars",
            f"--screenshot={path}",
        )
        return path.read_bytes() if path.is_file() else None


def _print(program: str, html: str, *options: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(html, "utf-8")
        command = [program, *_QUIET, *_sandbox(), f"--user-data-dir={folder}/profile", *options]
        command.append(page.as_uri())
        subprocess.run(command, check=False, capture_output=True, timeout=_PATIENCE)  # noqa: S603


def _sandbox() -> tuple[str, ...]:
    """A browser refuses its sandbox to root (as in containers); the page has no script to run."""
    return ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
