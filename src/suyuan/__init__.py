"""suyuan 溯源: trace a fraud to its source, each claim with its evidence.

The nouns of the Python API are :class:`Case` and :class:`Results`, its verbs :func:`investigate`
and :func:`check`; all live in :mod:`suyuan.face.api`, and are fetched when first used, so that the
command line starts fast.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__all__ = ["Case", "Results", "check", "investigate"]  # see __getattr__


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("suyuan.face.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
