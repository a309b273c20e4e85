"""The sentences of a leak finding: figures, window, rival; whom they name is left open."""

from datetime import datetime

from suyuan.detect.leaks.answers import LeakAnswer
from suyuan.detect.leaks.call_evidence import CalledSource
from suyuan.model.text import Text
from suyuan.model.times import local
from suyuan.privacy.sentences import slot

_VICTIMS = Text(
    "{victims:.0f} of {reached:.0f} people reached by the scammers had ordered through {subject} "
    "between {first} and {last}, when it handled {exposed} orders ({share:.1%} of all over the "
    "whole time).",
    "诈骗分子联系到的{reached:.0f}人中约{victims:.0f}人在{first}至{last}间经由{subject}下单，"
    "同期其经手{exposed}单（占全部时段订单的{share:.1%}）。",
)
_EXHIBIT = Text(
    " About {copied:.0f} of {weighed:.0f} orders sampled from the seized data passed "
    "through it, most of them between {first} and {last}.",
    "从查获数据中抽取{weighed:.0f}单衡量，其中约{copied:.0f}单经其手，多在{first}至{last}之间。",
)
_CALLS = Text(
    " About {called:.0f} of {exposed} orders of the last weeks that went through it, and through "
    "no other source named, were followed by a call of this fraud at the lag at which such calls "
    "come: {times:.0f} times as often as orders elsewhere.",
    "近几周经其手而未经其他已认定源头的{exposed}单中，约{called:.0f}单在此类来电常见的间隔后接到本案"
    "来电，频率为他处订单的{times:.0f}倍。",
)
_RIVAL = Text(
    "The next best explanation is {rival}, {odds} times less likely. Chance, region and "
    "shop size were taken into account.",
    "次优解释为{rival}，可能性低{odds}倍；已考虑巧合、地区与店铺规模。",
)
_EVEN = Text(
    "Cannot tell: the data do not separate it from {rival}.",
    "无法判断：现有数据不能将其与{rival}区分。",
)
_CHANCE = Text(
    "Chance, region and shop size explain its victims {odds} times less well.",
    "以巧合、地区与店铺规模解释其被害人，可能性低{odds}倍。",
)
LITTLE = Text("There is little evidence for it.", "支持的证据很少。")
#: Odds under which a rival is as good an explanation.
EVEN = 4.0


def because(
    victims: LeakAnswer | None,
    exhibit: LeakAnswer | None,
    contact_count: float,
    copy_count: float,
    zone: str,
) -> Text:
    """Why this source: from victims, from seized data, or both."""
    parts = []
    if victims is not None and victims.victims >= 0.5:
        parts.append(_VICTIMS.format(**_figures(victims, zone), reached=contact_count))
    if exhibit is not None and exhibit.victims >= 0.5:
        figures = _figures(exhibit, zone)
        parts.append(_EXHIBIT.format(copied=exhibit.victims, weighed=copy_count, **figures))
    if not parts:
        return LITTLE
    return Text("".join(p.en for p in parts).strip(), "".join(p.zh for p in parts))


def with_calls(facts: Text, source: CalledSource) -> Text:
    """`facts`, if there are any, and what calls alone say."""
    more = _CALLS.format(called=source.called, exposed=source.exposed, times=source.times)
    if facts == LITTLE:
        return Text(more.en.strip(), more.zh)
    return Text(facts.en + more.en, facts.zh + more.zh)


def rivals(answer: LeakAnswer | CalledSource) -> Text:
    """The rival explanation and its odds."""
    odds = f"{min(answer.odds or 1.0, 1e6):.3g}"
    if answer.rival is None:
        return _CHANCE.format(odds=odds)
    if (answer.odds or 0.0) < EVEN:
        return _EVEN.format(rival=slot(1, "subject"))
    return _RIVAL.format(rival=slot(1, "subject"), odds=odds)


def _figures(answer: LeakAnswer, zone: str) -> dict[str, object]:
    return {
        "subject": slot(0),
        "victims": answer.victims,
        "first": _day(answer.first[1], zone),
        "last": _day(answer.last[1], zone),
        "exposed": answer.exposed_orders,
        "share": answer.share,
    }


def _day(moment: datetime, zone: str) -> str:
    return local(moment, zone).strftime("%Y-%m-%d")
