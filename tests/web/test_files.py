"""Files on their way into a case: set apart, read by a child, taken in, never replacing any."""

import hashlib
import time
from pathlib import Path

import pytest
from site_of import Client

from suyuan.face.web import uploads
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.uploads import safe_name

CASE = "/api/v1/cases/zheng"
ROWS = b"caller,callee,started_at\n13800000001,13800000002,2019-05-01 10:00:00\n"


def _bring(client: Client, name: str, content: bytes = ROWS) -> dict:
    kind = {"content-type": "application/octet-stream"}
    answer = client.put(f"{CASE}/files/{name}", content=content, headers=kind)
    return {"status": answer.status_code, **answer.json()}


def test_a_file_is_read_by_a_child_before_it_is_evidence(
    client: Client, zheng_case: tuple[Path, Path]
) -> None:
    brought = _bring(client, "calls-2.csv")
    assert brought["status"] == 201
    assert brought["sha256"] == hashlib.sha256(ROWS).hexdigest()
    assert not (zheng_case[0] / "calls-2.csv").exists()
    path = f"{CASE}/files/{brought['id']}"
    assert client.post(f"{path}/reading", json={}).status_code == 202
    for _ in range(240):
        check = client.get(f"{CASE}/files").json()["check"]
        if check["state"] != "running":
            break
        time.sleep(0.5)
    assert check["state"] == "done", check
    read = check["answer"]["files"][0]
    assert (read["table"], read["rows_kept"], read["quarantined"]) == ("calls", 1, 0)
    assert client.post(f"{path}/acceptance", json={}).status_code == 204
    assert (zheng_case[0] / "calls-2.csv").read_bytes() == ROWS
    assert client.get(f"{CASE}/files").json()["waiting"] == []
    assert _bring(client, "calls-2.csv")["status"] == 409  # what is there is kept
    kinds = [one["kind"] for one in client.get(f"{CASE}/ledger?limit=20").json()["items"]]
    assert {"file.waits", "file.accepted"} <= set(kinds)
    (zheng_case[0] / "calls-2.csv").unlink()


def test_what_is_sent_back_leaves_nothing(client: Client, zheng_case: tuple[Path, Path]) -> None:
    brought = _bring(client, "more.csv")
    assert client.delete(f"{CASE}/files/{brought['id']}").status_code == 204
    incoming = zheng_case[1] / "workbench" / "incoming"
    assert list(incoming.iterdir()) == []


def test_too_much_is_cut_off_and_removed(
    client: Client, zheng_case: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LARGEST_FILE", 10)
    assert _bring(client, "big.csv")["status"] == 413
    incoming = zheng_case[1] / "workbench" / "incoming"
    assert not incoming.exists() or list(incoming.iterdir()) == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("流水.csv", "流水.csv"),
        ("C:\\Users\\li\\流水.csv", "流水.csv"),
        ("../../etc/calls.csv", "calls.csv"),
        ("a\u202evsc.csv", "avsc.csv"),
        ("what?.csv", "what_.csv"),
        ("  two  words .csv", "two  words .csv"),
    ],
)
def test_names_lose_folders_and_signs_that_hide(written: str, kept: str) -> None:
    assert safe_name(written) == kept


@pytest.mark.parametrize(
    "written",
    ["", "..", ".csv", "calls", "run.exe", "all.zip", "decisions.csv", "CON.csv", "x" * 300],
)
def test_names_that_are_none_are_refused(written: str) -> None:
    with pytest.raises(ProblemDetails):
        safe_name(written)


def test_only_files_go_where_files_go(client: Client) -> None:
    assert client.put(f"{CASE}/files/a.csv", json={}).status_code == 415
    kind = {"content-type": "application/octet-stream"}
    note = f"{CASE}/things/note/x"
    assert client.put(note, content=b"x", headers={**kind, "if-match": "0"}).status_code == 415
