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
def window_evidence(score: Floats, prior: Floats) -> float:
    """Log marginal likelihood of the per-bin log ratios `score` over all windows, O(bins)."""
    bins = len(score)
    whole = sum_up(score)
    tails = -np.inf  # every window that ends with the last bin
    heads = -np.inf  # every window that begins with the first bin
    free = -np.inf
    starts = -np.inf  # log-sum of exp(-prefix) over starts so far
    prefix = 0.0
    for k in range(bins):
        starts = _log_add(starts, -prefix)
        tails = _log_add(tails, whole - prefix)
        prefix += score[k]
        heads = _log_add(heads, prefix)
        free = _log_add(free, prefix + starts)
    evidence = np.log(prior[0]) + whole
    evidence = _log_add(evidence, np.log(prior[1] / bins) + tails)
    evidence = _log_add(evidence, np.log(prior[2] / bins) + heads)
    return _log_add(evidence, np.log(2.0 * prior[3] / (bins * (bins + 1))) + free)


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
