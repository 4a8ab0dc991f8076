"""Maps in, the maxima of their convolution out: bias and activation after the pool, where there is less to do.

A bias that is the same everywhere, and an activation that rises, change neither which value is the largest nor, done
after it, what it becomes.
"""

from __future__ import annotations

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("thesis_lib")
class PooledConv2D(layers.Conv2D):
    """`Conv2D`, then the maximum over every `pool` places: (B, T, F, C) -> (B, T' // pool[0], F' // pool[1], C').

    Args:
        *args: as `Conv2D`; the activation must be one that rises or stays.
        pool: places that one maximum is of, in time and in frequency.
        **kwargs: as `Conv2D`.
    """

    def __init__(self, *args: object, pool: tuple[int, int], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.pool = tuple(pool)

    def convolution_op(self, inputs, kernel):
        """What `call` adds the bias to."""
        return ops.max_pool(super().convolution_op(inputs, kernel), self.pool, strides=self.pool)

    def compute_output_shape(self, input_shape):
        """That of the convolution, divided."""
        batch, frames, bands, channels = super().compute_output_shape(input_shape)
        return (batch, frames // self.pool[0], bands // self.pool[1], channels)

    def get_config(self) -> dict:
        """For a saved model."""
        return super().get_config() | {"pool": self.pool}
