"""What an office did goes back as files, and the next investigation of the case obeys them."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from rich.console import Console

from office_people import Desk, beijing, with_people
from suyuan.casework.checks import Post
from suyuan.casework.drafting import confirm, draft_lines
from suyuan.casework.office import ActForm
from suyuan.casework.opening import open_office
from suyuan.face.api import investigate
from suyuan.face.cli.office_output import record_drafts, write_outcomes
from suyuan.store.case import Results

NOW = beijing("2019-06-07T09:00")


@pytest.mark.slow
def test_the_next_investigation_obeys_what_the_office_did(zheng: Results, tmp_path: Path) -> None:
    case = tmp_path / "zheng"
    shutil.copytree(zheng.case.path, case, ignore=shutil.ignore_patterns("suyuan"))
    office = with_people(open_office(tmp_path / "office"))
    to = Console(quiet=True)
    record_drafts(office, case, zheng.layout.out, NOW, to, "en")
    lines = [line for line in draft_lines(office) if line.procedure == "stop-payment"]
    kept, freed = lines[0], lines[1]
    for person, role, party in (
        ("person:police-3", "police", "party:suqian"),
        *((f"person:{line.party}", "bank", str(line.party)) for line in (kept, freed)),
    ):
        office.grant(Post(person, role, party, "", datetime(2004, 1, 1), None), "person:admin", NOW)
    parties = {"police": "party:suqian", "holder": "party:holder"}
    matters = confirm(office, [kept.id, freed.id], "person:police-3", "资金仍在", parties, NOW)
    for line, matter in zip((kept, freed), matters, strict=True):
        amount = line.body["fields"]["claim_fen"]
        Desk(office, matter).do("2019-06-07T09:20", "instruct", "police", amount_fen=amount)
        stop = ActForm(matter, "stop", {"matching": True, "held_fen": amount})
        office.act(stop, f"person:{line.party}", beijing("2019-06-07T09:30"))
    desk = Desk(office, matters[1])
    desk.do("2019-06-07T11:00", "appeal", "holder", grounds="账户持有人系卖家")
    desk.do("2019-06-07T12:00", "uphold", "police", reason="误止付")
    office.act(
        ActForm(matters[1], "release", {}), f"person:{freed.party}", beijing("2019-06-07T12:30")
    )
    said = write_outcomes(office, case, beijing("2019-06-07T13:00"))
    assert said.en == "1 decisions written to decisions.csv, 2 measures to measures.csv."
    assert write_outcomes(office, case, beijing("2019-06-07T13:00")).en.startswith("0 decisions")

    again = investigate(case, out=tmp_path / "out")
    listed = {row["account"]: row for row in again["freeze_list"].to_pylist()}
    before = {row["account"]: row for row in zheng["freeze_list"].to_pylist()}
    held = listed[kept.subject]
    assert (held["amount"], held["held"]) == (0, before[kept.subject]["amount"])
    assert held["saved"] == 0
    assert listed[freed.subject]["held"] == 0
    assert listed[freed.subject]["amount"] == before[freed.subject]["amount"]
    rejected = [f for f in again["findings"].to_pylist() if f["subject"] == freed.subject]
    assert not any(f["decided"] for f in rejected)

    count = len(draft_lines(office, None))
    record_drafts(office, case, tmp_path / "out", beijing("2019-06-08T09:00"), to, "en")
    assert len(draft_lines(office, None)) == count
    states = {line.subject: line.state for line in draft_lines(office, None)}
    assert states[kept.subject] == states[freed.subject] == "confirmed"
    office.ledger.close()
