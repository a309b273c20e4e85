"""How ``suyuan live replay`` prints what holding would have been worth."""

import numpy as np
from rich.table import Table

from suyuan.face.cli.screen import add, grid, plain
from suyuan.face.display import Display
from suyuan.live.fold import NEVER, SIGNALS
from suyuan.live.policy import Policy
from suyuan.model.errors import InputError
from suyuan.model.scorecard import Scorecard
from suyuan.model.text import Language, Text
from suyuan.run.payment_replay import (
    PaymentReplay,
    scores,
    threshold_for,
    victims_held,
    worth_of,
)
from suyuan.run.payment_rivals import best_signal, by_rules

#: Honest payments held in a thousand, at which the worth of holding is shown.
HOLD_RATES = (0.5, 1.0, 2.0, 5.0)


def worth(case_replay: PaymentReplay, card: Scorecard, policy: Policy, language: Language) -> Table:
    """Precision and what is caught at several thresholds, the policy's own first."""
    score, theft = scores(case_replay, card), case_replay.is_stolen
    title = Text(
        f"{theft.sum():,} of {theft.size:,} payments carried victims' money away",
        f"{theft.size:,}笔付款中有{theft.sum():,}笔是被骗资金转出",
    )
    heads = (
        Text("held from score", "拦问阈值"),
        Text("honest payments held", "误拦笔数"),
        Text("in a thousand", "千分比"),
        Text("precision", "精确率"),
        Text("victims (95 %)", "被害人（95%区间）"),
        Text("yuan", "金额"),
        Text("loss avoided at most", "至多避免损失"),
    )
    table = grid(title, heads, language)
    threshold = f"{policy.hold:.2f} / {policy.hold_after_loan:.2f}"
    name = f"{threshold} {Text('policy', '现行策略').in_(language)}"
    _row(
        table, case_replay, policy.holds(score, case_replay.amount, _after_loan(case_replay)), name
    )
    for per_thousand in HOLD_RATES:
        lowest = threshold_for(case_replay, score, per_thousand)
        _row(table, case_replay, score >= lowest, f"{lowest:.3f}")
    return table


def rivals(case_replay: PaymentReplay, card: Scorecard, language: Language) -> Table:
    """The scorecard beside simpler means, at one honest payment in a thousand held."""
    title = Text(
        "Compared with simpler methods, at one honest payment in a thousand held",
        "与简单方法相比（每千笔正常付款误拦一笔）",
    )
    heads = (
        Text("by", "方法"), Text("honest payments held", "误拦笔数"),
        Text("in a thousand", "千分比"),
        Text("precision", "精确率"), Text("victims (95 %)", "被害人（95%区间）"),
        Text("yuan", "金额"), Text("loss avoided at most", "至多避免损失"),
    )  # fmt: skip
    table = grid(title, heads, language)
    score, points = scores(case_replay, card), by_rules(case_replay, card)
    _row(table, case_replay, score >= threshold_for(case_replay, score, 1.0),
         Text("scorecard", "评分卡").in_(language))  # fmt: skip
    _row(table, case_replay, points >= threshold_for(case_replay, points, 1.0),
         Text("rules on payments", "仅凭付款的规则").in_(language))  # fmt: skip
    best, holds = best_signal(case_replay, card, 1.0)
    titles = {signal.name: signal.title.in_(language) for signal in card.signals}
    _row(table, case_replay, holds, titles.get(best, "–"))
    return table


def _after_loan(case_replay: PaymentReplay) -> np.ndarray:
    """Payments of people with a loan of that day."""
    return np.asarray(case_replay.signals[:, SIGNALS.index("loan_share")] > 0.0)


def _row(table: Table, case_replay: PaymentReplay, holds: np.ndarray, name: str) -> None:
    gains, victims = worth_of(case_replay, holds), victims_held(case_replay, holds)
    honest = ~case_replay.is_stolen
    add(
        table,
        name,
        f"{gains['honest_held']:,.0f}",
        f"{1000.0 * holds[honest].mean():.2f}" if honest.any() else "–",
        _share(gains["precision"]),
        f"{_share(victims.share)} ({_share(victims.low)}–{_share(victims.high)})",
        _share(gains["yuan"]),
        _share(gains["loss_avoided"]),
    )


def sources(case_replay: PaymentReplay, card: Scorecard, language: Language) -> Table:
    """Victims caught at one honest payment in a thousand held, without each source of data."""
    title = Text(
        "Without a source of data, at one honest payment in a thousand held",
        "缺少某类数据时（每千笔正常付款误拦一笔）",
    )
    table = grid(title, (Text("without", "缺少"), Text("victims", "被害人")), language)
    needs = sorted({name for signal in card.signals for name in signal.needs})
    for need in ("", *needs):
        silent = frozenset(s.name for s in card.signals if need in s.needs)
        score = scores(case_replay, card, silent)
        holds = score >= threshold_for(case_replay, score, 1.0)
        add(table, need or "–", _share(victims_held(case_replay, holds).share))
    return table


def explanation(
    case_replay: PaymentReplay,
    card: Scorecard,
    policy: Policy,
    payment_id: str,
    display: Display,
    language: Language,
) -> Table:
    """The signals of one payment, and what each adds."""
    places = np.flatnonzero(case_replay.payment_id == payment_id)
    if not len(places):
        raise InputError(
            Text("No payment with this id was scored.", "没有评过这笔付款。"),
            value=payment_id,
            hint=Text(
                "Transfers between a person's own accounts are not scored.",
                "本人账户之间的转账不评分。",
            ),
        )
    place = int(places[0])
    score = float(scores(case_replay, card)[place])
    at = np.datetime64(int(case_replay.at[place]), "us").item()
    after_loan = bool(_after_loan(case_replay)[place])
    action = policy.action(score, int(case_replay.amount[place]), at, after_loan=after_loan)
    title = (
        f"{display.second(at)}  {case_replay.amount[place] / 100:,.2f}"
        f"  {score:.2f} → {action.name.lower()}"
    )
    heads = (Text("signal", "信号"), Text("value", "数值"), Text("adds", "权重"))
    table = grid(title, heads, language)
    for column, signal in enumerate(card.signals):
        add(
            table,
            plain(signal.title.in_(language)),
            _value(case_replay, place, column, card, language),
            f"{_weight_of(case_replay, card, place, column):+.2f}",
        )
    return table


def _value(
    case_replay: PaymentReplay, place: int, column: int, card: Scorecard, language: Language
) -> str:
    signal, number = card.signals[column], case_replay.signals[place, column]
    if signal.name in case_replay.missing_signals:
        return Text("no table", "缺表").in_(language)
    if np.isnan(number) or number == NEVER:
        return "–"
    return f"{number:.4g} {signal.unit}"


def _weight_of(case_replay: PaymentReplay, card: Scorecard, place: int, column: int) -> float:
    """What one signal adds to the log-odds of one payment."""
    name = frozenset({card.signals[column].name})
    row = case_replay.only(place)
    with_, without = (scores(row, card, silent)[0] for silent in (frozenset(), name))
    return float(np.log(with_ / (1 - with_)) - np.log(without / (1 - without)))


def _share(share: float) -> str:
    return "–" if np.isnan(share) else f"{share:.0%}"
