"""How ``suyuan live replay`` prints what holding would have been worth."""

import numpy as np
from rich.table import Table

from suyuan.face.cli.screen import add, grid, plain
from suyuan.face.display import Shown
from suyuan.live.fold import NEVER, SIGNALS
from suyuan.live.policy import Policy
from suyuan.model.errors import InputError
from suyuan.model.scorecard import Scorecard
from suyuan.model.text import Language, Text
from suyuan.run.payment_replay import (
    Replayed,
    scores,
    threshold_for,
    victims_held,
    worth_of,
)
from suyuan.run.payment_rivals import best_signal, by_rules

#: Honest payments held in a thousand, at which the worth of holding is shown.
HELD = (0.5, 1.0, 2.0, 5.0)


def worth(replayed: Replayed, card: Scorecard, policy: Policy, language: Language) -> Table:
    """Precision and what is caught at several thresholds, the policy's own first."""
    score, stolen = scores(replayed, card), replayed.stolen
    title = Text(
        f"{stolen.sum():,} of {stolen.size:,} payments were victims' money on its way out",
        f"{stolen.size:,}笔付款中有{stolen.sum():,}笔是被骗资金转出",
    )
    heads = (
        Text("held from", "拦问阈值"),
        Text("honest held", "误拦笔数"),
        Text("in a thousand", "千分比"),
        Text("precision", "准确率"),
        Text("victims (95 %)", "受害人(95%区间)"),
        Text("yuan", "金额"),
        Text("loss avoided at most", "至多避免损失"),
    )
    table = grid(title, heads, language)
    threshold = f"{policy.hold:.2f} / {policy.hold_after_loan:.2f}"
    name = f"{threshold} {Text('policy', '现行策略').in_(language)}"
    _row(table, replayed, policy.holds(score, replayed.amount, _lent(replayed)), name)
    for per_thousand in HELD:
        lowest = threshold_for(replayed, score, per_thousand)
        _row(table, replayed, score >= lowest, f"{lowest:.3f}")
    return table


def rivals(replayed: Replayed, card: Scorecard, language: Language) -> Table:
    """The scorecard beside simpler means, at one honest payment in a thousand held."""
    title = Text(
        "Beside simpler means, at one honest payment in a thousand held",
        "与简单方法相比(每千笔正常付款误拦一笔)",
    )
    heads = (
        Text("by", "方法"), Text("honest held", "误拦笔数"), Text("in a thousand", "千分比"),
        Text("precision", "准确率"), Text("victims (95 %)", "受害人(95%区间)"),
        Text("yuan", "金额"), Text("loss avoided at most", "至多避免损失"),
    )  # fmt: skip
    table = grid(title, heads, language)
    score, points = scores(replayed, card), by_rules(replayed, card)
    _row(table, replayed, score >= threshold_for(replayed, score, 1.0),
         Text("scorecard", "评分卡").in_(language))  # fmt: skip
    _row(table, replayed, points >= threshold_for(replayed, points, 1.0),
         Text("rules on payments", "仅凭付款的规则").in_(language))  # fmt: skip
    best, held = best_signal(replayed, card, 1.0)
    titles = {signal.name: signal.title.in_(language) for signal in card.signals}
    _row(table, replayed, held, titles.get(best, "–"))
    return table


def _lent(replayed: Replayed) -> np.ndarray:
    """Payments of people with a loan of that day."""
    return np.asarray(replayed.signals[:, SIGNALS.index("loan_share")] > 0.0)


def _row(table: Table, replayed: Replayed, held: np.ndarray, name: str) -> None:
    found, victims = worth_of(replayed, held), victims_held(replayed, held)
    honest = ~replayed.stolen
    add(
        table,
        name,
        f"{found['honest_held']:,.0f}",
        f"{1000.0 * held[honest].mean():.2f}" if honest.any() else "–",
        _share(found["precision"]),
        f"{_share(victims.share)} ({_share(victims.low)}–{_share(victims.high)})",
        _share(found["yuan"]),
        _share(found["loss_avoided"]),
    )


def sources(replayed: Replayed, card: Scorecard, language: Language) -> Table:
    """Victims caught at one honest payment in a thousand held, without each source of data."""
    title = Text(
        "Without a source of data, at one honest payment in a thousand held",
        "缺少某类数据时(每千笔正常付款误拦一笔)",
    )
    table = grid(title, (Text("without", "缺少"), Text("victims", "受害人")), language)
    needs = sorted({name for signal in card.signals for name in signal.needs})
    for lost in ("", *needs):
        silent = frozenset(s.name for s in card.signals if lost in s.needs)
        score = scores(replayed, card, silent)
        held = score >= threshold_for(replayed, score, 1.0)
        add(table, lost or "–", _share(victims_held(replayed, held).share))
    return table


def explanation(
    replayed: Replayed,
    card: Scorecard,
    policy: Policy,
    payment_id: str,
    shown: Shown,
    language: Language,
) -> Table:
    """The signals of one payment, and what each adds."""
    places = np.flatnonzero(replayed.payment_id == payment_id)
    if not len(places):
        raise InputError(
            Text("No payment with this id was judged.", "没有评过这笔付款。"),
            value=payment_id,
            hint=Text(
                "Transfers between accounts of one person are not judged.",
                "本人账户之间的转账不评分。",
            ),
        )
    place = int(places[0])
    score = float(scores(replayed, card)[place])
    at = np.datetime64(int(replayed.at[place]), "us").item()
    lent = bool(_lent(replayed)[place])
    action = policy.action(score, int(replayed.amount[place]), at, after_loan=lent)
    title = (
        f"{shown.second(at)}  {replayed.amount[place] / 100:,.2f}"
        f"  {score:.2f} → {action.name.lower()}"
    )
    heads = (Text("signal", "信号"), Text("value", "数值"), Text("adds", "权重"))
    table = grid(title, heads, language)
    for column, signal in enumerate(card.signals):
        add(
            table,
            plain(signal.title.in_(language)),
            _measured(replayed, place, column, card, language),
            f"{_added(replayed, card, place, column):+.2f}",
        )
    return table


def _measured(
    replayed: Replayed, place: int, column: int, card: Scorecard, language: Language
) -> str:
    signal, found = card.signals[column], replayed.signals[place, column]
    if signal.name in replayed.missing:
        return Text("no table", "缺表").in_(language)
    if np.isnan(found) or found == NEVER:
        return "–"
    return f"{found:.4g} {signal.unit}"


def _added(replayed: Replayed, card: Scorecard, place: int, column: int) -> float:
    """What one signal adds to the log-odds of one payment."""
    one = frozenset({card.signals[column].name})
    row = replayed.only(place)
    with_, without = (scores(row, card, silent)[0] for silent in (frozenset(), one))
    return float(np.log(with_ / (1 - with_)) - np.log(without / (1 - without)))


def _share(share: float) -> str:
    return "–" if np.isnan(share) else f"{share:.0%}"
