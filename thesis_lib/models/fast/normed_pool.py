"""Pool before batch normalisation, with the same result.

Few normalised values pass a pool: one of four if it is 2x2. A positive scale keeps the position of the maximum, and a
negative one moves it to the minimum, so the pool can come first:

    max(gamma (x - mean) / deviation + beta)  =  |gamma| / deviation max(sign(gamma) x) - gamma mean / deviation + beta
"""

from __future__ import annotations

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("thesis_lib")
class NormedPool(layers.BatchNormalization):
    """Batch normalisation per channel and max pooling.

    Args:
        pool: size of the pool in time and frequency.
        **kwargs: keyword arguments of `BatchNormalization`.
    """

    def __init__(self, *, pool: tuple[int, int] = (2, 2), **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.pool = tuple(pool)

    def call(self, inputs, training=None):
        """Compute (B, T, F, C) -> (B, T // pool[0], F // pool[1], C)."""
        mean, variance = self.moving_mean, self.moving_variance
        if training:
            mean, variance = moments(inputs)
            for moving, found in ((self.moving_mean, mean), (self.moving_variance, variance)):
                moving.assign(moving * self.momentum + ops.stop_gradient(found) * (1 - self.momentum))
        scale = self.gamma * ops.rsqrt(variance + self.epsilon)
        turned = ops.any(self.gamma < 0)  # rarely true, and a pass over all values if so
        inputs = ops.cond(turned, lambda: inputs * ops.where(self.gamma < 0, -1.0, 1.0), lambda: inputs)
        pooled = ops.max_pool(inputs, self.pool, strides=self.pool)
        return scaled(pooled, ops.abs(scale), self.beta - mean * scale)

    def compute_output_shape(self, input_shape):
        """Return the shape divided by the pool."""
        batch, frames, bands, channels = input_shape
        return (batch, frames // self.pool[0], bands // self.pool[1], channels)

    def get_config(self) -> dict:
        """Return the configuration for saving."""
        return super().get_config() | {"pool": self.pool}


def moments(x):
    """Compute mean and variance per channel: (..., C) -> (C,), (C,).

    The gradient is explicit, because the derived one passes over x twice as often.
    """

    @ops.custom_gradient
    def both(x):
        mean = average(x)
        variance = ops.maximum(average(ops.square(x)) - ops.square(mean), 0.0)

        def gradient(*args, upstream=None):
            (upstream,) = args or (upstream,)
            by_mean, by_variance = upstream[0], upstream[1]
            n = ops.cast(ops.size(x) // x.shape[-1], x.dtype)
            return x * (2 * by_variance / n) + (by_mean - 2 * mean * by_variance) / n

        return ops.stack([mean, variance]), gradient

    found = both(x)
    return found[0], found[1]


def scaled(x, scale, shift):
    """Compute scale x + shift per channel; the sums in its gradients are matrix products."""

    @ops.custom_gradient
    def both(x, scale, shift):
        def gradient(*args, upstream=None):
            (upstream,) = args or (upstream,)
            n = ops.cast(ops.size(x) // x.shape[-1], x.dtype)
            return upstream * scale, n * average(upstream * x), n * average(upstream)

        return x * scale + shift, gradient

    return both(x, scale, shift)


def average(x):
    """Average over all axes but the last by a matrix product, several times as fast as a reduction on a CPU."""
    rows = ops.reshape(x, (ops.shape(x)[0], -1, x.shape[-1]))  # per clip, because one sum over all would lose digits
    ones = ops.ones_like(rows[:1, None, :, 0])
    return ops.mean(ops.matmul(ones, rows)[:, 0], axis=0) / ops.cast(ops.shape(rows)[1], x.dtype)
