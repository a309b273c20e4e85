"""A question is answered without pandas, which takes as long to import as an answer takes."""

import sys
from importlib.abc import MetaPathFinder
from typing import Final

import pyarrow as pa

from suyuan.face.cli import explain, match, trace, who

#: Commands that read what an investigation left, and compute next to nothing.
QUESTIONS: Final = frozenset(module.NAME for module in (who, explain, trace, match))


class _NoPandas(MetaPathFinder):
    """Stands before the other finders, and says that there is no pandas."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def leave_out_pandas() -> None:
    """Let pyarrow find no pandas, in a process that only answers a question.

    pyarrow imports it when it first makes an array of Python values, so as to know a Series if it
    meets one; it asks once a process, and has no setting for it. No question hands it a Series.
    Whoever imports pandas afterwards finds it.
    """
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array(["asked"])
    finally:
        sys.meta_path.remove(finder)
