"""Signs and words of what a rule answers; apart from other words, since rules import Ibis."""

from suyuan.model.text import Text
from suyuan.rulebook.declare import Answer
from suyuan.rulebook.show import ANSWERS as ANSWER_WORDS

SIGNS = {
    Answer.KEPT: "✓",
    Answer.BROKEN: "✗",
    Answer.CANNOT_TELL: "?",
    Answer.NOT_IN_FORCE: "–",
}
#: Sign and words of each answer of a rule.
ANSWERS: dict[str, tuple[str, Text]] = {
    answer.value: (SIGNS[answer], words) for answer, words in ANSWER_WORDS.items()
}
