"""A person's word as a new row: written under the file's own header, never over what stands."""

import csv
from pathlib import Path

import pytest
from written import finding, results_of

from suyuan.face.decision_file import Decision, decide, unknown_targets
from suyuan.model.errors import InputError
from suyuan.store.layout import Layout


def word(kind: str, *what: str, role: str | None = None) -> Decision:
    return Decision(kind, what, role, "Li", "seen, twice")


def said(case: Path, decision: Decision) -> str:
    return decide(case, decision, Layout(case / "suyuan"))


def rows(case: Path) -> list[dict[str, str]]:
    with (case / "decisions.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_kind_is_a_row_and_nothing_is_taken_out(tmp_path: Path) -> None:
    confirmed = said(tmp_path, word("confirm", "party:1", role="middleman"))
    said(tmp_path, word("reject", "phone:2"))
    said(tmp_path, word("merge", "R1", "R2", "R3"))
    said(tmp_path, word("split", "R1", "R4"))
    said(tmp_path, word("undo", confirmed))
    written = rows(tmp_path)
    assert [row["kind"] for row in written] == ["confirm", "reject", "merge", "split", "reject"]
    assert written[2]["report_ids"] == "R1;R2;R3"
    assert written[4]["subject"] == f"decision:{confirmed}"
    assert {row["reason"] for row in written} == {"seen, twice"}


def test_a_file_by_another_hand_keeps_its_header(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    path.write_text(
        "\ufeffkind,subject,decision_id,at,by,role,reason,note\n"
        "confirm,party:1,x1,2020-01-01,Wang,,saw it,by pen",  # no line end
        "utf-8",
    )
    said(tmp_path, word("reject", "party:1"))
    before, after = rows(tmp_path)
    assert (before["decision_id"], before["note"]) == ("x1", "by pen")
    assert (after["kind"], after["subject"], after["by"]) == ("reject", "party:1", "Li")
    with pytest.raises(InputError, match="lacks columns"):
        said(tmp_path, word("merge", "R1", "R2"))
    assert len(rows(tmp_path)) == 2


def test_only_what_was_decided_can_be_taken_back(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such decision"):
        said(tmp_path, word("undo", "nothing"))
    assert not (tmp_path / "decisions.csv").exists()
    back = said(tmp_path, word("undo", said(tmp_path, word("reject", "party:1"))))
    with pytest.raises(InputError, match="withdraws another one"):
        said(tmp_path, word("undo", back))


def test_a_slip_of_the_pen_is_told(tmp_path: Path) -> None:
    results = results_of(
        tmp_path,
        findings=[finding("middleman", "party:1")],
        series=[
            {
                "report_id": "R1",
                "series_id": "R1",
                "strength": 1.0,
                "because": "",
                "because_zh": "",
                "evidence_id": "e",
            }
        ],
    )
    assert unknown_targets(results, word("reject", "party:1")) == []
    assert unknown_targets(results, word("reject", "party:1", role="card_merchant")) == ["party:1"]
    assert unknown_targets(results, word("merge", "R1", "R9")) == ["R9"]
