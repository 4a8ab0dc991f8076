"""Prepare a classifier by name."""

from collections.abc import Callable
from importlib import import_module

import numpy as np

CLASSIFIERS = {"svm": "svm:svm", "elm": "elm:elm", "knn": "nearest:nearest"}  # name: "module:function"
LABELS = {"svm": "SVM", "elm": "ELM", "knn": "kNN"}


def prepare(
    name: str, features: np.ndarray, labels: np.ndarray, *, rng: np.random.Generator
) -> tuple[list[str], Callable]:
    """Prepare a classifier with every setting of its grid.

    Args:
        name: a key of `CLASSIFIERS`.
        features: shape (N, D).
        labels: shape (N,).
        rng: random generator for what is random in the classifier.

    Returns:
        The names of the S settings, and a function `predict(train, test)` from indices of clips to predicted labels of
        shape (S, len(test)).
    """
    module, function = CLASSIFIERS[name].split(":")
    return getattr(import_module(f"{__name__}.{module}"), function)(features, labels, rng=rng)
