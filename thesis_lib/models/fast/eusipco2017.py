"""Build the networks of `models/eusipco2017.py` in a form that is trained faster.

Each function equals the one of the same name: the tests copy its weights and compare outputs and updates. Pools come
before what does not change the maximum (`NormedPool`, `TallConv2D`), low filters on one channel are a matrix product
(`ThinConv2D`), and few tall ones a convolution over time (`TallConv2D`).

Shapes in the margin: B patches, T frames, F mel bands, C feature maps.
"""

from __future__ import annotations

import keras
from keras import layers

from .. import settings  # noqa: F401  configures Keras
from ..eusipco2017 import (
    DECAY,
    INSTRUMENT_INPUT,
    INSTRUMENTS,
    LOW_AND_TALL,
    TAG_FILTERS,
    TAG_INPUT,
    TAGS,
    instruments_head,
    instruments_multi_head,
    tags_head,
)
from .normed_pool import NormedPool
from .tall_conv import TallConv2D
from .thin_conv import ThinConv2D


def instruments(input_shape=INSTRUMENT_INPUT, n_outputs: int = INSTRUMENTS) -> keras.Model:
    """Build `eusipco2017.instruments`; the arguments are the same."""
    inputs = layers.Input(input_shape, name="log_mel")
    maps = _low_and_tall(inputs, (max(input_shape[0] // 4, 1), input_shape[1]))
    return keras.Model(inputs, instruments_head(maps, n_outputs), name="instruments")


def instruments_multi(input_shape=INSTRUMENT_INPUT, n_outputs: int = INSTRUMENTS) -> keras.Model:
    """Build `eusipco2017.instruments_multi`; the arguments are the same."""
    inputs = layers.Input(input_shape, name="log_mel")
    maps = _low_and_tall(inputs, (input_shape[0] // 4, input_shape[1] // 4))
    return keras.Model(inputs, instruments_multi_head(maps, n_outputs), name="instruments_multi")


def tags(input_shape=TAG_INPUT, n_outputs: int = TAGS, *, times: int = 1) -> keras.Model:
    """Build `eusipco2017.tags`; the arguments are the same."""
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, 187, 128, 1)
    maps = []
    for height, widths in TAG_FILTERS.items():
        for length, filters in zip((1, 3, 5, 7), widths, strict=True):
            name = f"timbral_{length}x{height}"
            y = layers.ZeroPadding2D((length // 2, 0), name=f"{name}_pad")(x)
            y = TallConv2D(
                times * filters, (length, height), pool=(4, input_shape[1] - height + 1), activation="elu",
                kernel_initializer="he_uniform", kernel_regularizer=DECAY, name=name,
            )(y)  # (B, 46, 1, C)  # fmt: skip
            maps.append(layers.Reshape((y.shape[1], times * filters), name=f"{name}_maps")(y))
    return keras.Model(inputs, tags_head(maps, n_outputs, times), name="tags")


def _low_and_tall(inputs, pool: tuple[int, int]) -> list:
    x = layers.Reshape((*inputs.shape[1:], 1), name="channel")(inputs)  # (B, 128, 96, 1)
    maps = []
    for (length, height), filters in LOW_AND_TALL.items():
        name = f"filters_{length}x{height}"
        conv = ThinConv2D if height < 10 else layers.Conv2D
        y = conv(
            filters, (length, height), padding="same", kernel_initializer="he_normal", kernel_regularizer=DECAY,
            name=name,
        )(x)  # fmt: skip
        y = NormedPool(pool=pool, name=f"{name}_norm")(y)
        maps.append(layers.ELU(name=f"{name}_elu")(y))
    return maps
