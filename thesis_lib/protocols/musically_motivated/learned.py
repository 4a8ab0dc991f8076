"""Keep the filters that networks have learned, so that a page can show them."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from ...files import written

FILTERS = "filters.npz"  # file of a run with the first filters of its networks, of the first fold and draw


def first_filters(model: keras.Model) -> dict[str, np.ndarray]:
    """Return the filters that read the spectrogram, by the path of the weight: (frames, bands, filters) each."""
    kernels = [weight for weight in model.trainable_weights if len(weight.shape) == 4 and weight.shape[2] == 1]
    return {weight.path: keras.ops.convert_to_numpy(weight)[:, :, 0] for weight in kernels}


def keep(folder: Path, system: str, model: keras.Model) -> None:
    """Write the first filters of a network beside those of others, as "system:path" in `FILTERS`."""
    others = {name: one for name, one in load(folder).items() if not name.startswith(f"{system}:")}
    own = {f"{system}:{layer}": one for layer, one in first_filters(model).items()}
    with written(folder / FILTERS) as partial, partial.open("wb") as file:
        np.savez_compressed(file, **others, **own)


def load(folder: Path) -> dict[str, np.ndarray]:
    """Return the filters that a run has kept; none if it has no file of them."""
    if not (folder / FILTERS).exists():
        return {}
    with np.load(folder / FILTERS, allow_pickle=False) as found:
        return dict(found)
