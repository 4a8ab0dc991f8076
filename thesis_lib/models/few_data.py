"""Build the networks of chapter VI.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 2. The
first layer of each network is batch normalisation, which normalises the input. `fast/few_data.py` has faster forms of
the same functions.

Shapes in the margin: B patches, T frames, F mel bands, C feature maps.
"""

from __future__ import annotations

import keras
from keras import layers

from . import settings  # noqa: F401  configures Keras

FRAMES, MELS = 128, 128  # 3.0 s at 44.1 kHz with a hop of 1,024 samples
TALL = 108  # bands of a timbral filter
DECAY = keras.regularizers.L2(5e-4)  # 0.001 times half the sum of squares, as in TensorFlow; on kernels only


def sb_cnn(input_shape=(FRAMES, MELS), n_outputs: int = 10) -> keras.Model:
    """Build three layers of 5x5 filters and two dense layers, a strong CNN for urban sounds.

    Section 2.1, after Salamon & Bello, "Deep convolutional neural networks and data augmentation for environmental
    sound classification", IEEE Signal Processing Letters 2017.

    Args:
        input_shape: (T, F).
        n_outputs: number of classes.

    Returns:
        A model from patches (B, T, F) to probabilities (B, n_outputs).
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, 128, 128, 1)
    x = layers.BatchNormalization(name="input_norm")(x)
    x = layers.Conv2D(24, 5, activation="relu", kernel_regularizer=DECAY, name="conv_1")(x)  # (B, 124, 124, 24)
    x = layers.MaxPooling2D((4, 2), name="pool_1")(x)  # (B, 31, 62, 24)
    x = layers.Conv2D(48, 5, activation="relu", kernel_regularizer=DECAY, name="conv_2")(x)  # (B, 27, 58, 48)
    x = layers.MaxPooling2D((4, 2), name="pool_2")(x)  # (B, 6, 29, 48)
    x = layers.Conv2D(48, 5, activation="relu", kernel_regularizer=DECAY, name="conv_3")(x)  # (B, 2, 25, 48)
    x = layers.Dropout(0.5, name="dropout_1")(layers.Flatten(name="flat")(x))  # (B, 2400)
    x = layers.Dense(64, activation="relu", kernel_regularizer=DECAY, name="dense")(x)
    x = layers.Dropout(0.5, name="dropout_2")(x)
    outputs = layers.Dense(n_outputs, "softmax", kernel_regularizer=DECAY, name="output")(x)
    return keras.Model(inputs, outputs, name="sb_cnn")


def vgg(input_shape=(FRAMES, MELS), n_outputs: int = 10, *, width: int = 32) -> keras.Model:
    """Build five layers of 3x3 filters as in computer vision, without knowledge of sound.

    Section 2.1.

    Args:
        input_shape: (T, F).
        n_outputs: number of classes.
        width: number of filters per layer.

    Returns:
        A model from patches (B, T, F) to probabilities (B, n_outputs).
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, 128, 128, 1)
    x = layers.BatchNormalization(name="input_norm")(x)
    for number in range(1, 6):
        conv = layers.Conv2D(
            width, 3, padding="same", activation="elu", kernel_regularizer=DECAY, name=f"conv_{number}"
        )
        x = layers.BatchNormalization(name=f"norm_{number}")(conv(x))
        x = layers.MaxPooling2D(2, name=f"pool_{number}")(x)  # halved in time and frequency, down to (B, 4, 4, C)
    x = layers.Dropout(0.5, name="dropout")(layers.Flatten(name="flat")(x))  # (B, 512)
    outputs = layers.Dense(n_outputs, "softmax", kernel_regularizer=DECAY, name="output")(x)
    return keras.Model(inputs, outputs, name="few_vgg")


def timbre(input_shape=(FRAMES, MELS), n_outputs: int = 10) -> keras.Model:
    """Build one tall filter per class, 7 frames x 108 bands, and its maximum over time and frequency.

    Section 2.1, with the filters of Pons et al., "Timbre analysis of music audio signals with convolutional neural
    networks", EUSIPCO 2017. This is the smallest network of the chapter.

    Args:
        input_shape: (T, F).
        n_outputs: number of classes.

    Returns:
        A model from patches (B, T, F) to probabilities (B, n_outputs).
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, 128, 128, 1)
    x = layers.BatchNormalization(name="input_norm")(x)
    x = layers.Conv2D(n_outputs, (7, TALL), kernel_regularizer=DECAY, name="timbre")(x)  # (B, 122, 21, n_outputs)
    x = layers.GlobalMaxPooling2D(name="max")(x)  # (B, n_outputs)
    return keras.Model(inputs, layers.Softmax(name="output")(x), name="few_timbre")


def prototypical(input_shape=(FRAMES, MELS), n_outputs: int = 10, *, width: int = 128) -> keras.Model:
    """Build the embedding of prototypical networks, a wide VGG with a linear output.

    Section 2.2, after Snell, Swersky & Zemel, "Prototypical networks for few-shot learning", NIPS 2017.

    Args:
        input_shape: (T, F).
        n_outputs: dimensions of the embedding; ten in the paper.
        width: number of filters per layer.

    Returns:
        A model from patches (B, T, F) to embeddings (B, n_outputs).
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, 128, 128, 1)
    # As in the original code, each frame has its own normalisation, and the kernels do not decay.
    x = layers.BatchNormalization(axis=1, name="input_norm")(x)
    for number in range(1, 6):
        x = layers.Conv2D(width, 3, padding="same", activation="elu", name=f"conv_{number}")(x)
        x = layers.BatchNormalization(name=f"norm_{number}")(x)
        x = layers.MaxPooling2D(2, name=f"pool_{number}")(x)  # halved in time and frequency, down to (B, 4, 4, C)
    x = layers.Dropout(0.5, name="dropout")(layers.Flatten(name="flat")(x))  # (B, 16 C)
    return keras.Model(inputs, layers.Dense(n_outputs, name="embedding")(x), name="prototypical")
