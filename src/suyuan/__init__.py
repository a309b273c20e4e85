"""suyuan 溯源: trace a fraud to its source, each claim with its evidence.

The nouns of the Python API are :class:`Case` and :class:`Results`, its verbs :func:`investigate`
and :func:`check`. They are fetched when first used, so that the command line starts fast.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

from suyuan.store.kernels import place_kernels

__version__ = "0.1.0"
__all__ = ["Case", "Results", "check", "investigate"]  # see __getattr__

_HOMES = {
    "Case": ("suyuan.face.api", "CaseFolder"),
    "Results": ("suyuan.store.case", "Results"),
    "check": ("suyuan.face.api", "check"),
    "investigate": ("suyuan.face.api", "investigate"),
}

place_kernels(Path(__file__).parent)  # before anything imports Numba


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        module, own = _HOMES[name]
        return getattr(import_module(module), own)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
