"""Build the networks that find the onsets of sung syllables.

Jordi Pons, Rong Gong & Xavier Serra, "Score-informed syllable segmentation for a cappella singing voice with
convolutional neural networks", ISMIR 2017, section 3. The layers are those of the original code. A patch is the 0.2 s
around a frame; the output is the probability that a syllable starts there.

Shapes in the margin: B patches, T frames, F mel bands, C feature maps.
"""

from __future__ import annotations

import keras
from keras import layers

from . import settings  # noqa: F401  configures Keras

FRAMES, MELS = 21, 80  # ten frames of 10 ms before and after the centre, up to 11 kHz
DECAY = keras.regularizers.L2(1e-5)
HE = {"activation": "elu", "kernel_initializer": "he_uniform", "kernel_regularizer": DECAY}
# Shapes (frames, bands) of the filters, and how many of each.
TEMPORAL = {(7, 1): 12, (7, 3): 6, (7, 5): 3, (12, 1): 12, (12, 3): 6, (12, 5): 3}
TIMBRAL = {(1, 50): 12, (5, 50): 6, (10, 50): 3, (1, 70): 12, (5, 70): 6, (10, 70): 3}


def onsets_temporal(input_shape=(FRAMES, MELS), n_outputs: int = 2, *, width: int = 32) -> keras.Model:
    """Build long filters of few bands.

    Args:
        input_shape: (T, F).
        n_outputs: 2: no onset, onset.
        width: number of filters of the second layer.

    Returns:
        A model from patches (B, T, F) to probabilities (B, n_outputs).
    """
    return _model("onsets_temporal", TEMPORAL, (5, 3), input_shape, n_outputs, width)


def onsets_timbral(input_shape=(FRAMES, MELS), n_outputs: int = 2, *, width: int = 32) -> keras.Model:
    """Build tall filters of few frames; the arguments are those of `onsets_temporal`."""
    return _model("onsets_timbral", TIMBRAL, (3, 5), input_shape, n_outputs, width)


def onsets_jan(input_shape=(FRAMES, MELS), n_outputs: int = 2) -> keras.Model:
    """Build the rival with small filters.

    After Jan Schlüter & Sebastian Böck, "Improved musical onset detection with convolutional neural networks",
    ICASSP 2014. The arguments are those of `onsets_temporal`.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, 21, 80, 1)
    x = layers.Conv2D(10, (7, 3), name="conv_1", **HE)(x)  # (B, 15, 78, 10)
    x = layers.MaxPooling2D((1, 3), name="pool_1")(x)  # (B, 15, 26, 10)
    x = layers.Conv2D(20, 3, name="conv_2", **HE)(x)  # (B, 13, 24, 20)
    x = layers.MaxPooling2D((1, 3), name="pool_2")(x)  # (B, 13, 8, 20)
    return keras.Model(inputs, _dense(x, n_outputs), name="onsets_jan")


def onsets_jan_deep(input_shape=(FRAMES, MELS), n_outputs: int = 2) -> keras.Model:
    """Build four layers of small filters, a deeper `onsets_jan`; the arguments are those of `onsets_temporal`."""
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, 21, 80, 1)
    x = layers.Conv2D(16, (7, 3), name="conv_1", **HE)(x)  # (B, 15, 78, 16)
    x = layers.Conv2D(16, 3, name="conv_2", **HE)(x)  # (B, 13, 76, 16)
    x = layers.MaxPooling2D((2, 3), name="pool_2")(x)  # (B, 6, 25, 16)
    x = layers.Conv2D(32, 3, name="conv_3", **HE)(x)  # (B, 4, 23, 32)
    x = layers.Conv2D(32, 3, name="conv_4", **HE)(x)  # (B, 2, 21, 32)
    x = layers.Flatten(name="flat")(layers.MaxPooling2D((2, 3), name="pool_4")(x))  # (B, 224)
    x = layers.Dropout(0.3, name="dropout_1")(x)
    for number, units in ((1, 256), (2, 32)):
        x = layers.Dense(units, name=f"dense_{number}", **HE)(x)
        x = layers.Dropout(0.3, name=f"dropout_{number + 1}")(x)
    return keras.Model(inputs, layers.Dense(n_outputs, "softmax", name="output")(x), name="onsets_jan_deep")


def _model(name: str, shapes: dict, pool: tuple[int, int], input_shape, n_outputs: int, width: int) -> keras.Model:
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, 21, 80, 1)
    maps = []
    for (length, height), filters in shapes.items():
        y = layers.Conv2D(filters, (length, height), padding="same", name=f"filters_{length}x{height}", **HE)(x)
        maps.append(layers.MaxPooling2D(pool, padding="same", name=f"pool_{length}x{height}")(y))
    return keras.Model(inputs, dense_head(maps, n_outputs, width), name=name)


def dense_head(maps: list, n_outputs: int, width: int):
    """Apply the layers after the filters, (B, 5, 27, C) of `onsets_temporal` or (B, 7, 16, C) of `onsets_timbral`."""
    x = layers.Concatenate(name="filters")(maps)  # 42 feature maps
    x = layers.Conv2D(width, 3, name="conv", **HE)(x)
    x = layers.MaxPooling2D((1, 3), name="pool")(x)  # temporal: (B, 3, 8, 32); timbral: (B, 5, 4, 32)
    return _dense(x, n_outputs)


def _dense(x, n_outputs: int):
    x = layers.Dense(256, name="dense", **HE)(layers.Flatten(name="flat")(x))
    return layers.Dense(n_outputs, "softmax", name="output")(layers.Dropout(0.3, name="dropout")(x))
