"""Save the weights of converted models."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..files import written

if TYPE_CHECKING:
    import keras


def save(model: keras.Model, weights: Path) -> None:
    """Write a model's weights completely or not at all."""
    with written(weights) as partial:
        beside = partial.with_name(f"{partial.name}.weights.h5")  # Keras requires this suffix
        model.save_weights(beside)
        os.replace(beside, partial)
