"""Test whether two rankings of the same systems agree."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, permutations
from typing import NamedTuple

import numpy as np

MOST = 9  # systems: the number of orders grows with its factorial


class Agreement(NamedTuple):
    """The agreement of two rankings.

    Attributes:
        tau: Kendall's tau in [-1, 1], the mean over data sets; NaN if all systems are equal in a ranking.
        p: probability of such a tau, or of a greater one, if the rankings were unrelated; NaN with it.
    """

    tau: float
    p: float


def agreement(rankings: Sequence[tuple[Sequence[float], Sequence[float]]]) -> Agreement:
    """Compute Kendall's tau-b between two rankings of systems, and test whether it is above zero.

    If the rankings were unrelated, the second values could belong to the systems in any order. p is the share of all
    orders whose tau is at least as great. An order is the same on all data sets, because the systems are: an
    architecture that is good on one set tends to be good on the others, so several sets are less than several
    independent tests.

    Args:
        rankings: for each data set, the two values of every system (n of each, in the same order on all sets).

    Raises:
        ValueError: there are fewer than two systems or more than nine, or the lengths differ.

    Example:
        >>> round(agreement([([1, 2, 3, 4], [1, 2, 4, 3])]).tau, 3)
        0.667
    """
    n = len(rankings[0][0])
    if not 2 <= n <= MOST or any(len(values) != n for pair in rankings for values in pair):
        lengths = ", ".join(str(len(values)) for pair in rankings for values in pair)
        raise ValueError(f"rankings must have from 2 to {MOST} systems, the same on all data sets; got {lengths}.")
    orders = np.array(list(permutations(range(n))))  # (n!, n), the first is the one that was found
    tau = np.zeros(len(orders))
    for first, second in rankings:
        one, other = _signs(first), _signs(second)
        pairs = np.sqrt((one**2).sum() * (other**2).sum()) / 2  # that are not tied
        if not pairs:
            return Agreement(float("nan"), float("nan"))
        for i, j in combinations(range(n), 2):
            tau += one[i, j] * other[orders[:, i], orders[:, j]] / pairs / len(rankings)
    return Agreement(float(tau[0]), float(np.mean(tau >= tau[0] - 1e-9)))


def _signs(values: Sequence[float]) -> np.ndarray:
    """Return the order of every pair of systems, -1, 0 or 1: (n, n)."""
    values = np.asarray(values, dtype=float)
    return np.sign(values[:, None] - values)
