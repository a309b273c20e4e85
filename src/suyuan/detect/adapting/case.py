"""The card of a case: the published card's signals, weighed by what the case itself knows.

Where at least :data:`ENOUGH` candidates are known guilty (reports, seizures, people's word), the
published card says which way each signal speaks and the case says how much. Every weight starts
from a small step for each cut, and the published score of a candidate's conduct is one signal among
them, so that a case like those it was fitted on keeps it and another leaves it. Where the case
knows less, or the known have nothing in common, the published card stands.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np

from suyuan.detect.adapting import learning, steps
from suyuan.detect.adapting.card import (
    BEFORE_SIGNAL,
    KNOWN_SIGNAL,
    PUBLISHED_SIGNAL,
    case_card,
    published_signal,
)
from suyuan.model.scorecard import Scorecard, Signal
from suyuan.store.programs import derive_from
from suyuan.store.tables import Tables

#: Known guilty, and candidates, from which on a case is learnt from.
ENOUGH, MANY = 8, 100
#: Area under the curve of known that were held out, against the innocent, from which on the case
#: is learnt from.
ALIKE = 0.75
#: What a step adds before the case has spoken, in nats: of a signal, of the published score.
USUAL, PUBLISHED_STEP = 0.12, 0.6
#: Share of the guilty of whom such signals speak; nobody knows it, so neither side is taken.
HANDED_ON = 0.5
#: Candidates that are learnt from beside the known; each then stands for those left out.
SAMPLE = 100_000
#: What being known (or not, with chances enough) adds at most.
MOST_KNOWN, LEAST_KNOWN = 4.0, -3.0


@dataclass(frozen=True, slots=True)
class Learnt:
    """A case's card, and candidates with the columns that it needs."""

    card: Scorecard
    candidates: ir.Table


def of_case(
    candidates: ir.Table,
    card: Scorecard,
    tables: Tables,
    absent: frozenset[str],
    weigh: Callable[[ir.Table, Scorecard, frozenset[str]], ir.FloatingValue],
) -> Learnt | None:
    """The card as the case weighs it; None where the case knows too little.

    `candidates` has ``known_cases`` (how many known cases speak of the subject) and perhaps
    ``exposure`` (how much chance it had to become known); `weigh` adds up a card.
    """
    if "known_cases" not in candidates.columns:
        return None
    conduct = _part(card, lambda s: s.learns and not s.selects)

    def add_published(candidates: ir.Table, card: Scorecard, *_: object) -> ir.Table:
        return _with_verdicts(candidates, card.role, tables).mutate(
            published=lambda t: (
                card.intercept
                + card.slope * weigh(t, conduct, absent)
                + _perhaps(card.slope * weigh(t, _part(card, lambda s: s.selects, 0.0), absent))
            )
        )

    name = f"{__name__}.published {weigh.__module__}.{weigh.__qualname__}"
    with_verdicts = derive_from(tables, name, add_published, [candidates, card, absent, tables])
    assert isinstance(with_verdicts, ir.Table)
    usable = [s for s in conduct.signals if not absent.intersection(s.needs)]
    sample = _draw_sample(with_verdicts, [*(s.name for s in usable), PUBLISHED_SIGNAL], tables)
    if sample is None:
        return None
    design = _design([*usable, published_signal()], sample)
    chance = _chance(sample, design)
    if not _have_in_common(sample, design, chance):
        return None
    steps_, bias = learning.learn(
        design.x, sample.is_known, chance.of(sample), *design.prior(sample)
    )
    candidates_rated = with_verdicts.mutate(
        **{KNOWN_SIGNAL: chance.odds(with_verdicts), BEFORE_SIGNAL: ibis.literal(bias)}
    )
    return Learnt(case_card(card, design.fitted_signals(steps_)), candidates_rated)


def _part(
    card: Scorecard, selects: Callable[[Signal], bool], prior: float | None = None
) -> Scorecard:
    before = card.prior if prior is None else prior
    return replace(card, prior=before, signals=tuple(s for s in card.signals if selects(s)))


def _perhaps(nats: ir.FloatingValue) -> ir.FloatingValue:
    """What signals of a sale add, where it is not known whether a guilty candidate was sold yet.

    Likelihood ratios mixed: those of the sold, and 1 for those not. What was sold for sure loses
    little, and no sign of a sale clears nobody.
    """
    return (HANDED_ON * nats.exp() + (1.0 - HANDED_ON)).log()


def _with_verdicts(candidates: ir.Table, role: str, tables: Tables) -> ir.Table:
    """`candidates` with ``said``: what a person said of each, null where nobody did."""
    exposure = candidates["exposure"] if "exposure" in candidates.columns else ibis.null("float64")
    candidates_known = candidates.mutate(
        known_cases=candidates["known_cases"].fill_null(0).cast("int64"),
        exposure=exposure.cast("float64"),
    )
    if not tables.has(f"verdicts:{role}"):
        return candidates_known.mutate(said=ibis.null("boolean"))
    verdict = tables[f"verdicts:{role}"].select(of="subject", said="confirmed").view()
    candidates_known = candidates_known.left_join(
        verdict, candidates_known["subject"] == verdict["of"]
    )
    return candidates_known.drop("of")


@dataclass(frozen=True, slots=True)
class _Sample:
    """Candidates to learn from; ``many`` is how many each stands for, ``word`` what people said."""

    values: Mapping[str, np.ndarray]
    count: np.ndarray
    exposure: np.ndarray
    is_known: np.ndarray
    word: np.ndarray
    many: np.ndarray


def _draw_sample(with_verdicts: ir.Table, names: list[str], tables: Tables) -> _Sample | None:
    rows = tables.engine.gather(_sample_columns, with_verdicts, by=(names,))
    # In an order that no id's spelling decides, so that equal cases give equal cards.
    order = [(name, "ascending") for name in ("known_cases", "exposure", "said", *names)]
    rows = rows.sort_by(order)
    count, word = rows["known_cases"].to_numpy(), rows["said"].to_numpy()
    is_known = ((count > 0) & (word != 0)) | (word == 1)
    if is_known.sum() < ENOUGH or len(is_known) < MANY:
        return None
    places = _sample_places(is_known)
    weight_of_rest = float((~is_known).sum()) / max(int((~is_known[places]).sum()), 1)
    return _Sample(
        values={n: rows[n].to_numpy().astype(float)[places] for n in names},
        count=np.maximum(count[places], is_known[places]),
        exposure=rows["exposure"].to_numpy().astype(float)[places],
        is_known=is_known[places],
        word=word[places],
        many=np.where(is_known[places], 1.0, weight_of_rest),
    )


def _sample_columns(with_verdicts: ir.Table, names: list[str]) -> ir.Table:
    columns = {name: with_verdicts[name].cast("float64") for name in names}
    verdict = with_verdicts["said"].cast("int64").fill_null(-1)
    return with_verdicts.select("known_cases", "exposure", said=verdict, **columns)


def _sample_places(is_known: np.ndarray) -> np.ndarray:
    """Rows to learn from: all known, and so many others, the same each time."""
    rest = np.flatnonzero(~is_known)
    if len(rest) > SAMPLE:
        rest = np.sort(np.random.default_rng(len(is_known)).choice(rest, SAMPLE, replace=False))
    return np.sort(np.concatenate([np.flatnonzero(is_known), rest]))


@dataclass(frozen=True, slots=True)
class _Chance:
    """The chance that a guilty candidate is known: one for all, or by its exposure."""

    constant: float
    rate: float | None

    def of(self, sample: _Sample) -> np.ndarray:
        chances = np.full(len(sample.is_known), self.constant)
        if self.rate is not None:
            wide = np.nan_to_num(sample.exposure, nan=0.0)
            low, high = learning.LEAST_CHANCE, learning.MOST_CHANCE
            chances = np.clip(-np.expm1(-self.rate * wide), low, high)
        # Whom a person cleared had every chance to become known.
        return np.where(sample.word == 0, 1.0 - 1e-6, chances)

    def odds(self, candidates: ir.Table) -> ir.FloatingValue:
        """What being known, or not, adds to a candidate's log-odds."""
        chance: ir.FloatingValue = ibis.literal(self.constant)
        if self.rate is not None:
            wide = candidates["exposure"].fill_null(0.0)
            chance = 1.0 - (-self.rate * wide).exp()
            chance = ibis.greatest(ibis.least(chance, learning.MOST_CHANCE), learning.LEAST_CHANCE)
        slip = learning.MISTAKEN
        hit = ibis.least((chance / slip).ln(), MOST_KNOWN)
        miss = ibis.greatest(((1.0 - chance) / (1.0 - slip)).ln(), LEAST_KNOWN)
        odds = ibis.ifelse(candidates["known_cases"] > 0, hit, miss)
        by_word = ibis.ifelse(candidates["said"], MOST_KNOWN, LEAST_KNOWN)
        return ibis.ifelse(candidates["said"].isnull(), odds, by_word)


@dataclass(frozen=True, slots=True)
class _Design:
    """Columns of the regression, and the signals with edges that each belongs to."""

    x: np.ndarray
    signals: list[Signal]
    values: list[np.ndarray]

    def prior(self, sample: _Sample) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What each step starts from, how low it may go, how many candidates a row stands for."""
        usual = np.concatenate([np.full(len(s.edges), _usual(s)) for s in self.signals])
        return usual, np.where(usual > 0.0, 0.0, -learning.STEEPEST), sample.many

    def fitted_signals(self, learnt: np.ndarray) -> dict[str, Signal]:
        """The signals with the weights that the case gives them."""
        ends = np.cumsum([0, *(len(s.edges) for s in self.signals)])
        facts = {}
        for signal, values, low, high in zip(
            self.signals, self.values, ends[:-1], ends[1:], strict=True
        ):
            is_rising = signal.direction != "down"
            bins = steps.weights(learnt[low:high], values, signal.edges, is_rising=is_rising)
            facts[signal.name] = replace(signal, weights=bins)
        return facts


def _have_in_common(sample: _Sample, design: _Design, chance: _Chance) -> bool:
    """Whether what half of the known teach ranks the other half above the innocent.

    Where it does not, the known have nothing in common that others lack: accounts that one-off
    frauds happened to use, say. Weighed by them a card would name whoever is like anybody. The
    unknown hold guilty ones, who are like the known: each known stands for so many of them as its
    chance to be known says, and what the curve loses by them is given back.
    """
    start, least, _ = design.prior(sample)
    area = learning.held_out(design.x, sample.is_known, start, least, sample.many)
    chances = chance.of(sample)[sample.is_known]
    guilty = ((1.0 - chances) / chances).sum() / sample.many[~sample.is_known].sum()
    return learning.among_innocent(area, guilty) >= ALIKE


def _usual(signal: Signal) -> float:
    """Nought for a signal of which only the case can tell which way it speaks."""
    if signal.name == PUBLISHED_SIGNAL:
        return PUBLISHED_STEP
    return 0.0 if signal.direction == "either" else USUAL


def _design(signals: list[Signal], sample: _Sample) -> _Design:
    cut, values, parts = [], [], []
    for signal in signals:
        part = sample.values[signal.name]
        is_rising = signal.direction != "down"
        edges = steps.cuts(part, is_rising=is_rising)
        if edges:
            bins = (0.0,) * (len(edges) + 1)
            cut.append(replace(signal, edges=edges, weights=bins, unknown=0.0))
            values.append(part)
            parts.append(steps.columns(part, edges, is_rising=is_rising))
    return _Design(np.concatenate(parts, axis=1), cut, values)


def _chance(sample: _Sample, design: _Design) -> _Chance:
    if np.isfinite(sample.exposure[sample.is_known]).all():
        return _Chance(learning.LEAST_CHANCE, learning.rate(sample.count, sample.exposure))
    # Whom the known keep company with tells who is known, not who is guilty.
    alone = np.concatenate([np.full(len(s.edges), not _company(s)) for s in design.signals])
    start, least, many = design.prior(sample)
    x = design.x[:, alone]
    return _Chance(learning.share_known(x, sample.is_known, start[alone], least[alone], many), None)


def _company(signal: Signal) -> bool:
    """Whether a signal says what is known of others beside the candidate."""
    return signal.name.endswith("_known")
