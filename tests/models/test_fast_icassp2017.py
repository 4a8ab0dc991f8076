"""Check that the fast forms of the networks with long filters equal the readable ones, in training, too."""

import os
import subprocess
import sys
from importlib.util import find_spec

import keras
import numpy as np
import pytest

from thesis_lib.models import build

NAMES = ("o_net", "p_net", "o_p_net")


def pair(name, frames=230, mels=9):
    keras.utils.set_random_seed(1)
    readable, fast = (build(name, input_shape=(frames, mels), n_outputs=3, fast=form) for form in (False, True))
    rng = np.random.default_rng(0)
    readable.set_weights([w + rng.normal(scale=0.05, size=w.shape) for w in readable.get_weights()])  # biases, too
    fast.set_weights(readable.get_weights())
    for model in (readable, fast):
        model.get_layer("dropout").rate = 0.0
    return readable, fast


@pytest.mark.parametrize("name", NAMES)
def test_both_forms_predict_the_same(name):
    readable, fast = pair(name)
    assert readable.output_shape == fast.output_shape and readable.count_params() == fast.count_params()
    x = np.random.default_rng(1).normal(0.5, 1, (5, 230, 9)).astype(np.float32)
    np.testing.assert_allclose(fast.predict(x, verbose=0), readable.predict(x, verbose=0), atol=2e-6)


@pytest.mark.parametrize("name", NAMES)
def test_both_forms_have_the_same_weights_after_ten_steps(name):
    readable, fast = pair(name)
    before = readable.get_weights()
    rng = np.random.default_rng(2)
    for model in (readable, fast):
        model.compile(keras.optimizers.SGD(0.05), "sparse_categorical_crossentropy")
    for _ in range(10):
        x, y = rng.normal(0.5, 1, (6, 230, 9)).astype(np.float32), np.arange(6) % 3
        losses = [float(model.train_on_batch(x, y)) for model in (readable, fast)]
        assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    for one, other, old in zip(readable.get_weights(), fast.get_weights(), before, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
        assert np.abs(one - old).max() > 1e-4


def test_a_saved_network_is_the_same(tmp_path):
    _, fast = pair("o_p_net")
    x = np.random.default_rng(3).normal(size=(2, 230, 9)).astype(np.float32)
    fast.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        keras.saving.load_model(tmp_path / "model.keras").predict(x, verbose=0), fast.predict(x, verbose=0)
    )


def test_initial_filters_have_the_distribution_of_the_readable_ones():
    keras.utils.set_random_seed(0)
    fast, readable = (build("o_net", times=40, fast=form) for form in (True, False))
    for one, other in zip(fast.get_weights()[:-2:2], readable.get_weights()[:-2:2], strict=True):
        assert one.std() == pytest.approx(other.std(), rel=0.1) and abs(one).max() == pytest.approx(
            abs(other).max(), rel=0.05
        )


@pytest.mark.skipif(
    find_spec("jax") is None or keras.backend.backend() == "jax", reason="JAX is not installed, or here"
)
def test_all_of_this_holds_on_jax():
    command = [sys.executable, "-m", "pytest", "-q", "-x", __file__]
    found = subprocess.run(command, env=os.environ | {"KERAS_BACKEND": "jax"}, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
