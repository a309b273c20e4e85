"""The worked examples of docs/money.md."""

import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from suyuan.money.arrays import CLEAN, Flow, Limits
from suyuan.money.methods import METHODS
from suyuan.money.sweep import sweep

PAGE = Path(__file__).parents[2] / "docs" / "money.md"
BLOCKS = re.findall(r"```ledger\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)


def played(lines):
    """The flow of a block's `hold` and `pay` lines, its places and its reports."""
    places, reports, events, held = [], [], [], defaultdict(int)

    def place(name):
        if name not in places:
            places.append(name)
        return places.index(name)

    for line in lines:
        word, *rest = line.split()
        if word == "hold":
            held[place(rest[0])] = round(float(rest[1]) * 100)
        elif word == "pay":
            label = CLEAN
            if len(rest) == 4:
                reports.append(rest[3])
                label = len(reports) - 1
            events.append((place(rest[0]), place(rest[1]), round(float(rest[2]) * 100), label))
    source, target, amount, label = (np.array(c) for c in zip(*events, strict=True))
    victims = {places[s] for s, _, _, whose in events if whose != CLEAN}
    size = len(places)
    flow = Flow(
        source.astype(np.int32),
        target.astype(np.int32),
        amount.astype(np.int64),
        label.astype(np.int32),
        np.array([name not in victims for name in places]),
        np.array([held[i] for i in range(size)], np.int64),
        np.full(size, CLEAN, np.int32),
    )
    return flow, places, reports


def rests(flow, places, reports, method):
    steps = sweep(flow, len(reports), METHODS[method].code, Limits(0, 99))
    lies = defaultdict(int)
    for i, event in enumerate(steps.event):
        whose = reports[steps.label[i]]
        lies[whose, places[flow.target[event]]] += int(steps.amount[i])
        lies[whose, places[flow.source[event]]] -= int(steps.amount[i] - steps.fresh[i])
    return {key: amount for key, amount in lies.items() if amount}


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_example(block):
    lines = [line for line in block.splitlines() if line]
    told = [line.split(":", 1) for line in lines if ":" in line]
    assert told
    flow, places, reports = played(line for line in lines if ":" not in line)
    for method, expected in told:
        wanted = {}
        for part in expected.split(";"):
            report, place, yuan = part.split()
            wanted[report, place] = round(float(yuan) * 100)
        assert rests(flow, places, reports, method) == wanted, method
