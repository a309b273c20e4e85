"""Lists that procedures look things up in, and one scan used by three agencies."""

from collections import Counter
from pathlib import Path

import pytest

from office_people import begin
from suyuan.casework.checks import RefusedError
from suyuan.casework.directories import load_directories, read_directory
from suyuan.casework.office import Office
from suyuan.model.errors import CatalogError

ITEMS = load_directories()["licence-items"]


def test_a_hundred_items_in_four_modes_and_one_name() -> None:
    modes = Counter(str(row["mode"]) for row in ITEMS.entries)
    assert modes == {"cancelled": 1, "filing": 1, "commitment": 20, "optimised": 78}
    assert [row["id"] for row in ITEMS.search(named="yes")] == ["food-licence"]
    assert all("未列名" in row["title"].zh for row in ITEMS.search(named="no"))


def test_points_are_found_by_their_words() -> None:
    points = load_directories()["gaokao-2021-points"]
    assert [row["id"] for row in points.search("神农城")] == ["hexi"]
    assert [row["id"] for row in points.search("招考办", kind="county_office")] == ["county-office"]
    assert points.search("no such place") == []
    assert points.value("hexi", "address") == "神农城金座九楼"
    assert points.value("nowhere", "address") is None


@pytest.mark.parametrize("flaw", ["twice", "column", "title"])
def test_a_list_that_is_not_whole_is_refused(tmp_path: Path, flaw: str) -> None:
    rows = {
        "twice": "- {id: a, title: {en: a, zh: a}, kind: x}\n" * 2,
        "column": "- {id: a, title: {en: a, zh: a}}\n",
        "title": "- {id: a, title: a, kind: x}\n",
    }
    head = "id: list\ntitle: {en: l, zh: l}\nsource: {document: {en: d, zh: d}, quality: press}\n"
    path = tmp_path / "list.yml"
    path.write_text(head + "columns: {kind: {en: k, zh: k}}\nentries:\n" + rows[flaw], "utf-8")
    with pytest.raises(CatalogError):
        read_directory(path)


def test_one_scan_used_by_three_agencies(office: Office) -> None:
    desks = {
        purpose: begin(
            office,
            "document-grant",
            "document:9f86d081",
            "2020-11-10T09:00",
            "owner",
            key=purpose,
            title_of="租赁合同",
            purpose=purpose,
            until="2020-12-31T00:00",
        )
        for purpose in ("food-licence", "tax", "fire-safety")
    }
    for purpose, desk in desks.items():
        desk.do("2020-11-10T10:00", "use", "agency", used_for=purpose)
    desks["tax"].do("2020-11-11T09:00", "end", "owner")
    with pytest.raises(RefusedError, match="ended"):
        desks["tax"].do("2020-11-11T10:00", "use", "agency", used_for="tax")
    desks["food-licence"].do("2020-11-11T10:00", "use", "agency", used_for="food-licence")
    rows = office.ledger.read(
        "SELECT state, count(*) FROM matter WHERE subject = ? GROUP BY state ORDER BY state",
        ("document:9f86d081",),
    )
    assert rows == [("ended", 1), ("used", 2)]
    uses = [e for e in office.ledger.events() if e.kind == "use"]
    assert len(uses) == 4
