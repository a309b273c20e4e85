"""The people of a workbench with two cases, as tests sign them in."""

from site_of import ALONE_HEADERS, Client, client_of

from suyuan.face.web.permissions import CasePost
from suyuan.face.web.site import Site

PASSWORD = "a-long-enough-secret"
PEOPLE = {
    "viewer": CasePost.viewer,
    "investigator": CasePost.investigator,
    "supervisor": CasePost.supervisor,
    "auditor": CasePost.auditor,
}


def sign_in(office: Site, name: str) -> Client:
    client = client_of(office)
    client.headers.update(ALONE_HEADERS)
    answer = client.post("/api/v1/session", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 204
    return client
