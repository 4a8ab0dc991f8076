"""Choose a classifier's setting as the paper did, and by nested selection."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold


def by_folds(
    predict: Callable, labels: np.ndarray, folds: np.ndarray, groups: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """Predict each fold with two ways of choosing a setting.

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
        The predicted label of every clip by protocol, each of shape (N,).
    """
    numbers = np.unique(folds).tolist()
    groups = np.arange(len(labels)) if groups is None else groups

    def score(out: tuple[int, ...]) -> dict[int, np.ndarray]:
        """Return the accuracies (S,) on each of the folds that are left out together."""
        test = np.flatnonzero(np.isin(folds, out))
        right = predict(np.flatnonzero(~np.isin(folds, out)), test) == labels[test]  # (S, len(test))
        return {fold: right[:, folds[test] == fold].mean(axis=1) for fold in out}

    found = {fold: predict(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in numbers}
    single = {fold: (found[fold] == labels[folds == fold]).mean(axis=1) for fold in numbers}
    if len(numbers) == 2:
        chosen = {fold: _within(predict, np.flatnonzero(folds != fold), labels, groups) for fold in numbers}
    else:
        pairs = {pair: score(pair) for pair in combinations(numbers, 2)}
        inner = {fold: [pairs[tuple(sorted((fold, o)))][o] for o in numbers if o != fold] for fold in numbers}
        chosen = {fold: np.mean(scores, axis=0).argmax() for fold, scores in inner.items()}
    # Deviation: the mean over folds is unweighted; scikit-learn of that time probably weighted folds by their size.
    best = np.mean(list(single.values()), axis=0).argmax()
    predicted = {"best_of_grid": labels.copy(), "nested": labels.copy()}
    for fold in numbers:
        predicted["best_of_grid"][folds == fold] = found[fold][best]
        predicted["nested"][folds == fold] = found[fold][chosen[fold]]
    return predicted


def on_split(
    predict: Callable, labels: np.ndarray, parts: np.ndarray, groups: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """Predict the test part of a fixed split, fitted on the training part only.

    `nested`, the paper's way on GTZAN: the setting is chosen on the validation part, or within the training part if
    there is no validation part, as `by_folds` does with two folds. `best_of_grid`: the setting is chosen on the test
    part itself, which shows how optimistic that would be.

    Args:
        predict: as in `by_folds`.
        labels: shape (N,).
        parts: shape (N,): "train", "validation" or "test".
        groups: as in `by_folds`.

    Returns:
        Labels by protocol, each of shape (N,): predicted for the test part, the true ones elsewhere.
    """
    train, validation, test = (np.flatnonzero(parts == part) for part in ("train", "validation", "test"))
    groups = np.arange(len(labels)) if groups is None else groups
    asked = np.concatenate([validation, test])
    found = predict(train, asked)  # (S, n): each setting is fitted once
    right, tested = found == labels[asked], found[:, len(validation) :]
    if len(validation):
        chosen = right[:, : len(validation)].mean(axis=1).argmax()
    else:
        chosen = _within(predict, train, labels, groups)
    best = right[:, len(validation) :].mean(axis=1).argmax()
    predicted = {"best_of_grid": labels.copy(), "nested": labels.copy()}
    predicted["best_of_grid"][test], predicted["nested"][test] = tested[best], tested[chosen]
    return predicted


def _within(predict: Callable, clips: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> int:
    """Return the best setting in a cross-validation within some clips."""
    scores = []
    for train, test in StratifiedGroupKFold(3, shuffle=True, random_state=0).split(clips, labels[clips], groups[clips]):
        scores.append((predict(clips[train], clips[test]) == labels[clips[test]]).mean(axis=1))
    return int(np.mean(scores, axis=0).argmax())
