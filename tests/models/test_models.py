"""Check all front-ends of chapter IV: published sizes, shapes, weights and saved files."""

import keras
import numpy as np
import pytest

from thesis_lib.datasets import folder
from thesis_lib.models import ARCHITECTURES, build, of_chapter
from thesis_lib.models.random_cnns import EVENT_LENGTHS
from thesis_lib.protocols.non_trained import extraction

# Features and parameters of the original code's two sizes (Pons & Serra, ICASSP 2019): counted from its layers' definitions.
PUBLISHED = {
    "vgg": [(160, 37_312), (3585, 18_517_242)],
    "7x96": [(160, 107_680), (3585, 2_412_705)],
    "7x86": [(160, 96_480), (3585, 2_161_755)],
    "timbral": [(112, 16_976), (3584, 543_232)],
    "temporal": [(112, 6_798), (3584, 217_536)],
    "timbral_temporal": [(112, 11_887), (3584, 380_384)],
    "sample_level": [(161, 9_752), (3584, 4_723_712)],
    "frame_level": [(160, 54_240), (3584, 17_321_472)],
    "frame_level_many": [(160, 39_600), (3584, 10_282_496)],
}
SHORT = {"log-mel": (188, 96), "waveform": (12_000, 1)}
CASES = [(name, size, *PUBLISHED[name][index]) for name in PUBLISHED for index, size in enumerate(("small", "large"))]


def test_all_front_ends_are_held_to_it():
    assert tuple(PUBLISHED) == of_chapter("IV")


def small(name, **knobs):
    return build(name, input_shape=SHORT[ARCHITECTURES[name].signal], width=4, **knobs)


def batch(name, n=3, seed=0):
    shape = SHORT[ARCHITECTURES[name].signal]
    return np.random.default_rng(seed).normal(size=(n, *shape)).astype(np.float32)


@pytest.mark.parametrize(("name", "size", "features", "parameters"), CASES)
def test_published_sizes(name, size, features, parameters):
    model = build(name, **ARCHITECTURES[name].sizes[size].knobs)
    assert model.output_shape == (None, features)
    assert model.count_params() == parameters


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_layer_has_a_name_of_its_own(name):
    """Keras numbers the layers that nobody named, so their names change from one build to the next."""
    knobs = next(iter(ARCHITECTURES[name].sizes.values())).knobs
    first, second = ([layer.name for layer in build(name, **knobs).layers] for _ in range(2))
    assert first == second


def test_published_size_for_events():
    """The original's variant for UrbanSound8K."""
    model = build("timbral_temporal", input_shape=(188, 96), width=128, lengths=EVENT_LENGTHS)
    assert model.count_params() == 302_336


@pytest.mark.parametrize("name", PUBLISHED)
def test_features_are_finite_and_not_constant(name):
    keras.utils.set_random_seed(0)
    values = small(name).predict(batch(name), verbose=0)
    assert np.isfinite(values).all()
    assert (np.ptp(values, axis=0) > 0).mean() > 0.5


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_same_seed_gives_the_same_features(name):
    values = []
    for seed in (0, 0, 1):
        keras.utils.set_random_seed(seed)
        values.append(small(name).predict(batch(name), verbose=0))
    np.testing.assert_array_equal(values[0], values[1])
    assert not np.allclose(values[0], values[2])


@pytest.mark.parametrize("name", PUBLISHED)
def test_features_of_a_clip_do_not_depend_on_its_batch(name):
    model, inputs = small(name), batch(name)
    together = model.predict(inputs, verbose=0)
    alone = np.concatenate([model.predict(inputs[i : i + 1], verbose=0) for i in range(len(inputs))])
    np.testing.assert_allclose(alone, together, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", PUBLISHED)
def test_training_reaches_every_weight(name):
    keras.utils.set_random_seed(0)
    model = small(name, n_outputs=3)
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    before = [weight.numpy() for weight in model.trainable_weights]
    model.train_on_batch(batch(name, n=6), np.array([0, 1, 2, 0, 1, 2]))
    for weight, value in zip(model.trainable_weights, before, strict=True):
        assert not np.array_equal(weight.numpy(), value), weight.path


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_saved_model_is_the_same(name, tmp_path):
    model = small(name)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(batch(name), verbose=0), model.predict(batch(name), verbose=0))


def test_random_features_follow_from_their_names_not_from_what_was_built_before(audio_folder, monkeypatch, tmp_path):
    clips = folder.clips(audio_folder)

    def features(**changes):
        settings = {"n_features": 56, "seed": 0, "seconds": 1.0} | changes
        return np.array(extraction.extract(clips, ["timbral"], **settings)["timbral"].values)

    first = features()
    monkeypatch.setenv("THESIS_CACHE", str(tmp_path / "other"))
    build("vgg", width=4)
    np.testing.assert_array_equal(features(), first)
    np.testing.assert_array_equal(features(n_features=57), first)  # the same width
    stores = len(list((tmp_path / "other" / "features").glob("*/*.npy")))
    features()
    assert len(list((tmp_path / "other" / "features").glob("*/*.npy"))) == stores
    assert not np.array_equal(features(seed=1), first)


def test_weights_are_he_normal():
    keras.utils.set_random_seed(0)
    kernel = build("7x96", width=160).get_layer("front_end").kernel.numpy()
    assert kernel.std() == pytest.approx(np.sqrt(2 / (7 * 96)), rel=0.01)
    assert abs(kernel).max() <= 2 * np.sqrt(2 / (7 * 96)) / 0.87962566103423978 + 1e-6, "truncated at two deviations"


def test_layers_of_the_same_shape_do_not_share_their_values():
    keras.utils.set_random_seed(0)
    model = small("vgg")
    assert not np.array_equal(
        model.get_layer("front_end_3").kernel.numpy(), model.get_layer("front_end_4").kernel.numpy()
    )


def test_means_of_a_known_filter():
    """7x96 with a filter of ones over ones: every feature is 7 * 96 plus the bias."""
    model = build("7x96", input_shape=(20, 96), width=2)
    model.get_layer("front_end").set_weights([np.ones((7, 96, 1, 2)), np.array([0.0, 5.0])])
    np.testing.assert_allclose(model.predict(np.ones((1, 20, 96)), verbose=0), [[672, 677]])


def test_temporal_sees_the_envelope_only():
    model, inputs = small("temporal", lengths=EVENT_LENGTHS), batch("temporal")
    shuffled = np.random.default_rng(0).permuted(inputs, axis=2)
    np.testing.assert_allclose(model.predict(shuffled, verbose=0), model.predict(inputs, verbose=0), atol=1e-5)


def test_7x86_ignores_a_shift_in_pitch_that_7x96_hears():
    one = np.zeros((1, 30, 96), np.float32)
    one[:, :, 40:46] = 1
    other = np.roll(one, 3, axis=2)
    keras.utils.set_random_seed(0)
    free, fixed = (build(name, input_shape=(30, 96), width=64) for name in ("7x86", "7x96"))

    def change(model):
        a, b = (model.predict(x, verbose=0) for x in (one, other))
        return np.linalg.norm(a - b) / np.linalg.norm(a)

    assert change(free) < 0.6 * change(fixed)


@pytest.mark.parametrize("name", ["temporal", "timbral_temporal"])
def test_a_width_that_cannot_be_split(name):
    with pytest.raises(ValueError, match="width must be a multiple of four.*got width=6"):
        build(name, width=6)


def test_an_unknown_architecture_names_the_nearest():
    with pytest.raises(ValueError, match="got name='timbra'. Did you mean timbral?"):
        build("timbra")


SIZES = [(name, size) for name, architecture in ARCHITECTURES.items() for size in architecture.sizes]


@pytest.mark.parametrize(("name", "size"), SIZES)
def test_the_table_states_the_counts_of_the_built_model(name, size):
    stated = ARCHITECTURES[name].sizes[size]
    model = build(name, **stated.knobs)
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == stated.n_params
    assert model.output_shape[-1] == stated.n_outputs


def test_an_architecture_without_a_faster_form_says_so():
    with pytest.raises(ValueError, match="fast must be False.*got name='vgg'"):
        build("vgg", fast=True)
