"""The page of a citizen and the clerk's desk, from commands alone."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from suyuan.face.cli import app

FORM = [
    "category=ordinary",
    "arts=false",
    "sports=false",
    "graduate=this_year",
    "school_kind=general",
    "register=city",
    "area=urban",
    "roll_local=true",
    "roll_point=true",
    "cram_school=false",
]


def office(*words: str, code: int = 0) -> str:
    run = CliRunner().invoke(app, ["office", *words], env={"COLUMNS": "200"})
    assert run.exit_code == code, run.output
    return run.output


def told(fields: list[str]) -> list[str]:
    return [word for field in fields for word in ("--set", field)]


@pytest.fixture
def begun(tmp_path: Path) -> tuple[str, str]:
    desk = str(tmp_path / "desk")
    since = ("--now", "2020-11-01T08:00")
    office("init", desk, *since)
    for role in ("candidate", "office", "provider"):
        office("post", desk, f"person:{role}", role, f"party:{role}", *since)
    parties = [
        w for r in ("candidate", "office", "provider") for w in ("--party", f"{r}=party:{r}")
    ]
    who = ["name=王𬭎", "identity=11010519491231002X", "phone=13800000000", "category=ordinary"]
    opening = ("gaokao-2021", "candidate:1", "--as", "person:candidate", "--key", "2021")
    output = office("begin", desk, *opening, *parties, *told(who), "--now", "2020-11-12T09:00")
    return desk, output.strip()


def page(desk: str, matter: str, at: str) -> str:
    office("page", desk, matter, "--as", "person:candidate", "--now", at, "--out", desk + ".html")
    return Path(desk + ".html").read_text("utf-8")


def test_from_form_to_ticket_by_commands(begun: tuple[str, str]) -> None:
    desk, matter = begun
    first = page(desk, matter, "2020-11-12T09:01")
    assert "提交报名表" in first
    assert "2020-11-20 23:59:59" in first
    assert "尚未完成报名" in first  # why there is no ticket yet
    assert "考生类别、参加艺术类统考" in first  # what the form asks
    assert "王𬭎" not in first  # personal fields stay sealed
    assert "支付机构" not in re.sub(r"<p[^>]*>.*?</p>", "", first)  # acts of others are not offered

    def act(name: str, by: str, at: str, *fields: str, code: int = 0) -> str:
        words = ("--as", f"person:{by}", "--now", at, "--lang", "zh")
        return office("act", desk, matter, name, *words, *told(list(fields)), code=code)

    act("submit", "candidate", "2020-11-12T09:05", *FORM)
    act("pay_registration", "provider", "2020-11-12T09:10", "order=o", "receipt=R1")
    registered = page(desk, matter, "2020-11-12T09:11")
    assert "已报名" in registered
    assert "在学籍所在学校报名" in registered
    assert "2021-05-10 23:59:59" in registered
    refused = act("print", "candidate", "2021-04-20T09:00", code=2)
    assert "请先缴纳高考考试费" in refused.replace("\n", "")
    act("pay_exam", "provider", "2021-04-20T10:00", "order=e", "receipt=R2")
    act("print", "candidate", "2021-05-20T09:00")
    last = page(desk, matter, "2021-05-20T09:01")
    assert "准考证已打印" in last
    assert "目前没有待办事项" in last


def test_the_desk_shows_what_waits_and_why_not_the_rest(begun: tuple[str, str]) -> None:
    desk, matter = begun
    words = ("--as", "person:provider", "--now", "2020-11-12T10:00")
    fields = told(["order=o", "receipt=R<1>", "reason=重复"])
    office("act", desk, matter, "payment_excess", *words, *fields)
    out = desk + ".desk.html"
    office(
        "desk", desk, "party:office", "--as", "person:office", "--now", "2020-11-13T09:00",
        "--out", out,
    )  # fmt: skip
    shown = Path(out).read_text("utf-8")
    assert "退还多收款项" in shown
    assert "2020-11-19 23:59:59" in shown
    assert "没有待核实的付款" in shown  # why the other act is not possible
    assert "共 1 件" in shown
