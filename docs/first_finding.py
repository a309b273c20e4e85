"""Quote a finding of examples/zheng in both READMEs, and take the pictures of its report.

``python docs/first_finding.py [RESULTS]`` after ``suyuan investigate examples/zheng``; RESULTS is
``examples/zheng/suyuan`` by default. ``tests/docs`` checks that the READMEs quote what the
investigation says. Pictures need Chromium, and are left as they are without.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from suyuan.detect.cards import scorecard
from suyuan.face.api import CaseFolder
from suyuan.face.report.report_file import write_report
from suyuan.model.results import EVIDENCE, FINDINGS
from suyuan.model.roles import ROLES
from suyuan.model.text import LANGUAGES, Language, Text
from suyuan.privacy.keys import CaseKey
from suyuan.privacy.masking import Masking
from suyuan.store.case import Results
from suyuan.store.generations import amendment

ROOT = Path(__file__).parents[1]
CASE = ROOT / "examples" / "zheng"
START, END = "<!-- quoted: python docs/first_finding.py -->\n```\n", "```\n<!-- end -->"
PAGES: dict[Language, str] = {"en": "README.md", "zh": "README.zh.md"}
PICTURES: dict[Language, str] = {"en": "report.png", "zh": "report.zh.png"}
BROWSER = ("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
ROLE = "card_merchant"
SIGNALS, ROWS = 5, 3
#: The example's people are invented; its tags must be the same for everybody who makes the docs.
KEY = CaseKey(b"examples/zheng".ljust(32))


def first_finding(results: Results) -> dict[str, Any]:
    """The finding that is quoted: the surest of its role, the first by subject among equals."""
    found = results["findings"].filter(pc.field("decided") & (pc.field("role") == ROLE))
    return found.sort_by([("score", "descending"), ("subject", "ascending")]).to_pylist()[0]


def quoted(results: Results, language: Language) -> str:
    """The finding in a few lines, masked: sentence, rival, largest signals, first rows."""
    finding, shown = first_finding(results), Masking(key=KEY)
    weighed = Text("Weighed against: {it}", "已权衡的无辜解释：{it}")
    name, who = ROLES[ROLE].title.in_(language), shown.subject(finding["subject"])
    titles = {signal.name: signal.title.in_(language) for signal in scorecard(ROLE).signals}
    signals = _own(results, "signals", "finding_id", finding)[:SIGNALS]
    rows = _own(results, "evidence", "evidence_id", finding)
    more = Text("  … and {n} rows more", "  ……另有{n}行").format(n=len(rows) - ROWS)
    return "\n".join(
        (
            f"{name}  {who}  {finding['score']:.2f}",
            shown.cell(FINDINGS, finding, f"because_{language}"),
            weighed.format(it=shown.cell(FINDINGS, finding, f"rivals_{language}")).in_(language),
            *(f"  {s['weight']:+.2f}  {titles[s['signal']]}: {s['value']:.4g}" for s in signals),
            *(
                f"  {shown.file(row['file'])}:{row['line']}  {row['sha256'][:12]}  "
                f"{shown.cell(EVIDENCE, row, 'key')}"
                for row in rows[:ROWS]
            ),
            more.in_(language),
            "",
        )
    )


def quote(results: Results) -> None:
    """Write the quotation into both READMEs."""
    for language, name in PAGES.items():
        page = ROOT / name
        above, _, rest = page.read_text(encoding="utf-8").partition(START)
        below = rest.partition(END)[2]
        page.write_text(above + START + quoted(results, language) + END + below, encoding="utf-8")


def picture(results: Results) -> None:
    """Take the top of the report in both languages."""
    if not shutil.which("chromium"):
        return
    for language in LANGUAGES:
        with amendment(results.layout) as made:
            new = Results(results.layout.out, results.case, generation=made.layout.generation)
            write_report(new, [], language=language)
        to = ROOT / "docs" / "pictures" / PICTURES[language]
        shot = [f"--screenshot={to}", "--window-size=1280,1020", results.report.as_uri()]
        subprocess.run([*BROWSER, *shot], check=True, capture_output=True)  # noqa: S603


def _own(results: Results, table: str, key: str, finding: dict[str, Any]) -> list[dict[str, Any]]:
    own = results[table].filter(pc.field(key) == finding["finding_id"])
    by = "signal" if table == "signals" else "row_id"
    return own.sort_by([("weight", "descending"), (by, "ascending")]).to_pylist()


if __name__ == "__main__":
    made = CaseFolder(CASE).results(sys.argv[1] if len(sys.argv) > 1 else None)
    quote(made)
    picture(made)
