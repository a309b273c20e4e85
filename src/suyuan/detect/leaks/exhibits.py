"""The same question asked of seized data: through whose hands did these orders go."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from suyuan.detect.leaks.answers import evidence_pairs
from suyuan.detect.leaks.arrays import Exposure, Pairings
from suyuan.detect.leaks.attribution import Attribution, attribute
from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.detect.leaks.victims import inside, through
from suyuan.store.tables import Tables

#: Matches below this are not taken for copies.
SURE = 0.5
#: More orders than this say nothing more: every nth is weighed.
MOST = 4000


def copied_orders(tables: Tables) -> ir.Table:
    """Orders with a copy in seized data: once each, however many exhibits hold it."""
    matched = tables["matches"].filter(lambda t: t["probability"] >= SURE)
    each = matched.group_by("order_id").aggregate(
        sure=matched["probability"].max(), leaked_row=matched["leaked_row"].min()
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
        copies = [
            line | {"table": "leaked", "row_id": row, "note": "a copy of an order"}
            for row in chosen["leaked_row"].to_pylist()
        ]
        return copies + [
            line | {"table": "orders", "row_id": row, "note": "found in seized data"}
            for row in chosen["row_id"].to_pylist()
        ]


def inquire_exhibits(tables: Tables, exposure: Exposure) -> Seized | None:
    """Attribution of the copied orders; None where nothing matched."""
    engine = tables.engine
    copied = engine.keep(copied_orders(tables))
    total = engine.fetch(copied.aggregate(n=lambda t: t.count()))["n"][0].as_py()
    if not total:
        return None
    part = copied.filter(copied["line"] % max(-(-total // MOST), 1) == 0)
    weighed = engine.fetch(
        part.select("order_id", "row_id", "ordered_at", "sure", "leaked_row", *ATTRIBUTES).order_by(
            "order_id"
        )
    )
    weighed = inside(weighed, exposure)
    n = len(weighed)
    if not n:
        return None
    pairings = Pairings(
        np.arange(n, dtype=np.int32),
        weighed["bin"].to_numpy().astype(np.int32),
        weighed["sure"].to_numpy() * 0.99,
        through(weighed, exposure),
        np.ones(n),
    )
    return Seized(attribute(exposure, pairings), pairings, weighed)


def shares(tables: Tables, sources: ir.Table) -> ir.Table:
    """What share of each exhibit came from which source: ``exhibit_id``, ``subject``, ``share``.

    `sources` has ``subject``, ``first_seen`` and ``last_seen`` of the leaks. An order that several
    sources could have let out is parted equally; the rest of the exhibit is of unknown origin.
    """
    leaked = tables["leaked"].select("exhibit_id", leaked_row="row_id")
    matched = tables["matches"].filter(lambda t: t["probability"] >= SURE)
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
