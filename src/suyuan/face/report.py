"""``report.html``: one self-contained file that an investigator can open."""

import os
from collections.abc import Sequence
from datetime import datetime

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
    draft = results.report.with_name(f".{results.report.name}.{os.getpid()}")
    try:
        draft.write_text(html, "utf-8")
        draft.replace(results.report)
    finally:
        draft.unlink(missing_ok=True)
