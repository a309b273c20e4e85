"""What follows from a score: allow, warn, hold; block only where a bank has signed for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from importlib.resources import files
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np
from numba import njit

from suyuan.model.catalog_files import as_shape, plain
from suyuan.model.errors import CatalogError
from suyuan.model.text import Text
from suyuan.model.times import utc


class Action(IntEnum):
    """What the caller is asked to do, the mildest first."""

    ALLOW = 0
    WARN = 1
    HOLD = 2
    BLOCK = 3


_ALLOW, _WARN, _HOLD, _BLOCK = (int(action) for action in Action)


class PolicyRule(NamedTuple):
    """A policy as a kernel takes it: ``block`` is infinite where none is signed for; µs UTC."""

    warn: float
    hold: float
    hold_after_loan: float
    block: float
    at_least: int
    valid_until: int


@dataclass(frozen=True, slots=True)
class Policy:
    """Scores from which a payment is warned of, held for a confirmation, or blocked.

    A payment of somebody to whom a loan was paid out within a day is held from ``hold_after_loan``:
    borrowers pay new accounts large sums for honest reasons, and are held no oftener than others.
    ``block`` is None unless the policy names a legal basis, who signed it and until when.
    ``at_least`` is the sum in fen below which nothing is held; ``hold_minutes`` how long a hold
    waits for the payer's answer, after which ``on_expiry`` follows. Whoever is called by a number
    that a report names is warned; urgently from ``exposed_from`` bits of exposure by an order.
    """

    version: str
    warn: float
    hold: float
    hold_after_loan: float
    block: float | None
    at_least: int
    hold_minutes: int
    on_expiry: Action
    valid_until: datetime | None = None
    exposed_from: float = 1.0

    def action(
        self, score: float, amount: int, at: datetime, *, after_loan: bool = False
    ) -> Action:
        """What the score alone asks for; `after_loan` where the payer has a loan of that day."""
        if self.block is not None and score >= self.block and self._valid(at):
            return Action.BLOCK
        if score >= (self.hold_after_loan if after_loan else self.hold) and amount >= self.at_least:
            return Action.HOLD
        return Action.WARN if score >= self.warn else Action.ALLOW

    @property
    def rule(self) -> PolicyRule:
        """What :func:`action_for` decides by."""
        until = 0
        if self.valid_until is not None:
            until = int(np.datetime64(self.valid_until, "us").astype(np.int64))
        block = float("inf") if self.block is None or not until else self.block
        return PolicyRule(self.warn, self.hold, self.hold_after_loan, block, self.at_least, until)

    def holds(self, scores: np.ndarray, amounts: np.ndarray, after_loan: np.ndarray) -> np.ndarray:
        """Which payments the score holds at least."""
        threshold = np.where(after_loan, self.hold_after_loan, self.hold)
        return np.asarray((scores >= threshold) & (amounts >= self.at_least))

    def _valid(self, at: datetime) -> bool:
        return self.valid_until is not None and at < self.valid_until


@njit(cache=True, nogil=True)
def action_for(rule: PolicyRule, score: float, amount: int, at: int, after_loan: bool) -> int:  # noqa: FBT001
    """:meth:`Policy.action` of one payment, as the number of the action; `at` in µs UTC."""
    if score >= rule.block and at < rule.valid_until:
        return _BLOCK
    if score >= (rule.hold_after_loan if after_loan else rule.hold) and amount >= rule.at_least:
        return _HOLD
    return _WARN if score >= rule.warn else _ALLOW


class BlockEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From which score a policy blocks, and who answers for it until when."""

    score: float
    legal_basis: str | None = None
    signed_by: str | None = None
    valid_until: datetime | None = None


class PolicyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of ``catalog/policies/``; see :class:`Policy`."""

    version: str
    warn: float
    hold: float
    hold_minutes: int
    on_expiry: Literal["allow", "warn", "hold", "block"]
    hold_after_loan: float | None = None
    block: BlockEntry | None = None
    at_least_fen: int = 0
    exposed_from: float = 1.0


def from_mapping(data: Mapping[str, Any], where: str = "policy") -> Policy:
    """The policy of a YAML file; :class:`CatalogError` where a block is not signed for."""
    file = as_shape(data, PolicyFile, where)
    block = file.block
    if block is not None:
        _check_signature(block, where)
    return Policy(
        version=file.version,
        warn=file.warn,
        hold=file.hold,
        hold_after_loan=file.hold if file.hold_after_loan is None else file.hold_after_loan,
        block=None if block is None else block.score,
        at_least=file.at_least_fen,
        hold_minutes=file.hold_minutes,
        on_expiry=Action[file.on_expiry.upper()],
        valid_until=_end(block),
        exposed_from=file.exposed_from,
    )


def _end(block: BlockEntry | None) -> datetime | None:
    if block is None or block.valid_until is None:
        return None
    return utc(block.valid_until, "UTC")


def _check_signature(block: BlockEntry, where: str) -> None:
    gaps = [k for k in ("legal_basis", "signed_by", "valid_until") if not getattr(block, k)]
    if gaps:
        raise CatalogError(
            Text(
                "A policy that blocks must say on what basis, who signed it and until when.",
                "设置自动拦截的策略必须写明法律依据、签署人和有效期。",
            ),
            value=f"{where}: block: {', '.join(gaps)}",
            hint=Text("Or leave `block` out.", "也可以不设 block。"),
        )


def default_policy() -> Policy:
    """The policy in ``catalog/policies/default.yml``: it warns and holds, and never blocks."""
    path = files("suyuan.catalog") / "policies" / "default.yml"
    return from_mapping(plain(path), path.name)
