"""How a source's records got out: an insider, a trojan or an export, and through which hand.

One of these is true: a login looked at single orders (insider), took ranges as a habit (insider or
export), a terminal showed what its trojan copied, or the log holds no trace of it. Each is as
likely as its mechanism at such organisations before the log is asked, times how well what the hand
saw explains the orders that got out, times how rare its habits are. An insider who exports and an
export leave the same rows; only where they work tells them apart.

What was looked at from an address where no login usually works is asked by the address and not by
the login: whoever has a clerk's session leaves the clerk's name. A trojan is likelier then, the
more so under several logins; a person at home cannot be ruled out, so nobody is named (0169).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

INSIDER, TROJAN, EXPORT = "insider", "trojan", "export"
MECHANISMS: Final = (INSIDER, TROJAN, EXPORT)
#: Before the log is asked, by kind of organisation; set by hand. Couriers and warehouses lose
#: records through people, shops through people and infected computers, makers of programs through
#: their interfaces and through the computers on which these run.
USUAL: Final[Mapping[str, tuple[float, float, float]]] = {
    "courier": (0.75, 0.10, 0.15),
    "warehouse": (0.65, 0.15, 0.20),
    "merchant": (0.45, 0.45, 0.10),
    "software": (0.10, 0.35, 0.55),
    "platform": (0.40, 0.20, 0.40),
}
#: Insiders who take ranges instead of looking at single orders.
IN_RANGES: Final = 0.4
#: Trojans that steal a session and pull ranges from outside.
SESSION: Final = 0.4
#: Insiders who look from an address that is nobody's usual one, under one login or several.
AFAR: Final = (0.2, 0.02)
#: Leaks that leave nothing in the log, by mechanism: a trojan reads a screen or a printer.
TRACELESS: Final = (0.15, 0.35, 0.15)
#: What stands for an address among the hands.
AWAY: Final = "ip:"
#: A mechanism less likely than this is not told.
CLEAR: Final = 0.5


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one hand explains a source: log factors against "no one hand".

    ``looks`` is that of the single orders it opened, ``ranges`` that of its bulk actions (none:
    it did no such thing), ``routine`` how rare its repeated ranges are, ``zeal`` how rare it is to
    open so many more orders than its colleagues, ``searches`` the share of its work that is a
    search, which a trojan seldom does; ``logins`` under which a terminal was used.
    """

    subject: str
    looks: float | None
    ranges: float | None
    routine: float = 0.0
    zeal: float = 0.0
    searches: float = 0.0
    logins: int = 1

    @property
    def terminal(self) -> bool:
        return self.subject.startswith("terminal:")


@dataclass(frozen=True, slots=True)
class Away:
    """An address where nobody usually works: log factor of what it ``looks`` at, ``logins``."""

    ip: str
    looks: float
    logins: int


@dataclass(frozen=True, slots=True)
class LogReach:
    """What an access log would show at all: ``looks`` at single orders and ``ranges`` taken in bulk
    (in any of the case's logs), this organisation's ``terminals`` and ``addresses``.
    """

    looks: bool = True
    ranges: bool = True
    terminals: bool = True
    addresses: bool = True

    def hidden_share(self, mechanism: str, traceless: float) -> float:
        """The share of such leaks that leaves nothing here: those that never do, and those whose
        traces are not recorded. What was not measured speaks for nobody and against nobody.
        """
        unseen_share = {
            INSIDER: (1.0 - IN_RANGES) * (not self.looks) + IN_RANGES * (not self.ranges),
            TROJAN: 0.0 if self.terminals else 1.0 - SESSION * self.addresses,
            EXPORT: float(not self.ranges),
        }[mechanism]
        return traceless + (1.0 - traceless) * unseen_share


@dataclass(frozen=True, slots=True)
class HandVerdict:
    """Probabilities of each mechanism, and of each hand by its subject (``suspects``).

    ``away`` is the probability that it was done from each address where nobody usually works.
    """

    mechanism: Mapping[str, float]
    suspects: Mapping[str, float]
    by_hand: Mapping[str, str]
    away: Mapping[str, float]

    @property
    def likeliest(self) -> str:
        best = max(self.mechanism, key=lambda name: self.mechanism[name])
        return best if self.mechanism[best] >= CLEAR else "unknown"


WHOLE_LOG: Final = LogReach()


def weigh(
    kind: str,
    fits: Sequence[Fit],
    outside: float | None,
    away: Sequence[Away] = (),
    log_reach: LogReach = WHOLE_LOG,
) -> HandVerdict:
    """What the hands of one organisation of `kind` say together.

    `away` are the addresses where nobody usually works. `outside` is the log evidence of ranges
    pulled from where nobody works (nought: there were none), None where no address is known.
    `log_reach` is what the log would show at all.
    """
    usual = dict(zip(MECHANISMS, USUAL[kind], strict=True))
    traced_prior = {m: usual[m] * (1.0 - t) for m, t in zip(MECHANISMS, TRACELESS, strict=True)}
    session_odds = _session(outside)
    logins = max(sum(not fit.terminal for fit in fits), 1)
    terminals = max(sum(fit.terminal for fit in fits), 1)
    weights: list[tuple[str, str | None, float]] = [
        (
            m,
            None,
            np.log(usual[m] * log_reach.hidden_share(m, t))
            + (session_odds if m == TROJAN else 0.0),
        )
        for m, t in zip(MECHANISMS, TRACELESS, strict=True)
        if m != TROJAN or not any(fit.terminal for fit in fits)
    ]
    sits = np.log((usual[TROJAN] - traced_prior[TROJAN]) / terminals) + session_odds
    for fit in fits:
        if fit.terminal:
            # What leaves no trace sits on one of the computers all the same.
            weights.append((TROJAN, fit.subject, sits))
            if fit.looks is not None:
                # Whoever sits there alone is told from a trojan by little but the searches.
                alone = np.log(0.5) if fit.logins == 1 else 0.0
                log_weight = (
                    np.log(traced_prior[TROJAN] / terminals) + fit.looks + session_odds + alone
                )
                weights.append((TROJAN, fit.subject, log_weight))
            continue
        if fit.looks is not None:
            log_weight = (
                np.log(traced_prior[INSIDER] * (1.0 - IN_RANGES) / logins) + fit.looks + fit.zeal
            )
            log_weight += 2.0 * fit.searches
            weights.append((INSIDER, fit.subject, log_weight))
        if fit.ranges is not None:
            export_odds = fit.ranges + fit.routine
            log_weight = np.log(traced_prior[INSIDER] * IN_RANGES / logins) + export_odds
            weights.append((INSIDER, fit.subject, log_weight))
            weights.append(
                (EXPORT, fit.subject, np.log(traced_prior[EXPORT] / logins) + export_odds)
            )
    return _verdict([*weights, *_from_away(traced_prior, away)])


def _from_away(
    traced_prior: Mapping[str, float], away: Sequence[Away]
) -> list[tuple[str, str | None, float]]:
    """A stolen session, or a person at home: the address stands for the hand."""
    weights: list[tuple[str, str | None, float]] = []
    for address in away:
        subject = AWAY + address.ip
        usual = np.log(traced_prior[TROJAN] * SESSION / len(away)) + address.looks
        weights.append((TROJAN, subject, usual))
        home = traced_prior[INSIDER] * (1.0 - IN_RANGES) * AFAR[address.logins > 1]
        weights.append((INSIDER, subject, np.log(home / len(away)) + address.looks))
    return weights


def _session(outside: float | None) -> float:
    """Log evidence for a trojan of what came from outside, or did not come."""
    if outside is None:
        return 0.0
    if outside <= 0.0:
        return float(np.log(1.0 - SESSION))
    return float(np.log(1.0 - SESSION + SESSION * np.exp(outside)))


def _verdict(weights: Sequence[tuple[str, str | None, float]]) -> HandVerdict:
    logs = np.array([log for _, _, log in weights])
    share = np.exp(logs - logs.max())
    share /= share.sum()
    mechanism = dict.fromkeys(MECHANISMS, 0.0)
    suspects: dict[str, float] = {}
    manners: dict[str, dict[str, float]] = {}
    for (how, subject, _), part in zip(weights, share.tolist(), strict=True):
        mechanism[how] += part
        if subject is not None:
            suspects[subject] = suspects.get(subject, 0.0) + part
            manner = manners.setdefault(subject, dict.fromkeys(MECHANISMS, 0.0))
            manner[how] += part
    by_hand = {s: max(manner, key=manner.__getitem__) for s, manner in manners.items()}
    away = {s.removeprefix(AWAY): p for s, p in suspects.items() if s.startswith(AWAY)}
    named_suspects = {s: p for s, p in suspects.items() if not s.startswith(AWAY)}
    return HandVerdict(mechanism, named_suspects, by_hand, away)


def outside_evidence(rows: Sequence[Mapping[str, Any]]) -> float | None:
    """The strongest of an organisation's logins; None where none of their addresses is known."""
    values = [row["strange"] for row in rows if row["outside"] is not None]
    return max(values, default=None)
