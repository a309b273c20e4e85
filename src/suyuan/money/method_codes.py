"""The kernels' numbers of the rules by which a payment takes lots (``money.lots`` says each).

Apart from the kernels: who only names a method, as a page that shows money, loads no compiler.
"""

from typing import Final

FIFO: Final = 0
LIFO: Final = 1
FIRST: Final = 2
HAIRCUT: Final = 3
LIBR: Final = 4
