"""A client of a site, as tests use it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi.testclient import TestClient as Client

from suyuan.face.bind_address import listening_socket
from suyuan.face.web.app import build
from suyuan.face.web.site import Site

ALONE_HEADERS = {"x-suyuan": "1"}
__all__ = ["ALONE_HEADERS", "Client", "client_of", "served"]


def client_of(site: Site) -> Client:
    """Over TLS by name, since the cookie is sent over TLS only."""
    return Client(build(site), base_url="https://127.0.0.1", raise_server_exceptions=False)


@contextmanager
def served(site: Site) -> Iterator[str]:
    """The address of a site on a port of this machine, as ``suyuan serve`` has it."""
    listening = listening_socket("127.0.0.1", 0)
    config = uvicorn.Config(build(site), log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
