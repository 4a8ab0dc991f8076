"""Check that the fast forms of chapter VI's networks equal the readable ones, at inference and in training."""

import keras
import numpy as np
import pytest
from keras import layers

from thesis_lib.models import build
from thesis_lib.models.fast.scaled_input import ScaledInput

NAMES = ("sb_cnn", "few_vgg", "few_timbre", "prototypical")
SMALL = {"few_vgg": {"width": 4}, "prototypical": {"width": 4}}


def pair(name, **knobs):
    """A readable network and its fast form with the same weights and without dropout."""
    keras.utils.set_random_seed(1)
    readable, fast = (build(name, n_outputs=3, fast=form, **SMALL.get(name, {}), **knobs) for form in (False, True))
    rng = np.random.default_rng(1)
    for layer in readable.layers:
        if isinstance(layer, layers.BatchNormalization):  # scales of both signs, and statistics that matter
            gamma, beta, mean, variance = layer.get_weights()
            sign = np.where(rng.random(gamma.shape) < 0.3, -1, 1) if layer.name != "input_norm" else 1
            layer.set_weights([sign * rng.uniform(0.5, 2, gamma.shape), rng.normal(size=beta.shape),
                               rng.normal(size=mean.shape), rng.uniform(0.5, 2, variance.shape)])  # fmt: skip
        elif layer.weights:
            layer.set_weights([*layer.get_weights()[:1], rng.normal(scale=0.1, size=layer.get_weights()[1].shape)])
    copy(readable, fast)
    for model in (readable, fast):
        for layer in model.layers:
            if isinstance(layer, layers.Dropout):
                layer.rate = 0.0
    return readable, fast


def copy(readable, fast):
    """Copy the weights by the names of the layers; a fast first convolution contains the input's scale and shift."""
    for layer in fast.layers:
        if isinstance(layer, ScaledInput):
            norm, (kernel, bias) = readable.get_layer("input_norm"), readable.get_layer(layer.name).get_weights()
            layer.gamma.assign(norm.gamma[0])
            layer.beta.assign(norm.beta[0])
            layer.bias.assign(bias)
            layer.layer.set_weights([kernel.reshape(layer.layer.kernel.shape)])
        elif layer.weights:
            values = readable.get_layer(layer.name).get_weights()
            layer.set_weights(
                values[-len(layer.weights) :]
            )  # an input norm without scale and shift has statistics only


def values(model):
    """All weights by layer and kind, in the form of the readable network."""
    found = {}
    for layer in model.layers:
        if isinstance(layer, ScaledInput):
            found |= {"input_norm/gamma": [layer.gamma], "input_norm/beta": [layer.beta]}
            found |= {f"{layer.name}/bias": layer.bias, f"{layer.name}/kernel": layer.layer.kernel}
        else:
            found |= {f"{layer.name}/{weight.name}": weight for weight in layer.weights}
    return {name: np.ravel(np.asarray(value, dtype=np.float64)) for name, value in found.items()}


def patches(n=6):
    return np.random.default_rng(0).normal(-4, 2, (n, 128, 128)).astype(np.float32)


@pytest.mark.parametrize("name", NAMES)
def test_both_forms_predict_the_same(name):
    readable, fast = pair(name)
    assert readable.input_shape == fast.input_shape and readable.output_shape == fast.output_shape
    expected = readable.predict(patches(), verbose=0)
    np.testing.assert_allclose(fast.predict(patches(), verbose=0), expected, atol=2e-4 * abs(expected).max())


@pytest.mark.parametrize("name", NAMES)
def test_both_forms_are_trained_to_the_same(name):
    """Compare losses and weights through three steps of gradient descent."""
    models = pair(name)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=name == "prototypical")
    for model in models:
        model.compile(keras.optimizers.SGD(0.01, global_clipnorm=5.0), loss)  # larger steps amplify rounding
    before = values(models[0])
    rng = np.random.default_rng(2)
    for _ in range(3):
        x, y = rng.normal(-4, 2, (6, 128, 128)).astype(np.float32), np.arange(6) % 3
        losses = [float(model.train_on_batch(x, y)) for model in models]
        assert losses[0] == pytest.approx(losses[1], rel=1e-3)
    readable, fast = (values(model) for model in models)
    assert readable.keys() == fast.keys()
    for key, expected in readable.items():
        moved = np.abs(expected - before[key]).max()
        np.testing.assert_allclose(fast[key], expected, atol=max(0.02 * moved, 1e-5), err_msg=key)


@pytest.mark.parametrize(("name", "wide"), [("prototypical", 4), ("few_vgg", 4), ("sb_cnn", 2)])
def test_wide_convolutions_compute_in_the_requested_precision(name, wide):
    model = build(name, fast=True, precision="mixed_bfloat16")
    convolutions = [layer for layer in model.layers if isinstance(layer, layers.Conv2D) and layer.name != "conv_1"]
    assert [layer.compute_dtype for layer in convolutions] == ["bfloat16"] * wide
    others = [layer for layer in model.layers if layer not in convolutions]
    assert {layer.compute_dtype for layer in others} == {"float32"} == {model.compute_dtype}
    assert {weight.dtype for weight in model.trainable_weights} == {"float32"}


def test_initial_filters_of_timbre_are_those_of_an_image():
    keras.utils.set_random_seed(0)
    fast = np.asarray(build("few_timbre", fast=True).get_layer("timbre").layer.kernel)
    readable = np.asarray(build("few_timbre").get_layer("timbre").kernel)
    assert fast.std() == pytest.approx(readable.std(), rel=0.03)
    assert abs(fast).max() == pytest.approx(abs(readable).max(), rel=0.01)
