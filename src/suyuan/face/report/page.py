"""The page: views and drawings put into one self-contained HTML file."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

import suyuan
from suyuan.chain.flow_graph import FlowGraph
from suyuan.face.display import Display, chinese, money, number, span, yuan
from suyuan.face.drawings.chain import Drawing, chain_drawing
from suyuan.face.drawings.replay import replay_chart
from suyuan.face.drawings.sankey import sankey
from suyuan.face.drawings.timeline import TimelineDrawing, days, timeline
from suyuan.face.drawings.weeks import WeekChart, week_chart
from suyuan.face.report import case_view, findings_view, money_view, rules_view
from suyuan.face.report.cuts_view import ASSUMPTION, cuts
from suyuan.face.rings import RingView, cite, rings
from suyuan.face.role_counts import ROLE_HEADS, helper_counts, role_counts
from suyuan.face.source import ResultTables
from suyuan.face.terms import LEAD, REASONS
from suyuan.ingest import read_settings
from suyuan.model.roles import ROLES, linked_by
from suyuan.model.text import Language, Text
from suyuan.privacy.masking import Masking
from suyuan.run.step_runs import Timing
from suyuan.store.user_cache import user_cache

#: Rings drawn one by one; the rest stand in the table of rings.
RINGS_DRAWN = 8


def page(
    source: ResultTables, timings: Sequence[Timing], language: Language, masking: Masking
) -> str:
    """The whole report of `source` as HTML."""
    display = Display(source.zone, masking, case_view.party_names(source))
    ring_views = rings(source)
    cite(ring_views[:RINGS_DRAWN], source, display)
    flow_graph = source.flow_graph()
    context: dict[str, Any] = {
        "language": language,
        "case": display.words(read_settings(source.results.case.path).name or ""),
        "folder": source.results.case.path.name,
        "made_at": display.minute(datetime.now(UTC)),
        "as_of": display.minute(source.as_of) if source.as_of else "",
        "zone": source.zone,
        "masked": not masking.full,
        "version": suyuan.__version__,
        "headline": case_view.headline(source, ring_views),
        "rings": ring_views,
        "drawn": list(ring_drawings(ring_views[:RINGS_DRAWN], source, flow_graph, display)),
        "sankey": sankey(flow_graph),
        "roles": findings_view.roles(source, display),
        "money": money_view.money_view(source, display),
        "rules": rules_view.rules_view(source, display),
        "cuts": cuts(source, display),
        "assumed": ASSUMPTION,
        "fraud_types": case_view.fraud_types(source, display),
        "at_risk": case_view.at_risk(source, display),
        "replayed": replay_chart(source, display),
        "quality": case_view.quality(source, display),
        "gaps": case_view.gaps(source, display),
        "timings": timings,
        "total_seconds": sum(timing.seconds for timing in timings),
        "lead": LEAD,
        "display": display,
        "ROLES": ROLES,
        "REASONS": REASONS,
    }
    return render("report.html", context)


def ring_drawings(
    ring_views: Sequence[RingView], source: ResultTables, flow_graph: FlowGraph, display: Display
) -> Iterable[tuple[RingView, Drawing, TimelineDrawing | None, WeekChart | None]]:
    callers = _callers(ring_views, source)
    history = days(source, (number for own in callers.values() for number in own))
    for ring in ring_views:
        line = timeline(ring.id, callers[ring.id], history, display)
        yield (
            ring,
            chain_drawing(ring, flow_graph, display),
            line,
            week_chart(ring, source, display),
        )


def _callers(ring_views: Sequence[RingView], source: ResultTables) -> dict[str, list[str]]:
    """The numbers that called for each ring: its members', and scam callers of its victims."""
    rows = source.where("findings", "role", ["scam_caller"])
    scam_callers = rows.filter(rows["decided"])["subject"].to_pylist()
    calls = source.callers_by_ring(name.partition(":")[2] for name in scam_callers).to_pylist()
    own: dict[str, set[str]] = {ring.id: set() for ring in ring_views}
    for row in calls:
        own.get(row["ring_id"], set()).add(row["caller"])
    for ring in ring_views:
        own_roles = linked_by("belongs_to")
        members = (stand.subject for role in own_roles for stand in ring.by_role[role])
        own[ring.id] |= {name[6:] for name in members if name.startswith("phone:")}
    return {ring_id: sorted(numbers) for ring_id, numbers in own.items()}


def bilingual(text: Text | str, tag: str = "span") -> Markup:
    """A text in both languages, of which the page shows one."""
    if isinstance(text, str):
        return escape(text)
    en, zh = text.en, chinese(text.zh)
    if en == zh:
        return escape(en)
    # Put together here: Markup.format parses its template for each of some six thousand texts.
    pair = f'<{tag} lang="en">{escape(en)}</{tag}><{tag} lang="zh">{escape(zh)}</{tag}>'
    return Markup(pair)  # noqa: S704  # both texts are escaped


def both_drawn(text: Text | str) -> Markup:
    """The same inside an SVG ``text``."""
    return bilingual(text, "tspan")


def label(text: Text | str) -> str:
    """The same where only one string fits, as in an attribute: both, one after the other."""
    if isinstance(text, str):
        return text
    return text.en if text.en == text.zh else f"{text.en} · {chinese(text.zh)}"


def say(en: str, zh: str, **values: object) -> Markup:
    """A sentence of the template itself, filled and escaped."""
    return bilingual(Text(en, zh).format(**values))


def _asset(name: str) -> str:
    return (files("suyuan.face.report") / "templates" / name).read_text("utf-8")


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def fragment(template: str, context: dict[str, Any]) -> Markup:
    """A part of a page, everything in it escaped."""
    html = _environment().get_template(template).render(context)
    return Markup(html)  # noqa: S704  # escaped by the template


def render(
    template: str, context: dict[str, Any], *, style: str = "report.css", script: str = "report.js"
) -> str:
    """A template of this package, everything in it escaped; style and script by their hashes."""
    style, script = _asset(style), _asset(script)
    assets = {
        "style": Markup(style),  # noqa: S704  # our own file
        "script": Markup(script),  # noqa: S704  # our own file
        "policy": (
            f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        ),
    }
    return _environment().get_template(template).render(context | assets)


def _template_cache() -> FileSystemBytecodeCache | None:
    """Templates compiled once for a user, as plans and kernels are."""
    folder = user_cache("templates")
    return FileSystemBytecodeCache(str(folder)) if folder else None


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("suyuan.face.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_template_cache(),
    )
    environment.filters.update(
        both=bilingual,
        drawn=both_drawn,
        label=label,
        money=money,
        number=number,
        yuan=yuan,
        span=span,
    )
    environment.globals.update(
        say=say,
        T=Text,
        helper_counts=helper_counts,
        role_heads=ROLE_HEADS,
        role_counts=role_counts,
    )
    return environment
