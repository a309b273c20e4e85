"""Members of zips, taken out within limits.

A member never decides where its bytes go: it is written under a number of ours. Limits stand
against archives that unpack into more than a machine can hold.
"""

import errno
import hashlib
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from suyuan.ingest.problems import Problem
from suyuan.model.text import Text

DEPTH: Final = 3
MEMBERS: Final = 20_000
#: Text seldom packs better than one to fifty; a bomb packs one to a thousand, and nests.
RATIO: Final = 250
#: Below this size no ratio is suspicious.
HARMLESS: Final = 64 << 20
_BLOCK: Final = 1 << 20
_FULL: Final = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
_FLAG_ENCRYPTED, _FLAG_UTF8 = 0x1, 0x800


@dataclass(frozen=True, slots=True)
class Member:
    """A member as ``archive#name`` and where its bytes lie now."""

    label: str
    path: Path


@dataclass(slots=True)
class _Budget:
    """What may still be taken out of one file of the case."""

    packed_size: int
    scratch: Path
    case: "CaseBudget"
    unpacked_size: int = 0
    members: int = 0

    def spend(self, size: int) -> None:
        self.unpacked_size += size
        self.case.unpacked_size += size
        if (
            self.case.unpacked_size > HARMLESS
            and self.case.unpacked_size > RATIO * self.case.packed_size
        ):
            raise _RefusedError(_BOMB)
        if self.unpacked_size > HARMLESS and self.unpacked_size > RATIO * self.packed_size:
            raise _RefusedError(_BOMB)
        if size > shutil.disk_usage(self.scratch).free:
            raise _RefusedError(_NO_SPACE)


class _RefusedError(Exception):
    """The whole archive is refused."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


def is_archive(path: Path) -> bool:
    """Whether `path` is a zip that is no workbook."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" not in archive.namelist()
    except Exception:  # whatever a broken directory makes of the reader, it is an archive
        return True


@dataclass(slots=True)
class CaseBudget:
    """What all archives of a case may unpack into together."""

    packed_size: int = 0
    unpacked_size: int = 0


def members_of(
    label: str,
    path: Path,
    scratch: Path,
    problems: list[Problem],
    case: CaseBudget | None = None,
) -> list[Member]:
    """The members of the zip at `path`, those of nested zips too; troubles go to `problems`.

    Nothing is given of an archive that unpacks beyond the limits, alone or with those before it.
    """
    case = case or CaseBudget()
    case.packed_size += path.stat().st_size
    budget = _Budget(path.stat().st_size, scratch, case)
    members: list[Member] = []
    try:
        members.extend(_open(label, path, budget, problems, DEPTH))
    except _RefusedError as error:
        problems.append(Problem(label, error.text, "quarantined"))
        return []
    return members


def _open(
    label: str, path: Path, budget: _Budget, problems: list[Problem], depth: int
) -> Iterator[Member]:
    if depth == 0:
        problems.append(Problem(label, _TOO_DEEP, "quarantined"))
        return
    try:
        with zipfile.ZipFile(path) as archive:
            known_names = Counter[str]()
            for info in _files_in(archive):
                known_names[_name(info)] += 1
                again = known_names[_name(info)]
                # Two members may have one name: both are read, and told apart.
                path_ = PurePosixPath(_name(info))
                remark = path_.with_stem(f"{path_.stem} ({again})") if again > 1 else path_
                name = f"{label}#{remark}"
                budget.members += 1
                if budget.members > MEMBERS:
                    raise _RefusedError(_TOO_MANY)
                trouble = _trouble(info)
                if trouble is not None:
                    problems.append(Problem(name, trouble, "quarantined"))
                    continue
                member = _take(archive, info, name, budget, problems)
                if member is None:
                    continue
                if is_archive(member.path):
                    yield from _open(name, member.path, budget, problems, depth - 1)
                    member.path.unlink()
                else:
                    yield member
    except _RefusedError:
        raise
    except Exception as error:  # a hostile directory leads the reader into errors of many kinds
        if isinstance(error, OSError) and error.errno in _FULL:
            raise
        problems.append(Problem(label, _BROKEN_ARCHIVE, "quarantined", value=str(error)[:200]))


def _files_in(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = sorted(archive.infolist(), key=_name)
    return [i for i in entries if not i.filename.endswith("/") and "__MACOSX" not in i.filename]


def _take(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    label: str,
    budget: _Budget,
    problems: list[Problem],
) -> Member | None:
    digest = hashlib.sha256(f"{label}\0{budget.members}".encode("utf-8", "replace")).hexdigest()[
        :16
    ]
    target = budget.scratch / f"member-{digest}"
    try:
        with archive.open(info) as source, target.open("wb") as sink:
            while block := source.read(_BLOCK):
                budget.spend(len(block))
                sink.write(block)
    except _RefusedError:
        target.unlink(missing_ok=True)
        raise
    except Exception as error:  # each way of packing has errors of its own
        target.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in _FULL:
            raise
        problems.append(Problem(label, _BROKEN_ARCHIVE, "quarantined", value=str(error)[:200]))
        return None
    return Member(label, target)


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name; archives made on Chinese Windows hold GBK where zip says cp437."""
    if info.flag_bits & _FLAG_UTF8:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return info.filename.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return info.filename


def _trouble(info: zipfile.ZipInfo) -> Text | None:
    name = info.filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or (parts and parts[0].endswith(":")):
        return _LEAVES
    if info.flag_bits & _FLAG_ENCRYPTED:
        return _PASSWORD
    return None


_BOMB = Text(
    "this archive expands to far more than its own size (a zip bomb); nothing was read",
    "该压缩包解压后体积异常膨胀（疑似压缩炸弹），未读取其中任何内容",
)
_NO_SPACE = Text("no space left to unpack this archive", "磁盘空间不足，无法解压该压缩包")
_TOO_DEEP = Text("archives nested too deeply; not opened", "压缩包嵌套过深，未打开")
_TOO_MANY = Text("too many members in this archive; nothing was read", "压缩包成员过多，未读取")
_LEAVES = Text("a member's path leaves the folder; not read", "压缩包成员的路径越出文件夹，未读取")
_PASSWORD = Text(
    "this member is encrypted with a password; unpack it (wallets send the password by message) "
    "and put the file into the case folder",
    "该压缩包成员设有密码；请用收到的解压密码解压后，将文件放入案件文件夹",
)
_BROKEN_ARCHIVE = Text(
    "this archive or member is damaged or truncated", "该压缩包或其成员已损坏或不完整"
)
