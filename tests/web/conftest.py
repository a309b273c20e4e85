"""The workbench over the example, in this process and as a command."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")

from people_of import PASSWORD, PEOPLE, sign_in
from site_of import ALONE_HEADERS, Client, client_of

from suyuan.face.web.appointments import appoint
from suyuan.face.web.permissions import CasePost
from suyuan.face.web.site import Site, many_cases, one_case
from suyuan.store.case import Results


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The browser of the stories; a module's tests share it: Playwright holds the loop."""
    from browser_of import chromium  # only stories need Playwright

    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def zheng_case(zheng: Results, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A copy of the example's folder, which decisions may be written to, and its results."""
    case = tmp_path_factory.mktemp("case") / "zheng"
    shutil.copytree(zheng.case.path, case, ignore=shutil.ignore_patterns("suyuan"))
    return case, zheng.layout.out


@pytest.fixture
def site(zheng_case: tuple[Path, Path]) -> Iterator[Site]:
    case, out = zheng_case
    made = one_case(case, out)
    yield made
    made.close()
    shutil.rmtree(out / "workbench", ignore_errors=True)
    (case / "decisions.csv").unlink(missing_ok=True)


@pytest.fixture
def client(site: Site) -> Iterator[Client]:
    """Signed in by the one-time link."""
    with client_of(site) as opened:
        link = site.sessions.one_time_link()
        answer = opened.post("/api/v1/session", json={"link": link}, headers=ALONE_HEADERS)
        assert answer.status_code == 204
        opened.headers.update(ALONE_HEADERS)
        yield opened


@pytest.fixture(scope="module")
def office(
    zheng_case: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Two cases, and somebody of each post."""
    data = tmp_path_factory.mktemp("office")
    for name in ("zheng", "other"):
        shutil.copytree(zheng_case[0], data / "cases" / name)
        shutil.copytree(zheng_case[1], data / "cases" / name / "suyuan", symlinks=True)
    site = many_cases(data)
    for name, post in PEOPLE.items():
        site.sessions.enrol(name, PASSWORD)
        appoint(site, name, "zheng", [post])
    site.sessions.enrol("stranger", PASSWORD)
    appoint(site, "stranger", "other", [CasePost.supervisor])
    site.sessions.enrol("admin", PASSWORD, admin=True)
    yield site
    site.close()


@pytest.fixture(scope="module")
def clients(office: Site) -> dict[str, Client]:
    return {name: sign_in(office, name) for name in (*PEOPLE, "stranger", "admin")}
