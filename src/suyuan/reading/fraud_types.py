"""What kind of fraud a narrative tells, with its doubt.

Naive Bayes over cues that are present (Maron 1961), with the priors and weights of
``catalog/fraud_types/types.yml``; the sum is tempered, because cues of one story repeat one
another. The officer's label is one more cue, and a weak one.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from suyuan.model.text import Text
from suyuan.reading.catalog import catalog_error, names, read, stages
from suyuan.reading.cues import Cues
from suyuan.reading.facts import StageMention
from suyuan.reading.fraud_type_files import FraudTypesFile, PoliceListFile


@dataclass(frozen=True, slots=True)
class PoliceList:
    """A dated list of fraud types: its own name for each type it has."""

    year: int
    in_force: date
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Model:
    """Priors and weights, in nats, and the cues they hang on."""

    titles: Mapping[str, Text]
    log_prior: Mapping[str, float]
    stage_weights: Mapping[str, Mapping[str, float]]
    cues: Cues
    cue_weights: tuple[tuple[str, float], ...]
    temper: float
    label_weight: float
    keywords: Mapping[str, tuple[str, ...]]


@cache
def police_lists() -> tuple[PoliceList, ...]:
    """The lists of ``catalog/fraud_types/list-*.yml``, oldest first."""
    lists = []
    for name in names("fraud_types", "list-"):
        file = read("fraud_types", name, PoliceListFile)
        labels = {type_: entry.label for type_, entry in file.labels.items()}
        if unknown_types := labels.keys() - model().titles.keys():
            raise catalog_error(name, f"unknown types {sorted(unknown_types)}")
        lists.append(PoliceList(file.year, file.in_force, labels))
    return tuple(sorted(lists, key=lambda police_list: police_list.in_force))


def list_on(day: date | None) -> PoliceList:
    """The newest list in force on `day`; the oldest for earlier days, the newest without a day."""
    lists = police_lists()
    if day is None:
        return lists[-1]
    return next(
        (police_list for police_list in reversed(lists) if police_list.in_force <= day), lists[0]
    )


def type_names() -> tuple[str, ...]:
    """The types of ``types.yml``, in its order."""
    return tuple(model().titles)


@cache
def model() -> Model:
    file = read("fraud_types", "types.yml", FraudTypesFile)
    cues = [
        (cue, (type_, weight))
        for type_, by_weight in file.cues.items()
        for weight, group in by_weight.items()
        for cue in group
    ]
    total = sum(entry.prior for entry in file.types.values())
    return Model(
        titles={name: entry.title for name, entry in file.types.items()},
        log_prior={name: math.log(entry.prior / total) for name, entry in file.types.items()},
        stage_weights=_stage_weights(file),
        cues=Cues(cue for cue, _ in cues),
        cue_weights=tuple(weight for _, weight in cues),
        temper=file.temper,
        label_weight=file.label,
        keywords={name: entry.label_words for name, entry in file.types.items()},
    )


def _stage_weights(file: FraudTypesFile) -> dict[str, dict[str, float]]:
    names = {stage for by_stage in file.stages.values() for stage in by_stage}
    if unknown_stages := names - {stage.name for stage in stages()}:
        raise catalog_error("types.yml", f"unknown stages {sorted(unknown_stages)}")
    return file.stages


def fraud_types(
    text: str, stages: Iterable[StageMention], label: str | None = None
) -> tuple[tuple[str, float], ...]:
    """(type, probability) of plain `text`, likeliest first; probabilities add up to 1."""
    classifier = model()
    weight = dict.fromkeys(classifier.log_prior, 0.0)
    for cue in {hit.cue for hit in classifier.cues.scan(text)}:
        type_, nats = classifier.cue_weights[cue]
        weight[type_] += nats
    stages_told = {mention.stage for mention in stages}
    for type_, by_stage in classifier.stage_weights.items():
        weight[type_] += sum(nats for stage, nats in by_stage.items() if stage in stages_told)
    score = {name: classifier.log_prior[name] + classifier.temper * weight[name] for name in weight}
    if (label_type := type_of_label(label)) is not None:
        score[label_type] += classifier.label_weight
    return _softmax(score)


def type_of_label(label: str | None) -> str | None:
    """The type that an officer's label means: by its id, a list's name for it, or a word in it."""
    if not label:
        return None
    return _labels().get(label.strip()) or next(
        (name for name, words in model().keywords.items() if any(word in label for word in words)),
        None,
    )


@cache
def _labels() -> Mapping[str, str]:
    by_label = {
        label: name for police_list in police_lists() for name, label in police_list.labels.items()
    }
    for name, title in model().titles.items():
        by_label |= {name: name, title.zh: name, title.en: name}
    return by_label


def _softmax(score: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    top = max(score.values())
    odds = {name: math.exp(value - top) for name, value in score.items()}
    total = sum(odds.values())
    order = sorted(odds.items(), key=lambda item: (-item[1], item[0]))
    return tuple((name, value / total) for name, value in order)
