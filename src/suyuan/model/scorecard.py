"""Scorecards: signals in, log-odds out, readable by a person.

A scorecard adds the weights of evidence of its signals to a prior (Good 1950; credit scoring's
weight of evidence). A stepped signal has bins; a linear one is itself a log likelihood ratio and is
added as it is, within bounds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

import msgspec

from suyuan.model.catalog_faults import errors_in
from suyuan.model.catalog_files import as_shape, plain
from suyuan.model.errors import CatalogError
from suyuan.model.text import Text

Direction = Literal["up", "down", "either"]


@dataclass(frozen=True, slots=True)
class Signal:
    """One measurement and what it adds.

    ``weights`` has one entry more than ``edges``: below the first edge, between, from the last on
    (a value on an edge belongs above it). With ``linear`` set there are neither: the value itself,
    cut to ``bounds``, is the weight. ``unknown`` is added where the value could not be measured
    though its tables (``needs``) are there; where one is missing nothing is added.
    """

    name: str
    unit: str
    direction: Direction
    needs: tuple[str, ...]
    title: Text
    edges: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    unknown: float = 0.0
    linear: bool = False
    bounds: tuple[float, float] = (-20.0, 20.0)
    #: Whether a case may weigh it anew by what it knows (conduct); what tells who is known may not.
    learns: bool = False
    #: Whether it comes with what makes a candidate known (a sale, a use). Among the known it tells
    #: how they became so, and a case leaves it in the published score and weighs it no further.
    selects: bool = False

    def __post_init__(self) -> None:
        if not self.linear and len(self.weights) != len(self.edges) + 1:
            raise _signal_error(self.name, "one weight more than edges", "权重数应比分界多一个")
        if list(self.edges) != sorted(set(self.edges)):
            raise _signal_error(self.name, "edges must rise", "分界必须递增")


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All signals of one role, its threshold and the sentences that explain it.

    ``prior`` is the log-odds before any signal; the score is
    ``sigmoid(intercept + slope * (prior + sum of weights))``. Templates name signals and the
    columns of a finding: ``{calls_per_day:0}`` prints with no decimals, ``{share:%}`` as a
    percentage, ``{amount:yuan}`` fen as yuan, ``{first_seen:date}`` a day.
    """

    role: str
    version: str
    fitted: bool
    prior: float
    threshold: float
    signals: tuple[Signal, ...]
    because: Text
    rivals: Text
    slope: float = 1.0
    intercept: float = 0.0
    fitted_on: Mapping[str, Any] = field(default_factory=dict)


def _signal_error(name: str, en: str, zh: str) -> CatalogError:
    return CatalogError(
        Text(f"Error in a scorecard signal: {en}.", f"评分卡信号有误：{zh}。"),
        value=name,
        hint=Text("See docs/detect.md for the format.", "格式见 docs/detect.md。"),
    )


class CalibrationEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``calibration`` of a file."""

    slope: float = 1.0
    intercept: float = 0.0


class SignalEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signal as its file has it; see :class:`Signal`."""

    unit: str
    direction: Direction
    needs: tuple[str, ...]
    title: Text
    edges: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    weight_unknown: float = msgspec.field(default=0.0, name="unknown")
    linear: bool = False
    bounds: tuple[float, float] = (-20.0, 20.0)
    learns: bool = False
    selects: bool = False


class SentenceEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``text`` of a file."""

    because: Text
    rivals: Text


class ScorecardFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of ``catalog/scorecards/``."""

    role: str
    version: str
    is_fitted: bool = msgspec.field(name="fitted")
    prior: float
    threshold: float
    signals: dict[str, SignalEntry]
    text: SentenceEntry
    calibration: CalibrationEntry = CalibrationEntry()
    fitted_on: dict[str, Any] | None = None


def read_scorecard(path: Path | Traversable) -> Scorecard:
    """The scorecard of a file; raises :class:`CatalogError`."""
    return from_mapping(plain(path), path.name)


def from_mapping(data: Mapping[str, Any], where: str = "scorecard") -> Scorecard:
    """The scorecard that a file of ``catalog/scorecards/`` describes."""
    file = as_shape(data, ScorecardFile, where)
    with errors_in(where):
        signals = tuple(_signal(name, entry) for name, entry in file.signals.items())
    return Scorecard(
        role=file.role,
        version=file.version,
        fitted=file.is_fitted,
        prior=file.prior,
        threshold=file.threshold,
        signals=signals,
        because=file.text.because,
        rivals=file.text.rivals,
        slope=file.calibration.slope,
        intercept=file.calibration.intercept,
        fitted_on=file.fitted_on or {},
    )


def _signal(name: str, entry: SignalEntry) -> Signal:
    fields = msgspec.structs.asdict(entry)
    return Signal(name, unknown=fields.pop("weight_unknown"), **fields)


def to_mapping(card: Scorecard) -> dict[str, Any]:
    """The same as plain data, in the order of the file; ``from_mapping`` undoes it."""
    return {
        "role": card.role,
        "version": card.version,
        "fitted": card.fitted,
        "fitted_on": dict(card.fitted_on),
        "prior": card.prior,
        "threshold": card.threshold,
        "calibration": {"slope": card.slope, "intercept": card.intercept},
        "signals": {signal.name: _entry(signal) for signal in card.signals},
        "text": {
            "because": {"en": card.because.en, "zh": card.because.zh},
            "rivals": {"en": card.rivals.en, "zh": card.rivals.zh},
        },
    }


def _entry(signal: Signal) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "title": {"en": signal.title.en, "zh": signal.title.zh},
        "unit": signal.unit,
        "direction": signal.direction,
        "needs": list(signal.needs),
    }
    if signal.learns:
        entry["learns"] = True
    if signal.selects:
        entry["selects"] = True
    if signal.linear:
        return entry | {"linear": True, "bounds": list(signal.bounds), "unknown": signal.unknown}
    return entry | {
        "edges": list(signal.edges),
        "weights": list(signal.weights),
        "unknown": signal.unknown,
    }
