"""Predictions of a grid of settings in, accuracies by the paper's selection and by an honest one out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np


def accuracies(predict: Callable, labels: np.ndarray, folds: np.ndarray) -> dict[str, dict[int, float]]:
    """Accuracy a fold under two ways of choosing a setting.

    `best_of_grid`, the paper's: every setting is cross-validated, and the best mean is reported: the test clips have
    chosen the setting that they are scored with. `nested`: for each test fold the setting is chosen on the other folds
    alone, each of them left out in turn, then learnt from all of them. A pair of folds is left out once and serves both
    its folds.

    Args:
        predict: `predict(train, test)`, indices in, labels of shape (S, len(test)) out, one row a setting.
        labels: shape (N,).
        folds: shape (N,), at least three different numbers.

    Returns:
        For each protocol, accuracy in [0, 1] by fold.
    """
    numbers = np.unique(folds).tolist()

    def score(out: tuple[int, ...]) -> dict[int, np.ndarray]:
        """Accuracies (S,) on each of the folds that are left out together."""
        train, test = np.flatnonzero(~np.isin(folds, out)), np.flatnonzero(np.isin(folds, out))
        hits = predict(train, test) == labels[test]
        return {fold: hits[:, folds[test] == fold].mean(axis=1) for fold in out}

    single = {fold: score((fold,))[fold] for fold in numbers}
    pairs = {pair: score(pair) for pair in combinations(numbers, 2)}
    best = np.mean(list(single.values()), axis=0).argmax()
    nested = {}
    for fold in numbers:
        inner = [pairs[tuple(sorted((fold, other)))][other] for other in numbers if other != fold]
        nested[fold] = float(single[fold][np.mean(inner, axis=0).argmax()])
    return {"best_of_grid": {fold: float(single[fold][best]) for fold in numbers}, "nested": nested}
