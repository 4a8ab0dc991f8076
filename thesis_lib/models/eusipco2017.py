"""Build timbral filters, and their rivals, for three tasks: phonemes, instruments and tags.

Jordi Pons, Olga Slizovskaia, Rong Gong, Emilia Gómez & Xavier Serra, "Timbre analysis of music audio signals with
convolutional neural networks", EUSIPCO 2017, section 3. The layers are those of the three original repositories, one
per task. Where code and published weights differ (instruments: filters of 50 and 70, or of 5 and 80 bands), this
module follows the weights, whose number of parameters is the paper's.

Shapes in the margin: B patches, T frames, F mel bands, C feature maps.
"""

from __future__ import annotations

import keras
from keras import layers

from . import settings  # noqa: F401  configures Keras

DECAY = keras.regularizers.L2(1e-5)
PHONEMES, PHONEME_INPUT = 29, (21, 80)  # 0.2 s around a frame, up to 11 kHz
INSTRUMENTS, INSTRUMENT_INPUT, HAN_INPUT = 11, (128, 96), (43, 128)  # 2.7 s at 12 kHz; 1.0 s at 22.05 kHz
TAGS, TAG_INPUT = 50, (187, 128)  # 3.0 s at 16 kHz
# Number of filters by shape (frames, bands): for phonemes, in multiples of `times`, and for instruments.
PHONEME_FILTERS = {(1, 50): 32, (5, 50): 16, (10, 50): 8, (1, 70): 32, (5, 70): 16, (10, 70): 8}
LOW_AND_TALL = {(1, 5): 128, (3, 5): 64, (5, 5): 32, (1, 80): 128, (3, 80): 64, (5, 80): 32}
# Number of timbral filters of 1, 3, 5 and 7 frames for tags, by height in bands.
TAG_FILTERS = {100: (10, 6, 3, 3), 75: (15, 10, 5, 5), 25: (15, 10, 5, 5)}


def phonemes(input_shape=PHONEME_INPUT, n_outputs: int = PHONEMES, *, times: int = 4) -> keras.Model:
    """Build timbral filters of six shapes for phonemes, and their maximum over time.

    Args:
        input_shape: (T, F).
        n_outputs: number of phonemes.
        times: number of filters, in multiples of 32, 16 and 8.

    Returns:
        A model from patches (B, T, F) to probabilities (B, n_outputs).
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, 21, 80, 1)
    maps = []
    for (length, height), filters in PHONEME_FILTERS.items():
        name = f"timbral_{length}x{height}"
        y = layers.Conv2D(
            times * filters, (length, height), activation="elu", kernel_initializer="he_uniform",
            kernel_regularizer=DECAY, name=name,
        )(x)  # (B, 22 - length, 81 - height, C)  # fmt: skip
        y = layers.MaxPooling2D((y.shape[1], 2), name=f"{name}_pool")(y)  # (B, 1, (81 - height) / 2, C)
        y = layers.Dropout(0.32, name=f"{name}_dropout")(y)
        maps.append(layers.Flatten(name=f"{name}_flat")(y))
    x = layers.Concatenate(name="filters")(maps)  # (B, 4480)
    return keras.Model(inputs, layers.Dense(n_outputs, "softmax", name="output")(x), name="phonemes")


def phonemes_small(input_shape=PHONEME_INPUT, n_outputs: int = PHONEMES) -> keras.Model:
    """Build five layers of small filters, the rival for phonemes (after Choi et al., ISMIR 2016).

    Args:
        input_shape: (T, F).
        n_outputs: number of phonemes.

    Returns:
        A model from patches (B, T, F) to probabilities (B, n_outputs).
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, 21, 80, 1)
    for number, (filters, pool) in enumerate([(60, (2, 2)), (84, (1, 2)), (84, (1, 2)), (84, (1, 2)), (60, None)], 1):
        x = layers.Conv2D(filters, 3, name=f"conv_{number}")(x)
        x = layers.BatchNormalization(name=f"norm_{number}")(x)
        x = layers.ELU(name=f"elu_{number}")(x)
        x = layers.MaxPooling2D(pool, name=f"pool_{number}")(x) if pool else x
    x = layers.Flatten(name="flat")(x)  # (B, 60)
    return keras.Model(inputs, layers.Dense(n_outputs, "softmax", name="output")(x), name="phonemes_small")


def phonemes_mlp(
    input_shape=(5, 80), n_outputs: int = PHONEMES, *, units: int = 511, dropout: float = 0.251
) -> keras.Model:
    """Build two dense layers, the rival for phonemes without convolutions.

    Args:
        input_shape: (T, F).
        n_outputs: number of phonemes.
        units: number of units per layer: 511 for dan, 475 for laosheng.
        dropout: share of units that are left out: 0.251 for dan, 0.291 for laosheng.

    Returns:
        A model from patches (B, T, F) to probabilities (B, n_outputs).
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Flatten(name="flat")(inputs)  # (B, 400)
    for number in (1, 2):
        x = layers.Dense(units, activation="relu", name=f"dense_{number}")(x)
        x = layers.Dropout(dropout, name=f"dropout_{number}")(x)
    return keras.Model(inputs, layers.Dense(n_outputs, "softmax", name="output")(x), name="phonemes_mlp")


def instruments(input_shape=INSTRUMENT_INPUT, n_outputs: int = INSTRUMENTS) -> keras.Model:
    """Build one layer of low and tall filters for instruments: "single-layer" in the paper.

    Args:
        input_shape: (T, F).
        n_outputs: number of instruments.

    Returns:
        A model from patches (B, T, F) to probabilities (B, n_outputs).
    """
    inputs = layers.Input(input_shape, name="log_mel")
    maps = _low_and_tall(inputs, (max(input_shape[0] // 4, 1), input_shape[1]))
    return keras.Model(inputs, instruments_head(maps, n_outputs), name="instruments")


def instruments_head(maps: list, n_outputs: int):
    """Apply the layers after the filters of `instruments`, (B, 4, 1, C) each."""
    x = layers.Concatenate(name="filters")(maps)  # (B, 4, 1, 448)
    x = layers.Dropout(0.5, name="dropout")(layers.Flatten(name="flat")(x))
    return _output(x, n_outputs)


def instruments_multi(input_shape=INSTRUMENT_INPUT, n_outputs: int = INSTRUMENTS) -> keras.Model:
    """Build two layers of small filters on those of `instruments`: "multi-layer"; the arguments are the same."""
    inputs = layers.Input(input_shape, name="log_mel")
    maps = _low_and_tall(inputs, (input_shape[0] // 4, input_shape[1] // 4))
    return keras.Model(inputs, instruments_multi_head(maps, n_outputs), name="instruments_multi")


def instruments_multi_head(maps: list, n_outputs: int):
    """Apply the layers after the filters of `instruments_multi`, (B, 4, 4, C) each."""
    x = layers.Concatenate(name="filters")(maps)  # (B, 4, 4, 448)
    for number in (2, 3):
        x = layers.Dropout(0.25, name=f"dropout_{number}")(x)
        x = layers.Conv2D(
            128, 3, padding="same", kernel_initializer="he_normal", kernel_regularizer=DECAY, name=f"conv_{number}"
        )(x)
        x = layers.BatchNormalization(name=f"norm_{number}")(x)
        x = layers.MaxPooling2D(2, name=f"pool_{number}")(layers.ELU(name=f"elu_{number}")(x))
    x = layers.Dropout(0.5, name="dropout")(layers.Flatten(name="flat")(x))  # (B, 128)
    x = layers.Dense(256, kernel_initializer="he_normal", kernel_regularizer=DECAY, activation="elu", name="dense")(x)
    return _output(layers.Dropout(0.5, name="dense_dropout")(x), n_outputs)


def instruments_han(input_shape=HAN_INPUT, n_outputs: int = INSTRUMENTS) -> keras.Model:
    """Build eight layers of small filters, the rival for instruments.

    Yoonchang Han, Jaehun Kim & Kyogu Lee, "Deep convolutional neural networks for predominant instrument recognition
    in polyphonic music", IEEE/ACM TASLP 2017, as the paper's repository builds it. The arguments are those of
    `instruments`; the outputs are independent probabilities.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, 43, 128, 1)
    for number, filters in enumerate((32, 64, 128, 256), 1):
        for half in ("a", "b"):
            x = layers.ZeroPadding2D(1, name=f"pad_{number}{half}")(x)
            x = layers.Conv2D(filters, 3, padding="same", name=f"conv_{number}{half}")(x)
            x = layers.LeakyReLU(0.33, name=f"relu_{number}{half}")(x)
        if number < 4:
            x = layers.Dropout(0.25, name=f"dropout_{number}")(layers.MaxPooling2D(3, name=f"pool_{number}")(x))
    x = layers.GlobalMaxPooling2D(name="max")(x)  # (B, 256)
    x = layers.LeakyReLU(0.33, name="dense_relu")(layers.Dense(1024, name="dense")(x))
    x = layers.Dropout(0.5, name="dropout")(x)
    return keras.Model(inputs, layers.Dense(n_outputs, "sigmoid", name="output")(x), name="instruments_han")


def tags(input_shape=TAG_INPUT, n_outputs: int = TAGS, *, times: int = 1) -> keras.Model:
    """Build timbral filters of twelve shapes for tags.

    Args:
        input_shape: (T, F).
        n_outputs: number of tags.
        times: how many times as many filters as in the smallest network.

    Returns:
        A model from patches (B, T, F) to probabilities (B, n_outputs).
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, 187, 128, 1)
    maps = []
    for height, widths in TAG_FILTERS.items():
        for length, filters in zip((1, 3, 5, 7), widths, strict=True):
            name = f"timbral_{length}x{height}"
            y = layers.ZeroPadding2D((length // 2, 0), name=f"{name}_pad")(x)
            y = layers.Conv2D(
                times * filters, (length, height), activation="elu", kernel_initializer="he_uniform",
                kernel_regularizer=DECAY, name=name,
            )(y)  # fmt: skip
            y = layers.MaxPooling2D((4, y.shape[2]), name=f"{name}_pool")(y)  # (B, 46, 1, C)
            maps.append(layers.Reshape((y.shape[1], times * filters), name=f"{name}_maps")(y))
    return keras.Model(inputs, tags_head(maps, n_outputs, times), name="tags")


def tags_head(maps: list, n_outputs: int, times: int):
    """Apply the layers after the filters of `tags`, (B, 46, C) each."""
    he = {"kernel_initializer": "he_uniform", "kernel_regularizer": DECAY, "activation": "elu"}
    x = layers.Concatenate(name="filters")(maps)  # (B, 46, 94)
    x = layers.Conv1D(32 * times, 8, name="conv", **he)(x)  # (B, 39, 32)
    x = layers.Flatten(name="flat")(layers.MaxPooling1D(4, name="pool")(x))  # (B, 288)
    x = layers.Dropout(0.5, name="dropout")(x)
    x = layers.Dense(100, name="dense", **he)(x)
    x = layers.Dropout(0.5, name="dense_dropout")(x)
    return layers.Dense(n_outputs, "sigmoid", kernel_regularizer=DECAY, name="output")(x)


def tags_small(input_shape=TAG_INPUT, n_outputs: int = TAGS) -> keras.Model:
    """Build five layers of small filters, the rival for tags; the arguments are those of `phonemes_small`."""
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, 187, 128, 1)
    stages = [(32, (4, 1)), (32, (1, 4)), (64, (2, 2)), (32, (2, 2)), (16, None)]
    for number, (filters, pool) in enumerate(stages, 1):
        x = layers.Dropout(0.25, name=f"dropout_{number}")(x)
        x = layers.Conv2D(
            filters, 3, use_bias=False, kernel_initializer="he_uniform", kernel_regularizer=DECAY, name=f"conv_{number}"
        )(x)
        x = layers.ELU(name=f"elu_{number}")(layers.BatchNormalization(name=f"norm_{number}")(x))
        x = layers.MaxPooling2D(pool, name=f"pool_{number}")(x) if pool else x
    x = layers.Dropout(0.5, name="dropout")(layers.Flatten(name="flat")(x))  # (B, 448)
    outputs = layers.Dense(n_outputs, "sigmoid", kernel_regularizer=DECAY, name="output")(x)
    return keras.Model(inputs, outputs, name="tags_small")


def _low_and_tall(inputs, pool: tuple[int, int]) -> list:
    """Build filters of 5 and of 80 bands, each 1, 3 or 5 frames long; (B, T / pool, F / pool, C) each."""
    x = layers.Reshape((*inputs.shape[1:], 1), name="channel")(inputs)  # (B, 128, 96, 1)
    maps = []
    for (length, height), filters in LOW_AND_TALL.items():
        name = f"filters_{length}x{height}"
        y = layers.Conv2D(
            filters, (length, height), padding="same", kernel_initializer="he_normal", kernel_regularizer=DECAY,
            name=name,
        )(x)  # fmt: skip
        y = layers.ELU(name=f"{name}_elu")(layers.BatchNormalization(name=f"{name}_norm")(y))
        maps.append(layers.MaxPooling2D(pool, name=f"{name}_pool")(y))
    return maps


def _output(x, n_outputs: int):
    return layers.Dense(n_outputs, "softmax", kernel_initializer="he_normal", kernel_regularizer=DECAY, name="output")(
        x
    )
