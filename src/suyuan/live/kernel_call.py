"""A kernel called without looking its arguments' types up, which costs more than a small batch."""

from typing import Any

from numba import typeof


class CompiledKernel:
    """`kernel`, compiled for the arguments of the first call; all further ones must be alike.

    Numba's own dispatcher asks each argument for its type: microseconds for arrays of records.
    Alike means of the same types, records and dimensions, contiguous, and as writable.
    """

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self._compiled: Any = None

    def __call__(self, *arguments: Any) -> Any:
        if self._compiled is None:
            types = tuple(typeof(argument) for argument in arguments)  # type: ignore[no-untyped-call]
            self._kernel.compile(types)
            self._compiled = self._kernel.get_overload(types)
        return self._compiled(*arguments)
