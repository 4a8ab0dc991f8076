"""Build the networks of chapter VI in a form that is trained faster.

Each function equals the one of the same name in `models/few_data.py`: the tests copy its weights and compare outputs
and updates. Three changes save time: the input's scale and shift are moved into the first convolution (`ScaledInput`),
pooling comes before what does not change the maximum (`NormedPool`, `PooledConv2D`), and a convolution of a single
channel is a matrix product (`ThinConv2D`).

Shapes in the margin: B patches, T frames, F mel bands, C feature maps.
"""

from __future__ import annotations

import math

import keras
from keras import layers, ops

from .. import settings  # noqa: F401  configures Keras
from ..few_data import DECAY, FRAMES, MELS, TALL
from .normed_pool import NormedPool
from .pooled_conv import PooledConv2D
from .scaled_input import ScaledInput
from .thin_conv import ThinConv2D


def sb_cnn(input_shape=(FRAMES, MELS), n_outputs: int = 10, *, precision: str = "float32") -> keras.Model:
    """Build `few_data.sb_cnn`.

    Args:
        input_shape: (T, F).
        n_outputs: number of classes.
        precision: Keras' dtype policy for the wide convolutions; `settings.precision` returns the fastest.
    """
    x = inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1))(x)  # (B, T, F, 1)
    x = layers.ReLU()(_first(PooledConv2D(24, 5, pool=(4, 2), use_bias=False, kernel_regularizer=DECAY), x))
    wide = {"activation": "relu", "kernel_regularizer": DECAY, "dtype": precision}
    x = PooledConv2D(48, 5, pool=(4, 2), name="conv_2", **wide)(x)
    x = layers.Conv2D(48, 5, name="conv_3", **wide)(x)
    x = layers.Dropout(0.5)(layers.Flatten()(x))  # (B, 2400)
    x = layers.Dropout(0.5)(layers.Dense(64, activation="relu", kernel_regularizer=DECAY, name="dense")(x))
    return keras.Model(inputs, _softmax(x, n_outputs), name="sb_cnn")


def vgg(input_shape=(FRAMES, MELS), n_outputs: int = 10, *, width: int = 32, precision: str = "float32") -> keras.Model:
    """Build `few_data.vgg`.

    Args:
        input_shape: (T, F).
        n_outputs: number of classes.
        width: number of filters per layer.
        precision: as in `sb_cnn`.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1))(inputs)  # (B, T, F, 1)
    x = _first(layers.Conv2D(width, 3, padding="same", use_bias=False, kernel_regularizer=DECAY), x)
    x = layers.Dropout(0.5)(_vgg(layers.Activation("elu")(x), width, decay=DECAY, precision=precision))
    return keras.Model(inputs, _softmax(x, n_outputs), name="few_vgg")


def timbre(input_shape=(FRAMES, MELS), n_outputs: int = 10) -> keras.Model:
    """Build `few_data.timbre`; the arguments are the same."""
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1))(inputs)  # (B, T, F, 1)
    x = layers.BatchNormalization(center=False, scale=False, name="input_norm")(x)[..., 0]
    frames, places = input_shape[0], input_shape[1] - TALL + 1
    # one convolution over time per position in frequency, with bands as channels: several times as fast as Conv2D
    x = ops.stack([x[:, :, low : low + TALL] for low in range(places)], axis=1)  # (B, places, T, 108)
    x = ops.reshape(x, (-1, frames, TALL))
    limit = math.sqrt(6 / (7 * TALL * (1 + n_outputs)))  # Glorot's for the two-dimensional filter
    first = keras.initializers.RandomUniform(-limit, limit)
    conv = layers.Conv1D(n_outputs, 7, use_bias=False, kernel_initializer=first, kernel_regularizer=DECAY)
    x = ScaledInput(conv, name="timbre")(x)
    x = ops.max(ops.reshape(x, (-1, places * (frames - 6), n_outputs)), axis=1)  # (B, n_outputs)
    return keras.Model(inputs, layers.Softmax(name="output")(x), name="few_timbre")


def prototypical(
    input_shape=(FRAMES, MELS), n_outputs: int = 10, *, width: int = 128, precision: str = "float32"
) -> keras.Model:
    """Build `few_data.prototypical`.

    Args:
        input_shape: (T, F).
        n_outputs: dimensions of the embedding; ten in the paper.
        width: number of filters per layer.
        precision: as in `sb_cnn`.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.BatchNormalization(axis=1, name="input_norm")(layers.Reshape((*input_shape, 1))(inputs))
    x = ThinConv2D(width, 3, padding="same", activation="elu", name="conv_1")(x)
    x = layers.Dropout(0.5)(_vgg(x, width, precision=precision))
    return keras.Model(inputs, layers.Dense(n_outputs, name="embedding")(x), name="prototypical")


def _first(conv: layers.Layer, x):
    """Apply the input's normalisation and the first convolution."""
    x = layers.BatchNormalization(center=False, scale=False, name="input_norm")(x)
    return ScaledInput(conv, name="conv_1")(x)


def _vgg(x, width: int, *, decay=None, precision: str = "float32"):
    """Apply all layers after the first convolution: (B, T, F, C) -> (B, T/32 * F/32 * C)."""
    for number in range(1, 6):
        if number > 1:
            conv = layers.Conv2D(
                width, 3, padding="same", activation="elu", kernel_regularizer=decay, dtype=precision,
                name=f"conv_{number}",
            )  # fmt: skip
            x = conv(x)
        x = NormedPool(name=f"norm_{number}")(x)
    return layers.Flatten()(x)


def _softmax(x, n_outputs: int):
    return layers.Dense(n_outputs, "softmax", kernel_regularizer=DECAY, name="output")(x)
