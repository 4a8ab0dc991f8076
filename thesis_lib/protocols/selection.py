"""Choose a classifier's setting as the paper did, and by nested selection."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold


def accuracies(
    predict: Callable, labels: np.ndarray, folds: np.ndarray, groups: np.ndarray | None = None
) -> dict[str, dict[int, float]]:
    """Return the accuracy per fold for two ways of choosing a setting.

    `best_of_grid`, the paper's way: every setting is cross-validated, and the best mean is reported, so the test clips
    choose the setting that they are scored with. `nested`: for each test fold, the setting is chosen on the other folds
    only, each of them left out in turn, and then fitted on all of them. A pair of folds is left out once and serves
    both folds. With two folds, each is the training fold once; the setting is then chosen within the training fold, by
    three parts that keep groups together.

    Args:
        predict: `predict(train, test)`, from indices to labels of shape (S, len(test)), one row per setting.
        labels: shape (N,).
        folds: shape (N,), at least two different numbers.
        groups: shape (N,), the group of each clip; every clip is its own group by default.

    Returns:
        Accuracy in [0, 1] by protocol and fold.
    """
    numbers = np.unique(folds).tolist()
    groups = np.arange(len(labels)) if groups is None else groups

    def hits(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        return predict(train, test) == labels[test]  # (S, len(test))

    def score(out: tuple[int, ...]) -> dict[int, np.ndarray]:
        """Return the accuracies (S,) on each of the folds that are left out together."""
        test = np.flatnonzero(np.isin(folds, out))
        right = hits(np.flatnonzero(~np.isin(folds, out)), test)
        return {fold: right[:, folds[test] == fold].mean(axis=1) for fold in out}

    single = {fold: score((fold,))[fold] for fold in numbers}
    if len(numbers) == 2:
        chosen = {fold: _within(hits, np.flatnonzero(folds != fold), labels, groups) for fold in numbers}
    else:
        pairs = {pair: score(pair) for pair in combinations(numbers, 2)}
        inner = {fold: [pairs[tuple(sorted((fold, o)))][o] for o in numbers if o != fold] for fold in numbers}
        chosen = {fold: np.mean(scores, axis=0).argmax() for fold, scores in inner.items()}
    best = np.mean(list(single.values()), axis=0).argmax()
    return {
        "best_of_grid": {fold: float(single[fold][best]) for fold in numbers},
        "nested": {fold: float(single[fold][chosen[fold]]) for fold in numbers},
    }


def on_split(
    predict: Callable, labels: np.ndarray, parts: np.ndarray, groups: np.ndarray | None = None
) -> dict[str, dict[None, float]]:
    """Return the accuracy on the test part of a fixed split, fitted on the training part only.

    `nested`, the paper's way on GTZAN: the setting is chosen on the validation part, or within the training part if
    there is no validation part, as `accuracies` does with two folds. `best_of_grid`: the setting is chosen on the test
    part itself, which shows how optimistic that would be.

    Args:
        predict: as in `accuracies`.
        labels: shape (N,).
        parts: shape (N,): "train", "validation" or "test".
        groups: as in `accuracies`.

    Returns:
        Accuracy in [0, 1] by protocol and fold; the only fold is None.
    """
    train, validation, test = (np.flatnonzero(parts == part) for part in ("train", "validation", "test"))

    def hits(learnt: np.ndarray, tested: np.ndarray) -> np.ndarray:
        return predict(learnt, tested) == labels[tested]

    groups = np.arange(len(labels)) if groups is None else groups
    right = hits(train, np.concatenate([validation, test]))  # (S, n): each setting is fitted once
    if len(validation):
        chosen = right[:, : len(validation)].mean(axis=1).argmax()
    else:
        chosen = _within(hits, train, labels, groups)
    tested = right[:, len(validation) :].mean(axis=1)
    return {"best_of_grid": {None: float(tested.max())}, "nested": {None: float(tested[chosen])}}


def _within(hits: Callable, clips: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> int:
    """Return the best setting in a cross-validation within some clips."""
    parts = StratifiedGroupKFold(3, shuffle=True, random_state=0).split(clips, labels[clips], groups[clips])
    return np.mean([hits(clips[train], clips[test]).mean(axis=1) for train, test in parts], axis=0).argmax()
