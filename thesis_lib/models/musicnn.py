"""Build musicnn and its VGG, the system that the thesis released.

Jordi Pons & Xavier Serra, "musicnn: pre-trained convolutional neural networks for music audio tagging", ISMIR 2019
late-breaking demo; the front-end is that of "End-to-end learning for music audio tagging at scale" (ISMIR 2018).
Layers have the names under which the package returns their values: `timbral`, `temporal`, `cnn1` to `cnn3`,
`mean_pool`, `max_pool`, `penultimate`; `pool1` to `pool5`; `taggram`.

New weights are drawn as in the training code (`musicnn-training`, 2019): by He in the mid-end, the back-end and the
whole VGG, by Glorot in the front-end. The package, which only restores trained weights, names no initialiser.

Shapes in the margin: B patches, T frames, F mel bands, C feature maps.
"""

from __future__ import annotations

import keras
from keras import layers

from . import settings  # noqa: F401  configures Keras

FRAMES, MELS = 187, 96  # 3 s at 16 kHz with a hop of 256 samples
TIMBRAL, TEMPORAL = 204, 51  # filters per timbral and per temporal shape: 1.6 x 128 and 1.6 x 32, rounded down
HEIGHTS = (0.4, 0.7)  # of the timbral filters, as shares of the bands
LENGTHS = (128, 64, 32)  # of the temporal filters, in frames
# He's truncated normal by fan-in. Deviation: the original's standard deviation, sqrt(2.6 / n) before truncation, is 0.3
# % larger.
HE = "he_normal"


def musicnn(
    input_shape=(FRAMES, MELS), n_outputs: int = 50, *, mid_width: int = 64, dense_width: int = 200
) -> keras.Model:
    """Build timbral and temporal filters of many shapes, three residual layers over time, and pooling over the patch.

    Args:
        input_shape: (T, F) of log10(10000 x + 1) of the mel power.
        n_outputs: number of tags.
        mid_width: number of filters per layer of the mid-end; 512 in MSD_musicnn_big.
        dense_width: number of units of the penultimate layer; 500 in MSD_musicnn_big.

    Returns:
        A model from patches (B, T, F) to probabilities (B, n_outputs).
    """
    inputs = layers.Input(input_shape, name="log_mel")
    maps = mid_end(front_end(inputs), mid_width)
    pooled = global_pools(layers.Concatenate(name="mid_end")(maps))  # of (B, T, 753)
    return keras.Model(inputs, back_end(pooled, n_outputs, dense_width), name="musicnn")


def front_end(
    inputs: keras.KerasTensor, *, timbral: int = TIMBRAL, heights=HEIGHTS, lengths=LENGTHS
) -> keras.KerasTensor:
    """Apply filters of several shapes and their maximum over frequency: (B, T, F) -> (B, T, 561)."""
    mels = inputs.shape[2]
    x = layers.Reshape((*inputs.shape[1:], 1), name="channel")(inputs)  # (B, T, F, 1)
    x = layers.BatchNormalization(name="input_norm")(x)  # one mean and one standard deviation for all bands
    padded = layers.ZeroPadding2D((3, 0), name="timbral_pad")(x)  # (B, T+6, F, 1)
    maps = [
        _branch(padded, timbral, (7, int(height * mels)), "valid", f"timbral_{number}")
        for number, height in enumerate(heights, start=1)
    ]
    if not lengths:
        return maps[0]
    temporal = [_branch(x, TEMPORAL, (length, 1), "same", f"temporal_{length}") for length in lengths]
    maps = layers.Concatenate(name="timbral")(maps)  # (B, T, 408)
    temporal = layers.Concatenate(name="temporal")(temporal)  # (B, T, 153)
    return layers.Concatenate(name="front_end")([maps, temporal])


def mid_end(x: keras.KerasTensor, width: int = 64, *, norms: bool = True) -> list[keras.KerasTensor]:
    """Apply three layers over time, the last two residual, and return their feature maps and the input's, (B, T, C)
    each.

    Args:
        x: feature maps of the front-end, (B, T, C).
        width: number of filters per layer.
        norms: whether the second and third layer are normalised, as in the released weights. The last version of the
            training code creates these two normalisations but does not use them.
    """
    maps = [x]
    for number in (1, 2, 3):
        x = layers.ZeroPadding1D(3, name=f"mid_pad_{number}")(x)
        x = layers.Conv1D(width, 7, activation="relu", kernel_initializer=HE, name=f"mid_conv_{number}")(
            x
        )  # (B, T, 64)
        if number == 1 or norms:
            x = layers.BatchNormalization(name=f"mid_norm_{number}" if number > 1 else "cnn1")(x)
        x = x if number == 1 else layers.Add(name=f"cnn{number}")([x, maps[-1]])
        maps.append(x)
    return maps


def global_pools(x: keras.KerasTensor) -> keras.KerasTensor:
    """Pool maximum and mean over time, interleaved per map as in the package: (B, T, C) -> (B, 2C).

    The training code puts all maxima before all means. The layers that follow treat each input alike, so the two orders
    give the same function with permuted weights.
    """
    largest, mean = layers.GlobalMaxPooling1D(name="max_pool")(x), layers.GlobalAveragePooling1D(name="mean_pool")(x)
    columns = [
        layers.Reshape((x.shape[2], 1), name=f"{kind}_column")(pool)  # (B, C, 1)
        for kind, pool in (("max", largest), ("mean", mean))
    ]
    return layers.Flatten(name="pools")(layers.Concatenate(axis=2, name="pool_pairs")(columns))


def back_end(x: keras.KerasTensor, n_outputs: int, dense_width: int = 200) -> keras.KerasTensor:
    """Apply the dense layers: (B, D) -> probabilities (B, n_outputs)."""
    x = layers.BatchNormalization(name="pool_norm")(x)
    x = layers.Dropout(0.5, name="pool_dropout")(x)
    x = layers.Dense(dense_width, activation="relu", kernel_initializer=HE, name="dense")(x)
    x = layers.BatchNormalization(name="penultimate")(x)
    x = layers.Dropout(0.5, name="dense_dropout")(x)
    return layers.Dense(n_outputs, activation="sigmoid", kernel_initializer=HE, name="taggram")(x)


def _branch(x: keras.KerasTensor, filters: int, shape: tuple[int, int], padding: str, name: str) -> keras.KerasTensor:
    """Apply convolution, ReLU and batch normalisation, in this order, and the maximum over the remaining bands."""
    x = layers.Conv2D(filters, shape, padding=padding, activation="relu", name=f"{name}_conv")(x)
    x = layers.BatchNormalization(name=f"{name}_norm")(x)
    x = layers.MaxPooling2D((1, x.shape[2]), name=f"{name}_max")(x)  # (B, T, 1, C)
    return layers.Reshape((x.shape[1], x.shape[3]), name=name)(x)


def vgg(input_shape=(FRAMES, MELS), n_outputs: int = 50, *, width: int = 128) -> keras.Model:
    """Build five layers of 3 x 3 filters, the package's model without musical knowledge.

    Args:
        input_shape: (T, F) of log10(10000 x + 1) of the mel power; the published weights need (187, 96).
        n_outputs: number of tags.
        width: number of filters per layer.

    Returns:
        A model from patches (B, T, F) to probabilities (B, n_outputs).
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, T, F, 1)
    x = layers.BatchNormalization(name="input_norm")(x)
    # As in the original, the first pool covers time only, with a stride of two bands.
    pools = [((4, 1), (2, 2)), *[((2, 2), (2, 2))] * 3, ((4, 4), (4, 4))]
    for number, (window, stride) in enumerate(pools, start=1):
        if number > 1:
            x = layers.Dropout(0.25, name=f"dropout_{number}")(x)
        x = layers.Conv2D(width, 3, padding="same", activation="relu", kernel_initializer=HE, name=f"conv_{number}")(x)
        x = layers.BatchNormalization(name=f"norm_{number}")(x)
        x = layers.MaxPooling2D(window, stride, name=f"pool{number}")(x)  # 92x48, 46x24, 23x12, 11x6, 2x1
    x = layers.Dropout(0.5, name="pool_dropout")(layers.Flatten(name="pools")(x))  # (B, 256)
    outputs = layers.Dense(n_outputs, activation="sigmoid", kernel_initializer=HE, name="taggram")(x)
    return keras.Model(inputs, outputs, name="vgg")
