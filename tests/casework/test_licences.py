"""Business licence and permits linked; one scan used by three agencies; what people upload."""

import io
from pathlib import Path

import pytest

from office_people import Desk, begin, beijing
from suyuan.casework.checks import Post, RefusedError
from suyuan.casework.explain import duty_lines
from suyuan.casework.linked_matters import begun_by, grants_of
from suyuan.casework.office import ActForm, Office
from suyuan.casework.rebuilding import rebuild
from suyuan.casework.scans import LARGEST, read_scan, take_scan
from suyuan.casework.state import matter_state
from suyuan.model.errors import InputError
from suyuan.store.ledger import verify

NUMBER = "91430200MA000000X0"
PDF = b"%PDF-1.7\n" + b"x" * 1000


def registered(office: Office) -> Desk:
    desk = begin(
        office, "business-licence", "firm:long", "2020-11-10T08:00", "applicant",
        scope="餐饮服务", documents=["d"],
    )  # fmt: skip
    desk.do("2020-11-10T08:20", "issue", "agency", business_licence=NUMBER,
            permits=["food-licence"])  # fmt: skip
    return desk


def ask(desk: Desk, item: str, at: str = "2020-11-10T08:30") -> None:
    desk.do(at, "ask_permit", "applicant", firm="firm:long", item=item, joint=False,
            business_licence=NUMBER)  # fmt: skip


def test_first_the_licence_then_the_permits_each_linked(office: Office) -> None:
    desk = begin(
        office, "business-licence", "firm:long", "2020-11-10T08:00", "applicant",
        scope="餐饮服务", documents=["d"],
    )  # fmt: skip
    with pytest.raises(RefusedError) as refused:
        ask(desk, "food-licence", "2020-11-10T08:10")
    assert "请先取得营业执照" in refused.value.text("zh")
    desk.do(
        "2020-11-10T08:20", "issue", "agency", business_licence=NUMBER, permits=["food-licence"]
    )
    ask(desk, "food-licence")
    ask(desk, "food-licence", "2020-11-10T08:31")  # the same permit again is the same matter
    ask(desk, "item-050", "2020-11-10T08:32")
    with pytest.raises(RefusedError) as refused:
        ask(desk, "item-001", "2020-11-10T08:33")
    assert "已取消审批，无需办理许可" in refused.value.text("zh")
    now = beijing("2020-11-10T09:00")
    permits = begun_by(office, desk.matter, now)
    assert [p.fields["item"] for p in permits] == ["food-licence", "item-050"]
    assert {p.fields["business_licence"] for p in permits} == {NUMBER}
    assert {p.state.zh for p in permits} == {"待申请"}
    assert matter_state(desk.state("2020-11-10T09:00")) == "registered"
    assert all(rebuild(office).values())


def test_licence_and_food_permit_within_two_hours(office: Office) -> None:
    """The page's story: from the shop's papers to the food licence before two hours are over."""
    desk = registered(office)
    ask(desk, "food-licence")
    [permit] = begun_by(office, desk.matter, beijing("2020-11-10T08:30"))
    food = Desk(office, permit.matter)
    food.do("2020-11-10T08:35", "apply", "applicant", documents=["document:1"])
    food.do("2020-11-10T08:50", "accept", "agency")
    food.do("2020-11-10T09:10", "commit", "applicant", signature="s")
    food.do("2020-11-10T09:50", "grant", "agency", number="JY14302")
    state = food.state("2020-11-10T10:00")
    took = state.first_at(("grant",)) - desk.state("2020-11-10T10:00").started
    assert took.total_seconds() / 3600 <= 2
    [due] = [d.due.moment for d in duty_lines(state) if d.id.startswith("inspect")]
    assert due == beijing("2020-12-22T23:59:59")
    [after] = begun_by(office, desk.matter, beijing("2020-11-10T10:00"))
    assert after.state.zh == "已准予"


def test_registration_is_due_in_working_days_and_refused_by_two(office: Office) -> None:
    desk = begin(office, "business-licence", "firm:2", "2020-11-12T08:00", "applicant", scope="x",
                 documents=["d"])  # fmt: skip
    office.tick(beijing("2020-11-20T00:00"))
    [late] = [e for e in office.ledger.events(desk.matter) if e.kind == "overdue"]
    assert late.at == beijing("2020-11-17T23:59:59")  # Friday, Monday, Tuesday
    desk.do("2020-11-20T09:00", "refuse", "agency", reason="名称相同", remedy="可申请复议")
    with pytest.raises(RefusedError):
        desk.do("2020-11-20T10:00", "issue", "agency", business_licence=NUMBER, permits=["x"])


def grant(office: Office, n: int, purpose: str, document: str) -> Desk:
    return begin(
        office, "document-grant", document, "2020-11-10T09:00", "owner", key=f"{n}",
        parties={"agency": f"party:agency-{n}"}, title_of="租赁合同", purpose=purpose,
        until="2020-12-31T00:00:00",
    )  # fmt: skip


def test_one_scan_used_by_three_agencies_is_counted_and_ended(
    office: Office, tmp_path: Path
) -> None:
    scan = take_scan(office, tmp_path, io.BytesIO(PDF), "合同.pdf", len(PDF), "party:owner")
    purposes = ("food-licence", "fire-safety", "tax")
    desks = [grant(office, n, purpose, scan.document) for n, purpose in enumerate(purposes, 1)]
    since = beijing("2020-01-01")
    for n, desk in enumerate(desks, 1):
        office.grant(Post(f"person:clerk-{n}", "agency", f"party:agency-{n}", "", since, None),
                     "person:admin", beijing("2020-11-10T09:00"))  # fmt: skip
        for use in range(n):
            form = ActForm(desk.matter, "use", {"used_for": purposes[n - 1]})
            office.act(form, f"person:clerk-{n}", beijing(f"2020-11-1{use + 1}T10:00"))
    desks[2].do("2020-11-20T10:00", "end", "owner")
    found = grants_of(office, scan.document, beijing("2020-11-20T10:00"))
    assert [(g.agency, g.purpose, g.uses, g.state) for g in found] == [
        ("party:agency-1", "food-licence", 1, "used"),
        ("party:agency-2", "fire-safety", 2, "used"),
        ("party:agency-3", "tax", 3, "ended"),
    ]
    assert found[2].last_use == beijing("2020-11-13T10:00")
    assert len(list((tmp_path / "documents").iterdir())) == 1
    late = grants_of(office, scan.document, beijing("2021-01-01"))
    assert [g.state for g in late] == ["run_out", "run_out", "ended"]
    form = ActForm(desks[0].matter, "use", {"used_for": "food-licence"})
    with pytest.raises(RefusedError) as refused:
        office.act(form, "person:clerk-2", beijing("2020-11-20T11:00"))
    assert "该事项由使用机关办理" in refused.value.text("zh")


def test_a_scan_is_kept_once_sealed_and_gone_with_its_owner(office: Office, tmp_path: Path) -> None:
    first = take_scan(office, tmp_path, io.BytesIO(PDF), "a.pdf", None, "person:a")
    again = take_scan(office, tmp_path, io.BytesIO(PDF), "b.PDF", len(PDF), "person:a")
    other = take_scan(office, tmp_path, io.BytesIO(PDF), "c.pdf", len(PDF), "person:b")
    assert (first.again, again.again, other.again) == (False, True, False)
    assert first.document == again.document == other.document
    files = list((tmp_path / "documents").iterdir())
    assert len(files) == 2
    assert all(b"PDF" not in file.read_bytes() for file in files)
    assert read_scan(office, tmp_path, first.document, "person:a") == PDF
    assert read_scan(office, tmp_path, first.document, "person:c") is None
    sealer = office.registry.sealer
    assert sealer is not None
    office.ledger.write(lambda t: sealer.erase(t, "person:a", "2020-11-20"))
    assert read_scan(office, tmp_path, first.document, "person:a") is None
    assert read_scan(office, tmp_path, first.document, "person:b") == PDF
    assert verify(office.ledger).whole


class Endless(io.RawIOBase):
    """A file of a hundred megabytes that counts how much of it was read."""

    def __init__(self) -> None:
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        self.taken += size
        return b"%PDF-" + b"x" * (size - 5)


def test_a_hundred_megabytes_are_refused_before_they_are_read(
    office: Office, tmp_path: Path
) -> None:
    file = Endless()
    with pytest.raises(InputError) as refused:
        take_scan(office, tmp_path, file, "a.pdf", 100_000_000, "person:a")  # type: ignore[arg-type]
    assert "不得超过 20 MB" in refused.value.text("zh")
    assert file.taken == 0
    with pytest.raises(InputError) as refused:  # a sender that says too little
        take_scan(office, tmp_path, file, "a.pdf", 10, "person:a")  # type: ignore[arg-type]
    assert "不得超过 20 MB" in refused.value.text("zh")
    assert file.taken <= LARGEST + (1 << 16)
    assert not (tmp_path / "documents").exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("身份证.jpg", b"MZ\x90\x00", "Windows 程序"),
        ("合同.pdf", b"PK\x03\x04word/document.xml", "压缩包或办公文档"),
        ("合同.pdf", b"<html><script>alert(1)</script>", "网页或 XML"),
        ("合同.pdf", b"\xff\xd8\xff\xe0", "JPEG 图片"),
        ("照片.png", b"GIF89a", "其他内容"),
        ("合同.ofd", b"PK\x03\x04word/document.xml", "压缩包或办公文档"),
        ("合同.pdf", b"", "文件是空的"),
        ("合同.exe", b"MZ", "不接收该类文件"),
        ("合同", b"%PDF-", "不接收该类文件"),
        ("合同.pdf.html", b"<html>", "不接收该类文件"),
    ],
)
def test_documents_that_are_not_what_they_claim(
    office: Office, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    with pytest.raises(InputError) as refused:
        take_scan(office, tmp_path, io.BytesIO(content), name, len(content), "person:a")
    assert words in refused.value.text("zh")
    assert not (tmp_path / "documents").exists()
