"""Rules as data for a face to print, and the generated pages of the documentation."""

from collections.abc import Iterable
from datetime import date

from suyuan.model.text import Text
from suyuan.rulebook.book import Rulebook
from suyuan.rulebook.dates import on_day
from suyuan.rulebook.declare import Answer, Period, Quality, Rule, RuleKind
from suyuan.rulebook.glossary import Term

QUALITIES: dict[Quality, Text] = {
    Quality.LAW_TEXT: Text("text of the law", "法律原文"),
    Quality.OFFICIAL_PAGE: Text("official page", "官方网页"),
    Quality.PRESS: Text("press", "报刊"),
    Quality.SECONDARY: Text("secondary source", "二手来源"),
    Quality.ASSUMPTION: Text("assumption", "假设"),
    Quality.UNVERIFIED: Text("unverified", "未核实"),
}
ANSWERS: dict[Answer, Text] = {
    Answer.KEPT: Text("kept", "符合"),
    Answer.BROKEN: Text("broken", "违反"),
    Answer.CANNOT_TELL: Text("cannot tell", "无法判断"),
    Answer.NOT_IN_FORCE: Text("not in force", "当时未施行"),
}
KINDS: dict[RuleKind, Text] = {
    RuleKind.DUTY: Text("duty", "义务"),
    RuleKind.OFFENCE: Text("offence threshold", "入罪标准"),
    RuleKind.PROCEDURE: Text("procedure", "程序"),
    RuleKind.TABLE: Text("decision table", "判定表"),
    RuleKind.PENALTY: Text("fine", "罚款"),
}
_TABLE = Text("looked for in", "查找于")
_BY_HAND = Text("facts entered by hand", "人工填写")


def list_rules(book: Rulebook, on: date | None = None) -> list[dict[str, Text]]:
    """A line for each rule: id, title, kind, since when, source quality; in force `on` if given."""
    return [_line(rule) for rule in book if on is None or any(on in p for p in rule.in_force)]


def show_rule(rule: Rule, on: date | None = None) -> list[tuple[Text, Text]]:
    """Everything a rule says, as pairs of a heading and its text.

    With `on`, the parameters as of that day; else all their dated values.
    """
    source = Text(
        f"{rule.source.document.en} {rule.source.article}".strip(),
        f"{rule.source.document.zh} {rule.source.article}".strip(),
    )
    pairs = [
        (Text("rule", "规则"), rule.title),
        (Text("asks", "要求"), rule.duty),
        (Text("kind", "类别"), KINDS[rule.kind]),
        (Text("source", "出处"), source),
        (Text("quality of the source", "出处可靠程度"), QUALITIES[rule.source.quality]),
        (Text("in force", "施行期间"), _in_both(", ".join(map(_period, rule.in_force)))),
        (_TABLE, _BY_HAND if rule.over is None else _in_both(rule.over.table)),
    ]
    if rule.source.note is not None:
        pairs.append((Text("note", "说明"), rule.source.note))
    pairs += _values(rule, on)
    pairs += [
        (Text(f"if {case.id}", f"情形 {case.id}"), _answer_line(case.answer, case.because))
        for case in rule.cases
    ]
    return pairs


def _line(rule: Rule) -> dict[str, Text]:
    return {
        "id": _in_both(rule.id),
        "title": rule.title,
        "kind": KINDS[rule.kind],
        "in_force": _in_both(", ".join(map(_period, rule.in_force))),
        "quality": QUALITIES[rule.source.quality],
        "table": _BY_HAND if rule.over is None else _in_both(rule.over.table),
    }


def _values(rule: Rule, on: date | None) -> list[tuple[Text, Text]]:
    lines = []
    for parameter in rule.parameters.values():
        current = None if on is None else on_day(parameter, on)
        for entry in parameter.values if on is None else [current]:
            if entry is None:
                continue
            number = "?" if entry.value is None else f"{entry.value:,g}"
            scope = f" / {entry.scope}" if entry.scope else ""
            line = f"{number} {parameter.unit}{scope} ({_period(entry.period)}; "
            quality = QUALITIES[entry.source.quality]
            lines.append((parameter.title, Text(f"{line}{quality.en})", f"{line}{quality.zh})")))
    return lines


def _answer_line(answer: Answer, because: Text) -> Text:
    words = ANSWERS[answer]
    return Text(f"{words.en}: {because.en}", f"{words.zh}:{because.zh}")


def _period(period: Period) -> str:
    return f"{period.since}–{'' if period.until is None else period.until}"


def _in_both(text: str) -> Text:
    return Text(text, text)


def rules_table(book: Rulebook) -> str:
    """The generated part of ``docs/rulebook.md``."""
    rows = [
        (
            f"`{rule.id}`",
            f"{rule.title.en} {rule.title.zh}",
            KINDS[rule.kind].en,
            ", ".join(map(_period, rule.in_force)),
            f"{rule.source.document.zh} {rule.source.article}".strip(),
            QUALITIES[rule.source.quality].en,
            "by hand" if rule.over is None else f"`{rule.over.table}`",
            str(len(rule.examples)),
        )
        for rule in book
    ]
    head = ("rule", "title", "kind", "in force", "source", "quality", "table", "worked cases")
    return _markdown(head, rows)


def glossary_table(terms: Iterable[Term]) -> str:
    """The generated part of ``docs/glossary.md``."""
    rows = [(t.kind, f"`{t.id}`", t.term.en, t.term.zh, t.meaning.en, t.meaning.zh) for t in terms]
    return _markdown(("kind", "name", "English", "中文", "meaning", "含义"), rows)


def _markdown(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"
