"""Keep the weights of converted models in the cache."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..files import seal, written

if TYPE_CHECKING:
    import keras


def save(model: keras.Model, weights: Path) -> None:
    """Write a model's weights completely or not at all, and seal them.

    They are a NumPy archive, because the library of Keras' own format ends the process when the disk is full.

    Raises:
        OSError: the weights cannot be written.
    """
    try:
        weights.parent.mkdir(parents=True, exist_ok=True)
        with written(weights) as partial, partial.open("wb") as file:
            np.savez(file, *model.get_weights())
        seal(weights)
    except OSError as error:
        raise OSError(
            f"the converted weights cannot be stored in {weights.parent} ({error.strerror or error}); free some space "
            "there or set THESIS_CACHE to another folder."
        ) from error


def load(model: keras.Model, weights: Path) -> None:
    """Read the weights that `save` wrote into a model of the same architecture."""
    with np.load(weights, allow_pickle=False) as file:
        model.set_weights([file[name] for name in file.files])
