"""Random walks through stop-payments: whatever people try, in whatever order, these hold."""

import os
import tempfile
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from office_people import PARTIES, with_people
from suyuan.casework.compiled import CLOCK
from suyuan.casework.office import ActForm, Office, Opening
from suyuan.casework.opening import open_office
from suyuan.casework.rebuilding import rebuild
from suyuan.casework.state import matter_state
from suyuan.model.errors import InputError
from suyuan.store.ledger import verify

ACTS = [
    "instruct",
    "stop",
    "refuse",
    "freeze",
    "renew",
    "appeal",
    "uphold",
    "dismiss",
    "release",
    "tell_holder",
]
FORMS = {
    "instruct": {"amount_fen": 50},
    "stop": {"matching": True},
    "refuse": {"reason": "不符"},
    "freeze": {"document": "D", "lien_fen": 50},
    "renew": {"document": "D2"},
    "appeal": {"grounds": "g"},
    "uphold": {"reason": "r"},
    "dismiss": {"reason": "r", "remedy": "m"},
    "release": {},
    "tell_holder": {"reason": "r", "remedy": "m", "materials": "x"},
}
START = datetime(2023, 1, 2, 1)


class Walk(RuleBasedStateMachine):
    """Two matters of two cases on one account, and time that jumps."""

    office: Office

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.office = with_people(self.opened(Path(self.folder.name)))
        self.now = START
        parties = {role: PARTIES[role] for role in ("police", "bank", "holder")}
        self.matters = [
            self.office.begin(
                Opening(
                    "stop-payment",
                    "bank_account:1",
                    {"account": "1", "claim_fen": 100},
                    parties,
                    key,
                ),
                "person:police-1",
                START,
            )
            for key in ("a", "b")
        ]
        self.remembered: list[tuple[str, datetime, str, list]] = []

    def opened(self, folder: Path) -> Office:
        return open_office(folder)

    @rule(hours=st.sampled_from([0, 0.2, 1, 5, 24, 47.99, 48, 100, 24 * 200]))
    def wait(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    @rule(
        which=st.integers(0, 1),
        act=st.sampled_from(ACTS),
        matching=st.sampled_from([True, False, None]),
        role=st.sampled_from(["police", "bank", "holder"]),
        who=st.integers(1, 2),
        late=st.integers(0, 3),
    )
    def act(
        self, which: int, act: str, matching: bool | None, role: str, who: int, late: int
    ) -> None:
        self.now += timedelta(seconds=1)  # what was remembered was known a moment before
        fields = dict(FORMS[act])
        if act == "stop":
            fields["matching"] = matching
        at = self.now - timedelta(hours=late) if late else None
        form = ActForm(self.matters[which], act, fields, at=at)
        try:
            self.office.act(form, f"person:{role}-{who}", self.now)
        except InputError:
            return

    @rule(which=st.integers(0, 1), who=st.integers(1, 2))
    def approve(self, which: int, who: int) -> None:
        self.now += timedelta(seconds=1)
        for number in list(self.office.state(self.matters[which], self.now).proposals):
            try:
                self.office.approve(self.matters[which], number, f"person:police-{who}", self.now)
            except InputError:
                return

    @rule(which=st.integers(0, 1))
    def remember(self, which: int) -> None:
        self.remembered.append(
            (self.matters[which], self.now, *self.seen(self.matters[which], self.now))
        )

    @rule()
    def tick(self) -> None:
        self.office.tick(self.now)
        assert self.office.tick(self.now) == 0

    def seen(self, matter: str, moment: datetime) -> tuple[str, list]:
        """How a matter stood at a moment, as was known then."""
        self.office.tick(moment)
        state = self.office.state(matter, moment, moment)
        return matter_state(state), [(run.id, run.until, run.ended_at) for run in state.measures]

    @invariant()
    def bounds(self) -> None:
        if not hasattr(self, "matters"):
            return
        states = [self.office.state(matter, self.now) for matter in self.matters]
        stops = [run for s in states for run in s.measures if run.rule.name == "stop"]
        assert len(stops) <= 2
        for run in stops:
            assert run.until - run.since == timedelta(hours=48)
        for state in states:
            for event in state.events:
                if event.kind == "stop":
                    assert event.body["matching"] is True
                if event.kind in state.version.acts and state.version.acts[event.kind].spec.adverse:
                    assert event.body["proposed_by"] != event.actor
                    assert event.actor != CLOCK
        running = [run for s in states for run in s.measures if run.is_running(self.now)]
        assert len([run for run in running if run.rule.name == "freeze"]) <= 1
        assert len([run for run in running if run.rule.name == "stop"]) <= 1

    def teardown(self) -> None:
        if not hasattr(self, "matters"):
            return
        for matter, moment, state, measures in self.remembered:
            found = self.office.state(matter, moment, moment)
            assert matter_state(found) == state
            assert [(run.id, run.until, run.ended_at) for run in found.measures] == measures
        self.office.tick(self.now)
        assert verify(self.office.ledger).whole
        assert all(rebuild(self.office).values())
        self.office.ledger.close()
        self.folder.cleanup()


Walk.TestCase.settings = settings(
    max_examples=int(os.environ.get("SUYUAN_WALKS", "20")),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestWalks = Walk.TestCase


class PostgresWalk(Walk):
    """The same walks, a few of them, each in a schema of its own."""

    address: ClassVar[str]

    def opened(self, folder: Path) -> Office:
        self.schema = f"w{uuid.uuid4().hex}"
        self.execute(f"CREATE SCHEMA {self.schema}")
        return open_office(folder, f"{self.address} options='-csearch_path={self.schema}'")

    def execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(statement)

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "schema"):
            self.execute(f"DROP SCHEMA {self.schema} CASCADE")


@pytest.fixture
def walked_database(postgres: str) -> None:
    PostgresWalk.address = postgres


PostgresWalk.TestCase.settings = settings(
    Walk.TestCase.settings, max_examples=int(os.environ.get("SUYUAN_WALKS", "3"))
)
TestPostgresWalks = pytest.mark.usefixtures("walked_database")(PostgresWalk.TestCase)
