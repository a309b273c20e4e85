"""A client of a site, as tests use it."""

from fastapi.testclient import TestClient as Client

from suyuan.face.web.app import build
from suyuan.face.web.site import Site

ALONE_HEADERS = {"x-suyuan": "1"}
__all__ = ["ALONE_HEADERS", "Client", "client_of"]


def client_of(site: Site) -> Client:
    """Over TLS by name, since the cookie is sent over TLS only."""
    return Client(build(site), base_url="https://127.0.0.1", raise_server_exceptions=False)
