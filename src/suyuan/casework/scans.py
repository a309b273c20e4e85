"""Documents that people hand in: judged by what they are, sealed with their owner's key, kept once.

A file is refused by its size before it is read, and by its first bytes where they are not those of
what its name claims. Two uploads of the same bytes are one document; its name is their SHA-256.
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from suyuan.casework.office import Office, ReadTransaction
from suyuan.casework.sealing import Sealer
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.drafts import write_text
from suyuan.store.ledger.seam import LedgerTransaction

#: Bytes of one document: a scan of thirty pages has a few million.
LARGEST: Final = 20_000_000
_PIECE: Final = 1 << 16
#: What a document may be: its ending, and how its first bytes look.
_KINDS: Final[dict[str, tuple[str, Callable[[bytes], bool]]]] = {
    "pdf": ("application/pdf", lambda b: b.startswith(b"%PDF-")),
    "jpg": ("image/jpeg", lambda b: b.startswith(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", lambda b: b.startswith(b"\xff\xd8\xff")),
    "png": ("image/png", lambda b: b.startswith(b"\x89PNG\r\n\x1a\n")),
    "tif": ("image/tiff", lambda b: b[:4] in (b"II*\0", b"MM\0*")),
    "tiff": ("image/tiff", lambda b: b[:4] in (b"II*\0", b"MM\0*")),
    "ofd": ("application/ofd", lambda b: b.startswith(b"PK\x03\x04") and b"OFD.xml" in b[:4096]),
}
#: What people send instead, to be named in the refusal.
_OTHER_KINDS: Final = (
    (b"MZ", Text("a Windows program", "Windows 程序")),
    (b"\x7fELF", Text("a program", "可执行程序")),
    (b"PK\x03\x04", Text("a ZIP archive or an office document", "压缩包或办公文档")),
    (b"Rar!", Text("a RAR archive", "RAR 压缩包")),
    (b"%PDF-", Text("a PDF", "PDF 文件")),
    (b"\xff\xd8\xff", Text("a JPEG picture", "JPEG 图片")),
    (b"\x89PNG", Text("a PNG picture", "PNG 图片")),
    (b"\xd0\xcf\x11\xe0", Text("an old office document", "旧版办公文档")),
    (b"<", Text("a web page or XML", "网页或 XML")),
)


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A document that is kept. `again` where the same bytes of the same owner were there before."""

    document: str
    kind: str
    size: int
    again: bool


def take_scan(
    office: Office, folder: Path, file: BinaryIO, name: str, size: int | None, owner: str
) -> KeptDocument:
    """Keep a document of `owner` under `folder`; raises :class:`InputError` for what it is not.

    `size` is what the sender says (bytes; None where it says nothing): too much is refused before
    a byte is read, and a sender that says too little is stopped at the limit.
    """
    kind = _ending_of(name)
    if size is not None and size > LARGEST:
        raise too_large(size)
    content = _read(file)
    _is(content, kind, name)
    document = f"document:{hashlib.sha256(content).hexdigest()}"
    sealer = _sealer(office)
    path = _path(folder, sealer, owner, document)
    if path.exists():
        return KeptDocument(document, _KINDS[kind][0], len(content), again=True)
    text = base64.b64encode(content).decode()
    box = office.ledger.write(lambda t: _seal(sealer, t, owner, text), [owner])
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, box, 0o600)
    return KeptDocument(document, _KINDS[kind][0], len(content), again=False)


def read_scan(office: Office, folder: Path, document: str, owner: str) -> bytes | None:
    """The bytes of a document; None where it is not there or its owner was erased."""
    sealer = _sealer(office)
    path = _path(folder, sealer, owner, document)
    if not path.exists():
        return None
    box, _, holder = path.read_text("ascii").partition("\n")
    text = sealer.read(ReadTransaction(office.ledger), {"sealed": box, "owner": holder})
    return None if text is None else base64.b64decode(text)


def is_kept(office: Office, folder: Path, document: str, owner: str) -> bool:
    """Whether a document of this owner is there."""
    return _path(folder, _sealer(office), owner, document).exists()


def kind_of(content: bytes) -> tuple[str, str]:
    """The media type of a kept document and the ending of its name, by its first bytes."""
    for ending, (media, looks) in _KINDS.items():
        if looks(content):
            return media, ending
    return "application/octet-stream", "bin"


def _seal(sealer: Sealer, transaction: LedgerTransaction, owner: str, text: str) -> str:
    box = sealer.seal(transaction, owner, text)
    return f"{box['sealed']}\n{box['owner']}"


def _path(folder: Path, sealer: Sealer, owner: str, document: str) -> Path:
    # Named for owner and content together: nobody sees that two people hold the same document.
    return folder / "documents" / sealer.owner(f"{owner}\0{document}")


def _sealer(office: Office) -> Sealer:
    if office.registry.sealer is None:
        raise InputError(Text("This office has no key to seal documents.", "本机构没有加密密钥。"))
    return office.registry.sealer


def _ending_of(name: str) -> str:
    ending = name.rpartition(".")[2].lower()
    if "." not in name or ending not in _KINDS:
        raise InputError(
            Text("Documents of this kind are not accepted.", "不接收该类文件。"),
            value=name[-40:],
            hint=Text(f"Accepted: {', '.join(_KINDS)}.", f"可上传：{'、'.join(_KINDS)}。"),
        )
    return ending


def _read(file: BinaryIO) -> bytes:
    pieces, size = [], 0
    while piece := file.read(_PIECE):
        size += len(piece)
        if size > LARGEST:
            raise too_large(size)
        pieces.append(piece)
    return b"".join(pieces)


def _is(content: bytes, kind: str, name: str) -> None:
    if not content:
        raise InputError(Text("The file is empty.", "文件是空的。"), value=name[-40:])
    if _KINDS[kind][1](content):
        return
    looks = next((words for first, words in _OTHER_KINDS if content.startswith(first)), None)
    looks = looks or Text("something else", "其他内容")
    raise InputError(
        Text(
            f"The file is not what its name says: it is {looks.en}.",
            f"文件内容与扩展名不符：实际是{looks.zh}。",
        ),
        value=name[-40:],
        hint=Text("Scan it as PDF, JPEG or PNG.", "请扫描为 PDF、JPEG 或 PNG 后重新上传。"),
    )


def too_large(size: int) -> InputError:
    """What is said of a document of `size` bytes that is more than one may have."""
    most = LARGEST // 1_000_000
    return InputError(
        Text(f"A document may have at most {most} MB.", f"单个文件不得超过 {most} MB。"),
        value=f"{size / 1_000_000:.0f} MB",
        hint=Text("Scan it in grey at 200 dpi.", "请用灰度 200 dpi 扫描，或分成几份上传。"),
    )
