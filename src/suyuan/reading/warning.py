"""Warning before the loan: how a dialogue looks, sentence by sentence, while it is still going on.

Signals of ``catalog/wording/warning.yml`` add up, each once; some weigh more together. A warning
is a reason to stop and ask somebody, never a statement about the caller.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from suyuan.model.text import Text
from suyuan.reading.catalog import read
from suyuan.reading.cues import Cues, is_denied
from suyuan.reading.normalise import plain
from suyuan.reading.wording_files import PRICE_SIGNAL, WarningWords

RiskGrade = Literal["high", "medium", "low"]
_SENTENCE = re.compile(r"[^。!?\n]+[。!?]*")
_CLAUSE = re.compile(r"[^,;]+")
_PRICE = re.compile(r"(?:价格|价值|实付|花了|付了)[^,。\d]{0,4}(\d+(?:\.\d+)?)元")
_REPAID = re.compile(r"(?:赔|退|补)[^,。\d]{0,6}(\d+(?:\.\d+)?)元")
#: Beyond this many characters a dialogue is cut off; what was cut is said.
MOST_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class WarningReason:
    """A signal: in which sentence (from 1) it was heard, its words, and what it adds."""

    sentence: int
    signal: str
    title: Text
    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class DialogueWarning:
    """How a dialogue looks so far. `high_at` is the sentence at which it became high."""

    grade: RiskGrade
    score: float
    sentences: int
    high_at: int | None
    reasons: tuple[WarningReason, ...]
    cut: int = 0


@dataclass(frozen=True, slots=True)
class _Signal:
    name: str
    weight: float
    title: Text


@dataclass(frozen=True, slots=True)
class _Pair:
    names: frozenset[str]
    weight: float
    title: Text


@dataclass(frozen=True, slots=True)
class _Knowledge:
    signals: tuple[_Signal, ...]
    of_cue: tuple[int, ...]
    cues: Cues
    pairs: tuple[_Pair, ...]
    denials: tuple[str, ...]
    warning: tuple[str, ...]
    high: float
    medium: float


def warn(dialogue: str | Sequence[str]) -> DialogueWarning:
    """The warning for a text, or for sentences in the order in which they were said."""
    knowledge = _knowledge()
    text = dialogue if isinstance(dialogue, str) else "\n".join(dialogue)
    excerpt = plain(text[:MOST_CHARACTERS])
    by_signal: dict[str, WarningReason] = {}
    high_at: int | None = None
    number = 0
    for number, sentence in enumerate(_sentences(excerpt), 1):
        for reason in _new(knowledge, sentence, number, by_signal):
            by_signal[reason.signal] = reason
        if high_at is None and _score(by_signal.values()) >= knowledge.high:
            high_at = number
    score = _score(by_signal.values())
    grade: RiskGrade = (
        "high" if score >= knowledge.high else "medium" if score >= knowledge.medium else "low"
    )
    reasons = tuple(by_signal.values())
    return DialogueWarning(grade, score, number, high_at, reasons, max(0, len(text) - len(excerpt)))


def _sentences(text: str) -> Iterator[str]:
    return (match[0].strip() for match in _SENTENCE.finditer(text) if match[0].strip())


def _score(reasons: Iterable[WarningReason]) -> float:
    return sum(reason.weight for reason in reasons)


def _new(
    knowledge: _Knowledge, sentence: str, number: int, by_signal: dict[str, WarningReason]
) -> Iterator[WarningReason]:
    """What this sentence adds to what was heard."""
    if any(word in sentence for word in knowledge.warning):
        return
    candidates = dict(_reasons_in(knowledge, sentence, number))
    amounts = _above_price(sentence)
    if amounts is not None:
        signal = next(s for s in knowledge.signals if s.name == PRICE_SIGNAL)
        candidates.setdefault(
            signal.name, WarningReason(number, signal.name, signal.title, amounts, signal.weight)
        )
    yield from (reason for name, reason in candidates.items() if name not in by_signal)
    names = by_signal.keys() | candidates.keys()
    for pair in knowledge.pairs:
        name = "+".join(sorted(pair.names))
        if pair.names <= names and name not in by_signal:
            yield WarningReason(number, name, pair.title, "", pair.weight)


def _reasons_in(
    knowledge: _Knowledge, sentence: str, number: int
) -> Iterator[tuple[str, WarningReason]]:
    for clause in _CLAUSE.findall(sentence):
        if any(word in clause for word in knowledge.denials):
            continue
        for hit in knowledge.cues.scan(clause):
            if is_denied(clause, hit.start):
                continue
            signal = knowledge.signals[knowledge.of_cue[hit.cue]]
            words = clause[hit.start : hit.end]
            yield (
                signal.name,
                WarningReason(number, signal.name, signal.title, words, signal.weight),
            )


def _above_price(sentence: str) -> str | None:
    """Where one sentence names a price and a higher compensation."""
    price, basis = _PRICE.search(sentence), _REPAID.search(sentence)
    if price is None or basis is None or float(basis[1]) <= float(price[1]):
        return None
    return f"{price[0]} … {basis[0]}"


@cache
def _knowledge() -> _Knowledge:
    file = read("wording", "warning.yml", WarningWords)
    groups = [[plain(cue) for cue in entry.cues] for entry in file.signals.values()]
    return _Knowledge(
        tuple(_Signal(name, entry.weight, entry.title) for name, entry in file.signals.items()),
        tuple(place for place, group in enumerate(groups) for _ in group),
        Cues(cue for group in groups for cue in group),
        tuple(_Pair(frozenset(pair.of), pair.weight, pair.title) for pair in file.pairs),
        file.denials,
        file.warning,
        file.grades.high,
        file.grades.medium,
    )
