"""Time stamps of a manifest (RFC 3161): an authority's word that it existed by a moment.

suyuan asks no server: it writes the question, a person sends it to an authority of their choice,
and lays the answer beside the manifest.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.drafts import draft_of

QUESTION: Final = ".tsq"
ANSWER: Final = ".tsr"


def request_stamp(path: Path) -> Path:
    """Write the question about the file `path` beside it: its SHA-512 and a random number."""
    client = _library()
    request = client.TimestampRequestBuilder().data(path.read_bytes()).build()
    question = path.with_name(path.name + QUESTION)
    with draft_of(question) as draft:
        draft.write_bytes(request.as_bytes())
    return question


def stamp_time(path: Path, authority: Path) -> datetime | None:
    """When the authority saw the file `path`, as its answer beside it says (naive UTC).

    None where there is no answer, or it is of another file or another authority. `authority` holds
    certificates (PEM): its own first, then those above it. Raises :class:`InputError` where they,
    or the answer, cannot be read.
    """
    client = _library()
    first, *above = _certificates(authority)
    builder = client.VerifierBuilder().tsa_certificate(first)
    for certificate in above or [first]:
        builder = builder.add_root_certificate(certificate)
    answer_path = path.with_name(path.name + ANSWER)
    if not answer_path.is_file():
        return None
    answer = _decode(client, answer_path)
    try:
        builder.build().verify_message(answer, path.read_bytes())
    except client.VerificationError:
        return None
    moment: datetime = answer.tst_info.gen_time
    return moment.astimezone(UTC).replace(tzinfo=None)


def _decode(client: Any, path: Path) -> Any:
    try:
        return client.decode_timestamp_response(path.read_bytes())
    except ValueError as error:
        raise InputError(
            Text("The authority's answer cannot be read.", "无法读取时间戳机构的应答。"),
            value=path,
            hint=Text(
                "Some authorities order their certificates in a way that the library refuses; "
                "openssl ts -verify reads those.",
                "个别机构的证书排列方式不为该库接受，可改用 openssl ts -verify 核验。",
            ),
        ) from error


def _certificates(path: Path) -> list[Any]:
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415  # an extra

    try:
        return load_pem_x509_certificates(path.read_bytes())
    except ValueError as error:
        raise InputError(
            Text("This file holds no certificates in PEM.", "这不是 PEM 格式的证书。"),
            value=path,
            hint=Text(
                "Give the authority's certificate and, below it, those that issued it.",
                "请给出时间戳机构证书，其后附上各级签发证书。",
            ),
        ) from error


def _library() -> Any:
    try:
        import rfc3161_client  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise InputError(
            Text("Time stamps need the library rfc3161-client.", "时间戳需要 rfc3161-client 库。"),
            hint=Text("pip install 'suyuan[signing]'", "pip install 'suyuan[signing]'"),
        ) from error
    return rfc3161_client
