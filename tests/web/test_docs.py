"""The examples of the workbench's page run as they stand."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import uvicorn

from suyuan.face.listening import listening_socket
from suyuan.face.web.app import build
from suyuan.face.web.site import Site

PAGE = Path(__file__).parents[2] / "docs" / "workbench.md"


@pytest.fixture
def base(site: Site) -> Iterator[str]:
    """The site on a port of this machine, as ``suyuan serve`` has it."""
    listening = listening_socket("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(build(site), log_level="error"))
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def test_the_example_of_the_api_runs(site: Site, base: str) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 1
    names: dict[str, Any] = {"base": base, "link": site.sessions.one_time_link()}
    exec(blocks[0], names)  # our own page
    assert names["lead"]["role"]["id"] == "card_merchant"
    table = pa.ipc.open_stream(names["rows"]).read_all()
    assert table.num_rows == 5000
    assert not any(re.search(r"\d{11}", one or "") for one in table["from"].to_pylist())
