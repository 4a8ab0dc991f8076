"""A Keras model in, a file of its weights out that is whole or not there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..files import written

if TYPE_CHECKING:
    import keras


def save(model: keras.Model, weights: Path) -> None:
    """Writes a converted model's weights, beside and then renamed."""
    with written(weights) as partial:
        beside = partial.with_name(f"{partial.name}.weights.h5")  # Keras insists on the ending
        model.save_weights(beside)
        os.replace(beside, partial)
