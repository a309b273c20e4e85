"""Indicators of a procedure over a period: counts, shares and times, as a file in the catalog says.

An indicator is one of five kinds: how often acts were done (`acts`, or the `total` of one of their
fields), how many matters had one act `first` among several, a `share` of two others, the `hours`
from one act to the next that answers it, and how `duties` were kept. Nothing is estimated: waits
that nobody has answered yet are counted as open and have no part in the median.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from itertools import groupby
from statistics import median
from typing import Any

import msgspec

from suyuan.casework.office import Office
from suyuan.model.catalog_files import as_shape, plain
from suyuan.model.errors import CatalogError, InputError
from suyuan.model.text import Text
from suyuan.store.ledger.event import stamp

_KINDS = ("acts", "first", "share", "hours", "duties")


class Wait(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"start": "from", "end": "to"},
):
    """From an act of `start` to the next of `end`; `other` ends the wait without counting.

    `through` keeps only waits in which that act was done.
    """

    start: list[str]
    end: list[str]
    other: list[str] = []
    through: str | None = None


class IndicatorSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One indicator: exactly one of `acts`, `first`, `share`, `hours`, `duties`."""

    id: str
    title: Text
    acts: list[str] | None = None
    total: str | None = None
    reasons: str | None = None
    first: list[str] | None = None
    among: list[str] = []
    share: str | None = None
    of: str | None = None
    hours: Wait | None = None
    duties: list[str] | None = None


class IndicatorSheet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The indicators of a procedure."""

    procedure: str
    title: Text
    indicators: list[IndicatorSpec]


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator's figure. `value` is a count or a share (0 to 1), None where nothing is known.

    Of times: `value` counts the waits that ended, `open` those that did not; hours are between the
    two acts. `late` counts duties done late or not at all. `reasons` are those that acts gave.
    """

    id: str
    title: Text
    value: float | None
    share: bool = False
    open: int | None = None
    late: int | None = None
    median_hours: float | None = None
    p90_hours: float | None = None
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Act:
    matter: str
    kind: str
    at: datetime
    body: dict[str, Any]


@cache
def load_indicators() -> dict[str, IndicatorSheet]:
    """The catalog's sheets by procedure; raises :class:`CatalogError` for one that is wrong."""
    sheets = {}
    with as_file(files("suyuan.catalog") / "indicators") as folder:
        for path in sorted(folder.glob("*.yml")):
            sheet = as_shape(plain(path), IndicatorSheet, path.name)
            _sound(sheet, path.name)
            sheets[sheet.procedure] = sheet
    return sheets


def _sound(sheet: IndicatorSheet, where: str) -> None:
    ids: set[str] = set()
    for spec in sheet.indicators:
        kinds = [kind for kind in _KINDS if getattr(spec, kind) is not None]
        if len(kinds) != 1 or (spec.share is not None and not {spec.share, spec.of} <= ids):
            raise CatalogError(
                Text(
                    f"An indicator is one of {', '.join(_KINDS)}, and a share is of two before it.",
                    f"指标须为 {'、'.join(_KINDS)} 之一，占比须引用其前的两个指标。",
                ),
                value=f"{where}: {spec.id}",
            )
        ids.add(spec.id)


def indicators(
    office: Office,
    procedure: str,
    since: datetime | None = None,
    until: datetime | None = None,
    party: str | None = None,
) -> list[Indicator]:
    """The figures of acts in [`since`, `until`), of the matters in which `party` has a role.

    Waits and duties count where they began in the period, whenever they ended.
    """
    sheets = load_indicators()
    if procedure not in sheets:
        raise InputError(
            Text("The procedure has no indicators.", "该程序没有指标。"),
            value=procedure,
            hint=Text(f"Choose from: {', '.join(sheets)}.", f"可选：{'、'.join(sheets)}。"),
        )
    sheet = sheets[procedure]
    period = (since or datetime.min, until or datetime.max)
    acts = list(_acts(office, sheet, party))
    duties = _duties(office, sheet, {act.matter for act in acts}, period)
    values: dict[str, Indicator] = {}
    for spec in sheet.indicators:
        values[spec.id] = _indicator(spec, acts, duties, period, values)
    return list(values.values())


def _acts(office: Office, sheet: IndicatorSheet, party: str | None) -> Iterator[_Act]:
    """Every act of the procedure's matters, matter by matter in order."""
    rows = office.ledger.read(
        "SELECT event.chain, event.kind, event.at, event.body FROM event"
        " JOIN matter ON matter.id = event.chain WHERE matter.procedure = ?"
        " ORDER BY event.chain, event.at, event.number",
        (sheet.procedure,),
    )
    for _, group in groupby(rows, lambda row: row[0]):
        events = list(group)
        parties = json.loads(events[0][3]).get("parties") or {}
        if party is not None and party not in parties.values():
            continue
        for chain, kind, at, body in events:
            yield _Act(chain, kind, datetime.fromisoformat(at), json.loads(body))


def _duties(
    office: Office, sheet: IndicatorSheet, matters: set[str], period: tuple[datetime, datetime]
) -> list[tuple[Any, ...]]:
    rows = office.ledger.read(
        "SELECT duty.matter, name, duty.state, since, done FROM duty JOIN matter ON matter.id ="
        " duty.matter WHERE matter.procedure = ? AND since >= ? AND since < ? ORDER BY since",
        (sheet.procedure, *map(stamp, period)),
    )
    return [row for row in rows if row[0] in matters]


def _indicator(
    spec: IndicatorSpec,
    acts: Sequence[_Act],
    duties: Sequence[tuple[Any, ...]],
    period: tuple[datetime, datetime],
    values: dict[str, Indicator],
) -> Indicator:
    if spec.share is not None and spec.of is not None:
        part, whole = values[spec.share].value, values[spec.of].value
        ratio = part / whole if part is not None and whole else None
        return Indicator(spec.id, spec.title, ratio, share=True)
    if spec.hours is not None:
        return _of_waits(spec, list(_waits(spec.hours, acts, period)))
    if spec.duties is not None:
        return _of_duties(spec, [row for row in duties if row[1] in spec.duties])
    if spec.first is not None:
        first = _firsts(acts, spec.among)
        hits = [act for act in first if act.kind in spec.first and period[0] <= act.at < period[1]]
        return Indicator(spec.id, spec.title, len(hits))
    return _of_acts(spec, acts, period)


def _of_acts(
    spec: IndicatorSpec, acts: Sequence[_Act], period: tuple[datetime, datetime]
) -> Indicator:
    kinds = frozenset(spec.acts or ())
    hits = [act for act in acts if act.kind in kinds and period[0] <= act.at < period[1]]
    if spec.total is not None:
        return Indicator(spec.id, spec.title, sum(act.body.get(spec.total) or 0 for act in hits))
    reasons: Counter[str] = Counter()
    if spec.reasons is not None:
        reasons.update(str(act.body.get(spec.reasons) or "–") for act in hits)
    return Indicator(spec.id, spec.title, len(hits), reasons=tuple(reasons.most_common()))


def _firsts(acts: Iterable[_Act], among: Sequence[str]) -> Iterator[_Act]:
    for _, group in groupby(acts, lambda act: act.matter):
        first = next((act for act in group if act.kind in among), None)
        if first is not None:
            yield first


def _waits(
    spec: Wait, acts: Iterable[_Act], period: tuple[datetime, datetime]
) -> Iterator[float | None]:
    """Hours of each wait that began in the period; None for one that is open."""
    for _, group in groupby(acts, lambda act: act.matter):
        start: datetime | None = None
        through = spec.through is None
        for act in group:
            if act.kind in spec.start and start is None:
                start, through = act.at, spec.through is None
            elif start is not None and act.kind == spec.through:
                through = True
            elif start is not None and act.kind in (*spec.end, *spec.other):
                if act.kind in spec.end and through and period[0] <= start < period[1]:
                    yield (act.at - start).total_seconds() / 3600
                start = None
        if start is not None and through and period[0] <= start < period[1]:
            yield None


def _of_waits(spec: IndicatorSpec, waits: list[float | None]) -> Indicator:
    hours = sorted(hours for hours in waits if hours is not None)
    middle, most = _quantiles(hours)
    return Indicator(
        spec.id,
        spec.title,
        len(hours),
        open=len(waits) - len(hours),
        median_hours=middle,
        p90_hours=most,
    )


def _of_duties(spec: IndicatorSpec, rows: list[tuple[Any, ...]]) -> Indicator:
    states = [row[2] for row in rows]
    hours = sorted(_between(row[3], row[4]) for row in rows if row[4] is not None)
    middle, most = _quantiles(hours)
    return Indicator(
        spec.id,
        spec.title,
        states.count("done"),
        open=states.count("open"),
        late=sum(state in ("done_late", "late", "breached") for state in states),
        median_hours=middle,
        p90_hours=most,
    )


def _between(since: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(since)).total_seconds() / 3600


def _quantiles(hours: list[float]) -> tuple[float | None, float | None]:
    """Median, and the least of the hours that nine in ten do not exceed (nearest rank)."""
    if not hours:
        return None, None
    return median(hours), hours[-(-9 * len(hours) // 10) - 1]
