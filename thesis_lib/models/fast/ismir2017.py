"""Build the timbral network of `models/ismir2017.py` in a form that is trained faster; see `tall_conv`."""

from __future__ import annotations

import keras
from keras import layers

from .. import settings  # noqa: F401  configures Keras
from ..ismir2017 import FRAMES, HE, MELS, TIMBRAL, dense_head
from .tall_conv import TallConv2D


def onsets_timbral(input_shape=(FRAMES, MELS), n_outputs: int = 2, *, width: int = 32) -> keras.Model:
    """Build `ismir2017.onsets_timbral`; the arguments are the same, but 3 must divide T and 5 must divide F."""
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, 21, 80, 1)
    maps = []
    for (length, height), filters in TIMBRAL.items():
        name = f"{length}x{height}"
        around = (((length - 1) // 2, length // 2), ((height - 1) // 2, height // 2))
        y = layers.ZeroPadding2D(around, name=f"pad_{name}")(x)
        maps.append(TallConv2D(filters, (length, height), pool=(3, 5), name=f"filters_{name}", **HE)(y))
    return keras.Model(inputs, dense_head(maps, n_outputs, width), name="onsets_timbral")
