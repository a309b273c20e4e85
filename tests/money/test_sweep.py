"""The sweep over random ledgers: what must hold whatever the payments are."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from suyuan.money import poison as poison_walk
from suyuan.money import sweep as sweep_walk
from suyuan.money.arrays import CLEAN, DUST, RESTS, Flow, Limits, clip, first_from, no_steps
from suyuan.money.methods import FIFO, FIRST, HAIRCUT, LIBR, LIFO
from suyuan.money.order import closings
from suyuan.money.poison import poison
from suyuan.money.shares import muldiv, spread
from suyuan.money.sweep import sweep

CONSERVING = (FIFO, LIFO, FIRST, HAIRCUT, LIBR)
FREE = Limits(dust=0, hops=10_000)
NODES, LABELS = 7, 3


def ints(values):
    return np.array(values, np.int64)


def flow(events, opening, follow):
    """Events are (source, target, amount, label); openings as they are given."""
    source, target, amount, label = (list(column) for column in zip(*events, strict=True))
    as32 = lambda values: np.array(values, np.int32)  # noqa: E731
    nobody = np.full(len(opening), CLEAN, np.int32)
    return Flow(
        as32(source),
        as32(target),
        ints(amount),
        as32(label),
        np.array(follow),
        ints(opening),
        nobody,
    )


amounts = st.one_of(st.integers(1, 20), st.integers(1, 10**14))
events = st.lists(
    st.tuples(
        st.integers(0, NODES - 1),
        st.integers(0, NODES - 1),
        amounts,
        st.sampled_from([CLEAN, CLEAN, CLEAN, 0, 1, 2]),
    ).filter(lambda event: event[0] != event[1]),
    min_size=1,
    max_size=40,
)
flows = st.builds(
    flow,
    events,
    st.lists(st.one_of(st.just(0), amounts), min_size=NODES, max_size=NODES),
    st.lists(st.booleans(), min_size=NODES, max_size=NODES),
)


#: A report's payment out of an account that holds money of the same report: two ways meet in it.
PAID_TWICE = flow(
    [(0, 1, 1, CLEAN), (0, 1, 2, 0), (1, 0, 2, CLEAN), (1, 4, 2, 0), (4, 0, 1, CLEAN)],
    [0] * NODES,
    [False, True, False, False, True, False, False],
)


def rest_by_label(run, steps):
    """What of each label lies at each place at the end, given up or not."""
    lies = defaultdict(int)
    for event, label, amount, fresh, fate in zip(
        steps.event, steps.label, steps.amount, steps.fresh, steps.fate, strict=True
    ):
        source, target = int(run.source[event]), int(run.target[event])
        lies[int(label), target, "kept" if fate == RESTS else "given up"] += int(amount)
        if run.follow[source]:
            lies[int(label), source, "kept"] -= int(amount - fresh)
    return lies


@pytest.mark.parametrize("method", CONSERVING)
@given(run=flows)
@settings(max_examples=60, deadline=None)
def test_what_was_claimed_lies_somewhere_to_the_fen(method, run):
    steps = sweep(run, LABELS, method, FREE)
    lies = rest_by_label(run, steps)
    assert all(amount >= 0 for amount in lies.values())
    for label in range(LABELS):
        claimed = int(steps.fresh[steps.label == label].sum())
        assert sum(v for (whose, _, _), v in lies.items() if whose == label) == claimed


@pytest.mark.parametrize("method", CONSERVING)
@given(run=flows)
@settings(max_examples=40, deadline=None)
def test_no_payment_carries_more_than_it_is_and_no_account_holds_more_than_its_balance(method, run):
    steps = sweep(run, LABELS, method, FREE)
    carried = np.zeros(run.amount.size, np.int64)
    np.add.at(carried, steps.event, steps.amount)
    assert (carried <= run.amount).all()
    balance = closings(run.source, run.target, run.amount, run.opening)
    held = defaultdict(int)
    for (_, place, _), amount in rest_by_label(run, steps).items():
        held[place] += amount
    assert all(amount <= balance[place] for place, amount in held.items() if run.follow[place])


@pytest.mark.parametrize("method", CONSERVING)
@given(run=flows)
@settings(max_examples=40, deadline=None)
def test_poison_marks_every_payment_that_another_method_marks(method, run):
    steps, worst = sweep(run, LABELS, method, FREE), poison(run, LABELS, FREE).steps
    marked = set(zip(worst.event.tolist(), worst.label.tolist(), strict=True))
    assert set(zip(steps.event.tolist(), steps.label.tolist(), strict=True)) <= marked


@pytest.mark.parametrize("method", CONSERVING)
@given(run=flows, dust=st.integers(2, 50), hops=st.integers(1, 3))
@example(run=PAID_TWICE, dust=2, hops=1)
@settings(max_examples=40, deadline=None)
def test_what_is_given_up_is_accounted_for(method, run, dust, hops):
    steps = sweep(run, LABELS, method, Limits(dust, hops))
    assert (steps.amount[steps.fate == DUST] < dust).all()
    assert (steps.hop <= hops).all()
    lies = rest_by_label(run, steps)
    assert all(amount >= 0 for amount in lies.values())
    assert sum(lies.values()) == int(steps.fresh.sum())


@given(run=flows)
@settings(max_examples=30, deadline=None)
def test_the_same_ledger_gives_the_same_steps(run):
    for method in CONSERVING:
        once, again = (sweep(run, LABELS, method, FREE) for _ in range(2))
        assert all((a == b).all() for a, b in zip(once, again, strict=True))


@given(run=flows)
@settings(max_examples=30, deadline=None)
def test_a_walk_that_stops_for_room_goes_on_where_it_was(run):
    def steps():
        swept = [sweep_walk.sweep(run, LABELS, method, FREE) for method in CONSERVING]
        worst = poison_walk.poison(run, LABELS, FREE)
        return [array for each in [*swept, worst.steps] for array in each] + [*worst[1:]]

    roomy = steps()
    with pytest.MonkeyPatch.context() as patch:
        for module in (sweep_walk, poison_walk):
            patch.setattr(module, "no_steps", lambda: clip(no_steps(), 1))
        narrow = steps()
    assert all(np.array_equal(a, b) for a, b in zip(roomy, narrow, strict=True))


@given(values=st.lists(st.integers(-50, 50)).map(sorted), least=st.integers(-60, 60))
def test_first_from_is_a_search_of_sorted_numbers(values, least):
    found = first_from(ints(values), 0, len(values), least)
    assert found == np.searchsorted(ints(values), least)


@given(a=st.integers(0, 2**61), b=st.integers(0, 2**61), more=st.integers(1, 2**60))
def test_muldiv_is_exact(a, b, more):
    c = a + more
    assert muldiv(a, b, c) == divmod(a * b, c)


@given(parts=st.lists(st.integers(0, 10**15), min_size=1, max_size=30), share=st.floats(0, 1))
def test_spread_gives_every_part_its_share_to_the_fen(parts, share):
    whole = sum(parts)
    if whole == 0:
        return
    total, out = int(whole * share), np.zeros(len(parts), np.int64)
    spread(total, ints(parts), whole, out)
    assert out.sum() == total
    for part, got in zip(parts, out.tolist(), strict=True):
        assert 0 <= got <= part
        assert abs(got * whole - part * total) < whole
    rests = [part * total % whole for part in parts]
    left = total - sum(part * total // whole for part in parts)
    larger = sorted(range(len(parts)), key=lambda i: (-rests[i], i))[:left]
    assert [i for i, part in enumerate(parts) if out[i] > part * total // whole] == sorted(larger)
