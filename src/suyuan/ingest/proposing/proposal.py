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
    COUNTERPARTY,
    DIRECTION,
    IN_AMOUNT,
    OUT_AMOUNT,
    OWN,
    STATEMENT_ROLES,
    role_of,
    statement_sides,
)
from suyuan.ingest.proposing.table_sample import TableSample, sample_of
from suyuan.ingest.settings import FileSettings
from suyuan.model.columns import Column, Table, Type
from suyuan.model.records import RECORDS
from suyuan.model.text import Text

SAMPLES: Final = 5
#: Roles that several columns may have: a day and a clock, texts that are alternatives.
SEVERAL: Final = frozenset({"at", "started_at", "memo", OWN, COUNTERPARTY})


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
        return statement_sides().get(self.table, ("", ""))

    @property
    def is_statement(self) -> bool:
        """Whether rows are told from one account's side."""
        roles = {column.role for column in self.columns}
        return self.table in statement_sides() and not {*self.parties} <= roles

    @property
    def is_signed(self) -> bool:
        """Whether the sign of the amount tells the direction."""
        roles = {column.role for column in self.columns}
        return self.is_statement and not roles & {DIRECTION, OUT_AMOUNT, IN_AMOUNT}

    @property
    def missing_columns(self) -> tuple[str, ...]:
        """Required columns that nothing is suggested for."""
        roles = {column.role for column in self.columns}
        if self.is_statement:
            roles |= {*self.parties}
            if roles & {OUT_AMOUNT, IN_AMOUNT}:
                roles.add("amount")
        required_names = (c.name for c in RECORDS[self.table] if c.mandatory)
        return tuple(name for name in required_names if name not in roles and name != "payment_id")

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
        return _complete(replace(self, columns=tuple(columns)))


def propose_mapping(
    file: Path, *, table: str | None = None, settings: FileSettings | None = None
) -> Proposal:
    """Propose how to read `file`, as `table` where that is known.

    Raises :class:`InputError` where the file holds no table.
    """
    sample = sample_of(file, settings or FileSettings(file.name))
    record_table = RECORDS[table] if table else _likeliest(sample)
    proposal = _draft(record_table, sample)
    giver, _ = proposal.parties
    kind = record_table.column(giver).kind if giver else None
    own = settings.own if settings else None
    own = own or find_above(kind or "", sample.above) or in_name(file.name, kind or "")
    sure = table is not None or proposal.confirmed > 0 or _count_named(proposal) > 1
    return replace(proposal, own=own if proposal.is_statement else None, sure=sure)


def _count_named(proposal: Proposal) -> int:
    """How many columns that rows need, or that tell a direction, are known by their names."""
    required_roles = {c.name for c in RECORDS[proposal.table] if c.mandatory} | {*STATEMENT_ROLES}
    return sum(c.role in required_roles and c.because == BY_NAME for c in proposal.columns)


def _draft(table: Table, sample: TableSample) -> Proposal:
    proposal = Proposal(table.name, tuple(_suggestions(table, sample)), sample)
    if table.name in statement_sides():
        proposal = _with_balances(proposal) if table.name == "payments" else proposal
        proposal = _with_flag(proposal)
    return _complete(proposal)


def _complete(proposal: Proposal) -> Proposal:
    """What follows from the roles: words, units, days."""
    amounts = [c for role in ("amount", OUT_AMOUNT, IN_AMOUNT) for c in proposal.cells(role)]
    unit_headers = [c.header for c in proposal.columns if c.role and unit_of(c.header)]
    whole = bool(amounts) and all(map(is_whole, amounts)) and not unit_headers
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
    draft = _with_roles(proposal, places, BY_BALANCE)
    if clue.amount is None:
        return replace(_without_roles(draft, {"amount"}), confirmed=clue.hits)
    is_inverted = _sign(columns[clue.amount], clue)
    if is_inverted is not None:
        draft = _without_roles(draft, {DIRECTION, OUT_AMOUNT, IN_AMOUNT})
        return replace(draft, inverted=is_inverted, confirmed=clue.hits)
    return _flag_by_balance(draft, columns, clue)


def _flag_by_balance(
    proposal: Proposal, columns: Sequence[Sequence[str]], clue: BalanceClue
) -> Proposal:
    """The column whose words go with the balances."""
    apart = {clue.balance, clue.amount or 0}
    flags = find_words(columns, clue.steps, apart)
    if not flags:
        return proposal
    direction_flags = [f for f in flags if proposal.columns[f.place].role == DIRECTION]
    flag: WordClue = (direction_flags or flags)[0]
    outcomes = word_outcomes(proposal.table, flag.place, columns[flag.place])
    words = outcomes.with_words(flag.out_words, flag.in_words)
    draft = _with_roles(proposal, {flag.place: DIRECTION}, BY_BALANCE)
    draft = _without_roles(draft, {OUT_AMOUNT, IN_AMOUNT})
    return replace(draft, words=words, confirmed=clue.hits)


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
            return _with_roles(replace(proposal, words=words), {place: DIRECTION}, BY_WORDS)
    return proposal


def _only_flags(proposal: Proposal) -> Proposal:
    """A column that is named like a direction and holds no word of one is something else."""
    for place, column in enumerate(proposal.columns):
        if column.role == DIRECTION and proposal.words.place != place:
            words = word_outcomes(proposal.table, place, proposal.sample.cells(place))
            if len({*proposal.sample.cells(place)}) > _MOST_WORDS or not words.every:
                return _with_roles(proposal, {place: None}, NOT_WORDS)
    return proposal


def _with_roles(proposal: Proposal, places: Mapping[int, str | None], because: Text) -> Proposal:
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


def _without_roles(proposal: Proposal, roles: set[str]) -> Proposal:
    columns = (replace(c, role=None) if c.role in roles else c for c in proposal.columns)
    return replace(proposal, columns=tuple(columns))


def _likeliest(sample: TableSample) -> Table:
    """The table whose required columns are best met by names, then by what cells look like."""

    def fit(table: Table) -> tuple[int, int, int]:
        proposal = _draft(table, sample)
        required_names = {c.name for c in table if c.mandatory and c.name != "payment_id"}
        roles = {c.role for c in proposal.columns if c.role}
        missing_count = len(proposal.missing_columns)
        if proposal.is_statement and not roles & {DIRECTION, OUT_AMOUNT, IN_AMOUNT, BALANCE}:
            missing_count += 1  # nothing tells which way rows went
        return (
            (len(required_names) - missing_count) * 3 - len(required_names) * 2 + len(roles),
            len(roles),
            -missing_count,
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
    if {*statement_sides().get(table.name, "?")} <= roles and not roles & {OUT_AMOUNT, IN_AMOUNT}:
        # Each row names both sides: no statement of one of them.
        by_name = {n: role for n, role in by_name.items() if role not in STATEMENT_ROLES}
    used_roles = set(by_name.values())
    suggestions = []
    for place, header in enumerate(sample.headers):
        cells = tuple(cell for cell in sample.cells(place) if cell)
        role, because = by_name.get(place), BY_NAME
        if role is None:
            role, because = _by_values(table, cells, used_roles)
            used_roles |= {role} if role else set()
        suggestions.append(Suggestion(header, cells[:SAMPLES], role, because))
    return suggestions


def _by_values(table: Table, cells: Sequence[str], used_roles: set[str]) -> tuple[str | None, Text]:
    seems = looks(cells)
    if seems is None:
        return None, Text("nothing known", "无法判断")
    kind, because = seems
    parties = statement_sides().get(table.name, ("", ""))
    fits: list[Callable[[Column], bool]] = [lambda c: c.mandatory, lambda c: not c.mandatory]
    if kind == "clock":
        clock = next((c.name for c in table if c.type is Type.TIME and c.mandatory), None)
        return clock, because
    for condition in fits:
        for column in table:
            if condition(column) and _accepts(column, kind) and column.name not in used_roles:
                role = column.name
                if role in parties and used_roles & {*STATEMENT_ROLES}:
                    role = COUNTERPARTY if COUNTERPARTY not in used_roles else OWN
                return (role, because) if role not in used_roles else (None, because)
    return None, because


def _accepts(column: Column, kind: str) -> bool:
    if kind in {"phone", "bank_account", "device", "sim"}:
        return column.kind == kind
    return column.type == {"time": Type.TIME, "money": Type.MONEY}[kind]


_MOST_WORDS: Final = 12
BY_NAME: Final = Text("by its name", "依列名")
BY_PERSON: Final = Text("given by a person", "人工指定")
BY_BALANCE: Final = Text("by the balances", "依余额推算")
BY_WORDS: Final = Text("by its words", "依其取值")
NOT_WORDS: Final = Text("no words for a direction", "取值不是方向用语")
