"""Which of several suspected sources seized data really speaks for.

Where a program leaks, its popular shops seem to leak themselves; where a shop leaks, its program,
its warehouse and its courier stand out with it. So all suspects and all exhibits are put into one
likelihood: an order is copied into an exhibit at a rate that is the exhibit's own background and
the rates of the suspects that it went through. A suspect is worth what the likelihood loses without
it, the others' rates fitted anew; in each exhibit it pays for the rate that it adds (half the
logarithm of the copies, as in Schwarz's criterion), and copies that scatter more than by chance,
since a leak differs from shop to shop, are worth less by as much. The least worth goes first
(backward elimination), while it is worth less than the odds against it before any evidence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.detect.leaks.answers import LeakAnswer
from suyuan.detect.leaks.arrays import Floats
from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.detect.leaks.exhibits import ExhibitAttribution
from suyuan.store.tables import Tables

#: Log-odds over which a subject is weighed as a suspect: who is less likely changes nothing.
SUSPECT: Final = -3.0
#: Rounds in which the rates are fitted (expectation-maximisation).
ROUNDS: Final = 80
#: Orders whose courier, program or warehouse is recorded wrongly.
WRONG: Final = 0.03
#: Of more combinations than this, those through no suspect are counted together.
MOST_COMBINATIONS: Final = 20_000
#: Cells in which fewer copies are expected tell nothing of how much copies scatter.
FULL: Final = 1.0


@dataclass(frozen=True, slots=True)
class Copies:
    """Orders by the hands they went through: one entry a combination.

    ``placed_orders`` has as many orders, ``copy_counts`` (exhibit × combination) as many of them in
    an exhibit.
    """

    through: Mapping[str, np.ndarray]
    placed_orders: Floats
    copy_counts: Floats

    def of(self, subject: str) -> Floats:
        """The share of each combination that went through `subject`.

        Where an order does not say through whom it went, as many did as of its shop's orders; and
        so it is for the few that say it wrongly.
        """
        kind, _, name = subject.partition(":")
        is_named = np.asarray(self.through[kind] == name, dtype=float)
        shops, shop = np.unique(self.through["merchant"].astype(str), return_inverse=True)
        name_orders = np.bincount(shop, is_named * self.placed_orders, len(shops))
        usual = name_orders / np.maximum(np.bincount(shop, self.placed_orders, len(shops)), 1.0)
        unsaid = (self.through[kind] == "") & (self.through["merchant"] != "")
        wrong = WRONG if kind != "merchant" else 0.0
        return np.where(unsaid, usual[shop], (1.0 - wrong) * is_named + wrong * usual[shop])


def jointly(
    tables: Tables,
    leads: Mapping[str, tuple[LeakAnswer, ExhibitAttribution]],
    exhibits: Sequence[ExhibitAttribution],
    prior: float,
) -> dict[str, tuple[LeakAnswer, ExhibitAttribution]]:
    """`leads`, with no more evidence for a subject than all exhibits together have for it."""
    against = float(np.log((1.0 - prior) / prior))
    suspects = [s for s, (answer, _) in leads.items() if answer.evidence - against > SUSPECT]
    if not suspects:
        return dict(leads)
    copies = _count_copies(tables, exhibits)
    if len(copies.placed_orders) > MOST_COMBINATIONS:
        copies = _together(copies, suspects)
    worth = worths(copies, sorted(suspects), against)
    return {
        subject: (replace(answer, evidence=min(answer.evidence, worth[subject])), exhibit)
        if subject in worth
        else (answer, exhibit)
        for subject, (answer, exhibit) in leads.items()
    }


def _together(copies: Copies, suspects: Sequence[str]) -> Copies:
    """`copies` with the combinations through none of `suspects` as one."""
    through = np.stack([copies.of(suspect) for suspect in suspects]).any(axis=0)
    rest = ~through
    names = {kind: np.append(column[through], "") for kind, column in copies.through.items()}
    rest_copied = copies.copy_counts[:, rest].sum(axis=1, keepdims=True)
    return Copies(
        names,
        np.append(copies.placed_orders[through], copies.placed_orders[rest].sum()),
        np.concatenate([copies.copy_counts[:, through], rest_copied], axis=1),
    )


def worths(copies: Copies, suspects: Sequence[str], against: float) -> dict[str, float]:
    """Log evidence for each of `suspects`; `against` are the log-odds against each before it.

    Suspects whose orders are the same cannot be told apart and stand or fall together.
    """
    groups = _alike(copies, suspects)
    selection = list(groups)
    columns = {first: copies.of(first) for first in groups}
    while True:
        worth = {suspect: _worth(copies, columns, selection, suspect) for suspect in selection}
        least = min(selection, key=lambda suspect: (worth[suspect], suspect), default=None)
        if least is None or worth[least] >= against:
            break
        selection.remove(least)
    for suspect in groups:
        if suspect not in worth:
            worth[suspect] = _worth(copies, columns, [*selection, suspect], suspect)
    return {member: worth[first] for first, members in groups.items() for member in members}


def _alike(copies: Copies, suspects: Sequence[str]) -> dict[str, list[str]]:
    groups: dict[bytes, list[str]] = {}
    for suspect in suspects:
        groups.setdefault(copies.of(suspect).tobytes(), []).append(suspect)
    return {members[0]: members for members in groups.values()}


def _worth(
    copies: Copies, columns: Mapping[str, Floats], suspects: Sequence[str], suspect: str
) -> float:
    """What the likelihood loses without `suspect`, beside the others of `suspects`."""
    rest = [s for s in suspects if s != suspect]
    whole = _expectation(copies, [columns[s] for s in [*rest, suspect]])
    without = _expectation(copies, [columns[s] for s in rest])
    drop = (_log_likelihood(copies, whole) - _log_likelihood(copies, without)) / _scatter(
        copies, whole
    )
    price = 0.5 * np.log1p(copies.copy_counts.sum(axis=1))
    return float(np.maximum(drop - price, 0.0).sum())


def _expectation(copies: Copies, columns: Sequence[Floats]) -> Floats:
    """Copies expected in each exhibit and combination, at the likeliest rates."""
    member = np.stack([np.ones_like(copies.placed_orders), *columns])
    placed_orders, copy_counts = copies.placed_orders, copies.copy_counts
    size = member @ placed_orders
    rate = np.outer(copy_counts.sum(axis=1) / placed_orders.sum(), np.ones(len(member)))
    for _ in range(ROUNDS):
        part = rate @ member
        rate = rate * ((copy_counts / np.maximum(part, 1e-12)) @ member.T) / np.maximum(size, 1e-12)
    return np.maximum(rate @ member, 1e-12) * placed_orders


def _log_likelihood(copies: Copies, expectation: Floats) -> Floats:
    """Poisson, of each exhibit, but for what does not depend on the rates."""
    return np.asarray((copies.copy_counts * np.log(expectation) - expectation).sum(axis=1))


def _scatter(copies: Copies, expectation: Floats) -> Floats:
    """How many times more than by chance the copies of each exhibit scatter; at least once."""
    full = expectation >= FULL
    excess = np.where(full, (copies.copy_counts - expectation) ** 2 / expectation, 0.0).sum(axis=1)
    return np.maximum(excess / np.maximum(full.sum(axis=1), 1), 1.0)


def _count_copies(tables: Tables, exhibits: Sequence[ExhibitAttribution]) -> Copies:
    """Orders of each combination, and their copies in each exhibit that is asked on its own.

    What lies in none of these is an exhibit as well; the first of `exhibits` holds all.
    """
    names = list(ATTRIBUTES)
    combinations = _fill_nulls(tables.engine.gather(_placed_orders, tables["orders"]), names)
    whole, exhibit_tables = exhibits[0].copy_rows, [table.copy_rows for table in exhibits[1:]]
    apart = pa.concat_arrays(
        [pa.array([], whole["order_id"].type)]
        + [chunk for table in exhibit_tables for chunk in table["order_id"].chunks]
    )
    rest = whole.filter(pc.invert(pc.is_in(whole["order_id"], value_set=apart)))
    copy_counts = np.stack(
        [_of(combinations, table, names) for table in [*exhibit_tables, rest] if len(table)]
    )
    through = {
        kind: np.array(combinations[name].to_pylist(), dtype=object)
        for name, kind in ATTRIBUTES.items()
    }
    return Copies(through, combinations["placed"].to_numpy().astype(float), copy_counts)


def _placed_orders(orders: ir.Table) -> ir.Table:
    counts = orders.group_by(*ATTRIBUTES).aggregate(placed=orders.count())
    return counts.order_by(list(ATTRIBUTES))


def _of(combinations: pa.Table, copy_rows: pa.Table, names: list[str]) -> Floats:
    place = combinations.select(names).append_column(
        "place", pa.array(np.arange(len(combinations)))
    )
    rows = _fill_nulls(copy_rows.select([*names, "order_id"]), names).join(place, names)
    counts = np.bincount(rows["place"].to_numpy(), minlength=len(combinations))
    return counts.astype(float)


def _fill_nulls(table: pa.Table, names: list[str]) -> pa.Table:
    """What is missing as an empty word: a join matches no nulls."""
    for name in names:
        place = table.column_names.index(name)
        table = table.set_column(place, name, pc.fill_null(table[name], ""))
    return table
