"""A compiled model in, a way back to its first values out: it is traced once, however often it is fitted."""

from __future__ import annotations

import keras


class Restart:
    """Remembers every value of a model and its optimizer, and sets them again when called.

    Args:
        model: compiled.
    """

    def __init__(self, model: keras.Model) -> None:
        model.optimizer.build(model.trainable_variables)
        self._variables = [*model.variables, *model.optimizer.variables]
        self._first = [keras.ops.convert_to_numpy(variable).copy() for variable in self._variables]

    def __call__(self) -> None:
        """Weights, moving statistics, momenta and the count of steps are as they were at first."""
        for variable, value in zip(self._variables, self._first, strict=True):
            variable.assign(value)
