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
    matched = copies(tables, SURE)
    rows = tables["leaked"].select("obtained_at", of="row_id").view()
    dated = matched.left_join(rows, matched["leaked_row"] == rows["of"])
    each = dated.group_by("order_id").aggregate(
        sure=dated["probability"].max(),
        leaked_row=dated["leaked_row"].min(),
        out_by=dated["obtained_at"].min(),
    )
    return each.inner_join(tables["orders"], "order_id")


@dataclass(frozen=True, slots=True)
class Seized:
    """Attribution of the orders found in seized data; ``weighed`` has one row a pairing."""

    attribution: Attribution
    pairings: Pairings
    weighed: pa.Table

    def rows(self, subject: str, exposure: Exposure) -> list[dict[str, str]]:
        """Seized rows and their orders that speak for `subject`."""
        candidate = exposure.subjects.index(subject)
        chosen = self.weighed.take(evidence_pairs(self.attribution, self.pairings, candidate)[:100])
        line = {"subject": subject, "signal": "exhibit"}
        copied = [
            line | {"table": "leaked", "row_id": row, "note": "a copy of an order"}
            for row in chosen["leaked_row"].to_pylist()
        ]
        return copied + [
            line | {"table": "orders", "row_id": row, "note": "found in seized data"}
            for row in chosen["row_id"].to_pylist()
        ]


def inquire_exhibits(tables: Tables, exposure: Exposure) -> tuple[Seized, ...]:
    """Attribution of the copied orders: of all together, and of each exhibit on its own.

    A broker buys from a few sources: among the rows of one exhibit a source stands out that is
    drowned among those of all. Empty where nothing matched.
    """
    engine = tables.engine
    copied = derive_table(tables, copied_orders, tables)
    total = engine.gather(_counted, copied)["n"][0].as_py()
    if not total:
        return ()
    weighed = engine.gather(_part, copied, by=(max(-(-total // MOST), 1),))
    weighed = inside(weighed, exposure)
    if not len(weighed):
        return ()
    each = [weighed.filter(pa.array(held)) for held in _exhibits(tables, weighed)]
    return tuple(_attributed(orders, exposure) for orders in (weighed, *each))


def _counted(copied: ir.Table) -> ir.Table:
    return copied.aggregate(n=copied.count())


def _part(copied: ir.Table, step: int) -> ir.Table:
    """Every order whose line `step` divides."""
    part = copied.filter(copied["line"] % step == 0)
    return part.select(
        "order_id", "row_id", "ordered_at", "sure", "leaked_row", "out_by", *ATTRIBUTES
    ).order_by("order_id")


def _holdings(tables: Tables) -> ir.Table:
    leaked = tables["leaked"].select("exhibit_id", leaked_row="row_id")
    held = copies(tables, SURE).select("order_id", "leaked_row").inner_join(leaked, "leaked_row")
    return held.select("exhibit_id", "order_id").distinct()


def _exhibits(tables: Tables, weighed: pa.Table) -> list[np.ndarray]:
    """Which of the orders `weighed` each exhibit holds, those with most first; none holds all."""
    pairs = tables.engine.fetch(derive_table(tables, _holdings, tables))
    order = pc.index_in(pairs["order_id"], value_set=weighed["order_id"].combine_chunks())
    known = pairs.append_column("place", order).filter(pc.is_valid(order))
    sizes = known.group_by("exhibit_id").aggregate([("place", "count")])
    sizes = sizes.sort_by([("place_count", "descending"), ("exhibit_id", "ascending")])
    chosen: list[np.ndarray] = []
    for exhibit, size in zip(*(sizes[n].to_pylist() for n in sizes.column_names), strict=True):
        if FEWEST <= size < len(weighed) and len(chosen) < MOST_EXHIBITS:
            own = known.filter(pc.equal(known["exhibit_id"], exhibit))["place"].to_numpy()
            chosen.append(np.isin(np.arange(len(weighed)), own))
    return chosen


def _attributed(weighed: pa.Table, exposure: Exposure) -> Seized:
    n = len(weighed)
    pairings = Pairings(
        np.arange(n, dtype=np.int32),
        weighed["bin"].to_numpy().astype(np.int32),
        weighed["sure"].to_numpy() * 0.99,
        through(weighed, exposure),
        np.ones(n),
    )
    return Seized(attribute(exposure, pairings), pairings, weighed)


def strongest(
    seized: tuple[Seized, ...], exposure: Exposure, prior: float
) -> dict[str, tuple[LeakAnswer, Seized]]:
    """What speaks most for each subject, and the seized data that says it."""
    best: dict[str, tuple[LeakAnswer, Seized]] = {}
    for one in seized:
        for answer in answers(one.attribution, exposure, one.pairings, prior):
            before = best.get(answer.subject)
            if before is None or answer.evidence > before[0].evidence:
                best[answer.subject] = (answer, one)
    return best


def shares(tables: Tables, sources: ir.Table) -> ir.Table:
    """What share of each exhibit came from which source: ``exhibit_id``, ``subject``, ``share``.

    `sources` has ``subject``, ``first_seen`` and ``last_seen`` of the leaks. An order that several
    sources could have let out is parted equally; the rest of the exhibit is of unknown origin.
    """
    leaked = tables["leaked"].select("exhibit_id", leaked_row="row_id")
    matched = copies(tables, SURE)
    held = matched.inner_join(tables["orders"], "order_id").inner_join(leaked, "leaked_row")
    each = ibis.union(
        *(
            held.select(
                "exhibit_id",
                "leaked_row",
                "ordered_at",
                subject=ibis.literal(f"{kind}:") + held[name],
            )
            for name, kind in ATTRIBUTES.items()
        )
    )
    hit = each.inner_join(sources, "subject")
    hit = hit.filter(hit["ordered_at"].between(hit["first_seen"], hit["last_seen"]))
    hit = hit.mutate(part=1.0 / hit["subject"].count().over(group_by="leaked_row"))
    size = leaked.group_by("exhibit_id").aggregate(rows=lambda t: t.count())
    found = hit.group_by(["exhibit_id", "subject"]).aggregate(n=hit["part"].sum())
    found = found.inner_join(size, "exhibit_id")
    return found.select(
        "exhibit_id", "subject", "rows", share=found["n"] / found["rows"].cast("float64")
    )
