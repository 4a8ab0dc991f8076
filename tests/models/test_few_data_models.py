"""Check the sizes and functions of chapter VI's networks, and VGGish's input against TensorFlow's signal library."""

import keras
import numpy as np
import pytest
from keras import layers

from thesis_lib.audio import vggish as vggish_input
from thesis_lib.models import ARCHITECTURES, build, of_chapter
from thesis_lib.models.vggish import vggish

# Trainable parameters for 10 and for 15 classes (UrbanSound8K and TUT Acoustic Scenes), counted from the original code.
COUNTS = {
    "sb_cnn": (241_436, 241_761),
    "few_vgg": (42_764, 45_329),
    "few_timbre": (7_572, 11_357),
    "prototypical": (613_642, None),
}


def test_every_network_has_a_count():
    assert {*COUNTS, "vggish"} == set(of_chapter("VI"))


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("fast", [False, True])
def test_published_sizes(name, fast):
    for n_outputs, expected in zip((10, 15), COUNTS[name], strict=True):
        if expected:
            model = build(name, n_outputs=n_outputs, fast=fast)
            assert sum(np.prod(weight.shape) for weight in model.trainable_weights) == expected
            assert model.output_shape == (None, n_outputs)


@pytest.mark.parametrize("name", ["sb_cnn", "few_vgg", "few_timbre"])
@pytest.mark.parametrize("fast", [False, True])
def test_outputs_are_probabilities_and_every_weight_is_trained(name, fast):
    keras.utils.set_random_seed(0)
    model = build(name, n_outputs=3, fast=fast)
    x = np.random.default_rng(0).normal(-5, 2, (6, 128, 128)).astype(np.float32)
    np.testing.assert_allclose(model.predict(x, verbose=0).sum(axis=1), 1, rtol=1e-5)
    before = [weight.numpy() for weight in model.trainable_weights]
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    model.train_on_batch(x, np.arange(6) % 3)
    moved = [
        not np.array_equal(weight.numpy(), old) for weight, old in zip(model.trainable_weights, before, strict=True)
    ]
    assert all(moved)


@pytest.mark.parametrize("fast", [False, True])
def test_timbre_is_the_largest_response_of_one_filter_per_class(fast):
    model = build("few_timbre", n_outputs=2, fast=fast)
    kernel = np.zeros((7, 108, 2), np.float32)
    kernel[3, 50, 0] = 1  # the first class responds to one bin, the second to nothing
    layer = model.get_layer("timbre")
    if fast:
        layer.layer.set_weights([kernel])
    else:
        layer.set_weights([kernel[:, :, None], np.zeros(2)])
    x = np.zeros((1, 128, 128), np.float32)
    x[0, 60, 60] = 5
    ((probability, _),) = model.predict(x, verbose=0)
    response = 5 / np.sqrt(1 + 1e-3)  # after the input's normalisation with its initial values
    assert probability == pytest.approx(1 / (1 + np.exp(-response)), rel=1e-4)


@pytest.mark.parametrize("fast", [False, True])
def test_a_saved_network_is_the_same(fast, tmp_path):
    model = build("few_vgg", n_outputs=3, fast=fast)
    x = np.random.default_rng(0).normal(size=(2, 128, 128)).astype(np.float32)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize("fast", [False, True])
def test_the_prototypical_input_is_normalised_by_frame(fast):
    assert build("prototypical", fast=fast).get_layer("input_norm").gamma.shape == (128,)


def test_vggish_has_the_published_size():
    model = vggish()
    assert model.count_params() == 72_141_184  # with a softmax layer for ten classes, the paper's code has 72,142,474
    assert model.count_params() + 128 * 10 + 10 == 72_142_474
    assert sum(isinstance(layer, keras.layers.Conv2D) for layer in model.layers) == 6
    assert sum(isinstance(layer, keras.layers.Dense) for layer in model.layers) == 3
    assert ARCHITECTURES["vggish"].signal == "log-mel" and model.layers[-1].activation.__name__ == "linear"


def test_mel_filters_are_tensorflows():
    tf = pytest.importorskip("tensorflow")
    expected = tf.signal.linear_to_mel_weight_matrix(64, 257, 16_000, 125.0, 7500.0, dtype=tf.float64).numpy()
    np.testing.assert_allclose(vggish_input.mel_filters(), expected, atol=1e-9)


def test_patches_are_those_of_tensorflows_signal_library():
    tf = pytest.importorskip("tensorflow")
    waveform = np.random.default_rng(0).normal(scale=0.1, size=3 * 16_000).astype(np.float32)
    stft = tf.signal.stft(waveform.astype(np.float64), 400, 160, 512)  # periodic Hann by default
    mel = tf.signal.linear_to_mel_weight_matrix(64, 257, 16_000, 125.0, 7500.0, dtype=tf.float64)
    expected = np.log(np.abs(stft.numpy()) @ mel.numpy() + 0.01)
    found = vggish_input.patches(waveform)
    assert found.shape == (3, 96, 64) and found.dtype == np.float32
    np.testing.assert_allclose(found.reshape(-1, 64), expected[: 3 * 96], atol=1e-5)
    assert vggish_input.patches(waveform, hop=48).shape == (5, 96, 64)


def test_a_tone_lies_in_its_band_and_a_short_sound_is_refused():
    tone = np.sin(2 * np.pi * 1000 * np.arange(3 * 16_000) / 16_000).astype(np.float32)
    found = vggish_input.patches(tone)
    assert found.shape == (3, 96, 64)
    edges = 700 * np.expm1(np.linspace(*(1127 * np.log1p(np.array([125, 7500]) / 700)), 66) / 1127)
    band = int(found.mean(axis=(0, 1)).argmax())
    assert edges[band] < 1000 < edges[band + 2]
    for samples in (100, 15_000):
        with pytest.raises(ValueError, match="a patch needs"):
            vggish_input.patches(tone[:samples])


@pytest.mark.parametrize("fast", [False, True])
def test_the_prototypical_network_has_dropout_and_no_decay_as_in_the_original(fast):
    model = build("prototypical", width=4, fast=fast)
    assert [layer.rate for layer in model.layers if isinstance(layer, layers.Dropout)] == [0.5]
    assert not model.losses


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("name", ["sb_cnn", "few_vgg", "few_timbre"])
def test_kernels_decay_as_in_tensorflow(name, fast):
    """The penalty is a thousandth of half the sum of squares of every kernel."""
    model = build(name, fast=fast)
    kernels = [weight for weight in model.trainable_weights if weight.path.endswith("kernel")]
    expected = 1e-3 * sum(float((np.asarray(kernel) ** 2).sum()) for kernel in kernels) / 2
    assert float(sum(model.losses)) == pytest.approx(expected, rel=1e-5)
