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
from suyuan.chain.ring_evidence import LAUNDERERS, subjects_of_role
from suyuan.chain.routes import cause, routes
from suyuan.model.links import CAUSES, OWN_PEOPLE
from suyuan.model.results import CUTS
from suyuan.money.methods import DEFAULT
from suyuan.store.programs import derive_table
from suyuan.store.steps import StepOutput
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
WHOLE = 0.9


def cut(tables: Tables) -> StepOutput:
    """The step's work: table ``cuts``."""
    marks = derive_table(tables, _marks, tables)
    flows = tables.engine.arrow(money(marks, tables))
    return {"cuts": derive_table(tables, _count_cuts, marks, flows, tables)}


def _count_cuts(marks: ir.Table, flows: ir.Table, tables: Tables) -> ir.Table:
    keep = tables.engine.keep
    route_hits = keep(route_cuts(keep(routes(tables)), marks))
    by_ring = keep(tally(keep(ibis.union(route_hits, flows)), tables))
    return _list_cuts(by_ring, tables)


def route_cuts(paths: ir.Table, cuts: ir.Table) -> ir.Table:
    """What passes through each cut, by report and stage: ``through`` and ``stopped``.

    `ways` has the columns of :data:`suyuan.chain.routes.COLUMNS`; `cuts` names the marks of each
    ``cut``: more marks in a cut never stop fewer.
    """
    place = ["ring_id", "report_id", "stage"]
    total = paths.group_by(place).aggregate(ways=paths["route"].nunique()).view()
    cut_marks = cuts.select("cut", of="mark").view()
    hit = paths.inner_join(cut_marks, paths["mark"] == cut_marks["of"]).view()
    hit = hit.group_by([*place, "cut"]).aggregate(hit=hit["route"].nunique()).view()
    hits_of_all = hit.inner_join(total, place)
    return hits_of_all.select(
        "report_id",
        "ring_id",
        "cut",
        through=ibis.literal(1.0).cast("float64"),
        stopped=hits_of_all["hit"] >= hits_of_all["ways"],
    )


def money(cuts: ir.Table, tables: Tables) -> pa.Table:
    """The same for traced money: ``through`` is the share of it that came to those who are cut."""
    fetch = tables.engine.fetch
    flows = fetch(derive_table(tables, _ring_flows, tables))
    cut_points = fetch(derive_table(tables, _cut_at, cuts, tables))
    parts = [
        _of_ring(ring, flows, cut_points) for ring in pc.unique(cut_points["ring_id"]).to_pylist()
    ]
    return pa.concat_tables([ROUTE_CUTS.empty_table(), *parts])


def _ring_flows(tables: Tables) -> ir.Table:
    ring_of_report = tables["ring_series"].select("ring_id", of="report_id").view()
    traces = tables["traces"].filter(tables["traces"]["method"] == DEFAULT)
    flows = traces.inner_join(ring_of_report, traces["report_id"] == ring_of_report["of"])
    flows = flows.filter(flows["ring_id"].notnull())
    return flows.select("ring_id", "report_id", "hop", "voucher_id", "from", "to", "amount")


def _cut_at(cuts: ir.Table, tables: Tables) -> ir.Table:
    reach = _reach_of_marks(tables).view()
    cut_marks = cuts.select("cut", of="mark").view()
    pairs = reach.inner_join(cut_marks, reach["mark"] == cut_marks["of"])
    return pairs.select("ring_id", "cut", "reached").distinct()


def _of_ring(ring: str, flows: pa.Table, cut_points: pa.Table) -> pa.Table:
    flow = launderer_share.steps(flows.filter(pc.equal(flows["ring_id"], ring)))
    own = cut_points.filter(pc.equal(cut_points["ring_id"], ring))
    parts = []
    for name in pc.unique(own["cut"]).to_pylist():
        subjects = own.filter(pc.equal(own["cut"], name))["reached"].combine_chunks()
        is_cut = pc.is_in(flow.to, value_set=subjects).to_numpy(zero_copy_only=False)
        share = launderer_share.share_through(flow, is_cut)
        is_stopped = share > 0
        reports = flow.reports.filter(pa.array(is_stopped))
        size = len(reports)
        columns = [
            reports,
            _repeat(ring, size),
            _repeat(name, size),
            share[is_stopped],
            share[is_stopped] >= WHOLE,
        ]
        parts.append(pa.table(dict(zip(ROUTE_CUTS.names, columns, strict=True)), schema=ROUTE_CUTS))
    return pa.concat_tables([ROUTE_CUTS.empty_table(), *parts])


def _repeat(value: str, size: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, pa.string()), size)


def _reach_of_marks(tables: Tables) -> ir.Table:
    """Places where traced money comes to a launderer: ``ring_id, reached, mark``."""
    chain = tables["chain"]
    edges = chain.filter(chain["link"] == "laundered_for")
    edges = edges.select("ring_id", source="source", edge="evidence_id").view()
    parts = []
    for role in LAUNDERERS:
        subjects = subjects_of_role(tables, role)
        pairs = edges.inner_join(subjects, edges["source"] == subjects["found"])
        parts += [pairs.select("ring_id", reached=end, mark="edge") for end in ("found", "entity")]
    every = tables.engine.keep(ibis.union(*parts, distinct=True))
    services = every.mutate(mark=ibis.literal("cause:services"))
    return ibis.union(every, services, distinct=True)


def _marks(tables: Tables) -> ir.Table:
    """Each link and each cause as a cut of its own mark."""
    edges = tables["chain"].filter(tables["chain"]["ring_id"].notnull())
    causes = [f"cause:{name}" for name in CAUSES]
    causes_table = tables.engine.arrow(pa.table({"cut": causes, "mark": causes}))
    return ibis.union(
        edges.select(cut="evidence_id", mark="evidence_id"), causes_table, distinct=True
    )


def tally(hits: ir.Table, tables: Tables) -> ir.Table:
    """For each cut and ring: ``known, reports_through, loss_through, reports_stopped, …``."""
    reports = tables["reports"]
    losses = reports.group_by(of="report_id").aggregate(
        loss=ibis.coalesce(reports["loss"].max(), 0)
    )
    losses = losses.view()
    reports_cut = hits.group_by(["report_id", "ring_id", "cut"]).aggregate(
        through=hits["through"].max(), stopped=hits["stopped"].cast("int64").max()
    )
    reports_cut = reports_cut.inner_join(losses, reports_cut["report_id"] == losses["of"]).view()
    part = (
        (reports_cut["loss"].cast("float64") * reports_cut["through"] + 0.5).floor().cast("int64")
    )
    reports_cut = reports_cut.mutate(part=part)
    return reports_cut.group_by(["ring_id", "cut"]).aggregate(
        reports_through=reports_cut["report_id"].nunique(),
        loss_through=reports_cut["part"].sum(),
        reports_stopped=reports_cut["stopped"].sum(),
        loss_stopped=(reports_cut["part"] * reports_cut["stopped"]).sum(),
    )


def _list_cuts(by_ring: ir.Table, tables: Tables) -> ir.Table:
    """Every link of the chain and every cause, those through which nothing passed too."""
    totals = tables.engine.keep(_totals(tables))
    services_known = by_ring.select(
        known_in="ring_id", known_cut="cut", reports_known="reports_through"
    )
    services_known, sums = (
        services_known.view(),
        by_ring.rename(done_in="ring_id", done_cut="cut").view(),
    )
    cuts = ibis.union(_links(tables), _causes(totals)).view()
    here = cuts["ring_id"]
    rows = cuts.left_join(sums, (cuts["mark"] == sums["done_cut"]) & (here == sums["done_in"]))
    rows = rows.view()
    rows = rows.left_join(
        services_known,
        ("cause:" + rows["cause"] == services_known["known_cut"])
        & (rows["ring_id"] == services_known["known_in"]),
    ).view()
    rows = rows.inner_join(totals.view(), "ring_id").view()
    counts = ("reports_known", "reports_through", "loss_through", "reports_stopped", "loss_stopped")
    by_cut = rows.mutate(**{name: ibis.coalesce(rows[name], 0) for name in counts})
    by_cut = tables.engine.keep(
        by_cut.select(
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
    all_cuts = ibis.union(by_cut, _over_all(by_cut, counts))
    return all_cuts.mutate(
        reports_left=all_cuts["reports"] - all_cuts["reports_stopped"],
        loss_left=all_cuts["loss"] - all_cuts["loss_stopped"],
    ).select(*CUTS.names)


def _totals(tables: Tables) -> ir.Table:
    """``ring_id, reports, loss`` of every ring."""
    reports, ring_of_report = (
        tables["reports"],
        tables["ring_series"].select("ring_id", of="report_id"),
    )
    losses = reports.group_by("report_id").aggregate(loss=ibis.coalesce(reports["loss"].max(), 0))
    ring_of_report = ring_of_report.filter(ring_of_report["ring_id"].notnull()).view()
    rows = losses.inner_join(ring_of_report, losses["report_id"] == ring_of_report["of"]).view()
    return rows.group_by("ring_id").aggregate(
        reports=rows["report_id"].nunique(), loss=rows["loss"].sum()
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
    null = ibis.null("string")
    return ibis.union(
        *(
            totals.select(
                cut_id=ibis.literal(f"cause:{name}|") + totals["ring_id"],
                mark=ibis.literal(f"cause:{name}"),
                ring_id="ring_id",
                cause=ibis.literal(name),
                source=null,
                target=null,
                link=null,
            )
            for name in CAUSES
            if name != OWN_PEOPLE
        )
    )


def _over_all(by_ring: ir.Table, counts: tuple[str, ...]) -> ir.Table:
    """The causes over all rings; a report is in one ring at most."""
    own = by_ring.filter(by_ring["link"].isnull())
    sums = own.group_by(["mark", "cause"]).aggregate(
        **{name: own[name].sum().cast("int64") for name in ("reports", "loss", *counts)}
    )
    null = ibis.null("string")
    whole = sums.mutate(cut_id=sums["mark"], ring_id=null, source=null, target=null, link=null)
    return whole.select(*by_ring.columns)
