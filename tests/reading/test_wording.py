from random import Random

import numpy as np
import pytest

from suyuan.reading import read_text, wording_pairs
from suyuan.reading.wording import FULL, pairs, story


def random_story(random: Random, length: int = 120) -> str:
    return "".join(chr(random.randint(0x4E00, 0x9000)) for _ in range(length))


def changed(text: str, share: float, random: Random) -> str:
    return "".join(
        chr(random.randint(0x4E00, 0x9000)) if random.random() < share else c for c in text
    )


def test_facts_are_left_out_of_the_story() -> None:
    one, two = "5月3日转账500元到QQ号123456", "6月8日转账9000元到QQ号654321"
    assert story(one, read_text(one, None)) == story(two, read_text(two, None))


def test_like_stories_are_found_and_unlike_ones_are_not() -> None:
    random = Random(3)
    scripts = [random_story(random) for _ in range(30)]
    stories = [changed(script, 0.02, random) for script in scripts for _ in range(2)]
    found = pairs(stories)
    told = set(zip(found.a.tolist(), found.b.tolist(), strict=True))
    assert told == {(2 * i, 2 * i + 1) for i in range(30)}


def test_the_same_words_are_wholly_alike_and_the_relation_has_no_direction() -> None:
    random = Random(5)
    same = random_story(random)
    found = pairs([same, random_story(random), same])
    assert (found.a.tolist(), found.b.tolist()) == ([0], [2])
    assert found.similarity == pytest.approx([1.0])


def test_phrases_that_everyone_uses_tie_nobody() -> None:
    random = Random(7)
    common = "报警人称其接到陌生电话对方自称工作人员后报警人发现被骗遂报警"
    stories = [common + random_story(random, 60) for _ in range(40)]
    assert not len(pairs(stories).a)


def test_a_crowd_of_equals_stays_in_one_piece_at_linear_cost() -> None:
    random = Random(9)
    script = random_story(random)
    others = [random_story(random) for _ in range(1_200)]
    crowd = FULL * 3
    found = pairs(others + [script] * crowd)
    assert len(found.a) < crowd * 40
    root = np.arange(len(others) + crowd)
    for a, b in zip(found.a, found.b, strict=True):
        root[root == root[b]] = root[a]
    assert len(set(root[len(others) :].tolist())) == 1


def test_short_and_empty_stories_are_borne() -> None:
    assert not len(pairs([]).a)
    assert not len(pairs(["", "一", "二三四"]).a)
    assert wording_pairs([("r1", ""), ("r2", "一二")]).num_rows == 0
