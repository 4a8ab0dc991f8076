"""Fit and apply Keras models many times without tracing them again."""

from __future__ import annotations

import math

import keras
import numpy as np

from ..models import settings  # noqa: F401  configures Keras


class Restart:
    """Remember the values of a model and its optimizer, and restore them when called.

    A model that is fitted many times is thereby traced once.

    Args:
        model: a compiled model.
    """

    def __init__(self, model: keras.Model) -> None:
        model.optimizer.build(model.trainable_variables)
        self._variables = [*model.variables, *model.optimizer.variables]
        self._first = [keras.ops.convert_to_numpy(variable).copy() for variable in self._variables]

    def __call__(self) -> None:
        """Restore weights, moving statistics, momenta and the number of steps."""
        for variable, value in zip(self._variables, self._first, strict=True):
            variable.assign(value)


def predict(model: keras.Model, inputs: np.ndarray, size: int) -> np.ndarray:
    """Predict in batches of one size, so that the model is traced once and no row's values depend on its batch.

    Args:
        model: a model with one input and one output.
        inputs: shape (n, ...).
        size: number of rows per batch; the last batch is filled up by repeating its rows.

    Returns:
        Shape (n, ...).
    """
    batches = [inputs[start : start + size] for start in range(0, len(inputs), size)]
    return np.concatenate([model.predict_on_batch(np.resize(x, (size, *x.shape[1:])))[: len(x)] for x in batches])


def n_trainable(model: keras.Model) -> int:
    """Count the trainable parameters of a model."""
    return sum(math.prod(weight.shape) for weight in model.trainable_weights)
