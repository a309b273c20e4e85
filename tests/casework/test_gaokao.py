"""One candidate from form to ticket; fees through a provider; the decision tables; bad input."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest

from office_people import Desk, begin, beijing
from suyuan.casework.checks import RefusedError
from suyuan.casework.compiled import Procedure, compile_procedure, load_procedures
from suyuan.casework.declare import ProcedureSpec
from suyuan.casework.field_checks import check_field
from suyuan.casework.law import Law
from suyuan.casework.office import Office, ReadTransaction
from suyuan.casework.payments import Cashier, PaymentNotice, PaymentOutcome
from suyuan.casework.rebinding import preview, rebind
from suyuan.casework.simulated_provider import SimulatedProvider
from suyuan.casework.state import matter_state
from suyuan.model.catalog_files import as_shape, plain_text
from suyuan.model.errors import InputError
from suyuan.rulebook import Rulebook, load_rules
from suyuan.rulebook.rows import closure
from suyuan.store.ledger import verify

IDENTITY = "11010519491231002X"  # the worked example of GB 11643
ORDINARY = {
    "category": "ordinary",
    "arts": False,
    "sports": False,
    "graduate": "this_year",
    "school_kind": "general",
    "register": "city",
    "area": "urban",
    "roll_local": True,
    "roll_point": True,
    "cram_school": False,
}
FEES = "gaokao-2021-fees"


def candidate(office: Office, n: int = 1, at: str = "2020-11-12T08:00", **who: str) -> Desk:
    person = {"name": "欧阳娜", "identity": IDENTITY, "phone": "13800000000"} | who
    return begin(
        office, "gaokao-2021", f"candidate:{n}", at, "candidate", category="ordinary", **person
    )


def submitted(office: Office, at: str = "2020-11-12T09:00", n: int = 1) -> Desk:
    desk = candidate(office, n, at)
    desk.do(at, "submit", "candidate", **ORDINARY)
    return desk


def cashier(office: Office) -> tuple[Cashier, SimulatedProvider]:
    provider = SimulatedProvider()
    return Cashier(office, provider, "person:provider-1", FEES), provider


def ask(cash: Cashier, desk: Desk, at: str, fee: str = "registration") -> PaymentNotice:
    return cash.ask(desk.matter, fee, "person:candidate-1", beijing(at))


def count(desk: Desk, act: str, at: str = "2021-06-01T00:00") -> int:
    return desk.state(at).count((act,))


def test_from_form_to_ticket(office: Office) -> None:
    desk = submitted(office)
    cash, provider = cashier(office)
    assert ask(cash, desk, "2020-11-12T10:00").outcome is PaymentOutcome.SETTLED
    assert matter_state(desk.state("2020-11-12T10:00")) == "registered"
    with pytest.raises(RefusedError) as refused:
        desk.do("2021-04-01T09:00", "print", "candidate")
    assert refused.value.text("zh").startswith("请先缴纳高考考试费")
    ask(cash, desk, "2021-04-15T09:00", "exam")
    desk.do("2021-05-20T09:00", "print", "candidate")
    assert matter_state(desk.state("2021-05-20T09:00")) == "printed"
    assert set(provider.charges.values()) == {1}
    assert verify(office.ledger).whole
    # Personal fields stand sealed in the ledger.
    assert IDENTITY not in str([e.body for e in office.ledger.events(desk.matter)])


def test_asked_three_times_at_once_is_one_charge(office: Office) -> None:
    desk = submitted(office)
    cash, provider = cashier(office)
    with ThreadPoolExecutor(3) as pool:
        told = list(pool.map(lambda _: ask(cash, desk, "2020-11-12T10:00"), range(3)))
    assert {notice.receipt for notice in told} == {told[0].receipt}
    assert provider.charges.total() == 1
    assert (count(desk, "ask_payment"), count(desk, "pay_registration")) == (1, 1)


def test_told_late_and_twice(office: Office) -> None:
    desk = submitted(office, "2020-11-20T23:59:00")
    cash, _ = cashier(office)
    notice = PaymentNotice(
        f"{desk.matter}/registration",
        PaymentOutcome.SETTLED,
        beijing("2020-11-20T23:59:59"),
        "R1",
        None,
    )
    office.tick(beijing("2020-11-21T00:02"))
    assert matter_state(desk.state("2020-11-21T00:02")) == "lapsed"
    for late in ("2020-11-21T00:03", "2020-11-21T08:00"):
        cash.note(notice, beijing(late))
    assert matter_state(desk.state("2020-11-21T09:00")) == "registered"
    assert count(desk, "pay_registration") == 1


@pytest.mark.parametrize("ahead", [False, True], ids=["told later", "a clock that is ahead"])
def test_settled_after_the_window_is_paid_back(office: Office, ahead: bool) -> None:
    desk = submitted(office, "2020-11-20T23:59:00")
    cash, _ = cashier(office)
    notice = PaymentNotice(
        f"{desk.matter}/registration",
        PaymentOutcome.SETTLED,
        beijing("2020-11-21T00:00:00"),
        "R1",
        None,
    )
    cash.note(notice, beijing("2020-11-20T23:59:59" if ahead else "2020-11-21T00:03"))
    cash.note(notice, beijing("2020-11-21T08:00"))
    state = desk.state("2020-11-21T09:00")
    assert matter_state(state) == "lapsed"
    assert (state.count(("payment_excess",)), state.duty_open("refund")) == (1, True)
    [excess] = [e for e in state.events if e.kind == "payment_excess"]
    assert excess.body["reason"] == "到账时间不在规定时段内。"
    desk.do("2020-11-23T09:00", "refund", "office", receipt="R1")
    desk.do("2020-11-23T09:01", "refund", "office", receipt="R1")
    assert not desk.state("2020-11-23T10:00").duty_open("refund")
    assert count(desk, "refund") == 1
    with pytest.raises(RefusedError, match="Nothing is to be paid back"):
        desk.do("2020-11-23T11:00", "refund", "office", receipt="R9")


def test_a_second_receipt_is_paid_back_and_a_failed_payment_may_be_repeated(office: Office) -> None:
    desk = submitted(office)
    cash, provider = cashier(office)
    order = f"{desk.matter}/registration"
    provider.failing.add(order)
    assert ask(cash, desk, "2020-11-12T10:00").outcome is PaymentOutcome.FAILED
    provider.failing.clear()
    assert ask(cash, desk, "2020-11-12T10:05").outcome is PaymentOutcome.SETTLED
    cash.note(
        provider.pay_again(order, None, beijing("2020-11-12T10:06")), beijing("2020-11-12T10:07")
    )
    state = desk.state("2020-11-12T11:00")
    assert (matter_state(state), state.count(("pay_registration",))) == ("registered", 1)
    assert state.duty_open("refund")
    later = beijing("2020-11-13T09:00")
    with pytest.raises(RefusedError) as refused:  # the first receipt is the fee
        cash.refund(desk.matter, f"R1:{order}", "person:office-1", later)
    assert "不在待退之列" in refused.value.text("zh")
    for _ in range(2):
        cash.refund(desk.matter, f"R2:{order}", "person:office-1", later)
    assert provider.refunds == {f"R2:{order}": 1}
    assert not desk.state("2020-11-13T09:00").duty_open("refund")
    assert count(desk, "refund") == 1


def test_of_an_unknown_outcome_nobody_pays_again(office: Office) -> None:
    desk = submitted(office)
    cash, provider = cashier(office)
    order = f"{desk.matter}/registration"
    provider.silent.add(order)
    assert ask(cash, desk, "2020-11-12T10:00").outcome is PaymentOutcome.UNKNOWN
    assert matter_state(desk.state("2020-11-12T10:00")) == "payment_unknown"
    assert ask(cash, desk, "2020-11-12T10:10").outcome is PaymentOutcome.UNKNOWN
    with pytest.raises(RefusedError) as refused:
        desk.do("2020-11-12T10:20", "ask_payment", "candidate", fee="art", order="other")
    assert "请勿重复缴费" in refused.value.text("zh")
    office.tick(beijing("2020-11-13T09:00"))
    [alarm] = [e for e in office.ledger.events(desk.matter) if e.kind == "raise_alarm"]
    assert alarm.at == beijing("2020-11-12T22:00")
    provider.silent.clear()
    [known] = cash.reconcile(desk.matter, beijing("2020-11-13T09:30"))
    assert known.at == beijing("2020-11-12T10:00")
    state = desk.state("2020-11-13T10:00")
    assert (matter_state(state), state.duty_open("reconcile")) == ("registered", False)
    assert provider.charges[order] == 1


def with_fee(yuan: float) -> Rulebook:
    book = load_rules()
    rule = book[FEES]
    fee = rule.parameters["registration"]
    [value] = fee.values
    known = replace(fee, values=(replace(value, value=yuan),))
    changed = replace(rule, parameters={**rule.parameters, "registration": known})
    return Rulebook({**book.rules, FEES: changed})


def test_the_wrong_amount_is_no_fee(office: Office) -> None:
    office = Office(office.ledger, load_procedures(), Law(with_fee(120)), office.registry.sealer)
    desk = submitted(office)
    cash, _ = cashier(office)
    order = f"{desk.matter}/registration"
    at = beijing("2020-11-12T10:00")
    cash.note(PaymentNotice(order, PaymentOutcome.SETTLED, at, "R1", 1_200), at)
    state = desk.state("2020-11-12T10:00")
    assert (matter_state(state), state.duty_open("refund")) == ("unpaid", True)
    assert ask(cash, desk, "2020-11-12T10:05").amount_fen == 12_000
    assert matter_state(desk.state("2020-11-12T10:05")) == "registered"


def test_no_fee_is_known() -> None:
    law = Law(load_rules())
    for fee in ("registration", "exam", "art", "sports"):
        assert law.number(f"{FEES}.{fee}", datetime(2020, 11, 12)) is None


@pytest.mark.parametrize("rule", ["conditions", "point", "exam-fee"])
def test_tables_have_neither_gap_nor_overlap_over_all_categories(rule: str) -> None:
    """Every candidate that the form can describe meets exactly one case."""
    law = Law(load_rules())
    table = law.book[f"gaokao-2021-{rule}"]
    fields = load_procedures()["gaokao-2021"].fields
    choices = [fields[name].words or [True, False] for name in table.facts]
    tried = 0
    for values in product(*choices):
        facts = dict(zip(table.facts, values, strict=True))
        hits = [case.id for case in table.cases if closure(case.condition)(facts)]
        assert len(hits) == 1, facts
        assert law.case(table.id, facts, datetime(2020, 11, 12)) == hits[0]
        tried += 1
    assert tried == len(list(product(*choices)))


@pytest.mark.parametrize(
    "name", ["𬭎", "䶮", "王𬭎", "阿卜杜拉·买买提", "迪丽热巴•迪力木拉提", "O'Neil Anna", "欧阳娜"]
)
def test_rare_names_stay_as_they_are(office: Office, name: str) -> None:
    desk = candidate(office, name=name)
    [event] = office.ledger.events(desk.matter)
    sealer = office.registry.sealer
    assert sealer is not None
    assert sealer.read(ReadTransaction(office.ledger), event.body["name"]) == name


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("identity", "110105194912310021", "校验码不符"),
        ("identity", "11010519490230002X", "出生日期不存在"),
        ("identity", "11010519491231", "18位"),
        ("name", "张三3", "姓名中不能有"),
        ("name", "  ", "姓名应为"),
        ("phone", "1380000000", "11位"),
        ("phone", "电话", "11位"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_begun(
    office: Office, field: str, value: str, words: str
) -> None:
    with pytest.raises(InputError) as refused:
        candidate(office, **{field: value})
    assert words in refused.value.text("zh")
    assert value not in refused.value.text("zh") or field == "name"
    assert office.ledger.read("SELECT count(*) FROM matter") == [(0,)]


def test_wide_digits_and_a_small_x_are_understood() -> None:
    assert check_field("identity", " １１０１０５１９４９１２３１００２x ") == IDENTITY
    assert check_field("phone", "+86 138-0000-0000") == "13800000000"


def test_one_phone_for_fifty_candidates(office: Office) -> None:
    """A teacher's phone may stand on the forms of a whole class."""
    for n in range(50):
        candidate(office, n)
    assert office.ledger.read("SELECT count(*) FROM matter") == [(50,)]


def test_a_clock_set_back_is_refused_and_loses_nothing(office: Office) -> None:
    desk = submitted(office, "2020-11-12T09:00")
    cash, provider = cashier(office)
    ask(cash, desk, "2020-11-12T10:00")
    before = [e.hash for e in office.ledger.events(desk.matter)]
    with pytest.raises(InputError) as refused:
        desk.do("2020-11-12T09:30", "print", "candidate")
    assert "时钟早于已有记录" in refused.value.text("zh")
    assert [e.hash for e in office.ledger.events(desk.matter)] == before
    # Seconds between two people's clocks are no fault, and no event stands before another.
    order = f"{desk.matter}/registration"
    moment = beijing("2020-11-12T10:00") - timedelta(seconds=5)
    cash.note(provider.pay_again(order, None, moment), moment)
    recorded = [e.recorded for e in office.ledger.events(desk.matter)]
    assert recorded == sorted(recorded)


def two_days_more() -> dict[str, Procedure]:
    """The catalog with a version from 19 November on that ends registration on the 22nd."""
    procedure = load_procedures()["gaokao-2021"]
    first = plain_text(procedure.text, "x")
    windows = first["versions"][0]["windows"]
    longer = {**windows["registration"], "to": "2020-11-22T23:59:59"}
    first["versions"].append({"from": "2020-11-19", "windows": {"registration": longer}})
    changed = compile_procedure(
        as_shape(first, ProcedureSpec, "x"), procedure.text + "# two days more\n"
    )
    return {**load_procedures(), "gaokao-2021": changed}


def test_a_window_changed_while_it_runs(office: Office) -> None:
    """Who is affected is listed; two people move each; who is not moved keeps the old window."""
    desks = [submitted(office, n=n) for n in range(3)]
    changed = two_days_more()
    office = Office(office.ledger, changed, office.registry.law, office.registry.sealer)
    now = beijing("2020-11-19T09:00")
    seen = preview(office, "gaokao-2021", "2020-11-19", now)
    assert {p.matter for p in seen} == {desk.matter for desk in desks}
    moved = {(m.was.moment, m.now.moment) for p in seen for m in p.changes}
    assert moved == {(beijing("2020-11-20T23:59:59"), beijing("2020-11-22T23:59:59"))}
    people = ("person:office-1", "person:office-2")
    for desk in desks[:2]:
        rebind(office, desk.matter, "2020-11-19", people, now)
    office.tick(beijing("2020-11-21T09:00"))
    states = [
        matter_state(office.state(desk.matter, beijing("2020-11-21T09:00"))) for desk in desks
    ]
    assert states == ["unpaid", "unpaid", "lapsed"]
    cash, _ = cashier(office)
    assert ask(cash, desks[0], "2020-11-22T23:59").outcome is PaymentOutcome.SETTLED
    assert matter_state(office.state(desks[0].matter, beijing("2020-11-23"))) == "registered"


@pytest.mark.parametrize(
    ("begun", "handed_in"),
    [
        ("2020-11-20T23:59:59.500", "2020-11-20T23:59:59.600"),
        ("2020-11-20T23:59:10", "2020-11-20T23:59:59.600"),
        ("2020-11-20T23:59:59.500", None),
        ("2020-11-21T00:00:05", None),
    ],
)
def test_a_duty_of_the_last_second_lapses_no_earlier_than_it_arose(
    office: Office, begun: str, handed_in: str | None
) -> None:
    desk = candidate(office, at=begun)
    if handed_in:
        desk.do(handed_in, "submit", "candidate", **ORDINARY)
    cash, _ = cashier(office)
    late = beijing("2020-11-21T00:01:10")
    notice = PaymentNotice(f"{desk.matter}/registration", PaymentOutcome.SETTLED, late, "R1")
    assert cash.note(notice, late).kind == "payment_excess"
    kinds = [event.kind for event in office.ledger.events(desk.matter)]
    assert kinds.count("lapse") == 1
    assert office.tick(late + timedelta(days=1)) == 0
    assert matter_state(desk.state("2020-11-21T00:02")) == "lapsed"
