"""Commands that start without pandas, which takes as long to import as an answer takes."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from typing import Final

import pyarrow as pa

from suyuan.face.cli import explain, investigate, match, trace, who

#: Commands that read what an investigation left, and compute next to nothing.
QUESTIONS: Final = frozenset(module.NAME for module in (who, explain, trace, match))


class _NoPandas(MetaPathFinder):
    """Stands before the other finders, and says that there is no pandas."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def leave_out_pandas(words: Sequence[str]) -> None:
    """Let the command of these words find no pandas, where it has no use for it.

    pyarrow imports it when it first makes an array of Python values, so as to know a Series if it
    meets one, and asks once a process; DuckDB asks at each table that it is handed. Neither has a
    setting for it. Questions and an investigation by DuckDB hand over no Series; Spark needs it.
    """
    finder = _NoPandas()
    if QUESTIONS.intersection(words[:1]):
        sys.meta_path.insert(0, finder)
        try:
            pa.array(["asked"])
        finally:
            sys.meta_path.remove(finder)
    elif investigate.NAME in words[:1] and not any(word.startswith("--eng") for word in words):
        sys.meta_path.insert(0, finder)
