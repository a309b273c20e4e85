"""How much of each signal counts beside the others."""

import numpy as np

RIDGE = 2.0
STEPS = 400


def coefficients(weights: np.ndarray, right: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """One factor in [0, 1.5] for each column; 1 where it is fixed.

    Logistic regression with both kinds weighing the same and a pull towards 1 divided by the
    number of signals, by projected gradient steps with a step from the curvature's bound.
    """
    n, k = weights.shape
    if k == 0:
        return np.ones(0)
    balance = np.where(right, 0.5 / right.sum(), 0.5 / (~right).sum()) * min(right.sum() * 2, n)
    curvature = 0.25 * np.linalg.norm(weights * np.sqrt(balance)[:, None], 2) ** 2 + RIDGE
    factor, bias = np.full(k, 1.0 / max(k**0.5, 1.0)), 0.0
    factor[fixed] = 1.0
    pull = factor.copy()
    for _ in range(STEPS):
        total = np.clip(weights @ factor + bias, -30, 30)
        error = balance * (1 / (1 + np.exp(-total)) - right)
        factor = np.clip(
            factor - (weights.T @ error + RIDGE * (factor - pull)) / curvature, 0.0, 1.5
        )
        factor[fixed] = 1.0
        bias -= float(error.sum()) / (0.25 * balance.sum() + 1.0)
    return factor
