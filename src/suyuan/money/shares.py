"""Exact integer shares: the arithmetic under every method that splits money."""

import numpy as np
from numba import njit

from suyuan.money.arrays import Ints

# The largest product that surely fits 64 bits, with room for the error of a float product.
_SAFE = 9.0e18


@njit(cache=True)
def muldiv(a: int, b: int, c: int) -> tuple[int, int]:
    """Floor and remainder of ``a * b / c`` without overflow, for 0 <= a <= c < 2**62, 0 <= b.

    The product of two amounts in fen passes 64 bits from about thirty million yuan on: beyond
    that the product is built bit by bit (Russian peasant multiplication, reduced as it grows).
    """
    if float(a) * float(b) < _SAFE:
        product = a * b
        return product // c, product % c
    quotient, rest = 0, 0
    for bit in range(62, -1, -1):
        quotient, rest = 2 * quotient, 2 * rest
        if (b >> bit) & 1:
            rest += a
        # rest < 3c here: doubled (below 2c) plus a (at most c)
        while rest >= c:
            rest -= c
            quotient += 1
    return quotient, rest


@njit(cache=True)
def spread(total: int, parts: Ints, whole: int, out: Ints) -> None:
    """Split `total` over `parts` pro rata into `out`, to the fen (largest remainder).

    `whole` is the sum of `parts` and at least `total`. Every share is rounded down, and the fen
    left over go one each to the largest remainders, the earlier part first among equals. No share
    is larger than its part.
    """
    rests = np.empty(parts.size, np.int64)
    rest = total
    for i in range(parts.size):
        out[i], rests[i] = muldiv(parts[i], total, whole)
        rest -= out[i]
    if rest > 0:
        order = np.arange(parts.size)
        _largest_first(rests, order)
        for i in range(rest):
            out[order[i]] += 1


@njit(cache=True)
def _largest_first(values: Ints, order: Ints) -> None:
    """Sort `order`, 0 to n - 1, by the values, largest first, the earlier first among equals.

    Shell's method with Knuth's gaps. Numba's ``argsort`` takes ten times as long to compile.
    """
    gap = 1
    while gap < order.size // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, order.size):
            entry, place = order[i], i
            while place >= gap:
                neighbour = order[place - gap]
                is_equal = values[neighbour] == values[entry]
                if values[neighbour] > values[entry] or (is_equal and neighbour < entry):
                    break
                order[place] = neighbour
                place -= gap
            order[place] = entry
        gap //= 3
