"""Whether a procedure can be read by both its readers: every title, label and refusal in words."""

from collections.abc import Iterator

from suyuan.casework.compiled import Procedure, Version
from suyuan.casework.declare import FieldSpec
from suyuan.model.text import Text


def _written_in(word: str) -> bool:
    return any("\u3400" <= c <= "\u9fff" or c > "\U0001ffff" for c in word)


def unreadable(text: Text) -> bool:
    """Whether one of the languages is missing: nothing there, or the other one's words."""
    return not text.en.strip() or not _written_in(text.zh) or _written_in(text.en)


def of_procedure(procedure: Procedure) -> Iterator[str]:
    """Where a title, a label or a sentence is not in both languages."""
    spec = procedure.spec
    places = {"title": spec.title, "about": spec.about}
    places |= {f"roles.{name}": title for name, title in spec.roles.items()}
    for name, field in spec.fields.items():
        places |= {f"fields.{name}": field.title}
        places |= {f"fields.{name}.{w}": t for w, t in field.labels.items()}
    yield from (where for where, text in places.items() if unreadable(text))
    for name, field in spec.fields.items():
        yield from (f"fields.{name}.{word}" for word in _missing_labels(field))


def _missing_labels(field: FieldSpec) -> list[str]:
    return [word for word in field.words or () if word not in field.labels]


def of_version(version: Version) -> Iterator[str]:
    """Where an act, a duty, a measure, a state or a refusal is not in both languages."""
    for kind, rules in (
        ("acts", version.acts),
        ("duties", version.duties),
        ("measures", version.measures),
    ):
        yield from (f"{kind}.{name}" for name, r in rules.items() if unreadable(r.spec.title))
    for name, act in version.acts.items():
        sentences = [need.refusal for need in act.spec.needs] + [act.spec.once]
        yield from (f"acts.{name}.needs" for s in sentences if s is not None and unreadable(s))
    for state in (*version.states, *version.item_states):
        if unreadable(state.spec.title):
            yield f"states.{state.name}"
    yield from (f"windows.{n}" for n, w in version.windows.items() if unreadable(w.title))
