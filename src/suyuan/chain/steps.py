"""The two steps of the chain room: linking reports, and putting the chain together."""

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.chain import (
    chain_edges,
    findings,
    leak_paths,
    linkage,
    membership,
    numbers,
    outsiders,
    resale,
    ring_evidence,
    ring_tally,
    rings,
)
from suyuan.chain.chain_review import AFTER
from suyuan.chain.report_links import beneath, report_links
from suyuan.chain.touch_kinds import SAME_HAND
from suyuan.chain.unheard_members import unheard
from suyuan.model.derived import RING_SERIES, TOUCHES
from suyuan.model.privacy import Privacy
from suyuan.model.results import SERIES
from suyuan.model.roles import ROLES as EVERY_ROLE
from suyuan.model.text import Text
from suyuan.store.programs import derive_table, derive_tables
from suyuan.store.steps import Step, StepOutput
from suyuan.store.tables import Tables

ROLES = tuple(role for role in EVERY_ROLE if role != membership.ROLE)

#: What else than findings claims something, and shows its rows.
EVIDENCE_TABLES = ("chain", "series", "compliance", "at_risk")
#: The frauds that begin with leaked orders: the types of catalog/fraud_types that a ring is for.
SCHEMES = ("fake_customer_service",)


def _link(tables: Tables) -> StepOutput:
    fetch = tables.engine.fetch
    every = derive_table(tables, _touch_links, tables)
    tie_links = derive_table(tables, _tie_links, every, tables)
    first = fetch(derive_table(tables, _date_reports, tables["reports"]))
    first = first.sort_by([("reported_at", "ascending"), ("report_id", "ascending")])
    hand_pairs = fetch(derive_table(tables, _hand_ties, tie_links, tables))
    all_pairs = fetch(derive_table(tables, _ring_ties, tie_links, tables))
    series = linkage.series(hand_pairs, first, linkage.ONE_HAND).rename_columns(
        ["report_id", "series_id"]
    )
    ring = linkage.series(all_pairs, first, linkage.ONE_RING).rename_columns(
        ["report_id", "ring_id"]
    )
    trade = linkage.series(all_pairs, first, linkage.ONE_RING, "loose").rename_columns(
        ["report_id", "trade_id"]
    )
    report_rings = series.join(ring, "report_id").join(trade, "report_id")
    report_rings = report_rings.join(_strengths(all_pairs), "report_id")
    ring_schemes = _add_schemes(report_rings, tables)
    rings = _without_outsiders(_rings_only(ring_schemes), ring_schemes, tie_links, first, tables)
    return {"touches": every, "ring_series": rings}


def _without_outsiders(
    rings: pa.Table, ring_schemes: pa.Table, tie_links: ir.Table, first: pa.Table, tables: Tables
) -> pa.Table:
    """`rings` (``ring_series``) without reports of another fraud that only money ties to a ring."""
    rows = rings.select(["report_id", "ring_id"])
    rows = rows.join(ring_schemes.select(["report_id", "in_scheme"]), "report_id")
    out = derive_table(tables, outsiders.outsiders, tables.engine.arrow(rows), tie_links, tables)
    without = outsiders.without_outsiders(
        rings.drop_columns(["beside"]), tables.engine.fetch(out), first
    )
    return without.select(list(RING_SERIES.names)).sort_by("report_id")


def _touch_links(tables: Tables) -> ir.Table:
    direct = tables.engine.keep(report_links(tables))
    return ibis.union(direct, rings.purchases(direct, tables).select(*TOUCHES.names))


def _date_reports(reports: ir.Table) -> ir.Table:
    return reports.select("report_id", "reported_at").distinct()


def _hand_ties(tie_links: ir.Table, tables: Tables) -> ir.Table:
    return _ring_ties(tie_links.filter(tie_links["how"].isin(SAME_HAND)), tables)


def _ring_ties(tie_links: ir.Table, tables: Tables) -> ir.Table:
    return linkage.ties(tie_links, tables.engine.keep(beneath(tables)), tables)


def _tie_links(every: ir.Table, tables: Tables) -> ir.Table:
    """Touches without hubs, victims and suppliers, who tie everyone to everyone."""
    hubs = tables["hubs"].select(out="subject")
    sellers = rings.suppliers(tables).select(out="supplier")
    victims = tables["reports"].select(out="party:" + tables["reports"]["victim_id"])
    out = ibis.union(hubs, sellers, victims, distinct=True)
    out = tables.engine.keep(out.filter(out["out"].notnull()))
    return every.anti_join(out, every["node"] == out["out"])


def _strengths(pairs: pa.Table) -> pa.Table:
    """For each report the probability of its strongest tie."""
    ends = pa.concat_tables(
        pa.table({"report_id": pairs[side], "odds": pairs["log_odds"]})
        for side in ("left", "right")
    )
    best = ends.group_by("report_id").aggregate([("odds", "max")])
    chance = pc.divide(1.0, pc.add(1.0, pc.exp(pc.negate(best["odds_max"]))))
    return pa.table({"report_id": best["report_id"], "strength": chance})


def _add_schemes(report_rings: pa.Table, tables: Tables) -> pa.Table:
    """`report_rings` with ``in_scheme``: how far each report is the fraud that this chain is about.

    Where no narrative tells, a report may be.
    """
    types = tables["fraud_types"]
    return report_rings.join(tables.engine.gather(_in_scheme, types), "report_id")


def _in_scheme(types: ir.Table) -> ir.Table:
    scheme_types = types.filter(types["in_force"] & types["type"].isin(SCHEMES))
    return scheme_types.group_by("report_id").aggregate(in_scheme=scheme_types["probability"].sum())


def _rings_only(report_rings: pa.Table) -> pa.Table:
    """A ring is two reports or more, most of them of this fraud.

    A report tied to nothing has a series and no ring; so have reports of other frauds, and those
    that share the holders of their accounts with reports of other frauds mostly.
    """
    report_rings = report_rings.join(_trades(report_rings), "trade_id")
    sizes = report_rings.group_by("ring_id").aggregate(
        [("report_id", "count"), ("in_scheme", "mean")]
    )
    alike = report_rings.group_by("series_id").aggregate([("series_id", "count")])
    with_size = report_rings.join(sizes, "ring_id").join(alike, "series_id")
    in_ring, in_trade = (
        pc.greater_equal(pc.fill_null(with_size[name], 1.0), 0.5)
        for name in ("in_scheme_mean", "in_trade")
    )
    several = pc.and_(pc.greater(with_size["report_id_count"], 1), pc.and_(in_ring, in_trade))
    ring = pc.if_else(several, with_size["ring_id"], pa.scalar(None, pa.string()))
    tied = pc.or_(several, pc.greater(with_size["series_id_count"], 1))
    strength = pc.if_else(tied, pc.fill_null(with_size["strength"], 0.0), 0.0)
    out = with_size.drop_columns(["ring_id", "strength"])
    out = out.append_column("ring_id", ring).append_column("strength", strength)
    out = out.append_column("beside", pa.nulls(len(out), pa.string()))
    return out.select(list(RING_SERIES.names)).sort_by("report_id")


def _trades(report_rings: pa.Table) -> pa.Table:
    """Columns ``trade_id`` and ``in_trade``: mean of ``in_scheme`` over the wider group."""
    means = report_rings.group_by("trade_id").aggregate([("in_scheme", "mean")])
    return means.rename_columns(["trade_id", "in_trade"])


def _assemble(tables: Tables) -> StepOutput:
    series, every = tables["ring_series"], tables["touches"]
    members = derive_table(tables, _members, every, series, tables)
    # It goes on by rows that it fetches, so that it cannot be repeated with the rest.
    spare = numbers.number_grounds(every, series, members, tables)
    return derive_tables(tables, _whole, members, spare, tables)


def _members(every: ir.Table, series: ir.Table, tables: Tables) -> ir.Table:
    return rings.members(every, series, tables, unheard)


def _whole(members: ir.Table, spare: ir.Table, tables: Tables) -> StepOutput:
    """All that the step writes, from members and the grounds of `numbers`."""
    keep, series = tables.engine.keep, tables["ring_series"]
    member_findings = membership.member_findings(members, tables)
    for name, table in member_findings.items():
        tables.put(name, table)
    ground = keep(ibis.union(*_grounds(members, tables), spare))
    services = keep(chain_edges.serves(ground, tables))
    roles = (*ROLES, membership.ROLE)
    final = keep(findings.findings(roles, services, tables))
    tables.put("proofs:chain", keep(chain_edges.edge_proofs(ground)))
    tables.put("proofs:series", keep(_series_proofs(tables)))
    return {
        "serves": services,
        "grounds": ground,
        "chain": keep(chain_edges.edges(services)),
        "rings": keep(ring_tally.ring_tally(series, services, members, tables)),
        "ring_laundering": keep(ring_tally.ring_laundering(ground, tables)),
        "series": keep(_series(tables)),
        "findings": final,
        "signals": keep(findings.signals(roles, final, tables)),
        "evidence": keep(findings.evidence(roles, final, EVIDENCE_TABLES, tables)),
    }


def _grounds(members: ir.Table, tables: Tables) -> tuple[ir.Table, ...]:
    keep, series = tables.engine.keep, tables["ring_series"]
    flows = keep(ring_evidence.laundering(series, tables))
    sales = keep(ring_evidence.sales(members, tables))
    openings = ring_evidence.openings(tables["touches"], series, tables)
    return (
        flows,
        resale.resales(members, flows, tables),
        ring_evidence.nearest(sales, openings, tables),
        leak_paths.leaks(series, sales, tables),
        membership.membership_grounds(members, tables),
    )


def _series_proof_id(report: ir.StringValue) -> ir.StringValue:
    return ("series|" + report).hexdigest("md5")


def _series(tables: Tables) -> ir.Table:
    report_rings, every = tables["ring_series"], tables["touches"]
    ties = every.group_by("report_id").aggregate(n=every["node"].nunique()).view()
    rows = report_rings.left_join(ties, "report_id").drop("report_id_right").view()
    n = ibis.coalesce(rows["n"], 0).cast("string")
    peers = rows["report_id"].count().over(group_by="series_id") - 1
    beside = rows["beside"].notnull()
    in_ring, alone, number = rows["ring_id"].notnull(), peers == 0, peers.cast("string")
    return rows.mutate(
        because=ibis.cases(
            (in_ring, "Linked through " + n + " numbers, accounts or people."),
            (beside, "Describes another fraud; shares only accounts with the ring's reports."),
            (alone, "Linked to no other report."),
            (
                peers == 1,
                "Resembles 1 other report, but no ring of this fraud was found behind them.",
            ),
            else_="Resembles "
            + number
            + " other reports, but no ring of this fraud was found behind them.",
        ),
        because_zh=ibis.cases(
            (in_ring, "通过" + n + "个号码、账号和人员相连。"),
            (beside, "报案内容属其他类型诈骗，与该团伙的报案仅有账户重合，未计入该团伙。"),
            (alone, "未与其他报案相连。"),
            else_="与另外" + number + "起报案手法或线索相同，但未认定为同类诈骗团伙。",
        ),
        evidence_id=_series_proof_id(rows["report_id"]),
    ).select(*SERIES.schema.names)


def _series_proofs(tables: Tables) -> ir.Table:
    """The rows of a report's touches; the report itself for one that is tied to nothing."""
    every, reports = tables["touches"], tables["reports"]
    link_proofs = every.select(
        evidence_id=_series_proof_id(every["report_id"]),
        table="table",
        key="key",
        row_id="row_id",
        file="file",
        line="line",
        sha256="sha256",
        note=every["how"] + " " + every["node"],
        note_class=ibis.literal(Privacy.MENTION.value),
        shows="how",
        node="node",
    )
    own = reports.select(
        evidence_id=_series_proof_id(reports["report_id"]),
        table=ibis.literal("reports"),
        key="report_id",
        row_id="row_id",
        file="file",
        line=reports["line"].cast("int64"),
        sha256="sha256",
        note=ibis.literal("report"),
        note_class=ibis.literal(Privacy.PUBLIC.value),
        shows=ibis.literal("report"),
        node=ibis.null("string"),
    )
    proofs = ibis.union(link_proofs, own).view()
    return chain_edges.proofs(proofs, "row_id")


FINDING_TABLES = tuple(
    f"{kind}:{role}" for kind in ("findings", "signals", "evidence") for role in ROLES
)
LINK = Step(
    name="link",
    title=Text("Linking cases", "串并案"),
    reads=(
        "reports",
        "calls",
        "accounts",
        "payments",
        "trades",
        "traces",
        "statements",
        "fraud_types",
        "pairings",
        "owners",
        "aliases",
        "hubs",
        "named_numbers",
        *(f"findings:{role}" for role in ROLES),
    ),
    writes=("touches", "ring_series"),
    run=_link,
    without={
        "reports": Text("no cases can be linked and no rings formed", "无法串并案，也无法形成团伙")
    },
)
ASSEMBLE = Step(
    name="chain",
    title=Text("Assembling the chain", "拼接链条"),
    reads=(
        *(name for name in LINK.reads if name not in {*FINDING_TABLES, "pairings"}),
        *FINDING_TABLES,
        f"verdicts:{membership.ROLE}",
        "touches",
        "ring_series",
        "vouchers",
        "card_payments",
        "sims",
        "orders",
        "leaked",
        "matches",
        "proofs:compliance",
        "proofs:at_risk",
    ),
    writes=(
        "serves",
        "grounds",
        "chain",
        "rings",
        "ring_laundering",
        "series",
        "findings",
        "signals",
        "evidence",
        *(f"{kind}:{membership.ROLE}" for kind in ("findings", "signals", "evidence")),
        "proofs:chain",
        "proofs:series",
    ),
    run=_assemble,
)
CHAIN_STEPS = (LINK, ASSEMBLE, *AFTER)
