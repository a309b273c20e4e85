"""The invented case that comes along, for a first try where there is no repository."""

import shutil
from pathlib import Path

import suyuan
from suyuan.model.errors import InputError
from suyuan.model.text import Text

NAME = "zheng"


def example_folder() -> Path:
    """Where the example's files lie: in the package, or in the repository that runs as it is."""
    package = Path(suyuan.__file__).parent
    own = package / "examples" / NAME
    return own if own.is_dir() else package.parents[1] / "examples" / NAME


def lay_out_example(to: Path) -> int:
    """Copy the example's files into a new folder; how many. What is there is never written over."""
    source = example_folder()
    if not source.is_dir():
        raise InputError(Text("The example is not installed.", "未随附示例案件。"), value=source)
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise InputError(
            Text("There is already something here.", "此处已有内容。"),
            value=to,
            hint=Text("Name a new folder.", "请给出一个新文件夹。"),
        )
    to.mkdir(parents=True, exist_ok=True)
    files = [path for path in sorted(source.iterdir()) if path.is_file()]
    for path in files:
        shutil.copyfile(path, to / path.name)
    return len(files)
