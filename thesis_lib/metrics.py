"""Scores in, one figure with its confidence interval out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.stats


class Interval(NamedTuple):
    """A mean and its confidence interval, in the unit of the values."""

    mean: float
    low: float
    high: float


def interval(values: Sequence[float], *, confidence: float = 0.95) -> Interval:
    """Mean over folds (or draws) and Student's t interval for it.

    The folds of a cross-validation share training clips, so that the interval is somewhat too narrow (Bengio &
    Grandvalet, JMLR 2004); it is an orientation, not a test.

    Args:
        values: one score a fold.
        confidence: probability that the interval covers the mean, if folds were independent.

    Returns:
        The mean, with NaN bounds when there are fewer than two values.

    Raises:
        ValueError: no values.

    Example:
        >>> interval([0.6, 0.7, 0.8]).mean.round(2)
        np.float64(0.7)
    """
    values = np.asarray(values, dtype=float)
    if not len(values):
        raise ValueError("an interval needs at least one value; got none.")
    if len(values) < 2:
        return Interval(values.mean(), np.nan, np.nan)
    half = scipy.stats.sem(values) * scipy.stats.t.ppf((1 + confidence) / 2, len(values) - 1)
    return Interval(values.mean(), values.mean() - half, values.mean() + half)
