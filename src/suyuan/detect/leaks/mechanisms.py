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
#: What a login whose work is all searches counts for a person, in nats; a trojan seldom searches.
SEARCHES: Final = 2.0
#: Whoever sits at a terminal alone is told from a trojan by little but the searches.
ALONE: Final = 0.5
#: A mechanism less likely than this is not told.
CLEAR: Final = 0.5
#: Of one explanation: mechanism, hand (None: nobody's that is known), log weight.
Weight = tuple[str, str | None, float]


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
    prior = _prior(kind, fits, outside)
    weights = _traceless(prior, log_reach)
    for fit in fits:
        if fit.terminal:
            weights += _trojan(prior, fit)
        else:
            weights += [*_insider(prior, fit), *_export(prior, fit)]
    return _verdict([*weights, *_from_away(prior.visible, away)])


@dataclass(frozen=True, slots=True)
class _Prior:
    """What is known before a log is asked: each mechanism at such organisations (``usual``), the
    part of it that leaves a trace (``visible``), over how many ``logins`` and ``terminals`` it is
    shared out, and log evidence for a trojan by what came from outside.
    """

    usual: Mapping[str, float]
    visible: Mapping[str, float]
    logins: int
    terminals: int
    session_odds: float


def _prior(kind: str, fits: Sequence[Fit], outside: float | None) -> _Prior:
    usual = dict(zip(MECHANISMS, USUAL[kind], strict=True))
    visible = {m: usual[m] * (1.0 - t) for m, t in zip(MECHANISMS, TRACELESS, strict=True)}
    terminals = sum(fit.terminal for fit in fits)
    logins = max(len(fits) - terminals, 1)
    return _Prior(usual, visible, logins, terminals, _session(outside))


def _traceless(prior: _Prior, log_reach: LogReach) -> list[Weight]:
    """Each mechanism as if it had left nothing, by nobody's hand; of a trojan only where no
    terminal is known: it sits on one of those all the same.
    """
    weights: list[Weight] = []
    for mechanism, traceless in zip(MECHANISMS, TRACELESS, strict=True):
        if mechanism == TROJAN and prior.terminals:
            continue
        share = log_reach.hidden_share(mechanism, traceless)
        session_odds = prior.session_odds if mechanism == TROJAN else 0.0
        weights.append((mechanism, None, np.log(prior.usual[mechanism] * share) + session_odds))
    return weights


def _trojan(prior: _Prior, fit: Fit) -> list[Weight]:
    """A trojan on one terminal, without a trace and by the orders that were opened there."""
    visible, terminals, session_odds = prior.visible[TROJAN], prior.terminals, prior.session_odds
    sits = np.log((prior.usual[TROJAN] - visible) / terminals) + session_odds
    weights: list[Weight] = [(TROJAN, fit.subject, sits)]
    if fit.looks is not None:
        alone = np.log(ALONE) if fit.logins == 1 else 0.0
        log_weight = np.log(visible / terminals) + fit.looks + session_odds + alone
        weights.append((TROJAN, fit.subject, log_weight))
    return weights


def _insider(prior: _Prior, fit: Fit) -> list[Weight]:
    """A person who opens single orders under a login, and one who takes ranges."""
    visible, logins = prior.visible[INSIDER], prior.logins
    weights: list[Weight] = []
    if fit.looks is not None:
        log_weight = np.log(visible * (1.0 - IN_RANGES) / logins) + fit.looks + fit.zeal
        weights.append((INSIDER, fit.subject, log_weight + SEARCHES * fit.searches))
    if fit.ranges is not None:
        log_weight = np.log(visible * IN_RANGES / logins) + (fit.ranges + fit.routine)
        weights.append((INSIDER, fit.subject, log_weight))
    return weights


def _export(prior: _Prior, fit: Fit) -> list[Weight]:
    """An export that runs under a login."""
    if fit.ranges is None:
        return []
    share = np.log(prior.visible[EXPORT] / prior.logins)
    return [(EXPORT, fit.subject, share + (fit.ranges + fit.routine))]


def _from_away(traced_prior: Mapping[str, float], away: Sequence[Away]) -> list[Weight]:
    """A stolen session, or a person at home: the address stands for the hand."""
    weights: list[Weight] = []
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


def _verdict(weights: Sequence[Weight]) -> HandVerdict:
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
