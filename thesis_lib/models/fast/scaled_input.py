"""Move the input's scale and shift into the first convolution.

A trainable batch normalisation of the input needs the gradient of the widest convolution's input. The same function
without that gradient is

    conv(gamma x + beta) + bias  =  gamma conv(x) + beta conv(1) + bias
"""

from __future__ import annotations

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("thesis_lib")
class ScaledInput(layers.Wrapper):
    """A convolution of a scaled and shifted input, with a bias.

    Args:
        layer: a convolution without bias, whose input channels share one scale and shift.
    """

    def build(self, input_shape) -> None:
        """Create scale, shift and bias in addition to the convolution's kernel."""
        super().build(input_shape)
        self.gamma = self.add_weight(shape=(), initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=(), initializer="zeros", name="beta")
        self.bias = self.add_weight(shape=(self.layer.filters,), initializer="zeros", name="bias")

    def call(self, inputs):
        """Compute the convolution's feature maps."""
        kernel = self.layer.kernel
        if self.layer.padding == "valid":
            one = ops.sum(kernel, axis=tuple(range(len(kernel.shape) - 1)))  # equal at every position
            return self.layer.convolution_op(inputs, self.gamma * kernel) + (self.beta * one + self.bias)
        # smaller near the edges, where zeros are padded: convolve a second input of ones
        inputs = ops.concatenate([inputs, ops.ones_like(inputs)], axis=-1)
        kernel = ops.concatenate([self.gamma * kernel, self.beta * kernel], axis=-2)
        return ops.add(self.layer.convolution_op(inputs, kernel), self.bias)

    def compute_output_shape(self, input_shape):
        """Return the output shape of the convolution."""
        return self.layer.compute_output_shape(input_shape)
