"""Build the first musically motivated CNNs: filters as long as a rhythm or as high as a spectrum.

Jordi Pons, Thomas Lidy & Xavier Serra, "Experimenting with musically motivated convolutional neural networks",
CBMI 2016, sections 3 and 4. All have one layer of 32 filters and one pool. The layers are those of the original code
(`buildArchitecture.py`), which has the frequency axis first.

Shapes in the margin: B patches, T frames, F mel bands, C feature maps.
"""

from __future__ import annotations

import keras
from keras import layers

from . import settings  # noqa: F401  configures Keras

FRAMES, MELS = 80, 40  # 1.9 s at 44.1 kHz with a hop of 1,024 samples
FILTERS, UNITS = 32, 200


def black_box(input_shape=(FRAMES, MELS), n_outputs: int = 8, *, length: int = 8) -> keras.Model:
    """Build filters of 12 bands, for nothing in particular, and a dense layer.

    Args:
        input_shape: (T, F).
        n_outputs: number of classes.
        length: of the filters in frames.

    Returns:
        A model from patches (B, T, F) to probabilities (B, n_outputs).
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, 80, 40, 1)
    x = layers.Conv2D(FILTERS, (length, 12), activation="relu", name="filters")(x)  # (B, 73, 29, 32)
    x = layers.MaxPooling2D((1, 4), name="pool")(x)  # (B, 73, 7, 32)
    return keras.Model(inputs, _dense(layers.Flatten(name="flat")(x), n_outputs), name="black_box")


def time(input_shape=(FRAMES, MELS), n_outputs: int = 8, *, length: int = 60) -> keras.Model:
    """Build horizontal filters of one band, which learn rhythm, and the maximum over all bands.

    The arguments and the result are those of `black_box`.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Flatten(name="flat")(_time(inputs, length))  # (B, 21 x 32)
    return keras.Model(inputs, _softmax(x, n_outputs), name="time")


def frequency(input_shape=(FRAMES, MELS), n_outputs: int = 8, *, height: int = 32) -> keras.Model:
    """Build vertical filters of one frame, which learn timbre, and the maximum over all frames.

    Args:
        input_shape: (T, F).
        n_outputs: number of classes.
        height: of the filters in bands. Filters lower than the spectrogram can move in pitch.

    Returns:
        A model from patches (B, T, F) to probabilities (B, n_outputs).
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Flatten(name="flat")(_frequency(inputs, height))  # (B, 9 x 32)
    return keras.Model(inputs, _softmax(x, n_outputs), name="frequency")


def time_frequency(
    input_shape=(FRAMES, MELS), n_outputs: int = 8, *, length: int = 60, height: int = 32
) -> keras.Model:
    """Build the filters of `time` and of `frequency` in parallel, and a dense layer on both.

    The arguments and the result are those of `time` and `frequency`; `start_from` gives it their trained filters.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    maps = [
        layers.Reshape((-1, FILTERS), name=f"{name}_maps")(branch)
        for name, branch in (("time", _time(inputs, length)), ("frequency", _frequency(inputs, height)))
    ]
    x = layers.Concatenate(axis=1, name="maps")(maps)  # (B, 21 + 9, 32)
    return keras.Model(inputs, _dense(layers.Flatten(name="flat")(x), n_outputs), name="time_frequency")


def start_from(both: keras.Model, *trained: keras.Model) -> None:
    """Give a time-frequency network the filters of trained networks, as in the paper's "Time-FrequencyInit".

    Args:
        both: a network of `time_frequency`.
        *trained: networks of `time` and of `frequency`, trained on the same fold.
    """
    for model in trained:
        both.get_layer(f"{model.name}_filters").set_weights(model.get_layer(f"{model.name}_filters").get_weights())


def _time(inputs, length: int):
    x = layers.Reshape((*inputs.shape[1:], 1), name="time_channel")(inputs)  # (B, 80, 40, 1)
    x = layers.Conv2D(FILTERS, (length, 1), activation="relu", name="time_filters")(x)  # (B, 21, 40, 32)
    return layers.MaxPooling2D((1, x.shape[2]), name="time_pool")(x)  # (B, 21, 1, 32)


def _frequency(inputs, height: int):
    x = layers.Reshape((*inputs.shape[1:], 1), name="frequency_channel")(inputs)  # (B, 80, 40, 1)
    x = layers.Conv2D(FILTERS, (1, height), activation="relu", name="frequency_filters")(x)  # (B, 80, 9, 32)
    return layers.MaxPooling2D((x.shape[1], 1), name="frequency_pool")(x)  # (B, 1, 9, 32)


def _dense(x, n_outputs: int):
    x = layers.Dropout(0.5, name="dropout")(x)
    return _softmax(layers.Dense(UNITS, activation="relu", name="dense")(x), n_outputs)


def _softmax(x, n_outputs: int):
    return layers.Dense(n_outputs, "softmax", name="output")(layers.Dropout(0.5, name="output_dropout")(x))
