"""Build many horizontal filters of many lengths, for onsets and for patterns.

Jordi Pons & Xavier Serra, "Designing efficient architectures for modeling temporal features with convolutional neural
networks", ICASSP 2017, section 2. The layers are those of the original code (`buildArchitecture.py`), which has the
frequency axis first.

Shapes in the margin: B patches, T frames, F mel bands, C feature maps.
"""

from __future__ import annotations

import keras
from keras import layers

from . import settings  # noqa: F401  configures Keras

FRAMES, MELS = 250, 40  # 5.8 s at 44.1 kHz with a hop of 1,024 samples
ONSETS = tuple(range(6, 42, 5))  # lengths of filters in frames, 0.14 to 0.95 s
PATTERNS = tuple(range(46, 217, 5))  # 1.07 to 5.0 s


def o_net(input_shape=(FRAMES, MELS), n_outputs: int = 8, *, times: int = 1) -> keras.Model:
    """Build eight lengths of filters for onsets, five filters of each.

    Args:
        input_shape: (T, F).
        n_outputs: number of classes.
        times: how many times as many filters.

    Returns:
        A model from patches (B, T, F) to probabilities (B, n_outputs).
    """
    inputs = layers.Input(input_shape, name="log_mel")
    return _model(inputs, _filters(inputs, ONSETS, 5 * times), n_outputs, "o_net")


def p_net(input_shape=(FRAMES, MELS), n_outputs: int = 8, *, times: int = 1) -> keras.Model:
    """Build 35 lengths of filters for patterns, one filter of each; the arguments are those of `o_net`."""
    inputs = layers.Input(input_shape, name="log_mel")
    return _model(inputs, _filters(inputs, PATTERNS, times), n_outputs, "p_net")


def o_p_net(input_shape=(FRAMES, MELS), n_outputs: int = 8, *, times: int = 1) -> keras.Model:
    """Build the filters of `o_net` and of `p_net` in parallel; the arguments are those of `o_net`."""
    inputs = layers.Input(input_shape, name="log_mel")
    maps = _filters(inputs, ONSETS, 5 * times) + _filters(inputs, PATTERNS, times)
    return _model(inputs, maps, n_outputs, "o_p_net")


def _filters(inputs, lengths: tuple[int, ...], filters: int) -> list:
    """Return one tensor (B, 1, F/4, C) per length: the maximum over time and over four bands."""
    x = layers.Reshape((*inputs.shape[1:], 1), name=f"channel_{lengths[0]}")(inputs)  # (B, 250, 40, 1)
    pooled = []
    for length in lengths:
        y = layers.Conv2D(
            filters, (length, 1), activation="relu", kernel_initializer="he_uniform", name=f"filters_{length}"
        )(x)  # (B, 251 - length, 40, C)
        pooled.append(layers.MaxPooling2D((y.shape[1], 4), name=f"pool_{length}")(y))  # (B, 1, 10, C)
    return pooled


def _model(inputs, pooled: list, n_outputs: int, name: str) -> keras.Model:
    x = layers.Flatten(name="flat")(layers.Concatenate(name="filters")(pooled))  # (B, 400), (B, 350) or both
    x = layers.Dropout(0.5, name="dropout")(x)
    return keras.Model(inputs, layers.Dense(n_outputs, "softmax", name="output")(x), name=name)
