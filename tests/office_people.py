"""People of an office for tests: two for every role, and short ways to act."""

from datetime import datetime

from suyuan.casework.checks import Post
from suyuan.casework.office import ActForm, Office, Opening
from suyuan.model.times import utc

PARTIES = {
    "police": "party:suqian",
    "bank": "party:icbc",
    "holder": "party:holder",
    "victim": "party:victims",
    "regulator": "party:miit",
    "org": "party:reseller-1",
    "desk": "party:desk",
    "station": "party:station",
    "agency": "party:market",
    "applicant": "party:firm",
    "chief": "party:market",
    "candidate": "party:candidate",
    "point": "party:school-1",
    "office": "party:exams",
    "provider": "party:provider",
    "clinic": "party:clinic",
    "hospital": "party:hospital-331",
    "patient": "party:patient",
    "organiser": "party:organiser",
    "person": "party:citizens",
    "owner": "party:owner",
}


def beijing(written: str) -> datetime:
    """Clock time in Beijing."""
    return utc(datetime.fromisoformat(written))


def with_people(office: Office, roles: dict[str, str] = PARTIES) -> Office:
    start = datetime(2004, 1, 1)
    office.grant(
        Post("person:admin", "registrar", "party:office", "", start, None), "person:admin", start
    )
    for role, party in roles.items():
        for n in (1, 2):
            post = Post(f"person:{role}-{n}", role, party, "", start, None)
            office.grant(post, "person:admin", start)
    return office


class Desk:
    """One matter, acted on with few words. Times are clock times in Beijing."""

    def __init__(self, office: Office, matter: str) -> None:
        self.office, self.matter = office, matter

    def do(
        self,
        at: str,
        act: str,
        role: str,
        happened: str | None = None,
        items=(),
        key=None,
        **fields,
    ):
        """The act; where two persons are needed, the second one approves at the same moment."""
        form = ActForm(
            self.matter, act, fields, items, beijing(happened) if happened else None, key
        )
        event = self.office.act(form, f"person:{role}-1", beijing(at))
        if event.kind.endswith(".proposed"):
            event = self.office.approve(self.matter, event.number, f"person:{role}-2", beijing(at))
        return event

    def state(self, at: str):
        return self.office.state(self.matter, beijing(at))


def begin(
    office: Office,
    procedure: str,
    subject: str,
    at: str,
    role: str,
    *,
    key="1",
    items=(),
    parties=None,
    origin=None,
    **fields,
) -> Desk:
    roles = office.registry.procedures[procedure].spec.roles
    named = {r: PARTIES[r] for r in roles if r in PARTIES} | (parties or {})
    opening = Opening(procedure, subject, fields, named, key, items, origin)
    return Desk(office, office.begin(opening, f"person:{role}-1", beijing(at)))
