"""A rule changed while its window is open: looked at, two people, everybody listed and told."""

import pytest

from office_people import Desk, begin, beijing
from suyuan.casework.checks import RefusedError
from suyuan.casework.compiled import Procedure, compile_procedure, load_procedures
from suyuan.casework.declare import ProcedureSpec
from suyuan.casework.office import Office
from suyuan.casework.payments import Cashier, PaymentOutcome
from suyuan.casework.rebinding import change_notices, preview
from suyuan.casework.rebuilding import rebuild
from suyuan.casework.rule_changes import affected_matters, approve_change, propose_change
from suyuan.casework.simulated_provider import SimulatedProvider
from suyuan.casework.state import matter_state
from suyuan.model.catalog_files import as_shape, plain_text
from suyuan.model.errors import InputError
from suyuan.store.ledger import verify

FORM = {
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
NOTE = {"en": "Roads are closed by snow: two days more.", "zh": "因雪封路，报名延长两日。"}


def candidate(office: Office, n: int, *, submit: bool = True) -> Desk:
    desk = begin(
        office, "gaokao-2021", f"candidate:{n}", "2020-11-12T08:00", "candidate",
        category="ordinary", name="欧阳娜", identity="11010519491231002X", phone="13800000000",
    )  # fmt: skip
    if submit:
        desk.do("2020-11-12T09:00", "submit", "candidate", **FORM)
    return desk


def two_days_more() -> Procedure:
    procedure = load_procedures()["gaokao-2021"]
    plain = plain_text(procedure.text, "x")
    window = plain["versions"][0]["windows"]["registration"]
    longer = {"registration": {**window, "to": "2020-11-22T23:59:59"}}
    plain["versions"].append({"from": "2020-11-19", "note": NOTE, "windows": longer})
    return compile_procedure(
        as_shape(plain, ProcedureSpec, "x"), procedure.text + "# two days more\n"
    )


@pytest.fixture
def desks(office: Office) -> list[Desk]:
    """Three who have submitted, one who has only begun, one who has paid."""
    found = [candidate(office, n) for n in range(3)] + [candidate(office, 3, submit=False)]
    paid = candidate(office, 4)
    cash = Cashier(office, SimulatedProvider(), "person:provider-1", "gaokao-2021-fees")
    cash.ask(paid.matter, "registration", "person:candidate-1", beijing("2020-11-12T10:00"))
    return [*found, paid]


def changed(office: Office) -> Office:
    procedures = {**load_procedures(), "gaokao-2021": two_days_more()}
    return Office(office.ledger, procedures, office.registry.law, office.registry.sealer)


def test_everybody_affected_is_listed_moved_by_two_and_told(
    office: Office, desks: list[Desk]
) -> None:
    office, now = changed(office), beijing("2020-11-19T09:00")
    before = [e.hash for e in office.ledger.events()]
    looked = preview(office, "gaokao-2021", "2020-11-19", now)
    assert [e.hash for e in office.ledger.events()] == before  # looking changes nothing
    assert {p.matter for p in looked} == {desk.matter for desk in desks}
    touched = {
        p.matter: [m.duty.partition("#")[0] for m in p.changes] for p in affected_matters(looked)
    }
    assert touched == {
        **{desk.matter: ["registration_fee"] for desk in desks[:3]},
        desks[3].matter: ["submit"],
    }
    proposal = propose_change(office, "gaokao-2021", "2020-11-19", "person:office-1", now)
    assert (proposal.body["matters"], proposal.body["affected"]) == (5, 4)
    with pytest.raises(RefusedError, match="second person"):
        approve_change(office, "gaokao-2021", proposal.number, "person:office-1", now)
    with pytest.raises(RefusedError, match="has no post"):
        approve_change(office, "gaokao-2021", proposal.number, "person:bank-1", now)
    assert all(change_notices(office.state(d.matter, now)) == [] for d in desks)
    done = approve_change(office, "gaokao-2021", proposal.number, "person:office-2", now)
    assert ({p.matter for p in done.previews}, done.rest) == (set(touched), 1)
    for desk in desks[:4]:
        [notice] = change_notices(office.state(desk.matter, now))
        assert (notice.at, notice.note.zh) == (now, NOTE["zh"])
        [term] = notice.terms
        assert (term.was, term.now) == (
            beijing("2020-11-20T23:59:59"),
            beijing("2020-11-22T23:59:59"),
        )
        assert term.title.zh in ("缴纳报名费", "提交报名表")
    [notice] = change_notices(office.state(desks[4].matter, now))
    assert notice.terms == ()  # who had paid is told of the change; no term of theirs moved
    office.tick(beijing("2020-11-21T09:00"))
    late = {
        d.matter: matter_state(office.state(d.matter, beijing("2020-11-21T09:00"))) for d in desks
    }
    assert "lapsed" not in late.values()
    cash = Cashier(office, SimulatedProvider(), "person:provider-1", "gaokao-2021-fees")
    asked = cash.ask(desks[0].matter, "registration", "person:candidate-1",
                     beijing("2020-11-22T23:59"))  # fmt: skip
    assert asked.outcome is PaymentOutcome.SETTLED
    assert all(rebuild(office).values())
    assert verify(office.ledger).whole


def test_the_approval_given_again_moves_nobody_twice(office: Office, desks: list[Desk]) -> None:
    office, now = changed(office), beijing("2020-11-19T09:00")
    proposal = propose_change(office, "gaokao-2021", "2020-11-19", "person:office-1", now)
    approve_change(office, "gaokao-2021", proposal.number, "person:office-2", now)
    again = approve_change(office, "gaokao-2021", proposal.number, "person:office-2",
                           beijing("2020-11-19T10:00"))  # fmt: skip
    assert (again.previews, again.rest) == ((), 0)
    moved = [e for e in office.ledger.events() if e.kind == "rebound"]
    assert len(moved) == len(desks)


def test_what_cannot_be_proposed(office: Office) -> None:
    now = beijing("2020-11-19T09:00")
    with pytest.raises(InputError, match="no version from that day"):
        propose_change(office, "gaokao-2021", "2020-11-19", "person:office-1", now)
    with pytest.raises(InputError, match="No such proposal"):
        approve_change(office, "gaokao-2021", 7, "person:office-2", now)
