"""A board's picture in the dossier: as it was arranged, masked, in both languages, or refused."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from site_of import Client

from suyuan.face.report.boards import read_boards
from suyuan.face.web.site import Site
from suyuan.model.errors import InputError

CASE = "/api/v1/cases/zheng"


def _keep(client: Client, id_: str, **body: Any) -> None:
    kept = client.put(f"{CASE}/things/board/{id_}", json=body, headers={"if-match": "0"})
    assert kept.status_code == 200, kept.text


def _bound(client: Client, boards: list[str]) -> str:
    asked = client.post(f"{CASE}/dossiers", json={"boards": boards, "language": "zh"})
    assert asked.status_code == 202, asked.text
    end = time.monotonic() + 300
    while (state := client.get(f"{CASE}/dossiers").json()["state"]) == "running":
        assert time.monotonic() < end
        time.sleep(0.2)
    assert state == "done"
    return client.get(f"{CASE}/dossiers/dossier.html").text


def _box(html: str, label: str) -> tuple[str, float, float]:
    """Kind and place of the first box of that label in the first picture."""
    figure = html[html.index("<figure>") : html.index("</figure>")]
    (group,) = [one for one in figure.split("<g>") if f">{label}<" in one][:1]
    found = re.search(r'class="frame ([a-z ]+)" x="([-\d.]+)" y="([-\d.]+)"', group)
    assert found
    return found[1], float(found[2]), float(found[3])


def test_a_board_is_printed_as_it_was_arranged(client: Client, site: Site) -> None:
    plan = client.get(f"{CASE}/plan").json()
    first = {
        role: next(one for one in plan["boxes"] if one["role"] == role and one["kind"] == "person")
        for role in ("card_merchant", "mule_account")
    }
    (dealer,), (mule,) = (first[role]["refs"] for role in ("card_merchant", "mule_account"))
    hidden = plan["hidden"][0]["subjects"][0]
    query = f"unfold={hidden['ref']}&sel={dealer}&cut={mule}"
    _keep(
        client,
        "a-board",
        note="移送\u202e版面<b>",
        state="0" * 40,
        address=f"/c/zheng/chain?{query}",
        places={dealer: [120, -60], mule: [-30, 220], "ring-": [5, 5], "phone~none": [9, 9]},
    )
    html = _bound(client, ["a-board"])
    box = first["card_merchant"]
    label = box["first"]["zh"]
    assert _box(html, label) == ("person chosen", box["x"] + 120, box["y"] - 60)
    box = first["mule_account"]
    assert _box(html, box["first"]["zh"]) == ("person cut", box["x"] - 30, box["y"] + 220)
    figure = html[html.index("<figure>") : html.index("</figure>")]
    assert figure.count(hidden["label"][-4:]) >= 1  # whom a person took out is drawn
    view = re.search(r'viewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"', figure)
    assert view
    left, top, width, _ = map(float, view.groups())
    moved = first["card_merchant"]
    assert top <= moved["y"] - 60
    assert left + width >= moved["x"] + 120 + 132
    caption = figure[figure.index("<figcaption>") :]
    for told in (
        "版面&lt;b&gt;",
        "手动移动4个",
        "保存后结果已变化",
        "4 boxes moved by hand",
        "1 cut",
    ):
        assert told in caption
    assert "\u202e" not in html
    for reference in (dealer, mule):
        subject = site.desks["zheng"].references.subject(reference)
        assert subject
        assert subject.partition(":")[2] not in html
    edges = {one["path"] for one in plan["edges"]}
    drawn = re.findall(r'<path class="e [a-z]+" d="([^"]+)"', figure)
    assert 0 < len([one for one in drawn if one not in edges]) < len(drawn)  # they followed


def test_what_cannot_be_drawn_is_said_before_anything_starts(client: Client) -> None:
    assert client.post(f"{CASE}/dossiers", json={"boards": ["none"]}).status_code == 404
    _keep(client, "of-old", note="旧图", address="/c/zheng/chain?ring=A0000000", state="0")
    refused = client.post(f"{CASE}/dossiers", json={"boards": ["of-old"]})
    assert refused.status_code == 409
    assert "旧图" in refused.json()["title_zh"]
    assert client.get(f"{CASE}/dossiers").json()["state"] != "running"


def test_why_nothing_was_bound_is_said_on_the_screen(client: Client) -> None:
    asked = client.post(f"{CASE}/dossiers", json={"ring": "A0000000", "format": "docx"})
    assert asked.status_code == 202
    end = time.monotonic() + 300
    while (shown := client.get(f"{CASE}/dossiers").json())["state"] == "running":
        assert time.monotonic() < end
        time.sleep(0.2)
    assert shown["state"] == "failed"
    assert shown["error"]["zh"] == "没有这个团伙。"
    assert "rings.parquet" in shown["error"]["try_en"]


@pytest.mark.parametrize("text", ["", "[1]", '[{"name": "x"}]', "{"])
def test_a_file_that_holds_no_boards_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "boards.json"
    path.write_text(text)
    with pytest.raises(InputError):
        read_boards(path)
    assert read_boards(_empty(tmp_path)) == []


def _empty(folder: Path) -> Path:
    path = folder / "empty.json"
    path.write_text(json.dumps([]))
    return path
