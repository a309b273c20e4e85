"""Write the generated parts of the documentation: ``python docs/generate.py``, or ``make docs``.

What stands below the mark of a page is made from the code, so that it cannot say anything else;
``tests/docs`` compares the two. The rules and the glossary have a generator of their own.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer.main

from suyuan.detect.cards import scorecard
from suyuan.detect.detectors import DETECTORS
from suyuan.face.cli import app
from suyuan.ingest.mapping.profile_files import catalog_profiles, sources_by_column
from suyuan.ingest.mapping.profiles import Sides
from suyuan.lab.setting import KNOBS, names, resolve
from suyuan.lab.truth import TRUTH
from suyuan.model.columns import ARROW_TYPES, Column, Table
from suyuan.model.derived import DERIVED_TABLES
from suyuan.model.records import PROVENANCE, RECORDS
from suyuan.model.results import BESIDE, RESULTS
from suyuan.model.roles import ROLES
from suyuan.model.subjects import KINDS
from suyuan.rulebook.__main__ import main as write_rulebook
from suyuan.run.order import steps

DOCS = Path(__file__).parent
ROOMS = {
    "face": (
        "command line, Python API, report, [workbench](workbench.md), pages and API of the office"
    ),
    "run": "the order of the steps, the run of an investigation, replay, trials",
    "chain": "case linkage, rings, the assembled chain",
    "live": "[payments judged before they leave](live.md)",
    "detect": "one file for each role sought",
    "reading": "what a victim's statement says",
    "money": "fund tracing, what can still be frozen",
    "identity": "who stands behind what; seized rows and orders; hubs",
    "ingest": "files in: formats, profiles, cleaning, quarantine",
    "casework": (
        "[procedures, duties, clocks, measures](casework.md); "
        "knows store, rulebook and privacy only"
    ),
    "privacy": "what may be shown of people: masking by column class, keyed ids",
    "lookup": "indexes over stored rows: who is this, whose data was in it",
    "rulebook": "dated rules, answered kept, broken, cannot tell",
    "store": "canonical rows, the two engines, steps and tables, the [ledger](ledger.md)",
    "lab": (
        "simulated worlds with their truth, scores, fitting of scorecards; knows `model` only, and "
        "is known to `run` and `face` only"
    ),
    "model": "the words: tables, subjects, roles, money, time, errors",
}
HELPER = {True: "yes", False: ""}
#: So many tables of one kind are named one by one.
FEW = 3
STATUS = re.compile(
    r"^\*\*Status:\*\* (accepted|open|rejected|superseded by \[\d{4}\]\([\w-]+\.md\))\.(?: .+)?$",
    re.MULTILINE,
)
MARK = "<!-- generated: python docs/generate.py -->\n"


def generated() -> dict[str, str]:
    """The generated part of each page, by the page's path in ``docs/``."""
    return {
        "index.md": "\n".join((*house(), "## Pages", *pages())),
        "tables.md": "\n".join(tables_page()),
        "detectors.md": "\n".join(detectors_page()),
        "face.md": "\n".join(commands()),
        "scenarios.md": "\n".join(scenarios()),
        "layouts.md": "\n".join(layouts_page()),
        "truth.md": "\n".join(truth_page()),
        "run.md": "\n".join(steps_table()),
        "decisions/README.md": "\n".join(decisions()),
    }


def layouts_page() -> Iterator[str]:
    """Each profile of the catalog: whose export, where seen, what is taken and what is left."""
    for profile in catalog_profiles():
        seen = profile.origin
        yield f"## {profile.title.en} · {profile.title.zh}"
        yield ""
        yield f"`{profile.name}`, table `{profile.table}`."
        if seen.house:
            yield f"{seen.house}; {seen.version}. Seen in: {seen.where}."
        yield ""
        known = ", ".join(profile.known_by) or "the shape of its columns (no header)"
        yield f"- Known by: {known}"
        for ours, headers in sources_by_column(profile).items():
            if headers:
                yield f"- `{ours}`: {', '.join(dict.fromkeys(headers))}"
        if profile.sides:
            yield f"- Direction: {_direction(profile.sides)}"
        if profile.ignore:
            yield f"- Left: {', '.join(sorted(profile.ignore))}"
        yield ""


def _direction(sides: Sides) -> str:
    if sides.direction:
        return f"the word in {', '.join(sides.direction)}"
    if sides.signed:
        spent = "positive" if sides.inverted else "negative"
        return f"the sign of {', '.join(sides.signed)}; what was spent is {spent}"
    return (
        f"out where {', '.join(sides.out_amount)} is filled, in where {', '.join(sides.in_amount)}"
    )


def house() -> Iterator[str]:
    """The rooms by their floors, as the linter of imports has them."""
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))
    contract = project["tool"]["importlinter"]["contracts"][0]
    layers = [layer.split(" | ") for layer in contract["layers"]]
    rows = [
        (str(len(layers) - place), f"`{room}`", ROOMS[room])
        for place, rooms in enumerate(layers)
        for room in rooms
    ]
    knowledge = (
        "–",
        "`catalog`",
        "knowledge as data: rules, profiles, scorecards, wording, glossary",
    )
    return _rows(("floor", "room", "what it does"), [*rows, knowledge])


def pages() -> Iterator[str]:
    """One line for each page, with its heading."""
    for path in sorted(DOCS.glob("*.md")):
        if path.name != "index.md":
            yield f"- [{_heading(path)}]({path.name})"
    yield ""


def tables_page() -> Iterator[str]:
    """Every declared table, column by column; then roles and kinds of subject."""
    groups = (
        ("Standard tables: what goes in", RECORDS.values()),
        ("Columns that import adds to every stored row", (PROVENANCE,)),
        ("Result tables: what comes out", RESULTS.values()),
        ("Tables that a command leaves beside the results", BESIDE.values()),
        ("Tables between steps", DERIVED_TABLES.values()),
    )
    for title, tables in groups:
        yield f"## {title}\n"
        for table in tables:
            yield from _table(table)
    yield "## Roles\n"
    rows = (
        (f"`{role.name}`", role.title.en, role.title.zh, role.meaning.en, HELPER[role.helper])
        for role in ROLES.values()
    )
    yield from _rows(("role", "English", "中文", "meaning", "counts as a helper"), rows)
    yield "## Kinds of subject\n"
    yield from _rows(
        ("kind", "English", "中文"), ((f"`{kind}`", t.en, t.zh) for kind, t in KINDS.items())
    )


def detectors_page() -> Iterator[str]:
    """Each detector with its scorecard: what it reads, what it needs, and how it was weighed."""
    rows = []
    for detector in sorted(DETECTORS, key=lambda d: d.role):
        card = scorecard(detector.role)
        rows.append(
            (
                f"`{detector.role}`",
                detector.title.en,
                _names(detector.reads),
                _names(detector.needs) or "none",
                _names(detector.roles) or "none",
                str(len(card.signals)),
                f"{card.threshold:g}",
                f"version {card.version}, {'fitted' if card.fitted else 'set by hand'}",
            )
        )
    heads = ("role", "asks", "reads", "needs", "builds on", "signals", "threshold", "scorecard")
    yield from _rows(heads, rows)


def commands() -> Iterator[str]:
    """Every command of ``suyuan``, from the app itself."""
    for name, command in typer.main.get_command(app).commands.items():
        yield from _command(f"suyuan {name}", command)


def scenarios() -> Iterator[str]:
    """One line for each scenario of the lab, and the knobs."""
    rows = []
    for name in names():
        title = resolve(name, scale=0.001, seed=1).config["title"]
        rows.append((f"[`{name}`](scenarios/{name}.md)", title["en"], title["zh"]))
    yield from _rows(("scenario", "English", "中文"), rows)
    yield "## Knobs\n"
    knobs = ((f"`{name}`", text.en, text.zh) for name, text in KNOBS.items())
    yield from _rows(("knob, 0 to 3", "English", "中文"), knobs)


def truth_page() -> Iterator[str]:
    """The tables of a world's truth."""
    for table in TRUTH.values():
        yield from _table(table)


def steps_table() -> Iterator[str]:
    """The steps in the order in which they run."""
    rows = (
        (str(n), f"`{step.name}`", step.title.en, _names(step.reads), _names(step.writes))
        for n, step in enumerate(steps(), start=1)
    )
    yield from _rows(("", "step", "in words", "reads", "writes"), rows)


def decisions() -> Iterator[str]:
    """A line for each decision record: number, title and status; what is open stands on top."""
    yield from ("| number | title | status |", "| --- | --- | --- |")
    paths = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    for path in sorted(paths, key=lambda path: _status(path) != "open"):
        title = _heading(path).removeprefix(f"{path.name[:4]} ")
        yield f"| {path.name[:4]} | [{title}]({path.name}) | {_status(path)} |"
    yield ""


def _status(path: Path) -> str:
    """``accepted``, ``open``, ``rejected`` or ``superseded by`` a later one, linked."""
    status = STATUS.search(path.read_text(encoding="utf-8"))
    if status is None:
        raise SystemExit(
            f"{path.name}: write **Status:** accepted., open., rejected. or superseded"
        )
    return status[1]


def write() -> None:
    """Replace what stands below the mark of each page."""
    for name, text in generated().items():
        page = DOCS / name
        above = page.read_text(encoding="utf-8").partition(MARK)[0]
        page.write_text(above + MARK + text, encoding="utf-8")
    write_rulebook(DOCS)


def _heading(page: Path) -> str:
    return page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def _table(table: Table) -> Iterator[str]:
    yield f"### `{table.name}` {table.zh}\n"
    dated = f" Visible from its `{table.event_time}` on." if table.event_time else ""
    stands = f" Rows stand by {', '.join(map(_by, table.order))}." if table.order else ""
    yield f"{table.meaning[:1].upper()}{table.meaning[1:]}.{dated}{stands}\n"
    heads = ("column", "type", "stored as", "unit", "key", "identifies", "privacy", "meaning")
    yield from _rows(heads, map(_column, table))


def _by(name: str) -> str:
    return f"`{name[1:]}` (largest first)" if name.startswith("-") else f"`{name}`"


def _column(column: Column) -> tuple[str, ...]:
    asked = "required" if column.mandatory else "may be absent" if column.optional else ""
    return (
        f"`{column.name}`",
        column.type.value,
        f"`{ARROW_TYPES[column.type]}`",
        column.unit or {"money": "fen (yuan in files)", "time": "UTC"}.get(column.type.value, ""),
        "key" if column.key else asked,
        column.kind or "",
        column.privacy_class or "",
        column.meaning,
    )


def _command(name: str, command: Any) -> Iterator[str]:
    if hasattr(command, "commands"):
        for inner, child in command.commands.items():
            yield from _command(f"{name} {inner}", child)
        return
    arguments = [p for p in command.params if not p.opts[0].startswith("-")]
    options = [p for p in command.params if p.opts[0].startswith("-") and not p.hidden]
    words = [p.name.upper() if p.required else f"[{p.name.upper()}]" for p in arguments]
    yield f"### `{' '.join((name, *words))}`\n"
    # Typer ends the short help at a form feed and keeps single line breaks out of paragraphs.
    yield re.sub(r"\s*\n\n\s*", "\n\n", (command.help or "").replace("\f", "")).strip() + "\n"
    yield from _rows(
        ("", "default", "meaning"),
        (
            (f"`{_written(p)}`", _default(p), p.help or "")
            for p in (*arguments, *options)
            if p.name != "help"
        ),
    )


def _written(parameter: Any) -> str:
    option = parameter.opts[0].startswith("-")
    return ", ".join(parameter.opts) if option else parameter.name.upper()


def _default(parameter: Any) -> str:
    value = parameter.default
    if parameter.required or value is None or value is False or callable(value):
        return ""
    return f"`{getattr(value, 'value', value)}`"


def _names(names: Iterable[str]) -> str:
    """Names in order; a kind of table that is there for many roles is told once."""
    told = sorted(set(names))
    kinds = Counter(name.partition(":")[0] for name in told if ":" in name)
    many = [kind for kind, n in kinds.items() if n > FEW]
    alone = [f"`{name}`" for name in told if name.partition(":")[0] not in many]
    return ", ".join((*alone, *(f"`{kind}:…` of {kinds[kind]} roles" for kind in many)))


def _rows(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "| " + " | ".join("---" for _ in heads) + " |"
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
    yield ""


if __name__ == "__main__":
    write()
