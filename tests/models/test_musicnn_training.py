"""Check the models of musicnn-training: published parameter counts, training and saving."""

import keras
import numpy as np
import pytest
from keras import ops

from thesis_lib.models import ARCHITECTURES, build, musicnn_training, of_chapter
from thesis_lib.records import published as paper

SHORT = {"n_outputs": 3, "input_shape": (140, 96)}  # frames: room for Dieleman's four steps, fewer than the published
NAMES = [name for name in of_chapter("A") if name != "musicnn_vgg"]  # its window is as long as the published patch


def learnt(model):
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def test_the_nine_models_have_the_published_number_of_parameters():
    rows = paper.published().query("system == 'musicnn-training' and metric == 'ROC-AUC %'")
    assert set(rows["model"]) == set(paper.TAGGERS)
    for row in rows.itertuples():
        name, size = paper.TAGGERS[row.model]
        of_size = ARCHITECTURES[name].sizes[size]
        # the count of autopool's row leaves out `alpha`, one number
        built = learnt(build(name, **of_size.knobs)) - (name == "musicnn_autopool")
        assert built == row.params_counted, row.model
        assert built == pytest.approx(row.params, rel=0.025), row.model  # its comments cut or round


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


def test_autopool_lies_between_mean_and_maximum():
    """Closed form: sharpness 0 is the mean, a large one the maximum, ln 3 on (0, 1) weights 1 by three quarters."""
    layer, x = musicnn_training.AutoPool1D(), np.array([[[0.0, 0], [1, 2]]], np.float32)
    layer.build(x.shape)
    for sharpness, expected in ((0.0, [0.5, 1.0]), (np.log(3), [0.75, 1.8]), (1e4, [1.0, 2.0])):
        layer.sharpness.assign(sharpness)
        np.testing.assert_allclose(ops.convert_to_numpy(layer(x)), [expected], rtol=1e-6)


@pytest.mark.parametrize("name", of_chapter("A"))
def test_layers_are_drawn_by_he_where_the_training_code_does(name):
    """Read in the original: its front-end keeps TensorFlow's Glorot, mid-end, back-end and the baselines have He's."""
    for layer in build(name, **(SHORT if name in NAMES else {})).layers:
        if isinstance(layer, keras.layers.Dense | keras.layers.Conv1D | keras.layers.Conv2D):
            of_front_end = layer.name.startswith(("timbral_", "temporal_")) and name != "musicnn_timbre"
            expected = keras.initializers.GlorotUniform if of_front_end else keras.initializers.HeNormal
            assert isinstance(layer.kernel_initializer, expected), layer.name


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
