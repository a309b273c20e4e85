"""What one server holds: its cases, its people, its ledger."""

from dataclasses import dataclass, field
from pathlib import Path

from suyuan.face.api import CaseFolder
from suyuan.face.web.audit import Audit
from suyuan.face.web.desk import Desk, folder_id
from suyuan.face.web.jobs import Jobs
from suyuan.face.web.office_desk import OfficeDesk
from suyuan.face.web.permissions import CasePost
from suyuan.face.web.sessions import Sessions
from suyuan.face.web.sign_on import SignOnTries, TokenIssuer, settings_of
from suyuan.face.web.state import State
from suyuan.ingest import read_settings
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.user import user_name

#: What the one person of ``suyuan serve CASE`` is: all but the second pair of eyes.
ALONE = frozenset({CasePost.investigator, CasePost.auditor})
FOLDER = "workbench"


@dataclass(slots=True)
class Site:
    """One workbench. `alone` is the one person's name where there are no accounts."""

    state: State
    audit: Audit
    sessions: Sessions
    desks: dict[str, Desk]
    office: OfficeDesk
    alone: str = ""
    hosts: frozenset[str] = frozenset({"127.0.0.1", "localhost", "[::1]"})
    jobs: Jobs = field(default_factory=Jobs)
    sign_on: TokenIssuer | None = None
    tries: SignOnTries = field(default_factory=SignOnTries)

    def close(self) -> None:
        self.jobs.close()
        self.state.close()
        self.audit.close()
        self.office.close()


def one_case(case: Path, out: Path | None, office: Path | None = None) -> Site:
    """The site of ``suyuan serve CASE``: state beside the results."""
    desk = _desk(case, out, folder_id(case))
    desk.results["findings"]  # a case that was not investigated is told so before anything starts
    folder = desk.results.layout.out / FOLDER
    return _site(folder, office, {desk.id: desk}, alone=user_name())


def many_cases(data: Path, office: Path | None = None) -> Site:
    """The site of ``suyuan serve --data DIR``: every folder of ``DIR/cases`` is a case."""
    cases = sorted(path for path in (data / "cases").iterdir() if path.is_dir())
    desks = {desk.id: desk for desk in (_desk(path, None, folder_id(path)) for path in cases)}
    sign_on = issuer_of(data)  # what is wrong there is told before anything starts
    site = _site(data, office, desks)
    site.sign_on = sign_on
    return site


def _site(folder: Path, office: Path | None, desks: dict[str, Desk], alone: str = "") -> Site:
    state = State(folder / "workbench.sqlite3")
    beside = OfficeDesk(office or folder / "office")
    return Site(state, Audit(folder / "ledger.sqlite3"), Sessions(state), desks, beside, alone)


def _desk(case: Path, out: Path | None, id_: str) -> Desk:
    case_folder = CaseFolder(case)
    return Desk(id_, case_folder, case_folder.results(out), read_settings(case).name or "")


def issuer_of(folder: Path) -> TokenIssuer | None:
    """The issuer that is configured; :class:`InputError` where the extra is missing."""
    settings = settings_of(folder)
    if settings is None:
        return None
    try:
        from suyuan.face.web.sign_on_issuer import SignOnIssuer  # noqa: PLC0415  # the extra
    except ImportError as error:
        raise InputError(
            Text("Single sign-on is not installed.", "未安装统一身份认证组件。"),
            value=error.name,
            hint=Text(
                "Run: pip install 'suyuan[web,oidc]'", "请运行：pip install 'suyuan[web,oidc]'"
            ),
        ) from error
    return SignOnIssuer(settings)
