"""Fit and apply Keras models many times without tracing them again."""

from __future__ import annotations

import math
from collections.abc import Callable

import keras
import numpy as np

from ..models import settings  # noqa: F401  configures Keras


class Restart:
    """Give a compiled model the state of a new one, built with a random seed.

    A model that is fitted many times is thereby traced once.

    Args:
        fitted: the compiled model.
        build: builds a network with the same variables as `network`.
        network: the network within `fitted`; `fitted` itself by default.
    """

    def __init__(
        self, fitted: keras.Model, build: Callable[[], keras.Model], network: keras.Model | None = None
    ) -> None:
        fitted.optimizer.build(fitted.trainable_variables)
        self._variables = (network or fitted).variables  # the states of dropout's random generators are among them
        self._build, self._optimizer = build, fitted.optimizer
        self._first = [keras.ops.convert_to_numpy(variable).copy() for variable in self._optimizer.variables]

    def __call__(self, seed: int) -> None:
        """Draw new weights and random generators, and restore the optimizer.

        Args:
            seed: random seed for everything that the network draws.
        """
        keras.utils.set_random_seed(seed)  # immediately before the draws, so that nothing else draws in between
        for variable, new in zip(self._variables, self._build().variables, strict=True):
            variable.assign(keras.ops.convert_to_numpy(new))
        for variable, value in zip(self._optimizer.variables, self._first, strict=True):
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
