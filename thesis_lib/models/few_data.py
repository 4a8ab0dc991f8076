"""Log-mel patches in, probabilities or an embedding out: the networks of chapter VI, small ones for few training data.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 2. The
first layer of each is batch normalisation, which stands in for the normalisation of the input.

Shapes in the margin: B patches, T frames, F mel bands, C feature maps.
"""

from __future__ import annotations

import math

import keras
from keras import layers, ops

from .fast.normed_pool import NormedPool
from .fast.pooled_conv import PooledConv2D
from .fast.thin_conv import ThinConv2D

FRAMES, MELS = 128, 128  # 3.0 s at 44.1 kHz with a hop of 1,024 samples
TALL = 108  # bands of a timbral filter
DECAY = keras.regularizers.L2(5e-4)  # on the kernels: 0.001 times half the sum of their squares, as TensorFlow has it


@keras.saving.register_keras_serializable("thesis_lib")
class ScaledInput(layers.Wrapper):
    """What a convolution makes of a scaled and shifted input, and a bias, computed from the input as it is.

        conv(gamma x + beta) + bias  =  gamma conv(x) + beta conv(1) + bias

    Args:
        layer: a convolution without bias, of one channel or of bands that share one scale and shift.
    """

    def build(self, input_shape) -> None:
        """The layer's own values beside those of the convolution."""
        super().build(input_shape)
        self.gamma = self.add_weight(shape=(), initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=(), initializer="zeros", name="beta")
        self.bias = self.add_weight(shape=(self.layer.filters,), initializer="zeros", name="bias")

    def call(self, inputs):
        """(B, ...) as the convolution takes it, to its maps."""
        kernel = self.layer.kernel
        if self.layer.padding == "valid":
            one = ops.sum(kernel, axis=tuple(range(len(kernel.shape) - 1)))  # the same everywhere
            return self.layer.convolution_op(inputs, self.gamma * kernel) + (self.beta * one + self.bias)
        # less near the edges than inside: a second input, of ones
        inputs = ops.concatenate([inputs, ops.ones_like(inputs)], axis=-1)
        kernel = ops.concatenate([self.gamma * kernel, self.beta * kernel], axis=-2)
        return ops.add(self.layer.convolution_op(inputs, kernel), self.bias)

    def compute_output_shape(self, input_shape):
        """That of the convolution."""
        return self.layer.compute_output_shape(input_shape)


def sb_cnn(input_shape=(FRAMES, MELS), n_outputs: int = 10, *, precision: str = "float32") -> keras.Model:
    """Three layers of 5x5 filters and two dense ones, a strong CNN for urban sounds (Salamon & Bello, 2017).

    Args:
        input_shape: (T, F).
        n_outputs: classes.
        precision: Keras' dtype policy of the wide convolutions; `models.precision` tells which is fast.
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
    """Five layers of 3x3 filters, as in computer vision; no knowledge of sound.

    Args:
        input_shape: (T, F).
        n_outputs: classes.
        width: filters of each layer.
        precision: of the wide convolutions, as for `sb_cnn`.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1))(inputs)  # (B, T, F, 1)
    x = _first(layers.Conv2D(width, 3, padding="same", use_bias=False, kernel_regularizer=DECAY), x)
    x = layers.Dropout(0.5)(_vgg(layers.Activation("elu")(x), width, decay=DECAY, precision=precision))
    return keras.Model(inputs, _softmax(x, n_outputs), name="few_vgg")


def timbre(input_shape=(FRAMES, MELS), n_outputs: int = 10) -> keras.Model:
    """One tall filter a class, 7 frames x 108 bands, and the maximum over where it is heard: timbre, and little else.

    Filters after Pons et al., EUSIPCO 2017. The smallest network of the chapter.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1))(inputs)  # (B, T, F, 1)
    x = layers.BatchNormalization(center=False, scale=False, name="input_norm")(x)[..., 0]
    frames, places = input_shape[0], input_shape[1] - TALL + 1
    # one filter at one height after the other, bands as channels: the same as two dimensions, several times as fast
    x = ops.stack([x[:, :, low : low + TALL] for low in range(places)], axis=1)  # (B, places, T, 108)
    x = ops.reshape(x, (-1, frames, TALL))
    limit = math.sqrt(6 / (7 * TALL * (1 + n_outputs)))  # Glorot's for the filter as an image
    first = keras.initializers.RandomUniform(-limit, limit)
    conv = layers.Conv1D(n_outputs, 7, use_bias=False, kernel_initializer=first, kernel_regularizer=DECAY)
    x = ScaledInput(conv, name="timbre")(x)
    x = ops.max(ops.reshape(x, (-1, places * (frames - 6), n_outputs)), axis=1)  # (B, n_outputs)
    return keras.Model(inputs, layers.Softmax(name="output")(x), name="few_timbre")


def prototypical(
    input_shape=(FRAMES, MELS), n_outputs: int = 10, *, width: int = 128, precision: str = "float32"
) -> keras.Model:
    """The embedding of prototypical networks (Snell et al., NIPS 2017): a wide VGG with a linear output.

    Args:
        input_shape: (T, F).
        n_outputs: dimensions of the embedding; ten in the paper.
        width: filters of each layer.
        precision: of the wide convolutions, as for `sb_cnn`.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    # As in the original code, the input is normalised by frame here, where the other networks have one value for all,
    # and the kernels do not decay.
    x = layers.BatchNormalization(axis=1, name="input_norm")(layers.Reshape((*input_shape, 1))(inputs))
    x = ThinConv2D(width, 3, padding="same", activation="elu", name="conv_1")(x)
    x = layers.Dropout(0.5)(_vgg(x, width, precision=precision))
    return keras.Model(inputs, layers.Dense(n_outputs, name="embedding")(x), name="prototypical")


def _first(conv: layers.Layer, x):
    """The input's normalisation and the first convolution."""
    x = layers.BatchNormalization(center=False, scale=False, name="input_norm")(x)
    return ScaledInput(conv, name="conv_1")(x)


def _vgg(x, width: int, *, decay=None, precision: str = "float32"):
    """Maps of the first convolution to what the last pool leaves: (B, T, F, C) -> (B, T/32 * F/32 * C)."""
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
