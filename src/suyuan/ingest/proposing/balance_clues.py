"""What balances say of a list: which column is the balance, and which way each row went.

A balance that follows from the one before (or below) by an amount tells both, whatever the columns
are called and in whatever words the direction is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Final

from suyuan.ingest.proposing.cell_looks import number_in

#: Columns with numbers that are tried, from the left.
_COLUMN_LIMIT: Final = 12
_SHARE: Final = 0.8
#: More words than this in one column tell no direction.
_WORDS: Final = 12

Numbers = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class BalanceClue:
    """Places of the columns, and of each row whether the balance rose (1), fell (-1), or neither.

    ``amount`` for one column of amounts, else ``out_amount`` and ``in_amount``. ``hits`` is how
    many rows follow.
    """

    balance: int
    steps: tuple[int, ...]
    hits: int
    amount: int | None = None
    out_amount: int | None = None
    in_amount: int | None = None


@dataclass(frozen=True, slots=True)
class WordClue:
    """A column of words, and which of them go with a balance that fell or rose."""

    place: int
    out_words: tuple[str, ...]
    in_words: tuple[str, ...]
    unclear: tuple[str, ...]


def find_balance(columns: Sequence[Sequence[str]]) -> BalanceClue | None:
    """The columns (cells by row) that follow one another as amounts and balance do."""
    numbers = {n: values for n, cells in enumerate(columns) if (values := _numbers(cells))}
    if len(numbers) > _COLUMN_LIMIT:
        numbers = dict([*numbers.items()][:_COLUMN_LIMIT])
    clues = [*_pairs(numbers), *_triples(numbers)]
    return max(clues, key=lambda clue: clue.hits, default=None)


def find_words(
    columns: Sequence[Sequence[str]], steps: Sequence[int], apart: set[int]
) -> list[WordClue]:
    """The columns whose words go with the steps, each word with one of them; the fullest first."""
    clues = []
    for place, cells in enumerate(columns):
        words = {*cells}
        if place in apart or not 1 < len(words) <= _WORDS:
            continue
        by_step = {
            word: {step for cell, step in zip(cells, steps, strict=True) if cell == word and step}
            for word in words
        }
        if all(len(directions) < 2 for directions in by_step.values()):
            out, come = (_only(by_step, step) for step in (-1, 1))
            if out and come:
                clues.append(WordClue(place, out, come, tuple(sorted(words - {*out, *come}))))
    return sorted(clues, key=lambda clue: (len(clue.unclear), len(clue.out_words + clue.in_words)))


def _only(by_step: Mapping[str, set[int]], step: int) -> tuple[str, ...]:
    return tuple(sorted(word for word, steps in by_step.items() if steps == {step}))


def _numbers(cells: Sequence[str]) -> Numbers:
    """The numbers of a column; nothing where the cells are something else."""
    numbers = [number_in(cell) for cell in cells]
    cell_count = sum(bool(cell) for cell in cells)
    read = sum(number is not None for number in numbers)
    return numbers if cell_count and read >= 0.9 * cell_count else []


def _pairs(numbers: Mapping[int, Numbers]) -> list[BalanceClue]:
    clues = []
    for amount, balance in permutations(numbers, 2):
        if sum(map(bool, numbers[amount])) < _SHARE * len(numbers[amount]):
            continue  # one of two columns, perhaps
        steps = _steps(numbers[amount], numbers[balance])
        if hits := sum(map(abs, steps)):
            clues.append(BalanceClue(balance, steps, hits, amount=amount))
    return clues


def _triples(numbers: Mapping[int, Numbers]) -> list[BalanceClue]:
    """Two columns of which one is filled on each row, and a balance that follows from both."""
    clues = []
    for first, second in combinations(numbers, 2):
        sums = _merge_columns(numbers[first], numbers[second])
        for balance in numbers.keys() - {first, second} if sums else ():
            steps = _steps(sums, numbers[balance])
            signs = [
                {s for s, x in zip(steps, numbers[n], strict=True) if s and x}
                for n in (first, second)
            ]
            # The first row follows from nothing; where it is alone in its column, the rest tell.
            if signs[0] != signs[1] and all(len(side) < 2 for side in signs):
                falls = -1 in signs[0] or 1 in signs[1]
                out, come = (first, second) if falls else (second, first)
                hits = sum(map(abs, steps)) + 1  # says more than one column with gaps does
                clue = BalanceClue(balance, steps, hits, out_amount=out, in_amount=come)
                clues.append(clue)
    return clues


def _merge_columns(first: Numbers, second: Numbers) -> list[int | None]:
    if any(a and b for a, b in zip(first, second, strict=True)) or not (any(first) and any(second)):
        return []
    return [a or b for a, b in zip(first, second, strict=True)]


def _steps(amounts: Numbers, balances: Numbers) -> tuple[int, ...]:
    """Where the balance rose or fell by the amount; nothing where most rows do not follow."""
    best: tuple[int, ...] = ()
    for shift in (1, -1):
        steps, comparisons = [0] * len(amounts), 0
        for n, amount in enumerate(amounts):
            before = n - shift
            if not amount or not 0 <= before < len(amounts):
                continue
            last, now = balances[before], balances[n]
            if last is None or now is None:
                continue
            comparisons += 1
            steps[n] = (abs(now - last) == abs(amount)) * (1 if now > last else -1)
        if sum(map(abs, steps)) >= max(1, _SHARE * comparisons) and sum(map(abs, steps)) > sum(
            map(abs, best)
        ):
            best = tuple(steps)
    return best or (0,) * len(amounts)
