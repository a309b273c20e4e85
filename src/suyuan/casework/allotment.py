"""Shares of an amount in proportion to losses, to the fen."""

from suyuan.casework.declare import AllotSpec
from suyuan.casework.state import MatterState
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.rulebook.rows import Closure


def shares(amount: int, weights: dict[str, int]) -> dict[str, int]:
    """`amount` (fen) by `weights`, each at most its weight.

    What rounding down leaves goes, a fen each, to the largest remainders (Hamilton's method), among
    equals to the larger weight and then by name.
    """
    whole = sum(weights.values())
    if whole <= 0:
        return dict.fromkeys(weights, 0)
    total = min(amount, whole)
    parts = {name: total * weight // whole for name, weight in weights.items()}
    surplus = total - sum(parts.values())
    by_rest = sorted(weights, key=lambda n: (-(total * weights[n] % whole), -weights[n], n))
    for name in by_rest[:surplus]:
        parts[name] += 1
    return parts


def allot_shares(spec: AllotSpec, amount: Closure, state: MatterState) -> list[str]:
    """``name=fen`` for each that the acts `among` name; the last act of a name counts."""
    total = amount(state.scope)
    if not isinstance(total, int):
        raise InputError(Text("The amount to share is not known.", "待分配金额不明。"), value=total)
    weights: dict[str, int] = {}
    for event in state.events:
        if event.kind == spec.among:
            weights[str(event.body[spec.to])] = int(event.body[spec.weight])
    return [f"{name}={fen}" for name, fen in shares(total, weights).items()]
