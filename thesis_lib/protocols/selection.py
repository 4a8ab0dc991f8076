"""Predictions of a grid of settings in, accuracies by the paper's selection and by an honest one out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold


def accuracies(
    predict: Callable, labels: np.ndarray, folds: np.ndarray, groups: np.ndarray | None = None
) -> dict[str, dict[int, float]]:
    """Accuracy a fold under two ways of choosing a setting.

    `best_of_grid`, the paper's: every setting is cross-validated, and the best mean is reported: the test clips have
    chosen the setting that they are scored with. `nested`: for each test fold the setting is chosen on the other folds
    alone, each of them left out in turn, then learnt from all of them. A pair of folds is left out once and serves both
    its folds. With two folds, one learns and one tests, both ways; the setting is then chosen by three parts of the one
    that learns, drawn so that no group stands on two sides.

    Args:
        predict: `predict(train, test)`, indices in, labels of shape (S, len(test)) out, one row a setting.
        labels: shape (N,).
        folds: shape (N,), at least two different numbers.
        groups: shape (N,): clips of one group are never parted; every clip is its own group by default.

    Returns:
        For each protocol, accuracy in [0, 1] by fold.
    """
    numbers = np.unique(folds).tolist()
    groups = np.arange(len(labels)) if groups is None else groups

    def hits(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        return predict(train, test) == labels[test]  # (S, len(test))

    def score(out: tuple[int, ...]) -> dict[int, np.ndarray]:
        """Accuracies (S,) on each of the folds that are left out together."""
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
    """Accuracy on the test part of a fixed split; what is learnt is learnt from the training part alone.

    `nested`, which is the paper's way on GTZAN: the setting is chosen on the validation part. Where there is none, it
    is chosen within the training part, as `accuracies` does with two folds. `best_of_grid`: the setting that is best on
    the test part itself, to show how much that would flatter.

    Args:
        predict: as in `accuracies`.
        labels: shape (N,).
        parts: shape (N,): "train", "validation" or "test".
        groups: as in `accuracies`.

    Returns:
        For each protocol, accuracy in [0, 1] by fold, and the only fold is None.
    """
    train, validation, test = (np.flatnonzero(parts == part) for part in ("train", "validation", "test"))

    def hits(learnt: np.ndarray, tested: np.ndarray) -> np.ndarray:
        return predict(learnt, tested) == labels[tested]

    groups = np.arange(len(labels)) if groups is None else groups
    right = hits(train, np.concatenate([validation, test]))  # (S, n): each setting learns once
    if len(validation):
        chosen = right[:, : len(validation)].mean(axis=1).argmax()
    else:
        chosen = _within(hits, train, labels, groups)
    tested = right[:, len(validation) :].mean(axis=1)
    return {"best_of_grid": {None: float(tested.max())}, "nested": {None: float(tested[chosen])}}


def _within(hits: Callable, clips: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> int:
    """The setting that is best when parts of some clips are learnt from and scored on the rest of them."""
    parts = StratifiedGroupKFold(3, shuffle=True, random_state=0).split(clips, labels[clips], groups[clips])
    return np.mean([hits(clips[train], clips[test]).mean(axis=1) for train, test in parts], axis=0).argmax()
