"""Check that the fast layers equal Keras' own, through several training steps."""

import os
import subprocess
import sys
from importlib.util import find_spec

import keras
import numpy as np
import pytest
from keras import layers

from thesis_lib.models.fast.normed_pool import NormedPool, moments
from thesis_lib.models.fast.pooled_conv import PooledConv2D
from thesis_lib.models.fast.thin_conv import ThinConv2D


def trained_alike(ours, theirs, shape, outputs):
    """Both models after the same steps; they start from the same values."""
    ours.set_weights(theirs.get_weights())
    rng = np.random.default_rng(0)
    for model in (ours, theirs):
        model.compile(keras.optimizers.SGD(0.1), "mse")
    for _ in range(4):
        x, y = rng.normal(1, 2, (16, *shape)).astype(np.float32), rng.normal(size=(16, *outputs)).astype(np.float32)
        losses = [float(model.train_on_batch(x, y)) for model in (ours, theirs)]
        assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=2e-5)
    np.testing.assert_allclose(ours.predict(x, verbose=0), theirs.predict(x, verbose=0), atol=1e-4)
    return ours


def network(*inner, shape):
    inputs = layers.Input(shape)
    x = inputs
    for layer in inner:
        x = layer(x)
    return keras.Model(inputs, x)


def test_pooling_first_is_normalising_first():
    shape = (8, 6, 3)
    theirs = network(
        layers.Conv2D(4, 3, padding="same"), layers.BatchNormalization(), layers.MaxPooling2D(2), shape=shape
    )
    norm = theirs.layers[2]
    norm.gamma.assign([1.0, -0.5, 2.0, -1.0])  # a negative scale turns the maximum into the minimum
    norm.beta.assign([0.0, 0.5, 2.0, -1.0])
    ours = network(layers.Conv2D(4, 3, padding="same"), NormedPool(), shape=shape)
    assert ours.output_shape == theirs.output_shape == (None, 4, 3, 4)
    trained_alike(ours, theirs, shape, (4, 3, 4))
    assert np.ptp(ours.layers[-1].moving_mean) > 0


def test_moments_are_numpys():
    x = np.random.default_rng(0).normal(3, 0.1, (50, 40, 30, 2)).astype(np.float32)
    mean, variance = (np.asarray(value) for value in moments(x))
    np.testing.assert_allclose(mean, x.mean((0, 1, 2), dtype=np.float64), rtol=1e-6)
    np.testing.assert_allclose(variance, x.var((0, 1, 2), dtype=np.float64), rtol=1e-3)


@pytest.mark.parametrize(("padding", "size"), [("same", 3), ("same", (4, 5)), ("valid", (3, 2))])
def test_a_convolution_of_one_map_is_a_product_of_matrices(padding, size):
    shape = (7, 9, 1)
    theirs = network(layers.Conv2D(5, size, padding=padding, activation="elu"), shape=shape)
    ours = network(ThinConv2D(5, size, padding=padding, activation="elu"), shape=shape)
    assert ours.output_shape == theirs.output_shape
    trained_alike(ours, theirs, shape, theirs.output_shape[1:])


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_bias_and_activation_can_come_after_the_pool(padding):
    shape = (11, 8, 2)
    conv = {"padding": padding, "activation": "relu", "bias_initializer": "normal"}
    theirs = network(layers.Conv2D(5, (4, 3), **conv), layers.MaxPooling2D((4, 2)), shape=shape)
    ours = network(PooledConv2D(5, (4, 3), pool=(4, 2), **conv), shape=shape)
    assert ours.output_shape == theirs.output_shape == (None, 2, 4 if padding == "same" else 3, 5)
    trained_alike(ours, theirs, shape, theirs.output_shape[1:])


def test_all_are_saved_and_loaded(tmp_path):
    inner = ThinConv2D(4, 3, padding="same"), NormedPool(), PooledConv2D(3, 2, pool=(2, 1))
    model = network(*inner, shape=(12, 6, 1))
    x = np.random.default_rng(0).normal(size=(2, 12, 6, 1)).astype(np.float32)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.skipif(
    find_spec("jax") is None or keras.backend.backend() == "jax", reason="JAX is not installed, or here"
)
def test_all_of_this_holds_on_jax():
    command = [sys.executable, "-m", "pytest", "-q", "-x", __file__]
    found = subprocess.run(command, env=os.environ | {"KERAS_BACKEND": "jax"}, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
