"""The same question asked of seized data: through whose hands did these orders go."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.detect.leaks.answers import LeakAnswer, answers, evidence_pairs
from suyuan.detect.leaks.arrays import Exposure, Pairings
from suyuan.detect.leaks.attribution import Attribution, attribute
from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.detect.leaks.copies import copies
from suyuan.detect.leaks.victims import inside, through
from suyuan.store.programs import derive_table
from suyuan.store.tables import Tables

#: Matches below this are not taken for copies.
SURE = 0.5
#: More orders than this say nothing more: every nth is weighed.
MOST = 4000
#: Exhibits with fewer copied orders are asked together with the others only.
FEWEST = 20
#: So many exhibits, those with most copies, are asked on their own.
MOST_EXHIBITS = 24


def copied_orders(tables: Tables) -> ir.Table:
    """Orders with a copy in seized data: once each, however many exhibits hold it.

    ``out_by`` is the first moment at which somebody is known to have had a copy; null where no copy
    says when it was obtained.
    """
    matches = copies(tables, SURE)
    rows = tables["leaked"].select("obtained_at", of="row_id").view()
    dated_copies = matches.left_join(rows, matches["leaked_row"] == rows["of"])
    order_copies = dated_copies.group_by("order_id").aggregate(
        sure=dated_copies["probability"].max(),
        leaked_row=dated_copies["leaked_row"].min(),
        out_by=dated_copies["obtained_at"].min(),
    )
    return order_copies.inner_join(tables["orders"], "order_id")


@dataclass(frozen=True, slots=True)
class ExhibitAttribution:
    """Attribution of the orders found in seized data; ``copy_rows`` has one row a pairing."""

    attribution: Attribution
    pairings: Pairings
    copy_rows: pa.Table

    def rows(self, subject: str, exposure: Exposure) -> list[dict[str, str]]:
        """Seized rows and their orders that speak for `subject`."""
        candidate = exposure.subjects.index(subject)
        picks = self.copy_rows.take(
            evidence_pairs(self.attribution, self.pairings, candidate)[:100]
        )
        line = {"subject": subject, "signal": "exhibit"}
        leaked_refs = [
            line | {"table": "leaked", "row_id": row, "note": "a copy of an order"}
            for row in picks["leaked_row"].to_pylist()
        ]
        return leaked_refs + [
            line | {"table": "orders", "row_id": row, "note": "found in seized data"}
            for row in picks["row_id"].to_pylist()
        ]


def inquire_exhibits(tables: Tables, exposure: Exposure) -> tuple[ExhibitAttribution, ...]:
    """Attribution of the copied orders: of all together, and of each exhibit on its own.

    A broker buys from a few sources: among the rows of one exhibit a source stands out that is
    drowned among those of all. Empty where nothing matched.
    """
    engine = tables.engine
    copy_table = derive_table(tables, copied_orders, tables)
    total = engine.gather(_count_copies, copy_table)["n"][0].as_py()
    if not total:
        return ()
    copy_rows = engine.gather(_part, copy_table, by=(max(-(-total // MOST), 1),))
    copy_rows = inside(copy_rows, exposure)
    if not len(copy_rows):
        return ()
    exhibit_rows = [copy_rows.filter(pa.array(mask)) for mask in _exhibits(tables, copy_rows)]
    return tuple(_attribute_copies(orders, exposure) for orders in (copy_rows, *exhibit_rows))


def _count_copies(copy_table: ir.Table) -> ir.Table:
    return copy_table.aggregate(n=copy_table.count())


def _part(copy_table: ir.Table, step: int) -> ir.Table:
    """Every order whose line `step` divides."""
    part = copy_table.filter(copy_table["line"] % step == 0)
    return part.select(
        "order_id", "row_id", "ordered_at", "sure", "leaked_row", "out_by", *ATTRIBUTES
    ).order_by("order_id")


def _holdings(tables: Tables) -> ir.Table:
    leaked_rows = tables["leaked"].select("exhibit_id", leaked_row="row_id")
    holdings = (
        copies(tables, SURE).select("order_id", "leaked_row").inner_join(leaked_rows, "leaked_row")
    )
    return holdings.select("exhibit_id", "order_id").distinct()


def _exhibits(tables: Tables, copy_rows: pa.Table) -> list[np.ndarray]:
    """Which of the orders `copy_rows` each exhibit holds, those with most first; none holds all."""
    pairs = tables.engine.fetch(derive_table(tables, _holdings, tables))
    order = pc.index_in(pairs["order_id"], value_set=copy_rows["order_id"].combine_chunks())
    placed_pairs = pairs.append_column("place", order).filter(pc.is_valid(order))
    sizes = placed_pairs.group_by("exhibit_id").aggregate([("place", "count")])
    sizes = sizes.sort_by([("place_count", "descending"), ("exhibit_id", "ascending")])
    masks: list[np.ndarray] = []
    for exhibit, size in zip(*(sizes[n].to_pylist() for n in sizes.column_names), strict=True):
        if FEWEST <= size < len(copy_rows) and len(masks) < MOST_EXHIBITS:
            own = placed_pairs.filter(pc.equal(placed_pairs["exhibit_id"], exhibit))[
                "place"
            ].to_numpy()
            masks.append(np.isin(np.arange(len(copy_rows)), own))
    return masks


def _attribute_copies(copy_rows: pa.Table, exposure: Exposure) -> ExhibitAttribution:
    n = len(copy_rows)
    pairings = Pairings(
        np.arange(n, dtype=np.int32),
        copy_rows["bin"].to_numpy().astype(np.int32),
        copy_rows["sure"].to_numpy() * 0.99,
        through(copy_rows, exposure),
        np.ones(n),
    )
    return ExhibitAttribution(attribute(exposure, pairings), pairings, copy_rows)


def strongest(
    exhibits: tuple[ExhibitAttribution, ...], exposure: Exposure, prior: float
) -> dict[str, tuple[LeakAnswer, ExhibitAttribution]]:
    """What speaks most for each subject, and the seized data that says it."""
    best: dict[str, tuple[LeakAnswer, ExhibitAttribution]] = {}
    for exhibit in exhibits:
        for answer in answers(exhibit.attribution, exposure, exhibit.pairings, prior):
            before = best.get(answer.subject)
            if before is None or answer.evidence > before[0].evidence:
                best[answer.subject] = (answer, exhibit)
    return best


def shares(tables: Tables, sources: ir.Table) -> ir.Table:
    """What share of each exhibit came from which source: ``exhibit_id``, ``subject``, ``share``.

    `sources` has ``subject``, ``first_seen`` and ``last_seen`` of the leaks. An order that several
    sources could have let out is parted equally; the rest of the exhibit is of unknown origin.
    """
    leaked_rows = tables["leaked"].select("exhibit_id", leaked_row="row_id")
    matches = copies(tables, SURE)
    rows = matches.inner_join(tables["orders"], "order_id").inner_join(leaked_rows, "leaked_row")
    parts = ibis.union(
        *(
            rows.select(
                "exhibit_id",
                "leaked_row",
                "ordered_at",
                subject=ibis.literal(f"{kind}:") + rows[name],
            )
            for name, kind in ATTRIBUTES.items()
        )
    )
    hit = parts.inner_join(sources, "subject")
    hit = hit.filter(hit["ordered_at"].between(hit["first_seen"], hit["last_seen"]))
    hit = hit.mutate(part=1.0 / hit["subject"].count().over(group_by="leaked_row"))
    size = leaked_rows.group_by("exhibit_id").aggregate(rows=lambda t: t.count())
    counts = hit.group_by(["exhibit_id", "subject"]).aggregate(n=hit["part"].sum())
    counts = counts.inner_join(size, "exhibit_id")
    return counts.select(
        "exhibit_id", "subject", "rows", share=counts["n"] / counts["rows"].cast("float64")
    )
