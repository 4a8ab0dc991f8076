"""Classify with the paper's six extreme learning machines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.linalg

HIDDEN = (100, 250, 500, 1200, 1800, 2500)  # units per network
RIDGE = 1e-6  # relative to the mean eigenvalue; stable where the original's pseudo-inverse is not
SETTINGS = [f"hidden={units}" for units in HIDDEN]


def elm(features: np.ndarray, labels: np.ndarray, *, rng: np.random.Generator) -> tuple[list[str], Callable]:
    """Prepare six networks with one random hidden layer and an output layer solved by least squares.

    Huang, Zhu & Siew, "Extreme learning machine: theory and applications", Neurocomputing 2006; sizes, ReLU and the +-1
    targets as in Pons & Serra, ICASSP 2019. Weights and biases are drawn once from N(0, 1) and used for all folds.

    Args:
        features: shape (N, D).
        labels: shape (N,).
        rng: random generator for the hidden layers.

    Returns:
        The names of the S settings, and `predict(train, test)`: indices to labels of shape (S, len(test)).
    """
    features = np.asarray(features, dtype=np.float64)
    classes, indices = np.unique(labels, return_inverse=True)
    targets = np.where(np.eye(len(classes))[indices] > 0, 1.0, -1.0)  # (N, K)
    hidden = [_hidden(features, units, rng) for units in HIDDEN]

    def predict(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        scores = [layer[test] @ solve(layer[train], targets[train]) for layer in hidden]
        return np.stack([classes[score.argmax(axis=1)] for score in scores])

    return SETTINGS, predict


def solve(hidden: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Solve the output weights by Cholesky decomposition with a small ridge.

    Args:
        hidden: activations of shape (N, H).
        targets: shape (N, K).

    Returns:
        Weights of shape (H, K); the minimum-norm solution if H > N.
    """
    n, units = hidden.shape
    gram = hidden.T @ hidden if units <= n else hidden @ hidden.T
    gram[np.diag_indices_from(gram)] += RIDGE * np.trace(gram) / len(gram)
    if units <= n:
        return scipy.linalg.solve(gram, hidden.T @ targets, assume_a="pos", overwrite_a=True)
    return hidden.T @ scipy.linalg.solve(gram, targets, assume_a="pos", overwrite_a=True)


def _hidden(features: np.ndarray, units: int, rng: np.random.Generator) -> np.ndarray:
    """Compute the hidden layer: (N, D) -> (N, H)."""
    weights, biases = rng.standard_normal((features.shape[1], units)), rng.standard_normal(units)
    return np.maximum(features @ weights + biases, 0.0)
