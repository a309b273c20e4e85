"""The likelihood kernel: one candidate's leak, summed over all time windows and rates.

Model. Within a time bin, the order behind a victim is drawn from all orders of that bin with odds
1 (background: other leaks, chance, unrelated frauds), plus ``theta`` for every order that the
leak exposed. The log-likelihood ratio of a leak of candidate *c* at odds ``theta`` over a window
*W* of bins is then a sum over the bins of *W*::

    sum of w * log(1 + theta * U / S)  over victims with an order at c   (evidence for)
    minus  M[k] * log(1 + theta * n_c[k] / B[k])  over bins              (exposure, negative too)

with *U* the victim's share of orders at *c*, *S* the victim's present explanation, *M[k]* the
victim mass of bin *k*, *n_c* and *B* the exposure of *c* and of everyone. Being a sum over bins,
every window is a difference of prefix sums, so that all K(K+1)/2 windows are summed, with their
prior, in O(K): Kulldorff's scan statistic (1997), but marginal instead of maximal.
"""

import numpy as np
from numba import njit

from suyuan.detect.leaks.arrays import Floats

#: Prior of the four kinds of window: the whole span, from some bin to the end, from the beginning
#: to some bin, both ends free.
WINDOW_PRIOR = np.array([0.25, 0.30, 0.10, 0.35])


@njit(cache=True)
def _log_add(a: float, b: float) -> float:
    if a < b:
        a, b = b, a
    if b == -np.inf:
        return a
    return a + np.log1p(np.exp(b - a))


@njit(cache=True)
def log_sum(values: Floats) -> float:
    """log(sum(exp(values))) without overflow."""
    top = values[0]
    for value in values:
        top = max(top, value)
    if top == -np.inf:
        return top
    rest = 0.0
    for value in values:
        rest += np.exp(value - top)
    return top + np.log(rest)


@njit(cache=True)
def sum_up(values: Floats) -> float:
    """The sum, from the first to the last."""
    total = 0.0
    for value in values:
        total += value
    return total


@njit(cache=True)
def _grow_sum(top: float, total: float, power: float, factor: float) -> tuple[float, float]:
    """``total * exp(top) + factor * exp(power)``, as a total and the largest power so far.

    One exponential and no logarithm for each summand: sums over windows are what most of the time
    goes into.
    """
    if power > top:
        return power, total * np.exp(top - power) + factor
    return top, total + factor * np.exp(power - top)


@njit(cache=True)
def window_evidence(score: Floats, prior: Floats) -> float:
    """Log marginal likelihood of the per-bin log ratios `score` over all windows, O(bins)."""
    bins = len(score)
    whole = sum_up(score)
    start_top, starts = -np.inf, 0.0  # exp(-prefix) over starts so far
    head_top, heads = -np.inf, 0.0  # every window that begins with the first bin
    free_top, free = -np.inf, 0.0
    prefix = 0.0
    for k in range(bins):
        start_top, starts = _grow_sum(start_top, starts, -prefix, 1.0)
        prefix += score[k]
        head_top, heads = _grow_sum(head_top, heads, prefix, 1.0)
        free_top, free = _grow_sum(free_top, free, prefix + start_top, starts)
    evidence = np.log(prior[0]) + whole
    # A window that ends with the last bin is the whole less what comes before its start.
    evidence = _log_add(evidence, np.log(prior[1] / bins * starts) + start_top + whole)
    evidence = _log_add(evidence, np.log(prior[2] / bins * heads) + head_top)
    return _log_add(evidence, np.log(2.0 * prior[3] / (bins * (bins + 1)) * free) + free_top)


@njit(cache=True)
def window_profile(score: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """Unnormalised log weight, per bin, of windows that begin in it, and of those that end in it.

    Both sum (in the log sense) to :func:`window_evidence`. The activity of bin k is the weight
    that began at or before k less the weight that ended before k.
    """
    bins = len(score)
    prefix, negative = np.empty(bins + 1), np.empty(bins)
    prefix[0] = 0.0
    for k in range(bins):
        prefix[k + 1], negative[k] = prefix[k] + score[k], -prefix[k]
    tail = np.log(prior[1] / bins)
    head = np.log(prior[2] / bins)
    log_prior = np.log(2.0 * prior[3] / (bins * (bins + 1)))
    begins = np.empty(bins)
    ends = np.empty(bins)
    later = -np.inf
    for k in range(bins - 1, -1, -1):
        later = _log_add(later, prefix[k + 1])
        begins[k] = _log_add(log_prior + later, tail + prefix[bins]) - prefix[k]
    earlier = -np.inf
    for k in range(bins):
        earlier = _log_add(earlier, -prefix[k])
        ends[k] = _log_add(log_prior + earlier, head) + prefix[k + 1]
    whole = np.log(prior[0]) + prefix[bins]
    heads = log_sum(prefix[1:]) + head
    tails = log_sum(negative) + prefix[bins] + tail
    begins[0] = _log_add(begins[0], _log_add(whole, heads))
    ends[bins - 1] = _log_add(ends[bins - 1], _log_add(whole, tails))
    return begins, ends
