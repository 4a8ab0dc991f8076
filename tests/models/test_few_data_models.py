"""The networks of chapter VI: as large as the paper's code makes them, and VGGish hears what TensorFlow's own signal
library says it should."""

import keras
import numpy as np
import pytest
from keras import layers

from thesis_lib.audio import vggish as vggish_input
from thesis_lib.models import ARCHITECTURES, build, few_data, of_chapter
from thesis_lib.models.vggish import vggish

# Trainable parameters for 10 and for 15 classes (UrbanSound8K and TUT Acoustic Scenes), counted from the original code.
COUNTS = {
    "sb_cnn": (241_436, 241_761),
    "few_vgg": (42_764, 45_329),
    "few_timbre": (7_572, 11_357),
    "prototypical": (613_642, None),
}


def test_all_are_held_to_it():
    assert {*COUNTS, "vggish"} == set(of_chapter("VI"))


@pytest.mark.parametrize("name", COUNTS)
def test_published_sizes(name):
    for n_outputs, expected in zip((10, 15), COUNTS[name], strict=True):
        if expected:
            model = build(name, n_outputs=n_outputs)
            assert sum(np.prod(weight.shape) for weight in model.trainable_weights) == expected
            assert model.output_shape == (None, n_outputs)


@pytest.mark.parametrize("name", ["sb_cnn", "few_vgg", "few_timbre"])
def test_probabilities_and_what_can_be_trained(name):
    keras.utils.set_random_seed(0)
    model = build(name, n_outputs=3)
    x = np.random.default_rng(0).normal(-5, 2, (6, 128, 128)).astype(np.float32)
    np.testing.assert_allclose(model.predict(x, verbose=0).sum(axis=1), 1, rtol=1e-5)
    before = [weight.numpy() for weight in model.trainable_weights]
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    model.train_on_batch(x, np.arange(6) % 3)
    moved = [
        not np.array_equal(weight.numpy(), old) for weight, old in zip(model.trainable_weights, before, strict=True)
    ]
    assert all(moved)


def test_timbre_is_the_largest_response_of_one_filter_a_class():
    model = build("few_timbre", n_outputs=2)
    kernel = np.zeros((7, 108, 2), np.float32)
    kernel[3, 50, 0] = 1  # the first class hears one bin, the second nothing
    model.get_layer("timbre").layer.set_weights([kernel])
    x = np.zeros((1, 128, 128), np.float32)
    x[0, 60, 60] = 5
    ((probability, _),) = model.predict(x, verbose=0)
    heard = 5 / np.sqrt(1 + 1e-3)  # the input's normalisation at its first values
    assert probability == pytest.approx(1 / (1 + np.exp(-heard)), rel=1e-4)


def plain(name):
    """The same network with batch normalisation, scale and shift before the first convolution, as it is published."""
    inputs = layers.Input((128, 128))
    x = layers.BatchNormalization()(layers.Reshape((128, 128, 1))(inputs))
    if name == "few_timbre":
        x = layers.GlobalMaxPooling2D()(layers.Conv2D(3, (7, 108), kernel_regularizer=few_data.DECAY)(x))
        return keras.Model(inputs, layers.Softmax()(x))
    if name == "sb_cnn":
        for number, width in enumerate((24, 48, 48), start=1):
            decayed = {"activation": "relu", "kernel_regularizer": few_data.DECAY, "name": f"conv_{number}"}
            x = layers.Conv2D(width, 5, **decayed)(x)
            x = layers.MaxPooling2D((4, 2))(x) if number < 3 else x
        x = layers.Dense(64, activation="relu", kernel_regularizer=few_data.DECAY, name="dense")(layers.Flatten()(x))
        return keras.Model(inputs, layers.Dense(3, "softmax", kernel_regularizer=few_data.DECAY)(x))
    x = layers.Conv2D(32, 3, padding="same", activation="elu", kernel_regularizer=few_data.DECAY)(x)
    x = layers.Dropout(0.0)(few_data._vgg(x, 32, decay=few_data.DECAY))
    return keras.Model(inputs, layers.Dense(3, "softmax", kernel_regularizer=few_data.DECAY)(x))


@pytest.mark.parametrize("name", ["few_timbre", "few_vgg", "sb_cnn"])
def test_scaling_after_the_first_convolution_trains_to_the_same(name):
    """Three steps of gradient descent on the published form and on ours, from the same values."""
    ours, theirs = build(name, n_outputs=3), plain(name)
    for layer in ours.layers:
        if isinstance(layer, layers.Dropout):
            layer.rate = 0.0
    first = ours.get_layer("timbre" if name == "few_timbre" else "conv_1")
    norm, conv = (layer for layer in theirs.layers[2:4])
    conv.set_weights([np.reshape(first.layer.kernel, conv.kernel.shape), np.asarray(first.bias)])
    if name != "few_timbre":
        for layer in theirs.layers[4:]:
            if layer.weights:
                twin = ours.get_layer("output" if layer is theirs.layers[-1] else layer.name)
                layer.set_weights(twin.get_weights())
    rng = np.random.default_rng(0)
    for model in (ours, theirs):
        model.compile(keras.optimizers.SGD(0.1, global_clipnorm=5.0), "sparse_categorical_crossentropy")
    for _ in range(3):
        x, y = rng.normal(-4, 2, (6, 128, 128)).astype(np.float32), np.arange(6) % 3
        losses = [model.train_on_batch(x, y) for model in (ours, theirs)]
        assert losses[0] == pytest.approx(losses[1], rel=1e-3)
    assert float(first.gamma) == pytest.approx(float(norm.gamma[0]), rel=1e-5)
    assert float(first.gamma) != 1
    assert float(first.beta) == pytest.approx(float(norm.beta[0]), rel=1e-2, abs=1e-5)
    assert float(first.beta) != 0
    np.testing.assert_allclose(np.reshape(first.layer.kernel, conv.kernel.shape), conv.kernel, atol=1e-3)
    np.testing.assert_allclose(ours.predict(x, verbose=0), theirs.predict(x, verbose=0), atol=2e-3)


def test_first_values_of_timbre_are_glorots_for_an_image():
    keras.utils.set_random_seed(0)
    ours = np.asarray(build("few_timbre").get_layer("timbre").layer.kernel)
    conv = layers.Conv2D(10, (7, 108))
    conv.build((None, 128, 128, 1))
    assert ours.std() == pytest.approx(np.asarray(conv.kernel).std(), rel=0.03)
    assert abs(ours).max() == pytest.approx(abs(np.asarray(conv.kernel)).max(), rel=0.01)


def test_a_saved_network_is_the_same(tmp_path):
    model, x = build("few_vgg", n_outputs=3), np.random.default_rng(0).normal(size=(2, 128, 128)).astype(np.float32)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


def test_the_prototypical_input_is_normalised_by_frame():
    assert build("prototypical").get_layer("input_norm").gamma.shape == (128,)


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


def test_the_prototypical_network_is_the_original_one():
    """Dropout before the embedding, no decay."""
    model = build("prototypical", width=4)
    assert [layer.rate for layer in model.layers if isinstance(layer, layers.Dropout)] == [0.5]
    assert not model.losses


@pytest.mark.parametrize(("name", "wide"), [("prototypical", 4), ("few_vgg", 4), ("sb_cnn", 2)])
def test_what_is_wide_multiplies_in_the_precision_that_is_asked_for(name, wide):
    model = build(name, precision="mixed_bfloat16")
    convolutions = [layer for layer in model.layers if isinstance(layer, layers.Conv2D) and layer.name != "conv_1"]
    assert [layer.compute_dtype for layer in convolutions] == ["bfloat16"] * wide
    others = [layer for layer in model.layers if layer not in convolutions]
    assert {layer.compute_dtype for layer in others} == {"float32"} == {model.compute_dtype}
    assert {weight.dtype for weight in model.trainable_weights} == {"float32"}


@pytest.mark.parametrize("name", ["sb_cnn", "few_vgg", "few_timbre"])
def test_kernels_decay_as_tensorflow_writes_it(name):
    """A thousandth of half the sum of squares of every kernel."""
    model = build(name)
    kernels = [weight for weight in model.trainable_weights if weight.path.endswith("kernel")]
    expected = 1e-3 * sum(float((np.asarray(kernel) ** 2).sum()) for kernel in kernels) / 2
    assert float(sum(model.losses)) == pytest.approx(expected, rel=1e-5)
