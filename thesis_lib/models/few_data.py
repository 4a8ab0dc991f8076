"""Log-mel patches in, probabilities or an embedding out: the networks of chapter VI, small ones for few training data.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 2. The
first layer of each is batch normalisation, which stands in for the normalisation of the input.

Shapes in the margin: B patches, T frames, F mel bands, C feature maps.
"""

from __future__ import annotations

import keras
from keras import layers

FRAMES, MELS = 128, 128  # 3.0 s at 44.1 kHz with a hop of 1,024 samples
DECAY = keras.regularizers.L2(1e-3)  # on the kernels


def sb_cnn(input_shape=(FRAMES, MELS), n_outputs: int = 10) -> keras.Model:
    """Three layers of 5x5 filters and two dense ones, a strong CNN for urban sounds (Salamon & Bello, 2017)."""
    x = inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1))(x)  # (B, T, F, 1)
    x = layers.BatchNormalization(name="input_norm")(x)
    for number, (filters, pool) in enumerate([(24, (4, 2)), (48, (4, 2)), (48, None)], start=1):
        x = layers.Conv2D(filters, 5, activation="relu", kernel_regularizer=DECAY, name=f"conv_{number}")(x)
        x = layers.MaxPooling2D(pool, name=f"pool_{number}")(x) if pool else x
    x = layers.Dropout(0.5)(layers.Flatten()(x))  # (B, 2400)
    x = layers.Dropout(0.5)(layers.Dense(64, activation="relu", kernel_regularizer=DECAY, name="dense")(x))
    return keras.Model(inputs, _softmax(x, n_outputs), name="sb_cnn")


def vgg(input_shape=(FRAMES, MELS), n_outputs: int = 10, *, width: int = 32) -> keras.Model:
    """Five layers of 3x3 filters, as in computer vision; no knowledge of sound.

    Args:
        input_shape: (T, F).
        n_outputs: classes.
        width: filters of each layer.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.BatchNormalization(name="input_norm")(layers.Reshape((*input_shape, 1))(inputs))  # (B, T, F, 1)
    x = layers.Dropout(0.5)(_vgg(x, width))
    return keras.Model(inputs, _softmax(x, n_outputs), name="few_vgg")


def timbre(input_shape=(FRAMES, MELS), n_outputs: int = 10) -> keras.Model:
    """One tall filter a class, 7 frames x 108 bands, and the maximum over where it is heard: timbre, and little else.

    Filters after Pons et al., EUSIPCO 2017. The smallest network of the chapter.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.BatchNormalization(name="input_norm")(layers.Reshape((*input_shape, 1))(inputs))  # (B, T, F, 1)
    x = layers.Conv2D(n_outputs, (7, 108), kernel_regularizer=DECAY, name="timbre")(x)  # (B, T-6, F-107, n_outputs)
    return keras.Model(inputs, layers.Softmax(name="output")(layers.GlobalMaxPooling2D()(x)), name="few_timbre")


def prototypical(input_shape=(FRAMES, MELS), n_outputs: int = 10, *, width: int = 128) -> keras.Model:
    """The embedding of prototypical networks (Snell et al., NIPS 2017): a wide VGG with a linear output.

    Args:
        input_shape: (T, F).
        n_outputs: dimensions of the embedding; ten in the paper.
        width: filters of each layer.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    # As in the original code, the input is normalised by frame here, where the other networks have one value for all.
    x = layers.BatchNormalization(axis=1, name="input_norm")(layers.Reshape((*input_shape, 1))(inputs))
    return keras.Model(inputs, layers.Dense(n_outputs, name="embedding")(_vgg(x, width)), name="prototypical")


def _vgg(x, width: int):
    """(B, T, F, 1) -> (B, T/32 * F/32 * C)."""
    for number in range(1, 6):
        x = layers.Conv2D(
            width, 3, padding="same", activation="elu", kernel_regularizer=DECAY, name=f"conv_{number}"
        )(x)  # fmt: skip
        x = layers.MaxPooling2D(2, name=f"pool_{number}")(layers.BatchNormalization(name=f"norm_{number}")(x))
    return layers.Flatten()(x)


def _softmax(x, n_outputs: int):
    return layers.Dense(n_outputs, "softmax", kernel_regularizer=DECAY, name="output")(x)
