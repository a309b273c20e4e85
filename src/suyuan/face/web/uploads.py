"""Files on their way into a case: taken in whole, hashed, set apart until a person takes them.

The server writes bytes and counts them; it opens nothing. What they are is said by a child that
reads them as a case of their own (:mod:`suyuan.face.web.child`).
"""

import hashlib
import json
import os
import re
import shutil
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from suyuan.face.web.problems import ProblemDetails
from suyuan.ingest.sources import READ
from suyuan.model.text import Text
from suyuan.store.drafts import draft_of, write_text
from suyuan.store.seal import file_digest

#: Bytes of one file, and of all that lie waiting.
LARGEST_FILE, LARGEST_WAITING = 4 << 30, 16 << 30
#: Endings that the import reads; archives are not among them: what they hold is not bounded.
ENDINGS = READ - {".zip"}
_FOLDER, _SLIP = "incoming", "slip.json"
_DEVICE_NAMES = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
KIND = Text("Files of this kind are not read.", "不读取此类文件。")
NAME = Text("This is not a valid file name.", "文件名无效。")
THERE = Text("The case has another file of this name.", "案件中已有同名文件。")
FULL = Text("Not enough space for this file.", "存储空间不足。")
EVIDENCE_STAYS = Text(
    "Rename it: existing material is not replaced.", "请改名：已有材料不会被替换。"
)


@dataclass(frozen=True, slots=True)
class Slip:
    """What is written down of a file that waits."""

    id: str
    name: str
    bytes: int
    sha256: str
    by: str
    at: str


class IncomingFiles:
    """The files that wait in `folder` to be taken into `case`."""

    def __init__(self, folder: Path, case: Path) -> None:
        self.folder = folder / _FOLDER
        self.case = case

    async def take(self, name: str, by: str, chunks: AsyncIterator[bytes]) -> Slip:
        """Write the bytes that come. Raises :class:`ProblemDetails`; then nothing of them stays."""
        safe = safe_name(name)
        if (self.case / safe).exists():
            raise ProblemDetails(409, THERE, try_en=EVIDENCE_STAYS.en, try_zh=EVIDENCE_STAYS.zh)
        room = min(LARGEST_FILE, LARGEST_WAITING - self._used())
        own = os.urandom(8).hex()
        place = self.folder / own
        place.mkdir(parents=True, mode=0o700)
        try:
            size, digest = await _write(place / safe, chunks, room)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            slip = Slip(own, safe, size, digest, by, now)
            write_text(self._slip(own), json.dumps(asdict(slip), ensure_ascii=False), 0o600)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return slip

    def slips(self) -> list[Slip]:
        """What waits, the oldest first."""
        slips = [
            Slip(**json.loads(path.read_text("utf-8")))
            for path in self.folder.glob(f"*.{_SLIP}")
            if (self.folder / path.name.partition(".")[0]).is_dir()
        ]
        return sorted(slips, key=lambda slip: (slip.at, slip.id))

    def of(self, own: str) -> Slip:
        for slip in self.slips():
            if slip.id == own:
                return slip
        raise ProblemDetails(404)

    def set_out(self, own: str) -> tuple[Path, Path]:
        """A case of its own to be read, with what the case says of its files; and its results."""
        place = self.folder / own
        if (self.case / "case.toml").is_file() and not (place / "case.toml").exists():
            shutil.copyfile(self.case / "case.toml", place / "case.toml")
        if (self.case / "profiles").is_dir() and not (place / "profiles").exists():
            shutil.copytree(self.case / "profiles", place / "profiles")
        return place, self.folder / f"{own}.read"

    def accept(self, own: str) -> Slip:
        """Put it among the case's files; what is there is never replaced."""
        slip = self.of(own)
        source = self.folder / own / slip.name
        if file_digest(source) != slip.sha256:
            raise ProblemDetails(409)
        target = self.case / slip.name
        try:
            with draft_of(target, fresh=True) as draft:
                _take_over(source, draft)
        except FileExistsError as error:
            raise ProblemDetails(409, THERE) from error
        self.drop(own)
        return slip

    def drop(self, own: str) -> Slip:
        slip = self.of(own)
        shutil.rmtree(self.folder / own, ignore_errors=True)
        shutil.rmtree(self.folder / f"{own}.read", ignore_errors=True)
        self._slip(own).unlink(missing_ok=True)
        return slip

    def _slip(self, own: str) -> Path:
        return self.folder / f"{own}.{_SLIP}"

    def _used(self) -> int:
        return sum(slip.bytes for slip in self.slips())


def _take_over(source: Path, draft: Path) -> None:
    try:
        os.link(source, draft)
    except OSError:  # another file system
        shutil.copyfile(source, draft)


async def _write(path: Path, chunks: AsyncIterator[bytes], room: int) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    with path.open("xb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > room:
                raise ProblemDetails(413)
            digest.update(chunk)
            try:
                file.write(chunk)
            except OSError as error:
                raise ProblemDetails(507, FULL) from error
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def safe_name(text: str) -> str:
    """The file's own name, without folders and without signs that hide; :class:`ProblemDetails`
    422.
    """
    base = unicodedata.normalize("NFC", text).replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in base if unicodedata.category(c)[0] not in "C").strip(" .")
    name = re.sub(r'[<>:"|?*#%]', "_", name)
    stem, dot, ending = name.rpartition(".")
    if not stem.strip(" .") or not dot or len(name.encode()) > 200 or _DEVICE_NAMES.match(stem):
        raise ProblemDetails(422, NAME, errors=[{"where": ["name"], "what": "not a file name"}])
    if f".{ending.lower()}" not in ENDINGS:
        endings = ", ".join(sorted(ENDINGS))
        raise ProblemDetails(422, KIND, try_en=endings, try_zh=endings)
    if stem.lower() in {"decisions", "case"}:
        raise ProblemDetails(422, NAME, errors=[{"where": ["name"], "what": "reserved"}])
    return name
