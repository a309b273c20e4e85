"""From signals to findings: one way for every role."""

from importlib.resources import files

import ibis
import ibis.expr.types as ir
import yaml

from suyuan.detect.contract import FACTS, Detector, Measured
from suyuan.detect.evidence import weighed
from suyuan.detect.sentences import fill
from suyuan.model.derived import ROLE_FINDINGS, ROLE_SIGNALS
from suyuan.model.records import RECORDS
from suyuan.model.scorecard import Scorecard, Signal, from_mapping
from suyuan.model.text import Text
from suyuan.store.decisions import verdicts
from suyuan.store.steps import Step, Written
from suyuan.store.tables import Tables

#: Candidates below this score are not listed.
LISTED = 0.01
#: Where a table is missing, this share of the candidates is listed whatever their score.
DOUBTFUL_SHARE = 0.5


def scorecard(role: str) -> Scorecard:
    """The published scorecard of `role`."""
    text = (files("suyuan.catalog") / "scorecards" / f"{role}.yml").read_text("utf-8")
    return from_mapping(yaml.safe_load(text))


def step(detector: Detector, *, listed: float = LISTED) -> Step:
    """The step that runs `detector`; candidates scoring under `listed` are left out."""
    card = scorecard(detector.role)

    def run(tables: Tables) -> Written:
        absent = frozenset(name for name in detector.reads if not tables.has(name))
        if absent.intersection(detector.needs):
            return {}
        return findings(detector.measure(tables), card, tables, absent, listed=listed)

    return Step(
        name=f"detect {detector.role}",
        title=detector.title,
        reads=(*detector.reads, "decisions", *(f"findings:{role}" for role in detector.roles)),
        writes=tuple(f"{kind}:{detector.role}" for kind in ("findings", "signals", "evidence")),
        run=run,
        without=_unsought(detector) | dict(detector.without),
    )


def _unsought(detector: Detector) -> dict[str, Text]:
    """Said where a table is missing without which the detector finds nothing."""
    en, zh = detector.title.en, detector.title.zh
    said = Text(f"left open altogether: {en[:1].lower()}{en[1:]}", f"完全无法回答:{zh}")
    return dict.fromkeys((name for name in detector.needs if name in RECORDS), said)


def findings(
    measured: Measured, card: Scorecard, tables: Tables, absent: frozenset[str], *, listed: float
) -> Written:
    """Candidates scored, the listed ones told in sentences, each with its signals and its rows."""
    keep = tables.engine.keep
    scored = _scored(_complete(measured.candidates), card, absent)
    doubtful = any(_missing(signal, absent) for signal in card.signals)
    scored = keep(_listed(scored, listed, doubtful=doubtful))
    # Rows are gathered for the few that are listed, not for everyone who was measured.
    evidence = keep(measured.evidence.semi_join(scored, "subject"))
    scored = keep(scored.semi_join(evidence, "subject"))
    signals = keep(_signals(scored, card, absent))
    return {
        f"findings:{card.role}": keep(_obeying(_told(scored, card), tables)),
        f"signals:{card.role}": signals,
        f"evidence:{card.role}": keep(weighed(evidence, signals, card)),
    }


def _listed(scored: ir.Table, listed: float, *, doubtful: bool) -> ir.Table:
    """Candidates over the floor; where signals are missing, the better half of all beside them.

    A score that lacks signals is lower than the same subject's would be with them, so that the
    floor would hide people whom the ranking still tells apart from others.
    """
    over = scored["score"] >= listed
    if not doubtful:
        return scored.filter(over)
    place = ibis.row_number().over(order_by=[scored["score"].desc(), scored["subject"]])
    ranked = scored.mutate(place=place, of=scored.count().over())
    best = ranked["place"].cast("float64") < DOUBTFUL_SHARE * ranked["of"].cast("float64")
    return ranked.filter((ranked["score"] >= listed) | best).drop("place", "of")


def weight(value: ir.NumericValue, signal: Signal, *, missing: bool) -> ir.FloatingValue:
    """The log-odds that `signal` adds at `value`."""
    if missing:
        return ibis.literal(0.0)
    if signal.linear:
        cut = ibis.greatest(ibis.least(value, signal.bounds[1]), signal.bounds[0])
        # DuckDB's least and greatest pass over a null.
        return ibis.ifelse(value.isnull(), signal.unknown, cut)
    steps = [(value < edge, w) for edge, w in zip(signal.edges, signal.weights, strict=False)]
    above = ibis.ifelse(value.isnull(), signal.unknown, signal.weights[-1])
    return ibis.cases(*steps, else_=above).cast("float64") if steps else above


def _complete(candidates: ir.Table) -> ir.Table:
    lacking = {k: ibis.null(t) for k, t in FACTS.items() if k not in candidates.columns}
    return candidates.mutate(**lacking) if lacking else candidates


def _scored(candidates: ir.Table, card: Scorecard, absent: frozenset[str]) -> ir.Table:
    numbers = {s.name: candidates[s.name].cast("float64") for s in card.signals}
    added = ibis.literal(card.prior)
    for signal in card.signals:
        added = added + weight(numbers[signal.name], signal, missing=_missing(signal, absent))
    log_odds = card.intercept + card.slope * added
    return candidates.mutate(**numbers, score=1.0 / (1.0 + (-log_odds).exp()))


def _missing(signal: Signal, absent: frozenset[str]) -> bool:
    return bool(absent.intersection(signal.needs))


def _signals(scored: ir.Table, card: Scorecard, absent: frozenset[str]) -> ir.Table:
    return ibis.union(
        *(
            scored.select(
                role=ibis.literal(card.role),
                subject=scored["subject"],
                signal=ibis.literal(signal.name),
                value=scored[signal.name],
                unit=ibis.literal(signal.unit),
                weight=weight(scored[signal.name], signal, missing=_missing(signal, absent)),
                missing=ibis.literal(_missing(signal, absent)),
            )
            for signal in card.signals
        )
    ).select(*ROLE_SIGNALS.names)


def _obeying(found: ir.Table, tables: Tables) -> ir.Table:
    """`found` with ``decided`` as a person said, where one did; the score stays what it was."""
    if not tables.has("decisions"):
        return found
    said = verdicts(tables).view()
    same = (found["subject"] == said["of"]) & (
        said["of_role"].isnull() | (said["of_role"] == found["role"])
    )
    met = found.left_join(said, same)
    decided = ibis.coalesce(met["confirmed"], met["decided"])
    return met.mutate(decided=decided).select(*ROLE_FINDINGS.names)


def _told(scored: ir.Table, card: Scorecard) -> ir.Table:
    corroborated = scored["corroborated"].fill_null(ibis.literal(value=True))
    return scored.mutate(
        role=ibis.literal(card.role),
        decided=(scored["score"] >= card.threshold) & corroborated,
        because_en=fill(card.because.en, scored),
        because_zh=fill(card.because.zh, scored),
        rivals_en=fill(card.rivals.en, scored),
        rivals_zh=fill(card.rivals.zh, scored),
        detector=ibis.literal(card.role),
        version=ibis.literal(card.version),
    ).select(*ROLE_FINDINGS.names)
