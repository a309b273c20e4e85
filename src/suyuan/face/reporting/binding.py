"""A dossier as a file: HTML, Word or PDF."""

import os
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import suyuan
from suyuan.face.masking import Masking
from suyuan.face.reporting import case_view
from suyuan.face.reporting.dossier import Dossier, dossier
from suyuan.face.reporting.flows import traced
from suyuan.face.reporting.page import drawn, render
from suyuan.face.reporting.sankey import sankey
from suyuan.face.reporting.shown import Shown
from suyuan.face.reporting.source import Source
from suyuan.face.reporting.words import LEAD
from suyuan.ingest import read_settings
from suyuan.model.errors import InputError
from suyuan.model.text import Language, Text

#: Rings whose pictures a dossier holds; chapters speak of all that were asked for.
PICTURED = 3
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_QUIET = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-pdf-header-footer",
)


def bind(
    source: Source, to: Path, form: str, language: Language, masking: Masking, ring: str | None
) -> Path:
    """Write the dossier of all rings, or of `ring`, into folder `to`; its path."""
    shown = Shown(source.zone, masking, case_view.party_names(source))
    made = dossier(source, shown, ring)
    to.mkdir(parents=True, exist_ok=True)
    path = to / f"dossier.{form}"
    if form == "docx":
        _word(made, _head(source, shown, language), path, language)
        return path
    html = _page(made, source, shown, language)
    if form == "html":
        path.write_text(html, "utf-8")
    else:
        _pdf(html, path)
    return path


def _head(source: Source, shown: Shown, language: Language) -> dict[str, Any]:
    case = source.results.case.path
    return {
        "language": language,
        "case": shown.text(read_settings(case).name or case.name),
        "made_at": shown.minute(datetime.now(UTC)),
        "zone": source.zone,
        "version": suyuan.__version__,
        "masked": not shown.masking.full,
        "lead": LEAD,
    }


def _page(made: Dossier, source: Source, shown: Shown, language: Language) -> str:
    series = source.where("series", "ring_id", [ring.id for ring in made.rings])
    money = traced(source, series["report_id"].combine_chunks())
    context = _head(source, shown, language) | {
        "dossier": made,
        "drawn": list(drawn(made.rings[:PICTURED], source, money, shown)),
        "sankey": sankey(money),
    }
    return render("dossier.html", context, style="dossier.css", script="dossier.js")


def _pdf(html: str, path: Path) -> None:
    """Print the page with a browser that is there: it has the fonts and draws the pictures."""
    browser = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise InputError(
            Text("No browser was found to print a PDF.", "未找到可打印PDF的浏览器。"),
            value=", ".join(_BROWSERS),
            hint=Text(
                "Install Chromium, or use --format html and print it.",
                "请安装 Chromium,或用 --format html 后自行打印。",
            ),
        )
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "dossier.html"
        page.write_text(html, "utf-8")
        command = [browser, *_QUIET, *_sandbox(), f"--user-data-dir={folder}/profile"]
        command += [f"--print-to-pdf={path.resolve()}", page.as_uri()]
        subprocess.run(command, check=False, capture_output=True, timeout=180)  # noqa: S603
    if not path.is_file():
        raise InputError(
            Text("The browser did not print the PDF.", "浏览器未能打印PDF。"), value=browser
        )


def _sandbox() -> tuple[str, ...]:
    """A browser refuses its sandbox to root (as in containers); the page has no script to run."""
    return ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()


def _word(made: Dossier, head: dict[str, Any], path: Path, language: Language) -> None:
    """The same statements in Word; pictures stand in the HTML and PDF."""
    try:
        from suyuan.face.reporting.word import write_word  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise InputError(
            Text("Word files need python-docx.", "生成 Word 需要 python-docx。"),
            hint=Text("pip install 'suyuan[dossier]'", "pip install 'suyuan[dossier]'"),
        ) from error
    write_word(made, head, path, language)
