"""``suyuan office`` from its own commands: a stop-payment from an empty folder to its release."""

import re
from pathlib import Path

from typer.testing import CliRunner

from suyuan.face.cli import app


def office(*words: str, code: int = 0) -> str:
    run = CliRunner().invoke(
        app,
        ["office", *words, "--lang", "en"]
        if "begin" not in words and "seal" not in words and "packet" not in words
        else ["office", *words],
    )
    assert run.exit_code == code, run.output
    return run.output


def test_a_stop_payment(tmp_path: Path) -> None:
    desk = str(tmp_path / "desk")
    assert "No office here" in office("tick", desk, code=2)
    office("init", desk, "--now", "2019-06-07T08:00")
    for person, role, party in (
        ("li", "police", "suqian"),
        ("wang", "police", "suqian"),
        ("bk", "bank", "icbc"),
    ):
        office(
            "post", desk, f"person:{person}", role, f"party:{party}", "--now", "2019-06-07T08:00"
        )
    begun = office(
        "begin",
        desk,
        "stop-payment",
        "bank_account:6222",
        "--as",
        "person:li",
        "--key",
        "R1",
        "--party",
        "police=party:suqian",
        "--party",
        "bank=party:icbc",
        "--set",
        "account=6222",
        "--set",
        "claim_fen=49950.00",
        "--now",
        "2019-06-07T09:00",
    )
    matter = begun.strip()
    said = office(
        "act",
        desk,
        matter,
        "instruct",
        "--as",
        "person:li",
        "--set",
        "amount_fen=49950.00",
        "--now",
        "2019-06-07T09:05",
    )
    number = re.search(r" (\d+) --as", said)[1]
    assert "second person" in office(
        "approve", desk, matter, number, "--as", "person:li", "--now", "2019-06-07T09:06", code=2
    )
    office("approve", desk, matter, number, "--as", "person:wang", "--now", "2019-06-07T09:06")
    assert "2019-06-07 09:36:00" in office("due", desk, "--now", "2019-06-07T09:10")
    packet = office(
        "packet",
        desk,
        matter,
        "check#3",
        "--to",
        str(tmp_path / "out"),
        "--now",
        "2019-06-07T09:10",
    )
    assert Path(packet.splitlines()[1]).exists()
    told = office(
        "act", desk, matter, "stop", "--as", "person:bk", "--now", "2019-06-07T09:20", code=2
    )
    assert "It cannot be decided" in told
    office(
        "act",
        desk,
        matter,
        "stop",
        "--as",
        "person:bk",
        "--set",
        "matching=true",
        "--now",
        "2019-06-07T09:20",
    )
    shown = office("matter", desk, matter, "--as", "person:li", "--now", "2019-06-07T09:30")
    assert "stop#4" in shown
    assert "✓ appeal" not in shown
    assert "2 events." in office("tick", desk, "--now", "2019-06-20T00:00")
    head = office("seal", desk, "--now", "2019-06-20T00:00").strip()
    assert "intact" in office("verify", desk, "--head", head)
    wrong = head.replace(head.split(":")[2], "0" * 64)
    assert "faults" in office("verify", desk, "--head", wrong, code=1)
    assert "DIFFERED" not in office("rebuild", desk)
    assert "party:icbc" in office("scorecard", desk)
    assert "ics" in office("export", desk, "nothing", "--to", str(tmp_path), code=2)
    for kind in ("camt.056", "camt.029", "goaml", "ics", "xlsx"):
        first = office(
            "export", desk, kind, matter, "--to", str(tmp_path / "x"), "--now", "2019-06-20T00:00"
        ).splitlines()[0]
        assert Path(first).exists()
