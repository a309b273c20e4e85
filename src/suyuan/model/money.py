"""Money: integer fen inside, decimal yuan outside."""

from decimal import Decimal
from typing import Final

FEN_PER_YUAN: Final = 100
# DECIMAL(18,2) of the result files holds sixteen digits before the point.
MAX_FEN: Final = 10**18 - 1


def fen(yuan: Decimal | int | str) -> int:
    """Exact fen of an amount in yuan; ``ValueError`` where it is not a whole number of fen."""
    exact = Decimal(yuan) * FEN_PER_YUAN
    if exact != exact.to_integral_value() or abs(exact) > MAX_FEN:
        raise ValueError(f"not a whole number of fen: {yuan!r}")
    return int(exact)


def yuan(amount_fen: int) -> Decimal:
    """The amount in yuan, with its two places."""
    return Decimal(amount_fen).scaleb(-2)
