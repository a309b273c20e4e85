"""Many at once, on both databases: one deed is one event, and limits hold over matters."""

import threading
from concurrent.futures import ThreadPoolExecutor

from office_people import begin, beijing
from suyuan.casework.office import ActForm, Office
from suyuan.model.errors import InputError
from suyuan.store.ledger import verify

CLIENTS = 8


def at_once(work, count: int = CLIENTS) -> list:
    start = threading.Barrier(count)

    def one(n: int):
        start.wait()
        try:
            return work(n)
        except InputError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_the_same_claim_from_eight_counters_is_one(office: Office) -> None:
    desk = begin(
        office,
        "return-of-funds",
        "bank_account:1",
        "2019-10-01T09:00",
        "police",
        frozen_fen=100,
        traceable=True,
    )
    form = ActForm(desk.matter, "claim", {"who": "A", "loss_fen": 50})
    done = at_once(
        lambda n: office.act(form, f"person:victim-{1 + n % 2}", beijing("2019-10-01T10:00"))
    )
    assert len({event.hash for event in done}) == 1
    assert desk.state("2019-10-01T10:00").count(("claim",)) == 1


def test_two_cases_cannot_both_have_one_account_stopped(office: Office) -> None:
    now = beijing("2019-04-29T14:00")
    desks = [
        begin(
            office,
            "stop-payment",
            "bank_account:1",
            "2019-04-29T14:00",
            "police",
            key=str(n),
            account="1",
            claim_fen=10,
        )
        for n in range(CLIENTS)
    ]
    proposals = [
        office.act(ActForm(d.matter, "instruct", {"amount_fen": 10}), "person:police-1", now)
        for d in desks
    ]
    at_once(lambda n: office.approve(desks[n].matter, proposals[n].number, "person:police-2", now))
    stopped = at_once(
        lambda n: office.act(
            ActForm(desks[n].matter, "stop", {"matching": True}), "person:bank-1", now
        )
    )
    assert sum(not isinstance(event, InputError) for event in stopped) == 1
    at_once(
        lambda n: office.act(
            ActForm(desks[n].matter, "freeze", {"document": "D", "lien_fen": 10}),
            "person:police-1",
            now,
        )
    )
    numbers = [next(iter(office.state(desk.matter, now).proposals)) for desk in desks]
    frozen = at_once(lambda n: office.approve(desks[n].matter, numbers[n], "person:police-2", now))
    assert sum(not isinstance(event, InputError) for event in frozen) == 1
    [(running,)] = office.ledger.read(
        "SELECT COUNT(*) FROM measure WHERE kind = 'freeze' AND ended IS NULL"
    )
    assert running == 1
    assert verify(office.ledger).whole


def test_one_approval_counts(office: Office) -> None:
    desk = begin(
        office,
        "stop-payment",
        "bank_account:1",
        "2019-04-29T14:00",
        "police",
        account="1",
        claim_fen=10,
    )
    now = beijing("2019-04-29T14:00")
    proposal = office.act(
        ActForm(desk.matter, "instruct", {"amount_fen": 10}), "person:police-1", now
    )
    done = at_once(lambda _: office.approve(desk.matter, proposal.number, "person:police-2", now))
    assert sum(not isinstance(event, InputError) for event in done) == 1
