"""The case of the canaries, investigated once, and what every command said of it."""

import pytest
from canary_case import Told, make_case

from suyuan.face.api import CaseFolder
from suyuan.store.case import Results


@pytest.fixture(scope="session")
def canary_run(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("canaries")
    made = Told(make_case(folder), folder / "out")
    made.run("investigate", "--debug")
    return made


@pytest.fixture(scope="session")
def canary_results(canary_run: Told) -> Results:
    return CaseFolder(canary_run.case).results(canary_run.out)
