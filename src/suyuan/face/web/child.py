"""What a child of the server does: investigate a case, or read new files, telling each step.

It alone opens what was uploaded. Each line that it prints is one JSON object.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from suyuan.face.api import CaseFolder, check, investigate
from suyuan.face.display import Display
from suyuan.face.report.boards import read_boards
from suyuan.face.report.dossier_file import bind
from suyuan.face.report.manifest import write_manifest
from suyuan.face.source import open_source
from suyuan.model.errors import SuyuanError
from suyuan.model.text import Text
from suyuan.privacy.reveal import masking
from suyuan.store.case import Results

#: Seconds between two lines about the same step.
PACE = 0.25


class StepLines:
    """Progress as lines of JSON."""

    def __init__(self) -> None:
        self._last = 0.0

    def start(self, step: Text) -> None:
        tell("start", title={"en": step.en, "zh": step.zh})

    def advance(self, count: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self._last >= PACE:
            self._last = now
            tell("advance", done=count, total=total)

    def finish(self, rows: int, seconds: float) -> None:
        tell("finish", rows=rows, seconds=round(seconds, 2))


def tell(event: str, **more: Any) -> None:
    sys.stdout.write(json.dumps({"what": event, **more}) + "\n")  # ASCII: any locale writes it
    sys.stdout.flush()


def main() -> None:
    """``investigate CASE OUT``, ``check CASE OUT``, or ``dossier CASE OUT`` with its wishes."""
    verb, case, out = sys.argv[1:4]
    try:
        if verb == "investigate":
            investigate(case, out=out, progress=StepLines())
        elif verb == "dossier":
            _bind(case, out, json.loads(sys.argv[4]))
        else:
            tell("answer", answer=_read_as(check(case, out=out, progress=StepLines())))
    except SuyuanError as error:
        hint = error.hint
        tell(
            "error",
            error={
                "en": error.message.en,
                "zh": error.message.zh,
                **({"try_en": hint.en, "try_zh": hint.zh} if hint else {}),
            },
        )
        raise SystemExit(1) from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except MemoryError:
        raise SystemExit(137) from None


def _bind(case: str, out: str, wish: dict[str, Any]) -> None:
    """The dossier, masked, with its manifest; as ``suyuan report`` binds it."""
    results = CaseFolder(case).results(out)
    results["findings"]  # a case that was not investigated is told so before anything is written
    mask = masking(results.layout, None, "report")
    boards = read_boards(Path(wish["boards"])) if wish["boards"] else []
    folder = results.layout.out / "dossier"
    with open_source(results, None) as source:
        ring = wish["ring"] or None
        path = bind(source, folder, wish["format"], wish["language"], mask, ring, boards)
    write_manifest(results, [path], Display(results.case.zone, mask))


def _read_as(results: Results) -> dict[str, Any]:
    """File by file what was understood; no cell of any file."""
    files = [
        {
            "file": Path(row["file"]).name,
            "table": row["table"],
            "profile": row["profile"],
            "rows_read": row["rows_read"],
            "rows_kept": row["rows_kept"],
            "repaired": row["repaired"],
            "quarantined": row["quarantined"],
            "duplicates": row["duplicates"],
            "left_over": len(row["columns_left_over"] or ()),
        }
        for row in results["quality_summary"].to_pylist()
    ]
    counts: dict[tuple[str, str], int] = {}
    for row in results["quality"].to_pylist():
        sentence = (row["problem"], row["problem_zh"])
        counts[sentence] = counts.get(sentence, 0) + 1
    problems = sorted(counts.items(), key=lambda pair: -pair[1])
    return {
        "files": files,
        "problems": [{"en": en, "zh": zh, "count": count} for (en, zh), count in problems[:20]],
        "problems_total": len(problems),
    }
