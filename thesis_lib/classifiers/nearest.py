"""Classify with k nearest neighbours, for every k of the original grid."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.metrics.pairwise import euclidean_distances

NEIGHBOURS = (1, 3, 5, 10, 20, 30, 50, 100)
SETTINGS = [f"k={neighbours}" for neighbours in NEIGHBOURS]


def nearest(
    features: np.ndarray, labels: np.ndarray, *, rng: np.random.Generator | None = None
) -> tuple[list[str], Callable]:
    """Prepare majority votes among eight numbers of neighbours (the code of Pons & Serra, ICASSP 2019).

    The distances between all clips are computed once for all folds, and the order of neighbours once for all k.

    Args:
        features: shape (N, D).
        labels: shape (N,).
        rng: unused, because nothing is random.

    Returns:
        The names of the S settings, and `predict(train, test)`: indices to labels of shape (S, len(test)). Ties
        go to the first label in alphabetical order, as in scikit-learn. A k above the number of
        training clips uses all of them.
    """
    classes, of_clip = np.unique(labels, return_inverse=True)
    centred = np.asarray(features, dtype=np.float64) - np.mean(features, axis=0, dtype=np.float64)
    distances = euclidean_distances(centred, squared=True)

    def predict(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        order = np.argsort(distances[np.ix_(test, train)], axis=1, kind="stable")[:, : max(NEIGHBOURS)]
        votes = np.eye(len(classes), dtype=int)[of_clip[train][order]].cumsum(axis=1)  # (len(test), neighbours, K)
        counted = [votes[:, min(k, votes.shape[1]) - 1] for k in NEIGHBOURS]
        return np.stack([classes[count.argmax(axis=1)] for count in counted])

    return SETTINGS, predict
