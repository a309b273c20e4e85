"""What would have stopped it: each link of the chain, and each cause, cut in thought.

A report is *stopped* by a cut if in some stage every known way to its victim passed through what
is cut. What the records do not show is held to stay open, and so are the ways that they show and
the cut leaves: nothing is assumed about what the ring would have done instead. The count is a
lower bound of what passed through and, since rings find other suppliers, an upper bound of what a
cut would have saved for good.
"""

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.chain import launderer_share
from suyuan.chain.ring_evidence import LAUNDERERS, decided
from suyuan.chain.routes import cause, routes
from suyuan.model.links import CAUSES, OWN_PEOPLE
from suyuan.model.results import CUTS
from suyuan.money.methods import DEFAULT
from suyuan.store.programs import derive_table
from suyuan.store.steps import Written
from suyuan.store.tables import Tables

ROUTE_CUTS = pa.schema(
    [
        ("report_id", pa.string()),
        ("ring_id", pa.string()),
        ("cut", pa.string()),
        ("through", pa.float64()),
        ("stopped", pa.bool_()),
    ]
)
#: A report's money needed a launderer if this share of it went through: mules on the way keep a
#: commission, so that all that went on is a little less than all that came.
ALL = 0.9


def cut(tables: Tables) -> Written:
    """The step's work: table ``cuts``."""
    marks = derive_table(tables, _marks, tables)
    moved = tables.engine.arrow(money(marks, tables))
    return {"cuts": derive_table(tables, _counted, marks, moved, tables)}


def _counted(marks: ir.Table, moved: ir.Table, tables: Tables) -> ir.Table:
    keep = tables.engine.keep
    passed = keep(route_cuts(keep(routes(tables)), marks))
    by_ring = keep(tally(keep(ibis.union(passed, moved)), tables))
    return _listed(by_ring, tables)


def route_cuts(paths: ir.Table, cuts: ir.Table) -> ir.Table:
    """What passes through each cut, by report and stage: ``through`` and ``stopped``.

    `ways` has the columns of :data:`suyuan.chain.routes.COLUMNS`; `cuts` names the marks of each
    ``cut``: more marks in a cut never stop fewer.
    """
    place = ["ring_id", "report_id", "stage"]
    total = paths.group_by(place).aggregate(ways=paths["route"].nunique()).view()
    named = cuts.select("cut", of="mark").view()
    hit = paths.inner_join(named, paths["mark"] == named["of"]).view()
    hit = hit.group_by([*place, "cut"]).aggregate(hit=hit["route"].nunique()).view()
    both = hit.inner_join(total, place)
    return both.select(
        "report_id",
        "ring_id",
        "cut",
        through=ibis.literal(1.0).cast("float64"),
        stopped=both["hit"] >= both["ways"],
    )


def money(cuts: ir.Table, tables: Tables) -> pa.Table:
    """The same for traced money: ``through`` is the share of it that came to those who are cut."""
    fetch = tables.engine.fetch
    moved = fetch(derive_table(tables, _moved, tables))
    joined = fetch(derive_table(tables, _cut_at, cuts, tables))
    parts = [_of_ring(ring, moved, joined) for ring in pc.unique(joined["ring_id"]).to_pylist()]
    return pa.concat_tables([ROUTE_CUTS.empty_table(), *parts])


def _moved(tables: Tables) -> ir.Table:
    placed = tables["ring_series"].select("ring_id", of="report_id").view()
    traces = tables["traces"].filter(tables["traces"]["method"] == DEFAULT)
    moved = traces.inner_join(placed, traces["report_id"] == placed["of"])
    moved = moved.filter(moved["ring_id"].notnull())
    return moved.select("ring_id", "report_id", "hop", "voucher_id", "from", "to", "amount")


def _cut_at(cuts: ir.Table, tables: Tables) -> ir.Table:
    reached = _reached(tables).view()
    named = cuts.select("cut", of="mark").view()
    joined = reached.inner_join(named, reached["mark"] == named["of"])
    return joined.select("ring_id", "cut", "reached").distinct()


def _of_ring(ring: str, moved: pa.Table, joined: pa.Table) -> pa.Table:
    flow = launderer_share.steps(moved.filter(pc.equal(moved["ring_id"], ring)))
    own = joined.filter(pc.equal(joined["ring_id"], ring))
    parts = []
    for name in pc.unique(own["cut"]).to_pylist():
        who = own.filter(pc.equal(own["cut"], name))["reached"].combine_chunks()
        touched = pc.is_in(flow.to, value_set=who).to_numpy(zero_copy_only=False)
        share = launderer_share.passed(flow, touched)
        some = share > 0
        reports = flow.reports.filter(pa.array(some))
        size = len(reports)
        columns = [reports, _same(ring, size), _same(name, size), share[some], share[some] >= ALL]
        parts.append(pa.table(dict(zip(ROUTE_CUTS.names, columns, strict=True)), schema=ROUTE_CUTS))
    return pa.concat_tables([ROUTE_CUTS.empty_table(), *parts])


def _same(value: str, size: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, pa.string()), size)


def _reached(tables: Tables) -> ir.Table:
    """Places where traced money comes to a launderer: ``ring_id, reached, mark``."""
    chain = tables["chain"]
    edges = chain.filter(chain["link"] == "laundered_for")
    edges = edges.select("ring_id", source="source", edge="evidence_id").view()
    parts = []
    for role in LAUNDERERS:
        who = decided(tables, role)
        joined = edges.inner_join(who, edges["source"] == who["found"])
        parts += [joined.select("ring_id", reached=end, mark="edge") for end in ("found", "entity")]
    every = tables.engine.keep(ibis.union(*parts, distinct=True))
    caused = every.mutate(mark=ibis.literal("cause:services"))
    return ibis.union(every, caused, distinct=True)


def _marks(tables: Tables) -> ir.Table:
    """Each link and each cause as a cut of its own mark."""
    edges = tables["chain"].filter(tables["chain"]["ring_id"].notnull())
    causes = [f"cause:{name}" for name in CAUSES]
    named = tables.engine.arrow(pa.table({"cut": causes, "mark": causes}))
    return ibis.union(edges.select(cut="evidence_id", mark="evidence_id"), named, distinct=True)


def tally(joined: ir.Table, tables: Tables) -> ir.Table:
    """For each cut and ring: ``known, reports_through, loss_through, reports_stopped, …``."""
    reports = tables["reports"]
    lost = reports.group_by(of="report_id").aggregate(loss=ibis.coalesce(reports["loss"].max(), 0))
    lost = lost.view()
    each = joined.group_by(["report_id", "ring_id", "cut"]).aggregate(
        through=joined["through"].max(), stopped=joined["stopped"].cast("int64").max()
    )
    each = each.inner_join(lost, each["report_id"] == lost["of"]).view()
    part = (each["loss"].cast("float64") * each["through"] + 0.5).floor().cast("int64")
    each = each.mutate(part=part)
    return each.group_by(["ring_id", "cut"]).aggregate(
        reports_through=each["report_id"].nunique(),
        loss_through=each["part"].sum(),
        reports_stopped=each["stopped"].sum(),
        loss_stopped=(each["part"] * each["stopped"]).sum(),
    )


def _listed(by_ring: ir.Table, tables: Tables) -> ir.Table:
    """Every link of the chain and every cause, those through which nothing passed too."""
    totals = tables.engine.keep(_totals(tables))
    known = by_ring.select(known_in="ring_id", known_cut="cut", reports_known="reports_through")
    known, done = known.view(), by_ring.rename(done_in="ring_id", done_cut="cut").view()
    asked = ibis.union(_links(tables), _causes(totals)).view()
    here = asked["ring_id"]
    joined = asked.left_join(done, (asked["mark"] == done["done_cut"]) & (here == done["done_in"]))
    joined = joined.view()
    joined = joined.left_join(
        known,
        ("cause:" + joined["cause"] == known["known_cut"])
        & (joined["ring_id"] == known["known_in"]),
    ).view()
    joined = joined.inner_join(totals.view(), "ring_id").view()
    counts = ("reports_known", "reports_through", "loss_through", "reports_stopped", "loss_stopped")
    each = joined.mutate(**{name: ibis.coalesce(joined[name], 0) for name in counts})
    each = tables.engine.keep(
        each.select(
            "cut_id",
            "mark",
            "ring_id",
            "cause",
            "source",
            "target",
            "link",
            "reports",
            "loss",
            *counts,
        )
    )
    both = ibis.union(each, _over_all(each, counts))
    return both.mutate(
        reports_left=both["reports"] - both["reports_stopped"],
        loss_left=both["loss"] - both["loss_stopped"],
    ).select(*CUTS.names)


def _totals(tables: Tables) -> ir.Table:
    """``ring_id, reports, loss`` of every ring."""
    reports, placed = tables["reports"], tables["ring_series"].select("ring_id", of="report_id")
    lost = reports.group_by("report_id").aggregate(loss=ibis.coalesce(reports["loss"].max(), 0))
    placed = placed.filter(placed["ring_id"].notnull()).view()
    joined = lost.inner_join(placed, lost["report_id"] == placed["of"]).view()
    return joined.group_by("ring_id").aggregate(
        reports=joined["report_id"].nunique(), loss=joined["loss"].sum()
    )


def _links(tables: Tables) -> ir.Table:
    chain = tables["chain"].filter(tables["chain"]["ring_id"].notnull())
    return chain.select(
        cut_id="evidence_id",
        mark="evidence_id",
        ring_id="ring_id",
        cause=cause(chain["link"]),
        source="source",
        target="target",
        link="link",
    )


def _causes(totals: ir.Table) -> ir.Table:
    none = ibis.null("string")
    return ibis.union(
        *(
            totals.select(
                cut_id=ibis.literal(f"cause:{name}|") + totals["ring_id"],
                mark=ibis.literal(f"cause:{name}"),
                ring_id="ring_id",
                cause=ibis.literal(name),
                source=none,
                target=none,
                link=none,
            )
            for name in CAUSES
            if name != OWN_PEOPLE
        )
    )


def _over_all(each: ir.Table, counts: tuple[str, ...]) -> ir.Table:
    """The causes over all rings; a report is in one ring at most."""
    own = each.filter(each["link"].isnull())
    sums = own.group_by(["mark", "cause"]).aggregate(
        **{name: own[name].sum().cast("int64") for name in ("reports", "loss", *counts)}
    )
    none = ibis.null("string")
    whole = sums.mutate(cut_id=sums["mark"], ring_id=none, source=none, target=none, link=none)
    return whole.select(*each.columns)
