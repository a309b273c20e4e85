"""From signals to findings: one way for every role."""

import ibis
import ibis.expr.types as ir

from suyuan.detect.adapting.case import of_case
from suyuan.detect.cards import scorecard
from suyuan.detect.contract import FACTS, Detector, Measurement
from suyuan.detect.evidence import weigh
from suyuan.detect.sentences import fill_slots, open_sentence, slot_values
from suyuan.model.derived import ROLE_FINDINGS, ROLE_SIGNALS
from suyuan.model.records import RECORDS
from suyuan.model.scorecard import Scorecard, Signal
from suyuan.model.text import Text
from suyuan.store.parts import derive_part
from suyuan.store.steps import Step, StepOutput
from suyuan.store.tables import Tables

#: Whom a finding's sentences may name.
SLOTS = ("subject", "rival")
#: Candidates below this score are not listed, but for the best so many.
SCORE_FLOOR = 0.01
ALWAYS = 1_000


def step(detector: Detector, *, floor: float = SCORE_FLOOR) -> Step:
    """The step that runs `detector`; candidates scoring under `floor` are left out."""
    card = scorecard(detector.role)
    measures = (*detector.reads, *(f"findings:{role}" for role in detector.roles))

    def run(tables: Tables) -> StepOutput:
        absent = frozenset(name for name in detector.reads if not tables.has(name))
        if absent.intersection(detector.needs):
            return {}
        # A word of a person on this role changes what is found, and nothing that is measured.
        measurement = Measurement(**derive_part(tables, detector.measure, measures))
        return findings(measurement, card, tables, absent, floor=floor)

    return Step(
        name=f"detect {detector.role}",
        title=detector.title,
        reads=(*measures, f"verdicts:{detector.role}"),
        writes=tuple(f"{kind}:{detector.role}" for kind in ("findings", "signals", "evidence")),
        run=run,
        without=_unsought(detector) | dict(detector.without),
        settings={"listed": floor},
    )


def _unsought(detector: Detector) -> dict[str, Text]:
    """Said where a table is missing without which the detector finds nothing."""
    en, zh = detector.title.en, detector.title.zh
    word = Text(f"left open altogether: {en[:1].lower()}{en[1:]}", f"完全无法回答：{zh}")
    return dict.fromkeys((name for name in detector.needs if name in RECORDS), word)


def findings(
    measurement: Measurement,
    card: Scorecard,
    tables: Tables,
    absent: frozenset[str],
    *,
    floor: float,
) -> StepOutput:
    """Candidates scored, the listed ones told in sentences, each with its signals and its rows."""
    keep, derive, role = tables.engine.keep, tables.engine.derive, card.role
    candidates = derive(_complete, measurement.candidates)
    learnt = of_case(candidates, card, tables, absent, total)
    if learnt is not None:
        # Weighed by the harmed of this very case, conduct is more than conduct (0087).
        card, candidates = (
            learnt.card,
            keep(learnt.candidates.mutate(corroborated=ibis.null("boolean"))),
        )
    scores = derive(_select, candidates, by=(card, absent, floor))
    # Rows are gathered for the few that are listed, not for everyone who was measured.
    evidence = derive(_of_listed, measurement.evidence, scores)
    scores = derive(_with_rows, scores, evidence)
    signals = derive(_signals, scores, by=(card, absent))
    verdicts = [tables[f"verdicts:{role}"]] if tables.has(f"verdicts:{role}") else []
    return {
        f"findings:{role}": (
            derive(_overrule, scores, *verdicts, by=(card,))
            if verdicts
            else derive(_in_words, scores, by=(card,))
        ),
        f"signals:{role}": signals,
        f"evidence:{role}": derive(weigh, evidence, signals, by=(card,)),
    }


def _of_listed(evidence: ir.Table, scores: ir.Table) -> ir.Table:
    return evidence.semi_join(scores, "subject")


def _with_rows(scores: ir.Table, evidence: ir.Table) -> ir.Table:
    return scores.semi_join(evidence, "subject")


def _select(
    candidates: ir.Table, card: Scorecard, absent: frozenset[str], floor: float
) -> ir.Table:
    """Candidates over the floor, and the best :data:`ALWAYS` whatever their score.

    A floor alone would hide, when another table arrives, people of whom it says nothing: scores of
    a case that knows more lie further apart. Where no more are measured than that, all are listed.
    """
    scores = _scores(candidates, card, absent)
    place = ibis.row_number().over(order_by=[scores["score"].desc(), scores["subject"]])
    ranks = scores.mutate(place=place)
    return ranks.filter((ranks["score"] >= floor) | (ranks["place"] < ALWAYS)).drop("place")


def weight(value: ir.NumericValue, signal: Signal, *, is_missing: bool) -> ir.FloatingValue:
    """The log-odds that `signal` adds at `value`."""
    if is_missing:
        return ibis.literal(0.0)
    if signal.linear:
        cut = ibis.greatest(ibis.least(value, signal.bounds[1]), signal.bounds[0])
        # DuckDB's least and greatest pass over a null.
        return ibis.ifelse(value.isnull(), signal.unknown, cut)
    steps = [(value < edge, w) for edge, w in zip(signal.edges, signal.weights, strict=False)]
    above = ibis.ifelse(value.isnull(), signal.unknown, signal.weights[-1])
    return ibis.cases(*steps, else_=above).cast("float64") if steps else above


def _complete(candidates: ir.Table) -> ir.Table:
    nulls = {k: ibis.null(t) for k, t in FACTS.items() if k not in candidates.columns}
    return candidates.mutate(**nulls) if nulls else candidates


def total(candidates: ir.Table, card: Scorecard, absent: frozenset[str]) -> ir.FloatingValue:
    """What prior and signals of `card` add up to, before slope and intercept."""
    log_odds: ir.FloatingValue = ibis.literal(card.prior)
    for signal in card.signals:
        value = candidates[signal.name].cast("float64")
        log_odds = log_odds + weight(value, signal, is_missing=_is_missing(signal, absent))
    return log_odds


def _scores(candidates: ir.Table, card: Scorecard, absent: frozenset[str]) -> ir.Table:
    numbers = {s.name: candidates[s.name].cast("float64") for s in card.signals}
    log_odds = card.intercept + card.slope * total(candidates, card, absent)
    return candidates.mutate(**numbers, score=1.0 / (1.0 + (-log_odds).exp()))


def _is_missing(signal: Signal, absent: frozenset[str]) -> bool:
    return bool(absent.intersection(signal.needs))


def _signals(scores: ir.Table, card: Scorecard, absent: frozenset[str]) -> ir.Table:
    return ibis.union(
        *(
            scores.select(
                role=ibis.literal(card.role),
                subject=scores["subject"],
                signal=ibis.literal(signal.name),
                value=scores[signal.name],
                unit=ibis.literal(signal.unit),
                weight=weight(scores[signal.name], signal, is_missing=_is_missing(signal, absent)),
                missing=ibis.literal(_is_missing(signal, absent)),
            )
            for signal in card.signals
        )
    ).select(*ROLE_SIGNALS.names)


def _overrule(scores: ir.Table, verdicts: ir.Table, card: Scorecard) -> ir.Table:
    """Findings with ``decided`` as a person said, where one did; the score stays what it was."""
    findings_ = _in_words(scores, card)
    word = verdicts.select(of="subject", confirmed="confirmed").view()
    pairs = findings_.left_join(word, findings_["subject"] == word["of"])
    decision = ibis.coalesce(pairs["confirmed"], pairs["decided"])
    return pairs.mutate(decided=decision).select(*ROLE_FINDINGS.names)


def _in_words(scores: ir.Table, card: Scorecard) -> ir.Table:
    may_decide = scores["corroborated"].fill_null(ibis.literal(value=True))
    sentences = {"because_en": card.because.en, "because_zh": card.because.zh,
                 "rivals_en": card.rivals.en, "rivals_zh": card.rivals.zh}  # fmt: skip
    templates = {name: open_sentence(text, scores, SLOTS) for name, text in sentences.items()}
    return scores.mutate(
        role=ibis.literal(card.role),
        decided=(scores["score"] >= card.threshold) & may_decide,
        **{name: fill_slots(text, scores, SLOTS) for name, text in templates.items()},
        **{_template(name): text for name, text in templates.items()},
        sentence_values=slot_values(scores, SLOTS),
        detector=ibis.literal(card.role),
        version=ibis.literal(card.version),
    ).select(*ROLE_FINDINGS.names)


def _template(name: str) -> str:
    """The column beside a sentence that leaves open whom it names."""
    sentence, _, language = name.rpartition("_")
    return f"{sentence}_template_{language}"
