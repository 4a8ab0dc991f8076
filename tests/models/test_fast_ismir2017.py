"""Check that the fast form of the timbral network for syllables equals the readable one, in training, too."""

import keras
import numpy as np
import pytest

from thesis_lib.models import build


def pair():
    keras.utils.set_random_seed(1)
    readable, fast = (build("onsets_timbral", fast=form) for form in (False, True))
    rng = np.random.default_rng(0)
    readable.set_weights([w + rng.normal(scale=0.02, size=w.shape) for w in readable.get_weights()])  # biases, too
    fast.set_weights(readable.get_weights())
    for model in (readable, fast):
        model.get_layer("dropout").rate = 0.0
    return readable, fast


def test_both_forms_predict_the_same():
    readable, fast = pair()
    assert [w.shape for w in readable.weights] == [w.shape for w in fast.weights]
    x = np.random.default_rng(1).normal(size=(5, 21, 80)).astype(np.float32)
    np.testing.assert_allclose(fast.predict(x, verbose=0), readable.predict(x, verbose=0), atol=5e-6)


def test_both_forms_have_the_same_weights_after_ten_steps():
    readable, fast = pair()
    before, rng = readable.get_weights(), np.random.default_rng(2)
    for model in (readable, fast):
        model.compile(keras.optimizers.SGD(0.01), "categorical_crossentropy")
    for _ in range(10):
        x, y = rng.normal(size=(6, 21, 80)).astype(np.float32), np.eye(2, dtype=np.float32)[np.arange(6) % 2]
        losses = [float(model.train_on_batch(x, y)) for model in (readable, fast)]
        assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    for one, other, old in zip(readable.get_weights(), fast.get_weights(), before, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
        assert np.abs(one - old).max() > 1e-5
