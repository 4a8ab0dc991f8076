"""Check the models of musicnn-training: published parameter counts, training and saving."""

import keras
import numpy as np
import pytest
from keras import ops

from thesis_lib.models import ARCHITECTURES, build, musicnn_training, of_chapter
from thesis_lib.records import published as paper

SHORT = {"n_outputs": 3, "input_shape": (140, 96)}  # frames: room for Dieleman's four steps, fewer than the published
NAMES = [name for name in of_chapter("A") if name != "musicnn_vgg"]  # its window is as long as the published patch

MID_ENDED = ["musicnn_residual", "musicnn_dense", "musicnn_attention", "musicnn_autopool", "musicnn_recurrent"]
FRONT_END = [f"{name}_conv" for name in ("timbral_1", "timbral_2", "temporal_128", "temporal_64", "temporal_32")]
MID_END = ["mid_conv_1", "mid_conv_2", "mid_conv_3"]
BASELINE = ["front_end", "back_end", "penultimate", "taggram"]
# Layers whose kernels the training code draws by He, read in its models_midend.py, models_backend.py and
# models_baselines.py. All other kernels keep the default of TensorFlow 1, which is Glorot's.
BY_HE = {
    "musicnn": [*MID_END, "dense", "taggram"],
    "musicnn_vgg": [*(f"conv_{number}" for number in range(1, 6)), "taggram"],
    "musicnn_dieleman": BASELINE,
    "musicnn_timbre": [
        *(f"timbral_{frames}x{height}_conv" for height in (76, 57, 19) for frames in (7, 5, 3, 1)), *BASELINE[1:],
    ],
    "musicnn_residual": [*MID_END, "dense", "taggram"],
    "musicnn_dense": [*MID_END, "dense", "taggram"],
    "musicnn_attention": [*MID_END, "attention", "dense", "taggram"],
    "musicnn_autopool": [*MID_END, "dense", "taggram"],
    "musicnn_recurrent": [*MID_END, "dense", "taggram"],
}  # fmt: skip
BY_GLOROT = {name: FRONT_END for name in ("musicnn", "musicnn_residual", "musicnn_dense")} | {
    "musicnn_attention": FRONT_END[:1], "musicnn_autopool": FRONT_END[:1],
    "musicnn_recurrent": [*FRONT_END, "lstm_1", "lstm_2"],
}  # fmt: skip


def learnt(model):
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def test_the_nine_models_have_the_published_number_of_parameters():
    rows = paper.published().query("system == 'musicnn-training' and metric == 'ROC-AUC %'")
    assert set(rows["model"]) == set(paper.TAGGERS)
    for row in rows.itertuples():
        name, size = paper.TAGGERS[row.model]
        of_size = ARCHITECTURES[name].sizes[size]
        built = learnt(build(name, **of_size.knobs))
        assert built == row.params_counted == of_size.n_params, row.model
        # The comments cut the count that the training code prints, with two normalisations that it creates but never
        # uses in the mid-end (256) and the second biases of its LSTM (2 layers of 4 x 512).
        printed = built + 256 * (name in MID_ENDED) + 4096 * (name == "musicnn_recurrent")
        step = 100_000 if row.params > 1_000_000 else 1000
        assert printed // step * step == row.params, row.model


@pytest.mark.parametrize("name", NAMES)
def test_training_reaches_every_weight_and_a_saved_model_is_the_same(name, tmp_path):
    keras.utils.set_random_seed(0)
    model = build(name, **SHORT)
    inputs = np.random.default_rng(0).uniform(0, 3, (4, *SHORT["input_shape"])).astype(np.float32)
    model.compile(keras.optimizers.SGD(0.1), "binary_crossentropy")
    before = [weight.numpy() for weight in model.trainable_weights]
    model.train_on_batch(inputs, np.eye(4)[:, :3])
    still = [w.path for w, b in zip(model.trainable_weights, before, strict=True) if np.array_equal(w.numpy(), b)]
    assert still == []
    model.save(tmp_path / "model.keras")
    values = model.predict(inputs, verbose=0)
    assert values.shape == (4, 3) and ((values >= 0) & (values <= 1)).all()
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "model.keras").predict(inputs, verbose=0), values)


@pytest.mark.parametrize("name", of_chapter("A"))
def test_kernels_are_drawn_as_in_the_training_code(name):
    model = build(name)
    drawn = {"HeNormal": [], "GlorotUniform": []}
    for layer in model.layers:
        if hasattr(layer, "kernel_initializer") or isinstance(layer, keras.layers.LSTM):
            cell = getattr(layer, "cell", layer)
            drawn[type(cell.kernel_initializer).__name__].append(layer.name)
    assert sorted(drawn["HeNormal"]) == sorted(BY_HE[name])
    assert sorted(drawn["GlorotUniform"]) == sorted(BY_GLOROT.get(name, []))


def test_he_and_glorot_have_their_deviations():
    """Closed forms: sqrt(2 / fan in), and sqrt(2 / (fan in + fan out))."""
    keras.utils.set_random_seed(0)
    model = build("musicnn")
    mid, front = (np.asarray(model.get_layer(name).kernel) for name in ("mid_conv_1", "timbral_1_conv"))
    assert mid.std() == pytest.approx(np.sqrt(2 / (7 * 561)), rel=0.01)
    assert front.std() == pytest.approx(np.sqrt(2 / (7 * 38 * (1 + 204))), rel=0.01)


@pytest.mark.parametrize(("sharpness", "expected"), [(0.0, [0.5, 1.5]), (np.log(3), [0.75, 1.75]), (1e4, [1, 2])])
def test_autopool_lies_between_mean_and_maximum(sharpness, expected):
    """Closed form: sharpness 0 is the mean, a great one the maximum, ln 3 on (0, 1) weights 1 by three quarters."""
    layer, x = musicnn_training.AutoPool1D(), np.array([[[0.0, 2], [1, 1]]], np.float32)
    layer.build(x.shape)
    layer.sharpness.assign(sharpness)
    np.testing.assert_allclose(ops.convert_to_numpy(layer(x))[0], expected, rtol=1e-6)


def test_autopool_learns_one_number():
    """As in the original's models_backend.py. The rest is that of attention without its convolution and positions."""
    model, attention = build("musicnn_autopool"), build("musicnn_attention")
    assert [tuple(weight.shape) for weight in model.get_layer("autopool").weights] == [()]
    assert learnt(model) == 636_444 + 1 == learnt(attention) - (3 * 768 * 768 + 768) + 1


def test_positions_turn_ever_more_slowly():
    """Vaswani et al., 2017, section 3.5, as the original computes it: one frequency a map."""
    places = musicnn_training.positions(50, 8)[0]
    np.testing.assert_allclose(places[:, 0], np.sin(np.arange(50)), atol=1e-6)
    np.testing.assert_allclose(places[:, 1], np.cos(np.arange(50) / 10_000 ** (2 / 8)), atol=1e-6)
    assert abs(np.diff(places[:, 7])).max() < 1e-4


def test_attention_weighs_frames_and_sums_to_one():
    keras.utils.set_random_seed(0)
    model = build("musicnn_attention", **SHORT)
    weights = keras.Model(model.input, model.get_layer("attention_weights").output)
    values = weights.predict(np.random.default_rng(0).uniform(0, 3, (1, *SHORT["input_shape"])), verbose=0)
    np.testing.assert_allclose(values.sum(axis=1), 1, rtol=1e-4)
