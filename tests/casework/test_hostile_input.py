"""What people get wrong: each is told in a Chinese sentence, and nothing is stored or lost."""

import sys
import unicodedata

import pytest

from office_people import Desk, begin, beijing
from suyuan.casework.forms import UNKEPT
from suyuan.casework.office import Office, ReadTransaction
from suyuan.casework.rebuilding import rebuild
from suyuan.model.errors import InputError, SuyuanError
from suyuan.store.ledger import verify

WHO = {"name": "欧阳娜", "identity": "11010519491231002X", "phone": "13800000000"}


def candidate(office: Office, n: int = 1, at: str = "2020-11-12T08:00", **who: str) -> Desk:
    return begin(office, "gaokao-2021", f"candidate:{n}", at, "candidate", category="ordinary",
                 **(WHO | who))  # fmt: skip


def event(office: Office, **fields) -> Desk:
    given = {
        "venue": "community", "place": "社区广场", "starts": "2020-11-20T07:30", "seats": 2,
        "mode": "order",
    } | fields  # fmt: skip
    return begin(office, "outreach-event", "event:1", "2020-11-12T08:00", "organiser", **given)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"starts": "2020-02-30T09:00"}, "没有这个日期或时间"),
        ({"starts": "2020-11-31T09:00"}, "没有这个日期或时间"),
        ({"starts": "2020-11-20T24:30"}, "没有这个日期或时间"),
        ({"starts": "二〇二〇年十一月"}, "请写成 2020-11-20T07:30"),
        ({"starts": "0001-01-01T00:00"}, "没有这个日期或时间"),
        ({"seats": "很多"}, "名额"),
        ({"seats": True}, "名额"),
        ({"venue": "菜市场"}, "场所类别"),
        ({"place": "广场\x00后门"}, "无法保存的字符"),
        ({"place": "广场\ud842"}, "无法保存的字符"),
        ({"place": "广" * 20_001}, "文字过长"),
        ({"colour": "red"}, "表单没有该项"),
        ({"mode": None}, "缺少：名额分配方式"),
    ],
)
def test_a_form_filled_in_wrongly(office: Office, fields: dict, words: str) -> None:
    before = [e.hash for e in office.ledger.events()]
    with pytest.raises(SuyuanError) as refused:
        event(office, **fields)
    assert words in refused.value.text("zh")
    assert [e.hash for e in office.ledger.events()] == before
    assert office.ledger.read("SELECT count(*) FROM matter") == [(0,)]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("identity", "110105194902290028", "出生日期不存在"),  # 1949 had no 29 February
        ("identity", "110105194913310029", "出生日期不存在"),
        ("identity", "11010519491231002Y", "18位"),
        ("identity", "110105194912310020", "校验码不符"),
        ("identity", "", "18位"),
        ("name", "😀", "姓名中不能有"),
        ("name", "王\u200b", "姓名中不能有"),  # a space of no width
        ("name", "<b>王</b>", "姓名中不能有"),
        ("name", "王" * 51, "1至50个字"),
        ("phone", "138000000000", "11位"),
        ("phone", "23800000000", "1开头"),
    ],
)
def test_about_a_person(office: Office, field: str, value: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        candidate(office, **{field: value})
    assert words in refused.value.text("zh")
    assert field == "name" or not value or value not in refused.value.text("zh")
    assert office.ledger.read("SELECT count(*) FROM secret") == [(0,)]


@pytest.mark.parametrize(
    "name",
    ["𬭎", "䶮", "李䶮", "王𬭎", "𠮷田", "㐂", "阿卜杜拉·买买提", "古丽娜尔•艾买提", "Ölmez Ayşe"],
)
def test_rare_characters_come_back_as_they_were(office: Office, name: str) -> None:
    desk = candidate(office, name=name)
    [first] = office.ledger.events(desk.matter)
    sealer = office.registry.sealer
    assert sealer is not None
    assert sealer.read(ReadTransaction(office.ledger), first.body["name"]) == name
    assert verify(office.ledger).whole


def test_rare_characters_in_what_is_not_sealed(office: Office) -> None:
    desk = event(office, place="𬭎䶮广场·东门")
    assert desk.state("2020-11-12T09:00").scope["place"] == "𬭎䶮广场·东门"
    assert all(rebuild(office).values())


def test_fifty_candidates_of_one_phone_are_fifty_matters(office: Office) -> None:
    """A teacher's number on a whole class: allowed, each sealed with its own key."""
    desks = [candidate(office, n) for n in range(50)]
    assert len({desk.matter for desk in desks}) == 50
    boxes = {next(iter(office.ledger.events(d.matter))).body["phone"]["sealed"] for d in desks}
    assert len(boxes) == 50
    assert "13800000000" not in str([e.body for e in office.ledger.events()])


def test_a_clock_set_back_is_told_and_the_work_goes_on(office: Office) -> None:
    desk = event(office)
    sign = {"age": 72, "retiree": True}
    desk.do("2020-11-13T09:00", "sign_up", "organiser", items=["person:a"], **sign)
    before = [e.hash for e in office.ledger.events()]
    with pytest.raises(InputError) as refused:
        desk.do("2020-11-12T09:00", "sign_up", "organiser", items=["person:b"], **sign)
    assert "请校准时钟后重新办理；已有记录未丢失" in refused.value.text("zh")
    assert [e.hash for e in office.ledger.events()] == before
    assert office.tick(beijing("2020-11-12T09:00")) == 0
    desk.do("2020-11-13T09:01", "sign_up", "organiser", items=["person:b"], **sign)
    assert desk.state("2020-11-13T09:01").items.keys() == {"person:a", "person:b"}


def test_what_cannot_be_kept_are_controls_and_halves_of_characters() -> None:
    unkept = {c for c in map(chr, range(sys.maxunicode + 1)) if UNKEPT.match(c)}
    controls = {c for c in map(chr, range(256)) if unicodedata.category(c) == "Cc"}
    assert unkept == (controls - set("\n\r\t")) | set(map(chr, range(0xD800, 0xE000)))
