"""The corpus read: gold facts with their places, and scores against them."""

import re
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from suyuan.model.times import utc
from suyuan.reading import NarrativeReading, read_text

CORPUS = Path(__file__).parent / "corpus"
_MARK = re.compile(r"\[\[(\w+)=([^|]*)\|([^\]]*)\]\]")
_KINDS = {
    "amt": "amount",
    "time": "time",
    "tel": "phone",
    "acct": "account",
    "card": "card",
    "ord": "order",
    "way": "waybill",
    "goods": "goods",
}


class Gold(NamedTuple):
    id: str
    text: str
    reported_at: datetime
    type: str
    stages: list[str]
    facts: list[tuple[str, str, int, int]]


class Score(NamedTuple):
    right: int
    told: int
    found: int

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, self.told + self.found)


@cache
def corpus(name: str) -> tuple[Gold, ...]:
    entries = yaml.safe_load((CORPUS / f"{name}.yml").read_text("utf-8"))
    return tuple(_gold(entry) for entry in entries)


def _gold(entry: dict) -> Gold:
    text, facts, last = "", [], 0
    for mark in _MARK.finditer(entry["text"]):
        text += entry["text"][last : mark.start()]
        kind, value = _KINDS[mark[1]], mark[2]
        if kind == "amount":
            value = f"{float(value):.2f}"
        facts.append((kind, value, len(text), len(text) + len(mark[3])))
        text += mark[3]
        last = mark.end()
    text += entry["text"][last:]
    reported = datetime.fromisoformat(str(entry["reported"]))
    return Gold(entry["id"], text, utc(reported), entry["type"], entry["stages"], facts)


@cache
def read(name: str) -> tuple[tuple[Gold, NarrativeReading], ...]:
    return tuple((gold, read_text(gold.text, gold.reported_at)) for gold in corpus(name))


def facts_score(name: str, kind: str) -> tuple[Score, list[str]]:
    """A fact is right where kind and value agree and the places overlap; each counts once."""
    right = told = found = 0
    wrong = []
    for gold, reading in read(name):
        want = [fact for fact in gold.facts if fact[0] == kind]
        have = [(f.kind, f.normalised, f.start, f.end) for f in reading.of(kind)]
        told, found = told + len(want), found + len(have)
        for fact in want:
            same = next(
                (h for h in have if h[1] == fact[1] and h[2] < fact[3] and fact[2] < h[3]), None
            )
            if same is None:
                wrong.append(f"{gold.id} missed {fact} {gold.text[fact[2] : fact[3]]}")
            else:
                have.remove(same)
                right += 1
        wrong += [f"{gold.id} spurious {h} {gold.text[h[2] : h[3]]}" for h in have]
    return Score(right, told, found), wrong


def stages_score(name: str, *, ordered: bool) -> tuple[Score, list[str]]:
    """Stages in common: as a longest common subsequence, or as sets."""
    right = told = found = 0
    wrong = []
    for gold, reading in read(name):
        have = [mention.stage for mention in reading.stages]
        told, found = told + len(gold.stages), found + len(have)
        same = _common(gold.stages, have) if ordered else len(set(gold.stages) & set(have))
        right += same
        if have != gold.stages:
            missed = [s for s in gold.stages if s not in have]
            extra = [s for s in have if s not in gold.stages]
            wrong.append(f"{gold.id} missed {missed} spurious {extra}\n   {gold.stages}\n   {have}")
    return Score(right, told, found), wrong


def types_right(name: str) -> tuple[float, Counter[str]]:
    wrong: Counter[str] = Counter()
    for gold, reading in read(name):
        if reading.types[0][0] != gold.type:
            wrong[f"{gold.id} {gold.type} as {reading.types[:2]}"] += 1
    return 1 - wrong.total() / len(corpus(name)), wrong


def _common(a: list[str], b: list[str]) -> int:
    row = [0] * (len(b) + 1)
    for x in a:
        last = 0
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], last + 1 if x == y else max(row[j], row[j - 1])
    return row[-1]
