"""The card that a case weighs: its signals, their titles, and whom it names."""

from collections.abc import Mapping
from dataclasses import replace

from suyuan.model.scorecard import Scorecard, Signal
from suyuan.model.text import Text

#: Who is named by a card that was weighed by the case: more likely than not, and some.
THRESHOLD = 0.6
#: Signals of a case's card beside the published ones.
PUBLISHED_SIGNAL, KNOWN_SIGNAL, BEFORE_SIGNAL = "published", "known", "before"
#: What a finding's version ends with where the case weighed its card.
MARK = "+case"


def published_signal() -> Signal:
    """The published score of conduct, as one signal among the others."""
    title = Text("what the published scorecard says of its conduct", "公开评分卡对其行为的评分")
    return Signal(PUBLISHED_SIGNAL, "nat", "up", (), title, weights=(0.0,), learns=True)


def case_card(card: Scorecard, learnt: Mapping[str, Signal]) -> Scorecard:
    """The published card's signals in their order, silent where the case's own take their place."""
    title = Text("what this case itself knows of it", "本案已掌握的情况")
    before = Text("before any signal, in this case", "本案先验")
    own = [
        Signal(KNOWN_SIGNAL, "nat", "either", (), title, linear=True),
        Signal(BEFORE_SIGNAL, "nat", "either", (), before, linear=True),
    ]
    published_signals = [learnt.get(PUBLISHED_SIGNAL, published_signal())]
    return replace(
        card,
        version=card.version + MARK,
        prior=0.0,
        slope=1.0,
        intercept=0.0,
        threshold=THRESHOLD,
        signals=(
            *(learnt.get(s.name) or _silent(s) for s in card.signals),
            *published_signals,
            *own,
        ),
    )


def outline(card: Scorecard) -> Scorecard:
    """The signals of a case's card and their titles, without the weights that a case gave them."""
    return case_card(card, {})


def _silent(signal: Signal) -> Signal:
    return replace(signal, edges=(), weights=(0.0,), unknown=0.0, linear=False, direction="either")
