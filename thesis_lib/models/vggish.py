"""Build VGGish, a network pretrained on the sounds of videos, from which chapter VI transfers.

Hershey et al., "CNN architectures for large-scale audio classification", ICASSP 2017; released with AudioSet.
"""

from __future__ import annotations

import keras
from keras import layers

from ..audio.vggish import FRAMES, MELS
from . import settings  # noqa: F401  configures Keras

WIDTHS = ((64,), (128,), (256, 256), (512, 512))  # filters of the convolutions before each pool
DENSE = (4096, 4096)


def vggish(input_shape=(FRAMES, MELS), n_outputs: int = 128) -> keras.Model:
    """Build six convolutions in four stages, two dense layers and a linear one, which is the embedding.

    Args:
        input_shape: (T, F) of log(mel magnitude + 0.01), the output of `audio.vggish.patches`; multiples of 16.
        n_outputs: dimensions of the embedding.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(inputs)  # (B, T, F, 1)
    for stage, widths in enumerate(WIDTHS, start=1):
        for number, width in enumerate(widths, start=1):
            name = f"conv{stage}" if len(widths) == 1 else f"conv{stage}_{number}"
            x = layers.Conv2D(width, 3, padding="same", activation="relu", name=name)(x)
        x = layers.MaxPooling2D(2, name=f"pool{stage}")(x)
    x = layers.Flatten(name="flat")(x)  # (B, 6 * 4 * 512)
    for number, width in enumerate(DENSE, start=1):
        x = layers.Dense(width, activation="relu", name=f"fc1_{number}")(x)
    return keras.Model(inputs, layers.Dense(n_outputs, name="embedding")(x), name="vggish")
