"""A column that says which way a row went, in a file that no profile knows.

Such a file is told from one account's (or phone's) point of view: a mapping without the direction
would turn half of its rows round.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from suyuan.ingest.mapping.profiles import shipped

#: An own account above the header, as banks and carriers write it.
_OWN_ABOVE = r"(?:账号|卡号|账户|号码)\s*[::,]?\s*[\[【]?(\d[\d* ]{6,}\d)"


@dataclass(frozen=True, slots=True)
class Direction:
    """The header of the column, its words for out and in, and the two columns of ours it turns."""

    header: str
    out_words: tuple[str, ...]
    in_words: tuple[str, ...]
    giver: str
    taker: str

    def sides(self, own: Sequence[str], other: Sequence[str], balance: Sequence[str]) -> object:
        """The ``sides`` of a profile, for the headers of the own and of the other party."""
        made: dict[str, object] = {"giver": self.giver, "taker": self.taker, "own": list(own)}
        made |= {"own_above": _OWN_ABOVE, "other": list(other)}
        words = {"out": list(self.out_words), "in": list(self.in_words)}
        return made | {"direction": {"from": self.header} | words, "balance": list(balance)}


def find_direction(table: str, columns: Sequence[tuple[str, tuple[str, ...]]]) -> Direction | None:
    """The column of `columns` (header, cells) all of whose cells are words for a direction."""
    for giver, taker, out_words, in_words in _words(table):
        for header, cells in columns:
            if cells and set(cells) <= out_words | in_words:
                outs, ins = sorted(out_words & set(cells)), sorted(in_words & set(cells))
                every = (tuple(outs or sorted(out_words)), tuple(ins or sorted(in_words)))
                return Direction(header, *every, giver, taker)
    return None


@cache
def _words(table: str) -> list[tuple[str, str, frozenset[str], frozenset[str]]]:
    """For each profile of `table` that knows directions: the columns it turns, and the words."""
    return [
        (
            one.sides.giver,
            one.sides.taker,
            frozenset(one.sides.out_words),
            frozenset(one.sides.in_words),
        )
        for one in shipped()
        if one.table == table and one.sides and one.sides.out_words
    ]
