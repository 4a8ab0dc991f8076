"""Apply bias and activation after max pooling, with the same result.

A bias that is equal at every position and a non-decreasing activation do not change which value is the largest, so both
can be applied to the pooled values only.
"""

from __future__ import annotations

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("thesis_lib")
class PooledConv2D(layers.Conv2D):
    """Convolution and max pooling: (B, T, F, C) -> (B, T' // pool[0], F' // pool[1], C').

    Args:
        *args: arguments of `Conv2D`; the activation must be non-decreasing.
        pool: size of the pool in time and frequency.
        **kwargs: keyword arguments of `Conv2D`.
    """

    def __init__(self, *args: object, pool: tuple[int, int], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.pool = tuple(pool)

    def convolution_op(self, inputs, kernel):
        """Convolve and pool; `call` then adds the bias."""
        return ops.max_pool(super().convolution_op(inputs, kernel), self.pool, strides=self.pool)

    def compute_output_shape(self, input_shape):
        """Return the shape of the convolution divided by the pool."""
        batch, frames, bands, channels = super().compute_output_shape(input_shape)
        return (batch, frames // self.pool[0], bands // self.pool[1], channels)

    def get_config(self) -> dict:
        """Return the configuration for saving."""
        return super().get_config() | {"pool": self.pool}
