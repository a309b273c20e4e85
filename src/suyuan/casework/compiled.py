"""A procedure ready to run: versions laid over one another, conditions as closures, ways by act."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from suyuan.casework.declare import (
    ActSpec,
    AllotSpec,
    DutySpec,
    FieldSpec,
    ItemsSpec,
    MeasureSpec,
    NeedSpec,
    OpeningSpec,
    OpensSpec,
    ProcedureSpec,
    StateSpec,
    VersionSpec,
    WindowSpec,
    names,
)
from suyuan.casework.surroundings import FUNCTIONS, NAMES
from suyuan.model.catalog_files import as_shape, plain
from suyuan.model.errors import CatalogError, InputError
from suyuan.model.text import Text
from suyuan.model.times import is_within, utc
from suyuan.rulebook.dates import beijing_day
from suyuan.rulebook.language import Expression, parse
from suyuan.rulebook.rows import Closure, closure

CLOCK = "clock"
BEGIN = "begin"
PROPOSAL, WITHDRAWAL, REBIND = ".proposed", ".withdrawn", "rebound"


@dataclass(frozen=True, slots=True)
class CompiledGuard:
    """A condition and the sentence that refuses; `rule` where a rule's own sentence does."""

    expression: Expression
    test: Closure
    refusal: Text
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class ActRule:
    """An act as it runs; `form` maps each field to whether it must be given."""

    name: str
    spec: ActSpec
    by: tuple[str, ...]
    form: dict[str, bool]
    guards: tuple[CompiledGuard, ...]
    amount: Closure | None  # of what is allotted
    opens_if: Closure | None
    asks_elsewhere: bool

    @property
    def allots(self) -> AllotSpec | None:
        return self.spec.allots

    @property
    def opens(self) -> OpensSpec | None:
        return self.spec.opens


@dataclass(frozen=True, slots=True)
class DutyRule:
    """A duty as it runs."""

    name: str
    spec: DutySpec
    place: int
    test: Closure | None
    done_test: Closure | None
    done_acts: frozenset[str]
    void: frozenset[str]
    paused_by: frozenset[str]
    resumed_by: frozenset[str]
    clause: str

    @property
    def moved_by(self) -> frozenset[str]:
        extensions = names(self.spec.extended_by)
        return (self.done_acts | self.void | self.paused_by | self.resumed_by).union(extensions)


@dataclass(frozen=True, slots=True)
class MeasureRule:
    """A measure as it runs."""

    name: str
    spec: MeasureSpec
    place: int
    amount: Closure | None
    ends: frozenset[str]
    release: frozenset[str]
    clause: str

    @property
    def moved_by(self) -> frozenset[str]:
        return self.ends.union(self.release, [self.spec.expired], names(self.spec.renewed_by))


@dataclass(frozen=True, slots=True)
class StateRule:
    """A named view of a matter or an item."""

    name: str
    spec: StateSpec
    test: Closure


@dataclass(frozen=True, slots=True)
class Window:
    """When something may be done; `until` is the first moment after it."""

    title: Text
    since: datetime
    last: datetime
    until: datetime

    def __contains__(self, moment: datetime) -> bool:
        return is_within(moment, self.since, self.until)


@dataclass(frozen=True, slots=True)
class Sequel:
    """What an event of one kind sets going under a version, looked up once."""

    formal: bool  # a proposal or its withdrawal
    opens: tuple[DutyRule, ...]
    moves: tuple[DutyRule, ...]
    starts: tuple[MeasureRule, ...]
    ends: tuple[MeasureRule, ...]


class Sequels(dict[str, Sequel]):
    """The sequel of each kind of event, worked out when it first comes."""

    def __init__(self, version: "Version") -> None:
        super().__init__()
        self._duties = tuple(version.duties.values())
        self._measures = tuple(version.measures.values())

    def __missing__(self, kind: str) -> Sequel:
        formal = kind.endswith((PROPOSAL, WITHDRAWAL))
        duties, measures = ((), ()) if formal else (self._duties, self._measures)
        sequel = self[kind] = Sequel(
            formal,
            tuple(duty for duty in duties if kind in names(duty.spec.upon)),
            tuple(duty for duty in duties if kind in duty.moved_by),
            tuple(measure for measure in measures if kind == measure.spec.upon),
            tuple(measure for measure in measures if kind in measure.moved_by),
        )
        return sequel


@dataclass(slots=True)
class Version:
    """A procedure as it stood on its days; `sequels` go from a kind of event to what it does."""

    since: date
    until: date | None
    opening: OpeningSpec
    acts: dict[str, ActRule]
    duties: dict[str, DutyRule]
    measures: dict[str, MeasureRule]
    states: tuple[StateRule, ...]
    items: ItemsSpec | None
    item_states: tuple[StateRule, ...]
    windows: dict[str, Window]
    sequels: Sequels = field(init=False)

    def __post_init__(self) -> None:
        self.sequels = Sequels(self)

    def __contains__(self, day: date) -> bool:
        return is_within(day, self.since, self.until)


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure with all its versions, oldest first; `sha256` is that of its file's text."""

    spec: ProcedureSpec
    versions: tuple[Version, ...]
    sha256: str
    text: str
    moment_fields: frozenset[str]  # fields that are read as moments
    has_measures: bool  # some version has measures

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def fields(self) -> dict[str, FieldSpec]:
        return self.spec.fields

    def on(self, moment: datetime) -> Version | None:
        """The version in force on the day of `moment`."""
        day = beijing_day(moment)
        return next((v for v in reversed(self.versions) if day in v), None)

    def since(self, day: str) -> Version:
        """The version that begins on a day; raises :class:`InputError`."""
        for version in self.versions:
            if version.since.isoformat() == day:
                return version
        raise InputError(
            Text("The procedure has no version from that day.", "该程序没有自该日起的版本。"),
            value=f"{self.id} {day}",
            hint=Text(
                f"Versions: {', '.join(str(v.since) for v in self.versions)}",
                f"现有版本：{'、'.join(str(v.since) for v in self.versions)}",
            ),
        )


def load_procedures(*folders: Path) -> dict[str, Procedure]:
    """The procedures of the catalog, and those of `folders` over them."""
    procedures = dict(_catalog())
    for folder in folders:
        procedures |= _folder(folder)
    return procedures


@cache
def _catalog() -> Mapping[str, Procedure]:
    with as_file(files("suyuan.catalog") / "procedures") as folder:
        return _folder(folder)


def _folder(folder: Path) -> dict[str, Procedure]:
    read = [read_procedure(path) for path in sorted(folder.glob("*.yml"))]
    return {procedure.id: procedure for procedure in read}


def read_procedure(path: Path) -> Procedure:
    """The procedure of a file; raises :class:`CatalogError`. `lint` says whether it is sound."""
    procedure = compile_procedure(
        as_shape(plain(path), ProcedureSpec, path.name), path.read_text("utf-8")
    )
    if procedure.id != path.stem:
        raise wrong(path.name, "the id is not the file's name", "id 与文件名不同")
    return procedure


def compile_procedure(spec: ProcedureSpec, text: str = "") -> Procedure:
    """`spec` ready to run."""
    definition: dict[str, Any] = {}
    versions = []
    for version in spec.versions:
        _lay(definition, version)
        versions.append(_version(spec, version, definition))
    if not versions:
        raise wrong(spec.id, "a procedure needs a version", "程序至少要有一个版本")
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    moment_fields = frozenset(name for name, f in spec.fields.items() if f.type in ("time", "day"))
    has_measures = any(version.measures for version in versions)
    return Procedure(spec, tuple(versions), digest, text, moment_fields, has_measures)


def _lay(definition: dict[str, Any], version: VersionSpec) -> None:
    """Lay a version over the one before it."""
    for part in ("acts", "duties", "measures", "windows"):
        entries = {**definition.get(part, {}), **getattr(version, part)}
        definition[part] = {name: entry for name, entry in entries.items() if entry is not None}
    for part in ("opening", "states", "items"):
        if getattr(version, part) is not None:
            definition[part] = getattr(version, part)


def _version(spec: ProcedureSpec, version: VersionSpec, definition: Mapping[str, Any]) -> Version:
    opening = definition.get("opening")
    if opening is None:
        raise wrong(spec.id, "nobody may open a matter: `opening` is missing", "缺少 opening")
    items: ItemsSpec | None = definition.get("items")
    return Version(
        version.since,
        version.until,
        opening,
        {name: _act(name, act) for name, act in definition["acts"].items()},
        {n: _duty(n, d, place, spec) for place, (n, d) in enumerate(definition["duties"].items())},
        {
            n: _measure(n, m, place, spec)
            for place, (n, m) in enumerate(definition["measures"].items())
        },
        tuple(_state(state) for state in definition.get("states", ())),
        items,
        () if items is None else tuple(_state(state) for state in items.states),
        {name: _window(window) for name, window in definition["windows"].items()},
    )


def expression(source: str) -> Expression:
    """A condition of a procedure: the rule language and the functions of the surroundings."""
    return parse(source, NAMES)


def _test(source: str | None) -> Closure | None:
    return None if source is None else closure(expression(source), FUNCTIONS)


def _act(name: str, spec: ActSpec) -> ActRule:
    guards = tuple(_guard(name, need) for need in spec.needs)
    form = form_of(spec.form)
    texts = [need.condition or "" for need in spec.needs]
    asks = any(word in text for text in texts for word in ("times(", "active_anywhere("))
    amount = _test(spec.allots.amount) if spec.allots else None
    opens_if = _test(spec.opens.condition) if spec.opens else None
    return ActRule(name, spec, names(spec.by), form, guards, amount, opens_if, asks)


def _guard(act: str, need: NeedSpec) -> CompiledGuard:
    if need.rule is not None and need.condition is None and need.refusal is None:
        source = f"answer('{need.rule}') in ['kept', 'not_asked']"
        return CompiledGuard(
            expression(source), closure(expression(source), FUNCTIONS), _BREACH, need.rule
        )
    if need.rule is not None or need.condition is None or need.refusal is None:
        raise wrong(act, "a need is `if` and `else`, or `rule`", "条件须为 if 与 else,或 rule")
    condition = expression(need.condition)
    return CompiledGuard(condition, closure(condition, FUNCTIONS), need.refusal)


_BREACH = Text("The rule is not kept.", "不符合规定。")


def _window(spec: WindowSpec) -> Window:
    since, last = utc(spec.since), utc(spec.last)
    return Window(spec.title, since, last, last + timedelta(seconds=1))


def form_of(entries: list[str]) -> dict[str, bool]:
    """Each field of a form, and whether it must be given."""
    return {field.removesuffix("?"): not field.endswith("?") for field in entries}


def _duty(name: str, spec: DutySpec, place: int, procedure: ProcedureSpec) -> DutyRule:
    return DutyRule(
        name,
        spec,
        place,
        _test(spec.condition),
        _test(spec.done_if),
        frozenset(names(spec.done)),
        frozenset(names(spec.void)),
        frozenset(names(spec.paused_by)),
        frozenset(names(spec.resumed_by)),
        spec.clause or procedure.clause.rule,
    )


def _measure(name: str, spec: MeasureSpec, place: int, procedure: ProcedureSpec) -> MeasureRule:
    return MeasureRule(
        name,
        spec,
        place,
        _test(spec.amount),
        frozenset(names(spec.ends)),
        frozenset(names(spec.release)),
        spec.clause or procedure.clause.rule,
    )


def _state(spec: StateSpec) -> StateRule:
    test = _test(spec.condition)
    assert test is not None
    return StateRule(spec.id, spec, test)


def wrong(where: str, en: str, zh: str) -> CatalogError:
    return CatalogError(
        Text(f"A procedure cannot be used: {en}.", f"程序无法使用：{zh}。"),
        value=where,
        hint=Text("See docs/casework.md for the format.", "格式见 docs/casework.md。"),
    )
