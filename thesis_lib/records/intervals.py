"""Compute confidence intervals and tests over folds and draws."""

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
    """Compute the mean over folds and its t interval, corrected for shared training clips.

    Scores of folds are not independent, because their training sets overlap. Nadeau & Bengio ("Inference for the
    generalization error", Machine Learning 2003, section 3) increase the variance of the mean from 1/k to
    1/k + n_test/n_train, which is 1/k + 1/(k-1) for k folds: with five folds, the interval is 1.5 times as wide.

    Args:
        values: one score per fold.
        confidence: level of the interval.

    Returns:
        The mean and the bounds, which are NaN for fewer than three values: the interval of two is uselessly wide.

    Raises:
        ValueError: there are no values.

    Example:
        >>> interval([0.6, 0.7, 0.8]).mean.round(2)
        np.float64(0.7)
    """
    values = np.asarray(values, dtype=float)
    if not len(values):
        raise ValueError("an interval needs at least one value; got none.")
    if len(values) < 3:
        return Interval(values.mean(), np.nan, np.nan)
    half = _error(values) * scipy.stats.t.ppf((1 + confidence) / 2, len(values) - 1)
    return Interval(values.mean(), values.mean() - half, values.mean() + half)


def signed(found: Interval) -> str:
    """Format a difference and its interval, if there is one."""
    return f"{found.mean:+.1f}" + (f" [{found.low:+.1f}, {found.high:+.1f}]" if np.isfinite(found.low) else "")


def paired_p(differences: Sequence[float]) -> float:
    """Compute the two-sided p of no difference between two systems, by the test that corresponds to `interval`.

    Args:
        differences: one per fold.

    Returns:
        p; NaN with fewer than two folds, 1 if all differences are 0, 0 if all are equal but not 0.
    """
    differences = np.asarray(differences, dtype=float)
    if len(differences) < 2:
        return float("nan")
    mean, error = abs(differences.mean()), _error(differences)
    t = mean / error if error else np.inf * mean if mean else 0.0
    return float(2 * scipy.stats.t.sf(t, len(differences) - 1))


def _error(values: np.ndarray) -> float:
    """Compute the standard error of a mean over folds with Nadeau & Bengio's correction."""
    k = len(values)
    return values.std(ddof=1) * np.sqrt(1 / k + 1 / (k - 1))


def interval_over_draws(values: Sequence[float], *, confidence: float = 0.95) -> Interval:
    """Compute the mean over independent draws on the same folds and its t interval.

    Args:
        values: one score per draw.
        confidence: level of the interval.

    Returns:
        The mean and the bounds, which are NaN for fewer than two draws.
    """
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        return Interval(values.mean(), np.nan, np.nan)
    half = scipy.stats.sem(values) * scipy.stats.t.ppf((1 + confidence) / 2, len(values) - 1)
    return Interval(values.mean(), values.mean() - half, values.mean() + half)
