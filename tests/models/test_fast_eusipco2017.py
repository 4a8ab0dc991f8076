"""Check that the fast forms of the networks for instruments and tags equal the readable ones, in training, too."""

import keras
import numpy as np
import pytest
from keras import ops

from thesis_lib.models import ARCHITECTURES, build, settings  # settings first: it sets 32 bits when it is imported
from thesis_lib.models.fast.tall_conv import band_matrix

# Small inputs that still leave room for the filters; sizes of which one pool has a remainder.
SHAPES = {"instruments": (18, 12), "instruments_multi": (34, 18), "tags": (47, 103)}
N_OUTPUTS = 3


def pair(name):
    keras.utils.set_random_seed(1)
    readable, fast = (build(name, input_shape=SHAPES[name], n_outputs=N_OUTPUTS, fast=form) for form in (False, True))
    rng = np.random.default_rng(0)
    # biases, and scales of both signs, too; variances stay positive
    changed = [w + rng.normal(scale=0.05, size=w.shape) * (w.size > 0) for w in readable.get_weights()]
    readable.set_weights([np.abs(w) if w.min() > 0.5 else w for w in changed])
    for layer in readable.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.gamma.assign(layer.gamma * np.where(np.arange(layer.gamma.shape[0]) % 5, 1.0, -1.0))
    fast.set_weights(readable.get_weights())
    for model in (readable, fast):
        for layer in model.layers:
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = 0.0
    return readable, fast


@pytest.fixture
def double():
    """Compute in 64 bits, so that what is left of a difference is no rounding that a maximum amplifies."""
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    assert settings
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("name", ["instruments", "instruments_multi"])
def test_at_full_size_both_forms_have_the_same_weights_after_ten_steps(name, double):
    """In 32 bits, the weights of `instruments_multi` differ by up to 0.1: rounding moves maxima to other places."""
    models = [build(name, fast=form, n_outputs=N_OUTPUTS) for form in (False, True)]
    models[1].set_weights(models[0].get_weights())
    for model in models:
        for layer in model.layers:
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = 0.0
        model.compile(keras.optimizers.SGD(0.01), "categorical_crossentropy")
    rng = np.random.default_rng(0)
    for _ in range(10):
        x, y = rng.normal(size=(2, *models[0].input_shape[1:])), np.eye(N_OUTPUTS)[rng.integers(0, N_OUTPUTS, 2)]
        for model in models:
            model.train_on_batch(x, y)
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-9)


def test_these_are_all_networks_of_the_paper_with_a_fast_form():
    assert set(SHAPES) == {n for n, one in ARCHITECTURES.items() if one.fast and "eusipco2017" in one.fast}


@pytest.mark.parametrize("name", SHAPES)
def test_both_forms_predict_the_same(name):
    readable, fast = pair(name)
    shapes = [[weight.shape for weight in model.weights] for model in (readable, fast)]
    assert shapes[0] == shapes[1] and readable.output_shape == fast.output_shape
    x = np.random.default_rng(1).normal(0.5, 1, (5, *SHAPES[name])).astype(np.float32)
    np.testing.assert_allclose(fast.predict(x, verbose=0), readable.predict(x, verbose=0), atol=5e-6)


@pytest.mark.parametrize("name", SHAPES)
def test_both_forms_have_the_same_weights_after_ten_steps(name):
    readable, fast = pair(name)
    before = readable.get_weights()
    rng = np.random.default_rng(2)
    for model in (readable, fast):
        model.compile(keras.optimizers.SGD(0.01), "binary_crossentropy")
    for _ in range(10):
        x = rng.normal(0.5, 1, (6, *SHAPES[name])).astype(np.float32)
        y = np.eye(N_OUTPUTS, dtype=np.float32)[np.arange(6) % N_OUTPUTS]
        losses = [float(model.train_on_batch(x, y)) for model in (readable, fast)]
        assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    moved = [np.abs(one - old).max() for one, old in zip(readable.get_weights(), before, strict=True)]
    assert np.median(moved) > 1e-4
    for one, other in zip(readable.get_weights(), fast.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_band_matrix_holds_the_filters_at_all_positions():
    kernel = np.random.default_rng(0).normal(size=(2, 3, 4)).astype(np.float32)
    found = ops.convert_to_numpy(band_matrix(kernel, 5)).reshape(2, 5, 3, 4)
    for place in range(3):
        expected = np.zeros((2, 5, 4), np.float32)
        expected[:, place : place + 3] = kernel
        np.testing.assert_array_equal(found[:, :, place], expected)


@pytest.mark.parametrize("name", SHAPES)
def test_a_saved_network_is_the_same(name, tmp_path):
    _, fast = pair(name)
    x = np.random.default_rng(3).normal(size=(2, *SHAPES[name])).astype(np.float32)
    fast.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), fast.predict(x, verbose=0))
