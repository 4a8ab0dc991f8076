"""Compare each system of chapter VI with what it must equal."""

import keras
import numpy as np
import pytest
import soundfile
from conftest import RATE, tone
from sklearn.metrics.pairwise import cosine_distances

from thesis_lib import audio
from thesis_lib.datasets import folder
from thesis_lib.protocols.few_data import evaluation as few_data
from thesis_lib.protocols.few_data import inputs as few_inputs
from thesis_lib.protocols.few_data import preparation as few_systems
from thesis_lib.protocols.few_data import pretrained as few_pretrained
from thesis_lib.protocols.few_data.draws import Trial, trials
from thesis_lib.protocols.few_data.inputs import Patches
from thesis_lib.protocols.few_data.regularised import Regularised


@pytest.fixture
def clips(tmp_path):
    """Two classes of twelve clips of 4 s in three folds."""
    for label, frequency in (("low", 300), ("high", 2000)):
        (tmp_path / "audio" / label).mkdir(parents=True)
        for k in range(12):
            wave = np.tile(tone(frequency * (1 + 0.02 * k), seed=k), 4)
            soundfile.write(tmp_path / "audio" / label / f"{k % 3 + 1}-{k}.wav", wave, RATE)
    return folder.clips(tmp_path / "audio")


def test_log_mel_patches_are_three_seconds_of_the_papers_input(clips):
    inputs = few_inputs.log_mels(clips)
    assert inputs.shape == (128, 128)
    power = audio.mel_spectrogram(audio.load(clips[5].path, 44_100), 44_100, n_mels=128, n_fft=1024, hop=1024)
    expected = np.log10(power.astype(np.float64) + 2.0**-52)  # the original adds float64's eps
    found = inputs.all(np.array([5]))[0]
    assert len(found) == 1 + (len(expected) - 128) // 42 == 2
    np.testing.assert_allclose(found[1], expected[42:170], rtol=1e-3)  # float16 on disk
    starts, some = set(), inputs.random(np.array([5] * 50), np.random.default_rng(0))
    for patch in some:
        start = min(range(len(expected) - 127), key=lambda s, p=patch: abs(expected[s : s + 128] - p).mean())
        np.testing.assert_allclose(patch, expected[start : start + 128], rtol=1e-3)
        starts.add(start)
    assert len(starts) > 20


def test_nearest_neighbours_are_by_angle_and_patches_vote():
    rng = np.random.default_rng(0)
    values, targets = rng.normal(size=(30, 3, 8)).astype(np.float32), np.arange(30) % 4
    trial = Trial(1, 0, 2, np.arange(8), np.array([], int), np.arange(8, 30))
    distances = cosine_distances(values[8:].reshape(-1, 8), values[:8].reshape(-1, 8))
    votes = np.repeat(targets[:8], 3)[distances.argmin(axis=1)].reshape(-1, 3)
    expected = [max(range(4), key=lambda c, row=row: ((row == c).sum(), -c)) for row in votes]
    np.testing.assert_array_equal(few_systems.nearest(Patches(values, 0), trial, targets), expected)


def test_a_fit_is_that_of_a_fresh_keras_model_whatever_was_fitted_before():
    """One clip a patch long, so that nothing but the first values is random: Keras' own fit must give the same."""
    rng = np.random.default_rng(0)
    values, targets = rng.normal(size=(12, 1, 20)).astype(np.float32), np.arange(12) % 3
    fitted = Regularised(lambda: few_pretrained.softmax(20, 3), Patches(values, 0))
    fitted.fit(np.arange(3, 9), targets, epochs=5, seed=1)
    fitted.fit(np.arange(6), targets, epochs=21, seed=4)
    keras.utils.set_random_seed(4)
    fresh = few_pretrained.softmax(20, 3)
    fresh.compile(keras.optimizers.SGD(0.1, global_clipnorm=5.0), "sparse_categorical_crossentropy")
    fresh.fit(values[:6, 0], targets[:6], batch_size=6, epochs=20, shuffle=False, verbose=0)
    np.testing.assert_allclose(fitted.predict(np.arange(12)), fresh.predict(values[:, 0], verbose=0), atol=1e-5)


def dropped(n_outputs=3):
    inputs = keras.layers.Input((20,))
    x = keras.layers.Dropout(0.5)(keras.layers.Dense(16, "relu")(inputs))
    return keras.Model(inputs, keras.layers.Dense(n_outputs, "softmax")(x))


@pytest.mark.parametrize("before", [0, 2])
def test_dropout_follows_the_seed_whatever_was_drawn_or_fitted_before(before):
    """A network that is built anew and one that has been fitted before, as after a stop, must drop the same units."""
    values, targets = np.random.default_rng(0).normal(size=(12, 1, 20)).astype(np.float32), np.arange(12) % 3
    keras.utils.set_random_seed(7)
    plain = Regularised(dropped, Patches(values, 0))
    plain.fit(np.arange(6), targets, epochs=9, seed=4)
    keras.utils.set_random_seed(8)
    other = Regularised(dropped, Patches(values, 0))
    for seed in range(before):
        other.fit(np.arange(6), targets, epochs=4, seed=seed)
    other.fit(np.arange(6), targets, epochs=9, seed=4)
    np.testing.assert_array_equal(plain.predict(np.arange(12)), other.predict(np.arange(12)))
    other.fit(np.arange(6), targets, epochs=9, seed=5)
    assert not np.allclose(plain.predict(np.arange(12)), other.predict(np.arange(12)), atol=1e-3)


def test_a_clips_probabilities_are_the_mean_over_its_patches():
    values = np.random.default_rng(0).normal(size=(5, 10, 4)).astype(np.float32)
    fitted = Regularised(lambda: few_pretrained.softmax(4, 2), Patches(values, 0, hop=3))
    expected = fitted.model.predict(values[:, ::3].reshape(-1, 4), verbose=0).reshape(5, 4, 2).mean(axis=1)
    np.testing.assert_allclose(fitted.predict(np.arange(5)), expected, atol=1e-6)


def test_more_clips_than_a_batch_are_taken_in_batches(monkeypatch):
    values, sizes = np.zeros((20, 1, 4), np.float32), []
    fitted = Regularised(lambda: few_pretrained.softmax(4, 2), Patches(values, 0), batch=8)
    monkeypatch.setattr(fitted.model, "train_on_batch", lambda x, y: sizes.append(len(x)))
    fitted.fit(np.arange(20), np.arange(20) % 2, epochs=3)
    assert sizes == [8, 8, 8] * 2, "the first epoch only evaluates"


def test_records_of_every_trial_and_what_is_there_is_left_out(clips):
    settings = {"systems": ["nn_mfcc", "few_timbre"], "counts": (1, 4), "draws": 2, "folds": 2, "epochs": 40}
    rows = [row for rows in few_data.evaluate(clips, **settings) for row in rows]
    assert len(rows) == 2 * 2 * 2 * 2
    assert {(row["n_per_class"], row["train_size"]) for row in rows} == {(1, 2), (4, 8)}
    mean = {name: np.mean([row["value"] for row in rows if row["system"] == name]) for name in settings["systems"]}
    assert mean["nn_mfcc"] == 1 and mean["few_timbre"] > 0.8, "low and high tones"
    assert {row["n_params"] for row in rows} == {None, 7 * 108 * 2 + 2 + 2}
    labels = np.array([clip.label for clip in clips])
    for row in rows:
        tested, predicted = row["predicted"]
        assert {clips[clip].fold for clip in tested} == {row["fold"]}
        assert (labels[tested] == predicted).mean() == row["value"]
    have = {tuple(row[key] for key in ("system", "n_per_class", "fold", "seed")) for row in rows[:11]}
    left = few_data.evaluate(clips, done=lambda **fields: tuple(fields.values()) in have, **settings)
    assert [(row["fold"], row["seed"], row["n_per_class"]) for rows in left for row in rows] == [
        (row["fold"], row["seed"], row["n_per_class"]) for row in rows[11:]
    ]


def test_all_systems_learn_from_the_same_clips(clips, monkeypatch):
    asked = []
    monkeypatch.setattr(
        few_data,
        "prepared",
        lambda system, *args: (lambda t, seed: asked.append(t.train) or np.zeros(len(t.test), int), None),
    )
    list(few_data.evaluate(clips, systems=["nn_mfcc", "few_vgg"], counts=(1, 2), draws=2))
    first, second = asked[: len(asked) // 2], asked[len(asked) // 2 :]
    assert [t.tolist() for t in first] == [t.tolist() for t in second]
    assert [t.tolist() for t in first] == [t.train.tolist() for t in trials(clips, counts=(1, 2), draws=2)]


def test_every_wide_network_is_built_in_the_requested_precision(clips, monkeypatch):
    built = {}
    monkeypatch.setattr(few_systems, "build", lambda name, fast, **knobs: built.setdefault(name, knobs))
    for fitted in ("Regularised", "Prototypical"):
        monkeypatch.setattr(few_systems, fitted, lambda make, *args, **knobs: make())
    for bound in ("_by_softmax", "_by_prototypes"):
        monkeypatch.setattr(few_systems, bound, lambda *args, **knobs: None)
    for system in ("sb_cnn_validated", "few_vgg", "few_timbre", "prototypical"):
        few_systems.prepared(system, clips, np.arange(24) % 2, few_systems.Effort(precision="mixed_bfloat16"))
    precisions = {name: knobs.get("precision") for name, knobs in built.items()}
    assert precisions.pop("few_timbre") is None, "one layer, not wide"
    assert len(precisions) == 3 and set(precisions.values()) == {"mixed_bfloat16"}


def test_musicnns_embeddings_are_its_penultimate_layer(clips, wheel, monkeypatch):
    from thesis_lib.pretrained.tagger import Tagger

    monkeypatch.setenv("THESIS_MUSICNN", str(wheel))
    found = few_pretrained.embeddings(clips[:2], "musicnn").all(np.array([1]))[0]
    expected = Tagger("MSD_musicnn", features=["penultimate"])(clips[1].path, hop=62 / 62.5).features["penultimate"]
    assert found.shape == expected.shape == (2, 200)
    np.testing.assert_allclose(found, expected, atol=0.02 * np.abs(expected).max())
