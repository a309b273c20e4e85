"""What would have stopped it, and who was there when, as the report and the terminal say it."""

from decimal import Decimal
from io import StringIO
from pathlib import Path

from reading_html import read
from rich.console import Console
from written import results_of

from suyuan.face.cli.investigate_output import print_chain
from suyuan.face.display import Display
from suyuan.face.drawings.weeks import week_chart
from suyuan.face.report.cuts_view import cuts, sentence
from suyuan.face.report.report_file import write_report
from suyuan.face.rings import rings
from suyuan.face.source import open_source

COUNTS = ("callers", "data_brokers", "account_merchants", "sim_suppliers", "mules")
RING = {
    "ring_id": "R1",
    "reports": 1,
    "victims": 1,
    "loss": Decimal(1000),
    "helpers": 1,
    "middlemen": 1,
    "card_merchants": 0,
} | dict.fromkeys(COUNTS, 0)


def cut(cause: str, stopped: int, **more):
    lost = Decimal(500 * stopped)
    return {
        "cut_id": f"cause:{cause}|R1",
        "ring_id": "R1",
        "cause": cause,
        "reports": 2,
        "loss": Decimal(1000),
        "reports_known": 2,
        "reports_through": 2,
        "loss_through": Decimal(1000),
        "reports_stopped": stopped,
        "loss_stopped": lost,
        "reports_left": 2 - stopped,
        "loss_left": Decimal(1000) - lost,
    } | more


def week(subject: str, monday: str, **more):
    row = {"ring_id": "R1", "role": "middleman", "subject": subject, "week": monday, "events": 2}
    return row | {"appears": False, "vanishes": False} | more


def results(folder: Path):
    link = {"cut_id": "e1", "link": "opened_sim_for", "source": "agent:shop", "target": "ring:R1"}
    rows = [cut("sims", 1), cut("leaks", 0), cut("sims", 1, **link)]
    over_all = [row | {"cut_id": f"cause:{row['cause']}", "ring_id": None} for row in rows[:2]]
    return results_of(
        folder,
        rings=[RING],
        cuts=[*rows, *over_all],
        ring_activity=[
            week("party:1", "2019-04-29", appears=True),
            week("party:1", "2019-05-13", vanishes=True),
            week("party:2", "2019-05-20", appears=True),
        ],
    )


def test_causes_are_ranked_and_told_with_what_remains(tmp_path: Path) -> None:
    with open_source(results(tmp_path)) as source:
        found = cuts(source, Display(source.zone), "R1")
        whole = cuts(source, Display(source.zone))
    assert found is not None
    assert whole is not None
    assert [one.row["cause"] for one in found.causes] == ["sims", "leaks"]
    assert [one.row["ring_id"] for one in whole.causes] == [None, None]
    assert [one.loss_share for one in found.causes] == [0.5, 0.0]
    told = sentence(found.causes[0])
    assert "1 of 2 reports and 500 yuan stopped; 1 report and 500 yuan remain" in told.en
    assert "shop" in sentence(found.links[0]).zh


def test_the_report_shows_both_in_both_languages(tmp_path: Path) -> None:
    made = results(tmp_path)
    write_report(made, [])
    page = read(made.report.read_text("utf-8"))
    for words in ("What would have stopped it", "假如切断", "seen no more", "谁消失"):
        assert words in page.text
    assert "1 reports" not in page.text
    assert page.unbalanced == []


def test_who_is_new_and_who_is_gone(tmp_path: Path) -> None:
    with open_source(results(tmp_path)) as source:
        drawn = week_chart(rings(source)[0], source, Display(source.zone))
    assert drawn is not None
    marks = [[(one.came, one.left) for one in line.weeks] for line in drawn.lines]
    assert marks == [[(True, False), (False, True)], [(True, False)]]
    assert [told for _, _, told in drawn.heads] == ["+1", "", "−1", "+1"]


def test_the_terminal_counts_what_would_have_been_stopped(tmp_path: Path) -> None:
    console = Console(width=200, record=True, file=StringIO())
    print_chain(results(tmp_path), console, "en")
    said = console.export_text()
    assert "1 report, 1 victim" in said
    assert "SIMs opened against the rules 1/2" in said
    assert "1 middleman" in said
