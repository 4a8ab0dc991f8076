"""Compute the largest responses of horizontal filters of many lengths in one convolution."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable("thesis_lib")
class MaxResponse(layers.Layer):
    """Compute horizontal filters, their maximum over all time and a few bands, and a ReLU.

    The same function as one `Conv2D(filters, (length, 1), activation="relu")` and one `MaxPooling2D((T, bands))` for
    each length, and their concatenation, but:

    - All filters are filled up with zeros to one length, so that one convolution computes them.
    - Only the largest responses have a gradient. They are computed again from their windows of the input, so that no
      gradient of a convolution is needed. The layer gives its input no gradient: it must be the first one.

    Args:
        lengths: of the filters in frames.
        filters: number of filters of each length.
        bands: number of bands that share a maximum.
        initializer: of the filters.
        **kwargs: keyword arguments of `Layer`.
    """

    def __init__(
        self, lengths: Sequence[int], filters: int, *, bands: int = 4, initializer="he_uniform", **kwargs: object
    ) -> None:
        super().__init__(**kwargs)
        self.lengths, self.filters, self.bands, self.initializer = tuple(lengths), filters, bands, initializer

    def build(self, input_shape: tuple) -> None:
        """Create a kernel (length, 1, 1, filters) and a bias (filters,) for each length, as `Conv2D` does."""
        self.kernels, self.biases = [], []
        for length in self.lengths:
            shape = (length, 1, 1, self.filters)
            self.kernels.append(self.add_weight(shape=shape, initializer=self.initializer, name=f"kernel_{length}"))
            self.biases.append(self.add_weight(shape=(self.filters,), initializer="zeros", name=f"bias_{length}"))

    def call(self, x):
        """Compute (B, T, F) -> (B, 1, F // bands, C), with the filters in the order of the lengths."""
        x = ops.stop_gradient(x)
        longest, last = max(self.lengths), x.shape[1] - min(self.lengths)  # last frame at which any filter can start
        kernel = ops.concatenate([ops.pad(k, ((0, longest - k.shape[0]), *[(0, 0)] * 3)) for k in self.kernels], -1)
        x = ops.pad(x, ((0, 0), (0, longest - min(self.lengths)), (0, 0)))  # (B, last + longest, F)
        responses = ops.conv(x[..., None], ops.stop_gradient(kernel))  # (B, last + 1, F, C)
        time, band = self._largest(responses + self._outside(last, responses.dtype))  # (B, F', C) each
        # the windows of the largest responses: (B, F', C, longest)
        by_band, (n, frames, n_bands) = ops.transpose(x, (0, 2, 1)), (ops.shape(x)[0], x.shape[1], x.shape[2])
        start = (ops.arange(n)[:, None, None] * n_bands + band) * frames + time
        windows = ops.take(ops.reshape(by_band, (-1,)), start[..., None] + ops.arange(longest))
        largest = ops.sum(windows * ops.transpose(kernel[:, 0, 0]), axis=-1) + ops.concatenate(self.biases)
        return ops.relu(largest)[:, None]

    def _outside(self, last: int, dtype: str):
        """Return -inf where a filter would pass the end of the input, and 0 elsewhere: (last + 1, 1, C)."""
        starts, ends = np.arange(last + 1), last + min(self.lengths) - np.repeat(self.lengths, self.filters)
        return ops.convert_to_tensor(np.where(starts[:, None, None] > ends, -np.inf, 0.0), dtype=dtype)

    def _largest(self, responses):
        """Find the frame and the band of the largest response of each filter within each group of bands."""
        groups = responses.shape[2] // self.bands
        shape = (-1, groups, self.bands, responses.shape[3])
        responses = responses[:, :, : groups * self.bands]
        time = ops.reshape(ops.argmax(responses, axis=1), shape)  # (B, F', bands, C)
        within = ops.argmax(ops.reshape(ops.max(responses, axis=1), shape), axis=2)  # (B, F', C)
        chosen = ops.take_along_axis(time, within[:, :, None], axis=2)[:, :, 0]
        return chosen, within + self.bands * ops.arange(groups)[:, None]

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return (B, 1, F // bands, C)."""
        return (input_shape[0], 1, input_shape[2] // self.bands, len(self.lengths) * self.filters)

    def get_config(self) -> dict:
        """Return the arguments of the constructor."""
        own = {"lengths": self.lengths, "filters": self.filters, "bands": self.bands, "initializer": self.initializer}
        return super().get_config() | own
