"""Check chapter III's networks: their functions, by what their filters and pools cannot tell apart, and their counts."""

import keras
import numpy as np
import pytest

from thesis_lib.models import ARCHITECTURES, build, cbmi2016, of_chapter

# Parameters as the papers state them (CBMI 2016, table I), or counted in the original code and its published weights.
PAPER = {
    ("black_box", "short"): 3_275_312, ("black_box", "long"): 2_363_440, ("time", "short"): 7_336,
    ("time", "long"): 19_496, ("frequency", "height_30"): 3_816, ("frequency", "height_40"): 1_576,
    ("time_frequency", "published"): 196_816, ("o_net", "once"): 4_188, ("p_net", "once"): 7_428,
    ("o_p_net", "times_8"): 92_808, ("phonemes", "published"): 222_557, ("phonemes_mlp", "dan"): 481_391,
    ("instruments", "published"): 61_867, ("instruments_han", "published"): 1_446_123, ("tags", "twice"): 191_006,
    ("onsets_temporal", "wide"): 210_403, ("onsets_timbral", "narrow"): 119_432, ("onsets_jan_deep", "published"): 82_450,
}  # fmt: skip
WITH_STATISTICS = {"phonemes_small": 221_897, "instruments": 62_763, "instruments_multi": 743_723, "tags_small": 74_130}
BY_SIGMOID = {"instruments_han", "tags", "tags_small"}


def random(name, n=4, seed=0, **knobs):
    keras.utils.set_random_seed(seed)
    model = build(name, **knobs)
    return model, np.random.default_rng(seed).normal(1, 1, (n, *model.input_shape[1:])).astype(np.float32)


def predicted(model, x):
    return model.predict(x, verbose=0)


@pytest.mark.parametrize(("name", "size"), PAPER)
def test_the_table_has_the_papers_counts(name, size):
    assert ARCHITECTURES[name].sizes[size].n_params == PAPER[name, size]


@pytest.mark.parametrize("name", WITH_STATISTICS)
def test_counts_with_the_statistics_of_batch_normalisation(name):
    assert build(name).count_params() == WITH_STATISTICS[name]


@pytest.mark.parametrize("name", of_chapter("III"))
def test_outputs_are_probabilities_and_every_weight_is_trained(name):
    knobs = {"input_shape": (43, 128)} if name == "instruments_han" else {}
    model, x = random(name, n=6, n_outputs=3, fast=ARCHITECTURES[name].fast is not None, **knobs)
    found = predicted(model, x)
    assert found.shape == (6, 3) and (found >= 0).all() and (found <= 1).all()
    if name not in BY_SIGMOID:
        np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    before = model.get_weights()
    model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy")
    for _ in range(2):
        model.train_on_batch(x, np.eye(3, dtype=np.float32)[np.arange(6) % 3])
    assert all(not np.array_equal(one, other) for one, other in zip(model.get_weights(), before, strict=True))


def test_filters_over_time_hear_no_pitch():
    model, x = random("time")
    order = np.random.default_rng(1).permutation(40)
    np.testing.assert_allclose(predicted(model, x[:, :, order]), predicted(model, x), atol=1e-6)
    assert np.abs(predicted(model, x[:, ::-1]) - predicted(model, x)).max() > 1e-3, "but the order of frames"


def test_filters_over_frequency_hear_no_rhythm():
    model, x = random("frequency")
    order = np.random.default_rng(1).permutation(80)
    np.testing.assert_allclose(predicted(model, x[:, order]), predicted(model, x), atol=1e-6)
    assert np.abs(predicted(model, x[:, :, ::-1]) - predicted(model, x)).max() > 1e-3, "but the order of bands"


@pytest.mark.parametrize("name", ["o_net", "p_net", "o_p_net"])
def test_long_filters_may_move_within_four_bands(name):
    model, _ = random(name)
    x = np.zeros((3, 250, 40), np.float32)
    x[0, 120:130, 8] = x[1, 120:130, 11] = x[2, 120:130, 12] = 3  # an event, three bands higher, in the next four
    found = predicted(model, x)
    np.testing.assert_allclose(found[1], found[0], atol=1e-6)
    assert np.abs(found[2] - found[0]).max() > 1e-5


def test_filters_for_onsets_may_move_in_time():
    model, _ = random("o_net")
    x = np.zeros((2, 250, 40), np.float32)
    x[0, 100:110, 8] = x[1, 117:127, 8] = 3
    found = predicted(model, x)
    np.testing.assert_allclose(found[1], found[0], atol=1e-6)


def test_low_timbral_filters_may_move_in_pitch_and_tall_ones_less():
    model, _ = random("tags")
    pooled = keras.Model(model.input, [model.get_layer(f"timbral_1x{height}_maps").output for height in (25, 100)])
    x = np.zeros((2, 187, 128), np.float32)
    x[0, 80:100, 50:54] = x[1, 80:100, 70:74] = 2
    low, tall = pooled.predict(x, verbose=0)
    np.testing.assert_allclose(low[1], low[0], atol=1e-6)
    assert np.abs(tall[1] - tall[0]).max() > 1e-3


def test_time_frequency_starts_from_the_filters_of_trained_networks():
    both, (time, _), (frequency, _) = build("time_frequency"), random("time", seed=3), random("frequency", seed=4)
    dense = both.get_layer("dense").get_weights()
    cbmi2016.start_from(both, time, frequency)
    for model in (time, frequency):
        for ours, theirs in zip(
            both.get_layer(f"{model.name}_filters").get_weights(), model.get_layer(f"{model.name}_filters").get_weights(),
            strict=True,
        ):  # fmt: skip
            np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(both.get_layer("dense").get_weights()[0], dense[0])
