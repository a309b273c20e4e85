"""A dossier as a file: HTML, Word or PDF."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import suyuan
from suyuan.face.display import Display
from suyuan.face.report import case_view
from suyuan.face.report.boards import KeptBoard
from suyuan.face.report.chromium import photograph, print_pdf
from suyuan.face.report.dossier import Dossier, dossier
from suyuan.face.report.dossier_pictures import Picture, pictures
from suyuan.face.report.page import render
from suyuan.face.source import ResultTables
from suyuan.face.terms import LEAD
from suyuan.ingest import read_settings
from suyuan.model.errors import InputError
from suyuan.model.text import Language, Text
from suyuan.privacy.masking import Masking
from suyuan.store.drafts import draft_of


def bind(
    source: ResultTables,
    to: Path,
    form: str,
    language: Language,
    masking: Masking,
    ring: str | None,
    boards: Sequence[KeptBoard] = (),
) -> Path:
    """Write the dossier of all rings, or of `ring`, into folder `to`, with `boards`; its path."""
    display = Display(source.zone, masking, case_view.party_names(source))
    document = dossier(source, display, ring)
    to.mkdir(parents=True, exist_ok=True)
    path = to / f"dossier.{form}"
    head = _head(source, display, language)
    drawings = pictures(document.rings, source, display, language, boards)
    with draft_of(path) as draft:
        if form == "docx":
            _word(document, head, drawings, draft)
            return path
        html = _page("dossier.html", head | {"dossier": document, "pictures": drawings})
        if form == "html":
            draft.write_text(html, "utf-8")
        else:
            print_pdf(html, draft)
    return path


def _head(source: ResultTables, display: Display, language: Language) -> dict[str, Any]:
    case = source.results.case.path
    return {
        "language": language,
        "case": display.words(read_settings(case).name or case.name),
        "made_at": display.minute(datetime.now(UTC)),
        "zone": source.zone,
        "version": suyuan.__version__,
        "masked": not display.masking.full,
        "lead": LEAD,
    }


def _page(template: str, context: dict[str, Any]) -> str:
    return render(template, context, style="dossier.css", script="dossier.js")


def _word(document: Dossier, head: dict[str, Any], drawings: list[Picture], path: Path) -> None:
    """The same statements in Word, with the pictures that a browser draws."""
    try:
        from suyuan.face.report.word import write_word  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise InputError(
            Text("Word files need python-docx.", "生成 Word 需要 python-docx。"),
            hint=Text("pip install 'suyuan[dossier]'", "pip install 'suyuan[dossier]'"),
        ) from error
    photographs = []
    for picture in drawings:
        alone = _page("alone.html", head | {"picture": picture})
        photographs.append((picture, photograph(alone, picture.width, picture.height)))
    write_word(document, head, photographs, path)
