"""``suyuan office effect``: did it work? 措施效果。"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suyuan.face.cli.office_options import OfficeArgument, Postgres, at, office_at, say
from suyuan.face.cli.options import CaseArgument, LangOption, Out, plain_errors
from suyuan.model.errors import InputError
from suyuan.model.text import Text

if TYPE_CHECKING:
    from suyuan.casework.effects import Estimate, GroupSum, MeasureEffect
    from suyuan.face.effect_panel import Cohort


@plain_errors
def effect(
    office: OfficeArgument,
    case: CaseArgument,
    kind: Annotated[str, typer.Option(help="Kind of measure: stop, freeze … 措施种类。")] = "stop",
    subject: Annotated[
        list[str] | None,
        typer.Option(help="Or just these: phone:…, may be repeated. 指定对象。"),
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Since when these were measured. 措施起始时间。")
    ] = None,
    days: Annotated[
        int, typer.Option(min=2, max=365, help="Days before and after. 前后天数。")
    ] = 14,
    out: Out = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """What a measure prevented and what only moved elsewhere, with intervals. 措施效果。

    Cohort numbers or accounts are compared with those of rings without any measure.
    """
    from suyuan.casework.effects import effect as effect_of  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.api import CaseFolder  # noqa: PLC0415
    from suyuan.face.effect_panel import occurrences  # noqa: PLC0415
    from suyuan.face.source import open_source  # noqa: PLC0415

    cohort = _cohort(office, postgres, kind, subject, since)
    with open_source(CaseFolder(case).results(out)) as source:
        series = occurrences(source, cohort.kind)
    for name, events in series.items():
        result = effect_of(events, cohort.subjects, cohort.since, days)
        for line in lines(name, result):
            say(line, lang)


def _cohort(
    office: Path, postgres: str | None, kind: str, subject: list[str] | None, since: str | None
) -> "Cohort":
    from suyuan.face.effect_panel import Cohort, measured_together  # noqa: PLC0415

    if subject:
        if since is None or len({name.partition(":")[0] for name in subject}) > 1:
            raise InputError(
                Text("Subjects of one kind, and --since.", "须为同一类对象，并给出 --since。"),
                value=" ".join(subject)[:80],
            )
        return Cohort(frozenset(subject), at(since))
    with office_at(office, postgres) as there:
        return measured_together(there, kind)


_NAMES = {
    "calls": Text("Calls", "通话次数"),
    "losses": Text("Losses, yuan", "损失（元）"),
    "money": Text("Stolen money that arrived, yuan", "流入赃款（元）"),
}


def lines(name: str, result: "MeasureEffect") -> list[Text]:
    """The result in sentences."""
    unit = 1 if name == "calls" else 100
    title = _NAMES[name]
    sentences = [
        Text(
            f"{title.en}, {result.days} days before and after:",
            f"{title.zh}，前后各{result.days}天：",
        )
    ]
    for group, words in (
        (result.own, Text("measured", "措施对象")),
        (result.kin, Text("others of the same rings", "同团伙其他对象")),
        (result.control, Text("control: rings without measures", "对照：未采取措施的团伙")),
    ):
        sentences.append(_sums(words, group, unit))
    if result.why_not is not None:
        en, zh = result.why_not.en, result.why_not.zh
        return [*sentences, Text(f"  It cannot be estimated. {en}", f"  无法判断。{zh}")]
    sentences += [
        _estimate(Text("prevented on them", "措施对象减少"), result.prevention, unit),
        _estimate(Text("moved elsewhere", "转移至他处"), result.displacement, unit),
        _estimate(Text("net effect", "净效果"), result.net, unit),
        _estimate(
            Text("the same test before the measure (placebo)", "措施前同法检验（安慰剂）"),
            result.placebo,
            unit,
        ),
    ]
    if result.placebo is not None and result.placebo.sure:
        sentences.append(
            Text(
                "  ! The groups already differed before the measure: do not rely on this.",
                "  ! 两组在措施之前走势已不同，结果不宜采信。",
            )
        )
    return sentences


def _sums(words: Text, group: "GroupSum", unit: int) -> Text:
    figures = f"{group.before / unit:,.0f} → {group.after / unit:,.0f}"
    return Text(
        f"  {words.en} ({group.units}): {figures}", f"  {words.zh}（{group.units}）：{figures}"
    )


def _estimate(words: Text, estimate: "Estimate | None", unit: int) -> Text:
    if estimate is None:
        return Text(f"  {words.en}: cannot be estimated", f"  {words.zh}：无法判断")
    if estimate.low is None or estimate.high is None:
        return Text(
            f"  {words.en}: too few to estimate (no interval, so no figure)",
            f"  {words.zh}：样本过少，无法估计区间，故不给出数值",
        )
    value = f"{estimate.value / unit:,.0f}"
    bounds = f"{estimate.low / unit:,.0f} … {estimate.high / unit:,.0f}"
    return Text(
        f"  {words.en}: {value} (95 %: {bounds})", f"  {words.zh}：{value}（95%区间 {bounds}）"
    )
