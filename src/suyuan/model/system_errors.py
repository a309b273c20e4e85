"""What the operating system refused, in words that are true of it."""

import errno
from typing import Final

from suyuan.model.errors import InputError, SuyuanError
from suyuan.model.text import Text

_SPACE: Final = (
    Text("The disk is full.", "磁盘空间已满。"),
    Text("Free some space, or choose another folder with --out.", "请腾出空间，或用 --out 另选。"),
)
_RIGHTS: Final = (
    Text("No permission to read or write here.", "没有读取或写入的权限。"),
    Text("Change the rights, or choose another folder.", "请更改权限或另选文件夹。"),
)
_TEXTS: Final[dict[int, tuple[Text, Text]]] = {
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EFBIG: _SPACE,  # a quota on the size of files
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: (
        Text("This is read-only.", "此处只读，无法写入。"),
        Text("Choose another folder with --out.", "请用 --out 另选文件夹。"),
    ),
    errno.ELOOP: (
        Text("Symbolic links form a loop.", "符号链接形成环路。"),
        Text("Remove the link.", "请删除该链接。"),
    ),
    errno.ENOENT: (
        Text("No such file or folder.", "没有这个文件或文件夹。"),
        Text("It may have been moved in the meantime.", "可能已被移走。"),
    ),
    errno.EISDIR: (
        Text("This is a folder, but a file is needed.", "此处应为文件，却是文件夹。"),
        Text("Give another path.", "请换一个路径。"),
    ),
    errno.ENOTDIR: (
        Text("This is a file, but a folder is needed.", "此处应为文件夹，却是文件。"),
        Text("Give another path.", "请换一个路径。"),
    ),
    errno.EMFILE: (
        Text("Too many files are open at once.", "同时打开的文件过多。"),
        Text("Raise the limit (ulimit -n).", "请提高上限（ulimit -n）。"),
    ),
    errno.EIO: (
        Text("The disk cannot be read or written.", "磁盘读写失败。"),
        Text("Check the disk.", "请检查磁盘。"),
    ),
}


def system_error(error: OSError) -> SuyuanError:
    """`error` as people read it: what happened, where, what to try."""
    number = error.errno
    if number is None and "No space left" in str(error):
        number = errno.ENOSPC
    message, hint = _TEXTS.get(number or 0, (None, None))
    if message is None:
        reason = error.strerror or type(error).__name__
        message = Text(f"The system refused: {reason}.", f"系统拒绝了操作：{reason}。")
    return InputError(message, value=error.filename, hint=hint)


def memory_error() -> SuyuanError:
    return SuyuanError(
        Text("Not enough memory.", "内存不足。"),
        hint=Text(
            "Close other programs, or use a larger machine.", "请关闭其他程序，或换更大的机器。"
        ),
    )
