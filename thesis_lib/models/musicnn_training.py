"""Build the models that musicnn was selected from.

Jordi Pons, the repository `musicnn-training` (2019): three baselines, and the thesis's front-end with five ways to pool
time. Its VGGs are `musicnn.vgg` with widths 32 and 128; its scores are in `data/paper/results.csv`. `dense` was
released as musicnn, with two more normalisations, as the released weights show (`musicnn.mid_end`).

New weights are drawn as in the original: by He in the baselines, in the mid-end and in the back-end including its
attention, by Glorot in the thesis's front-end and in the recurrent layers, whose recurrent kernels are orthogonal.

Shapes in the margin: B patches, T frames, F mel bands, C feature maps.
"""

from __future__ import annotations

import keras
import numpy as np
from keras import layers, ops

from . import settings  # noqa: F401  configures Keras
from .musicnn import FRAMES, HE, MELS, back_end, front_end, global_pools, mid_end

ATTENTIVE = 576  # filters of the only timbral shape, 7 x 38, of attention and autopool: 4.5 x 128
LSTM_UNITS = 512
# Timbre CNN: number of filters of 7, 5, 3 and 1 frames, for heights of 80, 60 and 20 % of the bands.
TIMBRE = {0.8: (3, 3, 6, 10), 0.6: (5, 5, 10, 15), 0.2: (5, 5, 10, 15)}


def dieleman(input_shape=(FRAMES, MELS), n_outputs: int = 50) -> keras.Model:
    """Build two layers over time, the first as high as the spectrogram (Dieleman & Schrauwen, ICASSP 2014).

    Args:
        input_shape: (T, F) of log10(10000 x + 1) of the mel power.
        n_outputs: number of tags.

    Returns:
        A model from patches (B, T, F) to probabilities (B, n_outputs).
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, T, F, 1)
    x = layers.BatchNormalization(name="input_norm")(x)
    x = layers.Conv2D(32, (8, input_shape[1]), activation="relu", kernel_initializer=HE, name="front_end")(
        x
    )  # (B, T-7, 1, 32)
    x = layers.Reshape((x.shape[1], x.shape[3]), name="maps")(x)
    x = layers.MaxPooling1D(4, name="front_end_max")(x)
    return keras.Model(inputs, _dieleman_back_end(x, n_outputs), name="dieleman")


def timbre(input_shape=(FRAMES, MELS), n_outputs: int = 50) -> keras.Model:
    """Build timbral filters of twelve shapes (Pons et al., EUSIPCO 2017) and the back-end of `dieleman`."""
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)
    x = layers.BatchNormalization(name="input_norm")(x)
    maps = []
    for share, widths in TIMBRE.items():
        height = int(share * input_shape[1])
        for frames, filters in zip((7, 5, 3, 1), widths, strict=True):
            name = f"timbral_{frames}x{height}"
            y = layers.ZeroPadding2D((frames // 2, 0), name=f"{name}_pad")(x)
            y = layers.Conv2D(filters, (frames, height), activation="relu", kernel_initializer=HE, name=f"{name}_conv")(
                y
            )
            y = layers.BatchNormalization(name=f"{name}_norm")(y)
            y = layers.MaxPooling2D((1, y.shape[2]), name=f"{name}_max")(y)  # (B, T, 1, C)
            maps.append(layers.Reshape((y.shape[1], filters), name=name)(y))
    x = layers.Concatenate(name="front_end")(maps)  # (B, T, 92)
    return keras.Model(inputs, _dieleman_back_end(x, n_outputs), name="timbre")


def residual(input_shape=(FRAMES, MELS), n_outputs: int = 50) -> keras.Model:
    """Pool maximum and mean over time of the last residual layer only; the arguments are those of `dieleman`."""
    inputs = layers.Input(input_shape, name="log_mel")
    pooled = global_pools(mid_end(front_end(inputs), norms=False)[-1])  # of (B, T, 64)
    return keras.Model(inputs, back_end(pooled, n_outputs), name="residual")


def dense(input_shape=(FRAMES, MELS), n_outputs: int = 50) -> keras.Model:
    """Pool maximum and mean over time of all layers, as in musicnn; the arguments are those of `dieleman`."""
    inputs = layers.Input(input_shape, name="log_mel")
    maps = layers.Concatenate(name="mid_end")(mid_end(front_end(inputs), norms=False))  # (B, T, 753)
    return keras.Model(inputs, back_end(global_pools(maps), n_outputs), name="dense")


def attention(input_shape=(FRAMES, MELS), n_outputs: int = 50) -> keras.Model:
    """Weight each map over time by a softmax of a convolution; the arguments are those of `dieleman`.

    Sines and cosines encode the positions of the frames (Vaswani et al., "Attention is all you need", NeurIPS 2017,
    section 3.5), computed as in the original with one frequency per map.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    maps = _timbral_maps(inputs)  # (B, T, 768)
    maps = ops.add(maps, positions(maps.shape[1], maps.shape[2]))
    weights = layers.Conv1D(maps.shape[2], 3, padding="same", kernel_initializer=HE, name="attention")(maps)
    weights = layers.Softmax(axis=1, name="attention_weights")(weights)  # over time
    x = ops.sum(weights * maps, axis=1)  # (B, 768)
    return keras.Model(inputs, back_end(x, n_outputs), name="attention")


def autopool(input_shape=(FRAMES, MELS), n_outputs: int = 50) -> keras.Model:
    """Pool all maps between mean and maximum by one learnt number; the arguments are those of `dieleman`."""
    inputs = layers.Input(input_shape, name="log_mel")
    x = AutoPool1D(name="autopool")(_timbral_maps(inputs))  # (B, 768)
    return keras.Model(inputs, back_end(x, n_outputs), name="autopool")


def recurrent(input_shape=(FRAMES, MELS), n_outputs: int = 50) -> keras.Model:
    """Build two recurrent layers on the last residual layer; the arguments are those of `dieleman`."""
    inputs = layers.Input(input_shape, name="log_mel")
    x = mid_end(front_end(inputs), norms=False)[-1]  # (B, T, 64)
    # Deviation: the original's LSTM has two biases per gate, of which only the sum matters: 4,096 parameters more.
    x = layers.LSTM(LSTM_UNITS, return_sequences=True, name="lstm_1")(x)
    x = layers.LSTM(LSTM_UNITS, name="lstm_2")(x)  # (B, 512)
    return keras.Model(inputs, back_end(x, n_outputs), name="recurrent")


def positions(frames: int, maps: int) -> np.ndarray:
    """Return sines (even maps) and cosines (odd maps) of the frames' positions, float32 (1, T, C)."""
    angles = np.arange(frames)[:, None] / 10_000 ** (2 * np.arange(maps) / maps)
    return np.where(np.arange(maps) % 2, np.cos(angles), np.sin(angles)).astype(np.float32)[None]


@keras.saving.register_keras_serializable("thesis_lib")
class AutoPool1D(layers.Layer):
    """Mean of each map over time, weighted by a softmax with a learnt sharpness: (B, T, C) -> (B, C).

    The initial sharpness of 0 gives the mean; a larger one approaches the maximum (McFee, Salamon & Bello, "Adaptive
    pooling operators for weakly labeled sound event detection", IEEE/ACM TASLP 2018, section III). As in musicnn's
    training code, all maps share one sharpness; the paper learns one per class.
    """

    def build(self, input_shape: tuple) -> None:
        """Create the sharpness, one number."""
        self.sharpness = self.add_weight(shape=(), initializer="zeros", name="sharpness")

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Compute (B, T, C) -> (B, C)."""
        return ops.sum(x * ops.softmax(self.sharpness * x, axis=1), axis=1)


def _timbral_maps(inputs: keras.KerasTensor) -> keras.KerasTensor:
    """Return all maps of the mid-end on filters of one timbral shape: (B, T, F) -> (B, T, 768)."""
    maps = mid_end(front_end(inputs, timbral=ATTENTIVE, heights=(0.4,), lengths=()), norms=False)
    return layers.Concatenate(name="mid_end")(maps)


def _dieleman_back_end(x: keras.KerasTensor, n_outputs: int) -> keras.KerasTensor:
    """Apply the dense layers of `dieleman`: (B, T, C) -> (B, n_outputs)."""
    x = layers.Conv1D(32, 8, activation="relu", kernel_initializer=HE, name="back_end")(x)
    x = layers.MaxPooling1D(4, name="back_end_max")(x)
    x = layers.Flatten(name="flat")(x)
    x = layers.Dense(100, activation="relu", kernel_initializer=HE, name="penultimate")(x)  # (B, 100)
    return layers.Dense(n_outputs, activation="sigmoid", kernel_initializer=HE, name="taggram")(x)
