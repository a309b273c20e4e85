"""A time stamp by an authority made for the test (OpenSSL's own), and what is none."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from suyuan.face.report.manifest import _vouchers
from suyuan.face.report.time_stamp import request_stamp, stamp_time
from suyuan.model.errors import InputError

pytest.importorskip("rfc3161_client")
pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
SETTINGS = """
[ts]
dir = .
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[usage]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
"""


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the certificates of an authority (its own, then its issuer's) and its keys."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "ts.cnf").write_text(SETTINGS)
    (folder / "serial").write_text("01\n")
    new = ("req", "-newkey", "rsa:2048", "-nodes", "-subj")
    openssl(folder, *new, "/CN=Root", "-x509", "-days", "9", "-keyout", "ca.key", "-out", "ca.pem")
    openssl(folder, *new, "/CN=Stamps", "-keyout", "tsa.key", "-out", "tsa.csr")
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "9")
    usage = ("-extfile", "ts.cnf", "-extensions", "usage")
    openssl(folder, "x509", "-req", "-in", "tsa.csr", *signed, *usage, "-out", "tsa.pem")
    whole = (folder / "tsa.pem").read_text() + (folder / "ca.pem").read_text()
    (folder / "authority.pem").write_text(whole)
    return folder


def stamp(authority: Path, question: Path) -> None:
    answer = question.with_suffix(".tsr")
    asked = ("-queryfile", str(question), "-out", str(answer))
    openssl(authority, "ts", "-reply", "-config", "ts.cnf", "-section", "ts", *asked)


@pytest.fixture
def manifest(tmp_path: Path, authority: Path) -> Path:
    path = tmp_path / "manifest.json"
    path.write_text('{"digest": "1"}')
    stamp(authority, request_stamp(path))
    return path


def test_the_authority_says_when(manifest: Path, authority: Path) -> None:
    moment = stamp_time(manifest, authority / "authority.pem")
    assert moment is not None
    assert abs(datetime.now(UTC).replace(tzinfo=None) - moment) < timedelta(minutes=10)
    [check] = _vouchers(manifest, None, authority / "authority.pem")
    assert check.good
    assert check.meaning.en.startswith("stamped 20")


def test_an_altered_file_another_answer_or_none_is_not_stamped(
    manifest: Path, authority: Path
) -> None:
    pem = authority / "authority.pem"
    whole = manifest.read_text()
    manifest.write_text(whole + " ")
    assert stamp_time(manifest, pem) is None
    manifest.write_text(whole)
    answer = manifest.with_name("manifest.json.tsr")
    content = bytearray(answer.read_bytes())
    content[-9] ^= 1
    answer.write_bytes(content)
    assert stamp_time(manifest, pem) is None
    answer.write_bytes(b"no answer")
    with pytest.raises(InputError, match="cannot be read"):
        stamp_time(manifest, pem)
    answer.unlink()
    [check] = _vouchers(manifest, None, pem)
    assert not check.good


def test_a_stranger_stamps_nothing(
    manifest: Path, authority: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    request = ("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Stranger", "-x509")
    openssl(elsewhere, *request, "-keyout", "a.key", "-out", "a.pem")
    assert stamp_time(manifest, elsewhere / "a.pem") is None
    (elsewhere / "none.pem").write_text("no certificate")
    with pytest.raises(InputError, match="no certificates"):
        stamp_time(manifest, elsewhere / "none.pem")
