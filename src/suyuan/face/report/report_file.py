"""``report.html``: one self-contained file that an investigator can open."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from suyuan.face.language import default_language
from suyuan.model.errors import InputError
from suyuan.model.text import Language, Text
from suyuan.privacy import reveal
from suyuan.privacy.masking import Masking
from suyuan.run.step_runs import Timing
from suyuan.store.case import Results
from suyuan.store.drafts import write_text


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
    from suyuan.face.report.page import page  # noqa: PLC0415  # keeps start-up light
    from suyuan.face.source import open_source  # noqa: PLC0415

    mask = masking or reveal.masking(results.layout, None, "investigate")
    with open_source(results, as_of) as source:
        html = page(source, timings, language or default_language(), mask)
    write_text(results.report, html)
    content = {
        "language": language or default_language(),
        "as_of": as_of.isoformat() if as_of else None,
        "timings": [[timing.step, timing.seconds, timing.rows] for timing in timings],
    }
    write_text(made_with(results), json.dumps(content, ensure_ascii=False))


def moment_of(results: Results, moment: datetime | None = None) -> datetime | None:
    """The moment (naive UTC) that the investigation was as of, None for all that is known now.

    Raises :class:`InputError` where somebody asks for another one.
    """
    path = made_with(results)
    content = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    investigated_at = datetime.fromisoformat(content["as_of"]) if content.get("as_of") else None
    if moment and moment != investigated_at:
        raise InputError(
            Text("The results are as of another moment.", "结果对应的时点与所给时点不同。"),
            value=investigated_at.isoformat() if investigated_at else "–",
            hint=Text("Investigate again with --as-of.", "请用 --as-of 重新运行 investigate。"),
        )
    return investigated_at


def made_with(results: Results) -> Path:
    """What the report was made with, beside it."""
    return results.report.with_suffix(".json")
