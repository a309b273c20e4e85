"""``report.html``: one self-contained file that an investigator can open."""

import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from suyuan.face.api import Results
from suyuan.face.language import default_language
from suyuan.face.masking import Masking
from suyuan.model.text import Language
from suyuan.pipeline import Timing


def write_report(
    results: Results,
    timings: Sequence[Timing],
    *,
    language: Language | None = None,
    masking: Masking | None = None,
    as_of: datetime | None = None,
) -> None:
    """Write the report of `results` beside its tables, whole or not at all.

    Both languages are in the file; `language` is the one shown first. `as_of` (naive UTC) must be
    the moment of the investigation, so that records are read as they were known then.
    """
    from suyuan.face.reporting.page import page  # noqa: PLC0415  # keeps start-up light
    from suyuan.face.reporting.source import open_source  # noqa: PLC0415

    with open_source(results, as_of) as source:
        html = page(source, timings, language or default_language(), masking or Masking())
    _put(results.report, html)
    made = {
        "language": language or default_language(),
        "as_of": as_of.isoformat() if as_of else None,
        "timings": [[timing.step, timing.seconds, timing.rows] for timing in timings],
    }
    _put(_made(results), json.dumps(made, ensure_ascii=False))


def rewrite_report(results: Results) -> None:
    """The report once more, after a table was laid beside the results; none where there is none.

    Identifiers in it are masked.
    """
    if not (results.report.exists() and _made(results).exists()):
        return
    made = json.loads(_made(results).read_text("utf-8"))
    timings = [Timing(str(step), float(took), int(rows)) for step, took, rows in made["timings"]]
    as_of = datetime.fromisoformat(made["as_of"]) if made["as_of"] else None
    write_report(results, timings, language=made["language"], as_of=as_of)


def _made(results: Results) -> Path:
    """What the report was made with, beside it."""
    return results.report.with_suffix(".json")


def _put(path: Path, content: str) -> None:
    """Written whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(content, "utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
