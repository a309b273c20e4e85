"""The examples of the workbench's page run as they stand."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from site_of import served

from suyuan.face.web.site import Site

PAGE = Path(__file__).parents[2] / "docs" / "workbench.md"


@pytest.fixture
def base(site: Site) -> Iterator[str]:
    with served(site) as address:
        yield address


def test_the_example_of_the_api_runs(site: Site, base: str) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 1
    names: dict[str, Any] = {"base": base, "link": site.sessions.one_time_link()}
    exec(blocks[0], names)  # our own page
    assert names["lead"]["role"]["id"] == "card_merchant"
    table = pa.ipc.open_stream(names["rows"]).read_all()
    assert table.num_rows == 5000
    assert not any(re.search(r"\d{11}", one or "") for one in table["from"].to_pylist())
