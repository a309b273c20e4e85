"""Every public pack from its commands alone."""

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from suyuan.face.cli import app

pytest.importorskip("cryptography")
FORM = (
    "--set category=ordinary --set arts=false --set sports=false --set graduate=this_year"
    " --set school_kind=general --set register=city --set area=urban --set roll_local=true"
    " --set roll_point=true --set cram_school=false"
)


class Office:
    """An office in a folder, driven by command lines; ``@`` stands for the folder."""

    def __init__(self, folder: Path, *posts: tuple[str, str]) -> None:
        self.folder = str(folder / "desk")
        self.run("init @ --now 2020-01-02T08:00")
        for role, party in posts:
            self.run(f"post @ person:{role} {role} party:{party} --now 2020-01-02T08:00")

    def run(self, line: str, code: int = 0) -> str:
        words = [self.folder if word == "@" else word for word in shlex.split(line)]
        done = CliRunner().invoke(app, ["office", *words], env={"COLUMNS": "200", "LANG": "zh_CN"})
        assert done.exit_code == code, done.output
        return done.output


def test_pay_a_fee_asked_again_unknown_and_paid_back(tmp_path: Path) -> None:
    office = Office(tmp_path, *((r, r) for r in ("candidate", "point", "office", "provider")))
    parties = " ".join(f"--party {r}=party:{r}" for r in ("candidate", "office", "provider"))
    who = "--set name=王𬭎 --set identity=11010519491231002X --set phone=13800000000"

    def candidate(n: int) -> str:
        matter = office.run(
            f"begin @ gaokao-2021 candidate:{n} --as person:candidate --key 2021 {parties} {who}"
            " --set category=ordinary --now 2020-11-12T09:00"
        ).strip()
        office.run(f"act @ {matter} submit --as person:candidate {FORM} --now 2020-11-12T09:05")
        return matter

    first, second = candidate(1), candidate(2)
    pay = "fees pay @ {} registration --as person:candidate --lang zh --now {} {}"
    assert "已到账" in office.run(pay.format(first, "2020-11-12T09:10", ""))
    assert "报名费已缴，无需再缴" in no_ask(office, first)
    assert "缴费失败" in office.run(pay.format(second, "2020-11-12T09:10", "--trial fail"))
    silent = office.run(pay.format(second, "2020-11-12T09:11", "--trial silent"))
    assert "请勿重复缴费" in silent
    cleared = office.run(f"fees clear @ {second} --lang zh --now 2020-11-12T10:00")
    assert "已核实 1 笔" in cleared
    assert "已到账" in cleared
    books = (tmp_path / "desk" / "simulated-provider.json").read_text()
    assert books.count(", 1]") == 2  # two orders, each charged once, over all these processes
    refused = office.run(f"fees refund @ {first} R9 --as person:office --lang zh", code=2)
    assert "不在待退之列" in refused
    assert "不收费" in office.run("fees pay @ licence:1 x --as person:office --lang zh", code=2)


def no_ask(office: Office, matter: str) -> str:
    """Another order for a fee that is paid."""
    return office.run(
        f"act @ {matter} ask_payment --as person:candidate --set fee=registration"
        " --set order=another --lang zh --now 2020-11-12T09:12", code=2
    )  # fmt: skip


def test_a_referral_goes_out_and_its_answer_comes_in(tmp_path: Path) -> None:
    pytest.importorskip("fhir.resources")
    office = Office(tmp_path, ("clinic", "clinic"), ("hospital", "331"), ("patient", "patient"))
    matter = office.run(
        "begin @ referral patient:1 --as person:clinic --key 1 --party clinic=party:clinic"
        " --party hospital=party:331 --party patient=party:patient --now 2020-11-10T08:00"
    ).strip()
    for line in (
        "visit --as person:clinic --set systolic=150 --set diastolic=95 --set red_flag=false",
        "agree --as person:patient --set consent=true",
        "refer_up --as person:clinic --set summary=控制不佳",
    ):
        office.run(f"act @ {matter} {line} --now 2020-11-10T08:10")
    out = tmp_path / "out"
    sent = office.run(f"referral fhir-out @ {matter} --to {out} --lang zh --now 2020-11-10T08:20")
    assert "未含病情摘要" in sent
    [file] = out.iterdir()
    file.write_text(file.read_text().replace('"requested"', '"accepted"'))
    taken = office.run(
        f"referral fhir-in @ {file} --as person:hospital --lang zh --now 2020-11-10T09:10"
    )
    assert "accept" in taken
    shown = office.run(
        f"referral record @ {matter} --as person:hospital --purpose 接诊 --now 2020-11-10T09:11"
    )
    assert "控制不佳" in shown
    assert "person:hospital 接诊" in office.run(f"referral views @ {matter} --now 2020-11-10T10:00")
    figures = office.run("indicators @ referral --lang zh")
    assert "基层首诊率: 100.0%" in figures
    assert "上转至接收用时: 1 · 中位 1.00 小时" in figures
    (tmp_path / "bad.json").write_text("{}")
    bad = f"referral fhir-in @ {tmp_path / 'bad.json'} --as person:hospital --lang zh"
    assert "不是 FHIR Bundle" in office.run(bad, code=2)


def test_a_lottery_that_anybody_draws_again(tmp_path: Path) -> None:
    office = Office(tmp_path, ("organiser", "331"), ("person", "citizens"))
    secret, published = (
        line.split()[1] for line in office.run("event seed --lang en").strip().split("\n")
    )
    matter = office.run(
        "begin @ outreach-event event:1 --as person:organiser --key 1"
        " --party organiser=party:331 --party person=party:citizens --set venue=community"
        " --set place=社区广场 --set starts=2020-11-08T07:30 --set seats=2 --set mode=lottery"
        " --set closes=2020-11-06T12:00 --now 2020-11-01T09:00"
    ).strip()
    act = f"act @ {matter}"
    office.run(
        f"{act} commit_seed --as person:organiser --set seed_hash={published}"
        " --now 2020-11-02T09:00"
    )
    for n in range(5):
        office.run(
            f"{act} sign_up --as person:organiser --item person:{n} --set age=72"
            " --set retiree=true --now 2020-11-03T09:00"
        )
    office.run(
        f"{act} reveal_seed --as person:organiser --set seed={secret} --now 2020-11-06T12:01"
    )
    people = tmp_path / "people.txt"
    shown = office.run(
        f"event lottery @ {matter} --people {people} --lang zh --now 2020-11-07T09:00"
    )
    seated = sorted(line.strip() for line in shown.split("\n") if line.startswith("  person:"))
    drawn = office.run(
        f"event draw {people} --seed {secret} --hash {published} --seats 2 --lang zh"
    )
    assert sorted(line.split()[2] for line in drawn.split("\n") if "获名额" in line) == seated
    wrong = office.run(
        f"event draw {people} --seed x --hash {published} --seats 2 --lang zh", code=2
    )
    assert "种子与事先公布的哈希不符" in wrong
    covered = office.run("event coverage @ --lang zh")
    assert "社区: 举办0场（发布1场）" in covered
    assert "已覆盖 0/6 类" in covered
    pytest.importorskip("icalendar")
    office.run(f"event calendar @ {matter} --to {tmp_path} --lang zh --now 2020-11-07T09:00")
    assert "社区广场" in (tmp_path / "events.ics").read_text("utf-8")


def test_licence_permits_scans_and_a_change_of_rules(tmp_path: Path) -> None:
    office = Office(tmp_path, ("applicant", "firm"), ("agency", "market"), ("chief", "market"))
    parties = "--party applicant=party:firm --party agency=party:market --party chief=party:market"
    matter = office.run(
        f"begin @ business-licence firm:long --as person:applicant --key 1 {parties}"
        " --set scope=餐饮 --set documents=d --now 2020-11-10T08:00"
    ).strip()
    office.run(
        f"act @ {matter} issue --as person:agency --set business_licence=9143 --set permits=food"
        " --now 2020-11-10T08:20"
    )
    office.run(
        f"act @ {matter} ask_permit --as person:applicant --set firm=firm:long"
        " --set item=food-licence --set joint=false --set business_licence=9143"
        " --now 2020-11-10T08:30"
    )
    permits = office.run(f"licence permits @ {matter} --lang zh --now 2020-11-10T09:00")
    assert "food-licence 待申请" in permits
    paper = tmp_path / "合同.pdf"
    paper.write_bytes(b"%PDF-1.7\n")
    first = office.run(f"licence scan @ {paper} --owner party:firm --lang zh")
    assert "此前已存入" in office.run(f"licence scan @ {paper} --owner party:firm --lang zh")
    assert office.run(f"licence grants @ {first.strip()} --lang zh") == ""
    paper.write_bytes(b"MZ")
    assert "Windows 程序" in office.run(f"licence scan @ {paper} --owner party:firm", code=2)
    office.run("change @ business-licence --to 2020-01-01 --preview --lang zh")
    proposed = office.run("change @ business-licence --to 2020-01-01 --as person:agency --lang zh")
    assert "受影响 0 件" in proposed
    same = office.run("change @ business-licence --approve 1 --as person:agency --lang zh", code=2)
    assert "须由另一人同意" in same
    done = office.run("change @ business-licence --approve 1 --as person:chief --lang zh")
    assert "其余 0 件" in done
