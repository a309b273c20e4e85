"""A mapping proposed for a file that no profile knows: from headers, cells, and balances.

The proposal is shown with samples, corrected by a person, tried on the file's own rows, and
written as a profile; nothing is read by a proposal alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from suyuan.ingest.formats.headers import unit_of
from suyuan.ingest.mapping.own_account import find_above, in_name
from suyuan.ingest.proposing.balance_clues import BalanceClue, WordClue, find_balance, find_words
from suyuan.ingest.proposing.cell_looks import day_order, is_negative, is_whole, looks
from suyuan.ingest.proposing.direction_words import DirectionWords, word_outcomes
from suyuan.ingest.proposing.header_words import (
    BALANCE,
    DIRECTION,
    IN_AMOUNT,
    OTHER,
    OUT_AMOUNT,
    OWN,
    STATEMENT_ROLES,
    role_of,
    sided,
)
from suyuan.ingest.proposing.table_sample import TableSample, sample_of
from suyuan.ingest.settings import FileSettings
from suyuan.model.columns import Column, Table, Type
from suyuan.model.records import RECORDS
from suyuan.model.text import Text

SAMPLES: Final = 5
#: Roles that several columns may have: a day and a clock, texts that are alternatives.
SEVERAL: Final = frozenset({"at", "started_at", "memo", OWN, OTHER})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One column of the file: samples, what it seems to be, and why (None: unknown).

    ``role`` is a column of the table, or a part of a statement (:data:`STATEMENT_ROLES`).
    """

    header: str
    samples: tuple[str, ...]
    role: str | None
    because: Text


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a file is to be read.

    ``words`` tell the direction of a statement; ``inverted``: what was spent is positive. ``unit``
    is that of amounts (元, 分), ``days`` the order of days with the year last. ``own`` is the
    account that the text above or the file's name gives.
    """

    table: str
    columns: tuple[Suggestion, ...]
    sample: TableSample
    words: DirectionWords = field(default_factory=DirectionWords)
    inverted: bool = False
    unit: str | None = None
    days: str | None = None
    own: str | None = None
    confirmed: int = 0  # rows whose balance says the same of the direction
    sure: bool = True  # which table it is

    def headers(self, role: str) -> list[str]:
        return [column.header for column in self.columns if column.role == role]

    def cells(self, role: str) -> list[str]:
        """The filled cells of all columns with this role."""
        places = [n for n, column in enumerate(self.columns) if column.role == role]
        return [cell for n in places for cell in self.sample.cells(n) if cell]

    @property
    def parties(self) -> tuple[str, str]:
        """Our two columns for who gave and who took; empty texts where the table has none."""
        return sided().get(self.table, ("", ""))

    @property
    def is_statement(self) -> bool:
        """Whether rows are told from one account's side."""
        roles = {column.role for column in self.columns}
        return self.table in sided() and not {*self.parties} <= roles

    @property
    def signed(self) -> bool:
        """Whether the sign of the amount tells the direction."""
        roles = {column.role for column in self.columns}
        return self.is_statement and not roles & {DIRECTION, OUT_AMOUNT, IN_AMOUNT}

    @property
    def lacking(self) -> tuple[str, ...]:
        """Required columns that nothing is suggested for."""
        filled = {column.role for column in self.columns}
        if self.is_statement:
            filled |= {*self.parties}
            if filled & {OUT_AMOUNT, IN_AMOUNT}:
                filled.add("amount")
        required = (c.name for c in RECORDS[self.table] if c.mandatory)
        return tuple(name for name in required if name not in filled and name != "payment_id")

    def with_(self, answers: Mapping[str, str | None]) -> "Proposal":
        """The proposal with what a person said of some headers (None: ignore the column)."""
        single = {role for role in answers.values() if role and role not in SEVERAL}
        roles = {c.header: None if c.role in single else c.role for c in self.columns}
        roles |= dict(answers)
        columns = (
            replace(c, role=roles[c.header], because=BY_PERSON)
            if c.header in answers or roles[c.header] != c.role
            else c
            for c in self.columns
        )
        return _settled(replace(self, columns=tuple(columns)))


def propose_mapping(
    file: Path, *, table: str | None = None, settings: FileSettings | None = None
) -> Proposal:
    """Propose how to read `file`, as `table` where that is known.

    Raises :class:`InputError` where the file holds no table.
    """
    sample = sample_of(file, settings or FileSettings(file.name))
    chosen = RECORDS[table] if table else _likeliest(sample)
    proposal = _proposed(chosen, sample)
    giver, _ = proposal.parties
    kind = chosen.column(giver).kind if giver else None
    own = settings.own if settings else None
    own = own or find_above(kind or "", sample.above) or in_name(file.name, kind or "")
    sure = table is not None or proposal.confirmed > 0 or _named(proposal) > 1
    return replace(proposal, own=own if proposal.is_statement else None, sure=sure)


def _named(proposal: Proposal) -> int:
    """How many columns that rows need, or that tell a direction, are known by their names."""
    needed = {c.name for c in RECORDS[proposal.table] if c.mandatory} | {*STATEMENT_ROLES}
    return sum(c.role in needed and c.because == BY_NAME for c in proposal.columns)


def _proposed(table: Table, sample: TableSample) -> Proposal:
    proposal = Proposal(table.name, tuple(_suggestions(table, sample)), sample)
    if table.name in sided():
        proposal = _with_balances(proposal) if table.name == "payments" else proposal
        proposal = _with_flag(proposal)
    return _settled(proposal)


def _settled(proposal: Proposal) -> Proposal:
    """What follows from the roles: words, units, days."""
    amounts = [c for role in ("amount", OUT_AMOUNT, IN_AMOUNT) for c in proposal.cells(role)]
    named = [c.header for c in proposal.columns if c.role and unit_of(c.header)]
    whole = bool(amounts) and all(map(is_whole, amounts)) and not named
    days = [order for role in ("at", "started_at") if (order := day_order(proposal.cells(role)))]
    flags = [n for n, column in enumerate(proposal.columns) if column.role == DIRECTION]
    words = proposal.words
    if flags and words.place != flags[0]:
        words = word_outcomes(proposal.table, flags[0], proposal.sample.cells(flags[0]))
    return replace(
        proposal,
        words=words if flags else DirectionWords(),
        unit=proposal.unit or (None if whole else "元"),
        days=proposal.days if proposal.days in {"dmy", "mdy"} else next(iter(days), None),
    )


def _with_balances(proposal: Proposal) -> Proposal:
    """What the balances say of amounts, direction and sign; over what names say."""
    columns = proposal.sample.columns
    clue = find_balance(columns)
    roles = {column.role for column in proposal.columns}
    if clue is None or (clue.hits < 2 and not roles & {BALANCE, "balance_after"}):
        return proposal
    places = {clue.balance: BALANCE}
    parts = (("amount", clue.amount), (OUT_AMOUNT, clue.out_amount), (IN_AMOUNT, clue.in_amount))
    places |= {place: role for role, place in parts if place is not None}
    found = _placed(proposal, places, BY_BALANCE)
    if clue.amount is None:
        return replace(_dropped(found, {"amount"}), confirmed=clue.hits)
    inverted = _sign(columns[clue.amount], clue)
    if inverted is not None:
        found = _dropped(found, {DIRECTION, OUT_AMOUNT, IN_AMOUNT})
        return replace(found, inverted=inverted, confirmed=clue.hits)
    return _flagged(found, columns, clue)


def _flagged(proposal: Proposal, columns: Sequence[Sequence[str]], clue: BalanceClue) -> Proposal:
    """The column whose words go with the balances."""
    apart = {clue.balance, clue.amount or 0}
    flags = find_words(columns, clue.steps, apart)
    if not flags:
        return proposal
    named = [f for f in flags if proposal.columns[f.place].role == DIRECTION]
    flag: WordClue = (named or flags)[0]
    known = word_outcomes(proposal.table, flag.place, columns[flag.place])
    words = known.corrected(flag.out_words, flag.in_words)
    found = _placed(proposal, {flag.place: DIRECTION}, BY_BALANCE)
    found = _dropped(found, {OUT_AMOUNT, IN_AMOUNT})
    return replace(found, words=words, confirmed=clue.hits)


def _sign(cells: Sequence[str], clue: BalanceClue) -> bool | None:
    """Whether amounts are negative where the balance rose; None where there are no signs."""
    signs = {
        (is_negative(cell), step)
        for cell, step in zip(cells, clue.steps, strict=True)
        if step and cell
    }
    if not any(negative for negative, _ in signs):
        return None
    if signs <= {(True, -1), (False, 1)}:
        return False
    return True if signs <= {(True, 1), (False, -1)} else None


def _with_flag(proposal: Proposal) -> Proposal:
    """A column all of whose cells are words for a direction, where nothing else tells it."""
    roles = {column.role for column in proposal.columns}
    if roles & {DIRECTION, OUT_AMOUNT, IN_AMOUNT} or {*proposal.parties} <= roles:
        return proposal if DIRECTION not in roles else _only_flags(proposal)
    for place in range(len(proposal.columns)):
        words = word_outcomes(proposal.table, place, proposal.sample.cells(place))
        if words.out_words and words.in_words and not words.unclear:
            return _placed(replace(proposal, words=words), {place: DIRECTION}, BY_WORDS)
    return proposal


def _only_flags(proposal: Proposal) -> Proposal:
    """A column that is named like a direction and holds no word of one is something else."""
    for place, column in enumerate(proposal.columns):
        if column.role == DIRECTION and proposal.words.place != place:
            words = word_outcomes(proposal.table, place, proposal.sample.cells(place))
            if len({*proposal.sample.cells(place)}) > _MOST_WORDS or not words.every:
                return _placed(proposal, {place: None}, NOT_WORDS)
    return proposal


def _placed(proposal: Proposal, places: Mapping[int, str | None], because: Text) -> Proposal:
    """The proposal with the roles of some places; no other column keeps these roles."""
    columns = [
        replace(column, role=places[n], because=because)
        if n in places and column.role != places[n]
        else replace(column, role=None)
        if n not in places and column.role in {*places.values()} and column.role
        else column
        for n, column in enumerate(proposal.columns)
    ]
    return replace(proposal, columns=tuple(columns))


def _dropped(proposal: Proposal, roles: set[str]) -> Proposal:
    columns = (replace(c, role=None) if c.role in roles else c for c in proposal.columns)
    return replace(proposal, columns=tuple(columns))


def _likeliest(sample: TableSample) -> Table:
    """The table whose required columns are best met by names, then by what cells look like."""

    def fit(table: Table) -> tuple[int, int, int]:
        proposal = _proposed(table, sample)
        required = {c.name for c in table if c.mandatory and c.name != "payment_id"}
        filled = {c.role for c in proposal.columns if c.role}
        missing = len(proposal.lacking)
        if proposal.is_statement and not filled & {DIRECTION, OUT_AMOUNT, IN_AMOUNT, BALANCE}:
            missing += 1  # nothing tells which way rows went
        return (
            (len(required) - missing) * 3 - len(required) * 2 + len(filled),
            len(filled),
            -missing,
        )

    return max(RECORDS.values(), key=fit)


def _suggestions(table: Table, sample: TableSample) -> list[Suggestion]:
    """A suggestion for each column: by its name, else by what its cells look like."""
    by_name: dict[int, str] = {}
    for place, header in enumerate(sample.headers):
        role = None if sample.headless else role_of(table.name, header)
        if role and (role in SEVERAL or role not in by_name.values()):
            by_name[place] = role
    roles = {*by_name.values()}
    if {*sided().get(table.name, "?")} <= roles and not roles & {OUT_AMOUNT, IN_AMOUNT}:
        # Each row names both sides: no statement of one of them.
        by_name = {n: role for n, role in by_name.items() if role not in STATEMENT_ROLES}
    taken = set(by_name.values())
    suggestions = []
    for place, header in enumerate(sample.headers):
        cells = tuple(cell for cell in sample.cells(place) if cell)
        role, because = by_name.get(place), BY_NAME
        if role is None:
            role, because = _by_values(table, cells, taken)
            taken |= {role} if role else set()
        suggestions.append(Suggestion(header, cells[:SAMPLES], role, because))
    return suggestions


def _by_values(table: Table, cells: Sequence[str], taken: set[str]) -> tuple[str | None, Text]:
    seems = looks(cells)
    if seems is None:
        return None, Text("nothing known", "无法判断")
    what, because = seems
    parties = sided().get(table.name, ("", ""))
    fits: list[Callable[[Column], bool]] = [lambda c: c.mandatory, lambda c: not c.mandatory]
    if what == "clock":
        clock = next((c.name for c in table if c.type is Type.TIME and c.mandatory), None)
        return clock, because
    for wanted in fits:
        for column in table:
            if wanted(column) and _accepts(column, what) and column.name not in taken:
                role = column.name
                if role in parties and taken & {*STATEMENT_ROLES}:
                    role = OTHER if OTHER not in taken else OWN
                return (role, because) if role not in taken else (None, because)
    return None, because


def _accepts(column: Column, what: str) -> bool:
    if what in {"phone", "bank_account", "device", "sim"}:
        return column.kind == what
    return column.type == {"time": Type.TIME, "money": Type.MONEY}[what]


_MOST_WORDS: Final = 12
BY_NAME: Final = Text("by its name", "依列名")
BY_PERSON: Final = Text("given by a person", "人工指定")
BY_BALANCE: Final = Text("by the balances", "依余额推算")
BY_WORDS: Final = Text("by its words", "依其取值")
NOT_WORDS: Final = Text("no words for a direction", "取值不是方向用语")
