"""Compute few tall filters as one convolution over time.

A filter that moves in frequency is, at each frame, a product with a band matrix: its column, once per position. With
this matrix, the bands are the channels of a convolution over time, whose outputs are the filters at all positions.
Libraries compute that several times as fast as a two-dimensional convolution of one channel with few filters.
"""

from __future__ import annotations

import keras
from keras import ops

from .pooled_conv import PooledConv2D


@keras.saving.register_keras_serializable("thesis_lib")
class TallConv2D(PooledConv2D):
    """`PooledConv2D` of one channel without padding or strides: (B, T, F, 1) -> (B, T' // pool[0], F' // pool[1], C).

    The arguments are those of `PooledConv2D`.
    """

    def convolution_op(self, inputs, kernel):
        """Convolve and pool; `call` then adds the bias."""
        (length, height), bands = self.kernel_size, inputs.shape[2]
        places = bands - height + 1
        found = ops.conv(inputs[..., 0], band_matrix(kernel[:, :, 0], bands))  # (B, T', places * C)
        found = ops.reshape(found, (-1, inputs.shape[1] - length + 1, places, self.filters))
        return ops.max_pool(found, self.pool, strides=self.pool)


def band_matrix(kernel, bands: int):
    """Return filters at all their positions.

    Args:
        kernel: filters (L, H, C).
        bands: number of bands F of the input, at least H.

    Returns:
        Shape (L, F, (F - H + 1) * C). Element (l, f, p * C + c) is kernel[l, f - p, c], or 0 outside the filter.
    """
    length, height, filters = kernel.shape
    places = bands - height + 1
    # A column followed by zeros, repeated in rows one element too short, moves down by one from row to row.
    rows = ops.pad(ops.transpose(kernel, (0, 2, 1)), ((0, 0), (0, 0), (0, bands + 1 - height)))
    rows = ops.reshape(ops.tile(rows, (1, 1, places))[..., : places * bands], (length, filters, places, bands))
    return ops.reshape(ops.transpose(rows, (0, 3, 2, 1)), (length, bands, places * filters))
