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
    """Mean over the folds of a cross-validation and Student's t interval for it, corrected for shared training clips.

    Scores of folds are not independent, since their training sets overlap. Nadeau & Bengio ("Inference for the
    generalization error", Machine Learning 2003, section 3) widen the variance of the mean from 1/k to
    1/k + n_test/n_train, which is 1/k + 1/(k-1) with k folds: at five folds the interval is 1.5 times the plain one.

    Args:
        values: one score a fold.
        confidence: of the interval.

    Returns:
        The mean, with NaN bounds when there are fewer than three values: that of two spans more than all accuracies.

    Raises:
        ValueError: no values.

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
    """A difference with its interval, where there is one, as text."""
    return f"{found.mean:+.1f}" + (f" [{found.low:+.1f}, {found.high:+.1f}]" if np.isfinite(found.low) else "")


def paired_p(differences: Sequence[float]) -> float:
    """Two-sided p of the differences between two systems being none: the test that `interval` is the interval of.

    Args:
        differences: one a fold.

    Returns:
        p, NaN with fewer than two folds; 1 where there is no difference on any, 0 where it is the same on all.
    """
    differences = np.asarray(differences, dtype=float)
    if len(differences) < 2:
        return float("nan")
    mean, error = abs(differences.mean()), _error(differences)
    t = mean / error if error else np.inf * mean if mean else 0.0
    return float(2 * scipy.stats.t.sf(t, len(differences) - 1))


def _error(values: np.ndarray) -> float:
    """Standard error of a mean over folds, with Nadeau & Bengio's correction."""
    k = len(values)
    return values.std(ddof=1) * np.sqrt(1 / k + 1 / (k - 1))


def interval_over_draws(values: Sequence[float], *, confidence: float = 0.95) -> Interval:
    """Mean over independent draws of random weights on the same folds, and Student's t interval for it.

    Args:
        values: one score a draw.
        confidence: of the interval.

    Returns:
        The mean, with NaN bounds when there are fewer than two draws.
    """
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        return Interval(values.mean(), np.nan, np.nan)
    half = scipy.stats.sem(values) * scipy.stats.t.ppf((1 + confidence) / 2, len(values) - 1)
    return Interval(values.mean(), values.mean() - half, values.mean() + half)


def rank_correlation(x: Sequence[float], y: Sequence[float], *, confidence: float = 0.95) -> Interval:
    """Spearman's rank correlation of pairs and its confidence interval.

    The interval is Fisher's, with the variance (1 + rho^2 / 2) / (n - 3) of Bonett & Wright ("Sample size requirements
    for estimating Pearson, Kendall and Spearman correlations", Psychometrika 2000).

    Args:
        x: n values.
        y: n values.
        confidence: of the interval.

    Returns:
        The correlation, with NaN bounds when there are fewer than four pairs or the order is the same in both.

    Raises:
        ValueError: fewer than two pairs.
    """
    if len(x) < 2:
        raise ValueError(f"a rank correlation needs at least two pairs; got {len(x)}.")
    rho = float(scipy.stats.spearmanr(x, y).statistic)
    if len(x) < 4 or abs(rho) >= 1:
        return Interval(rho, np.nan, np.nan)
    half = scipy.stats.norm.ppf((1 + confidence) / 2) * np.sqrt((1 + rho**2 / 2) / (len(x) - 3))
    return Interval(rho, *np.tanh(np.arctanh(rho) + np.array([-half, half])).tolist())
