"""An office behind a real server on this machine, with a clock that tests move."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import httpx
import uvicorn

from office_people import beijing
from suyuan.casework.office import Office
from suyuan.casework.tokens import issue_token
from suyuan.face.bind_address import listening_socket
from suyuan.face.office_api.app import office_app
from suyuan.face.office_api.site import OfficeSite


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: str) -> None:
        self.now = beijing(at)

    def __call__(self) -> datetime:
        return self.now

    def go(self, **span: float) -> None:
        self.now += timedelta(**span)


class Served:
    """A running server: `client` for a person with a token of its own."""

    def __init__(self, office: Office, site: OfficeSite, url: str) -> None:
        self.office, self.site, self.url = office, site, url
        self._clients: list[httpx.Client] = []

    def client(self, person: str | None, token: str | None = None) -> httpx.Client:
        now = self.site.clock()
        if person is not None:
            until = now + timedelta(days=400)
            token = issue_token(self.office, person, until, "person:admin", now)
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        opened = httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)
        self._clients.append(opened)
        return opened

    def close(self) -> None:
        for client in self._clients:
            client.close()


@contextmanager
def served(office: Office, clock: HandClock, pages=(), folder=None) -> Iterator[Served]:
    site = OfficeSite(office, clock, folder=folder)
    listening = listening_socket("127.0.0.1", 0)
    config = uvicorn.Config(office_app(site, pages), log_level="error", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    there = Served(office, site, f"http://127.0.0.1:{listening.getsockname()[1]}")
    try:
        yield there
    finally:
        there.close()
        server.should_exit = True
        thread.join(20)
