"""Commands that start without packages that take as long to import as an answer takes."""

import inspect
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from typing import Final

import pyarrow as pa

#: Commands that read what an investigation left, and compute next to nothing.
QUESTIONS: Final = frozenset({"who", "explain", "trace", "match"})
INVESTIGATION: Final = "investigate"
#: What Numba asks for when it starts, and by which module: linear algebra (SciPy's, with all that
#: is below it) and functions of C by cffi. It does without both; no kernel of ours uses either.
UNUSED_BY_NUMBA: Final[dict[str, str | None]] = {
    "scipy.linalg": "numba.np.linalg",
    "cffi": "numba.core.typing.cffi_utils",
}
_NO_PANDAS: Final[dict[str, str | None]] = {"pandas": None}


class _Without(MetaPathFinder):
    """Stands before the other finders: these packages are not there, for one module or for all."""

    def __init__(self, packages: Mapping[str, str | None]) -> None:
        self._packages = packages

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname not in self._packages:
            return
        asker = self._packages[fullname]
        if asker is None or asker == _importer():
            raise ModuleNotFoundError(fullname)


def _importer() -> str:
    """The module whose import statement is at work."""
    frame = inspect.currentframe()
    while frame is not None:
        name = str(frame.f_globals.get("__name__"))
        if name != __name__ and not name.startswith("importlib."):
            return name
        frame = frame.f_back
    return ""


def leave_out(words: Sequence[str]) -> None:
    """Let the command of these words do without what it has no use for.

    pyarrow imports pandas when it first makes an array of Python values, so as to know a Series if
    it meets one, and asks once a process; DuckDB asks at each table that it is handed. Neither has
    a setting for it. Questions and an investigation by DuckDB hand over no Series; Spark needs it.
    """
    if QUESTIONS.intersection(words[:1]):
        finder = _Without(_NO_PANDAS)
        sys.meta_path.insert(0, finder)
        try:
            pa.array(["asked"])
        finally:
            sys.meta_path.remove(finder)
    elif INVESTIGATION in words[:1]:
        spark = any(word.startswith("--eng") for word in words)
        sys.meta_path.insert(0, _Without(UNUSED_BY_NUMBA | ({} if spark else _NO_PANDAS)))
