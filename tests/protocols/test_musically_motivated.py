"""Check chapter III's protocol: chunks, votes, the papers' faults one by one, divergence, and whole evaluations."""

from collections import Counter

import keras
import numpy as np
import pytest
import soundfile
from conftest import tone

from thesis_lib.datasets.clip import Clip
from thesis_lib.datasets.splits import Split
from thesis_lib.models import ARCHITECTURES
from thesis_lib.protocols.musically_motivated import chunks, faults, training
from thesis_lib.protocols.musically_motivated.rhythm import evaluation, systems

SPLIT = Split(1, np.arange(0, 18), np.arange(18, 24), np.arange(24, 30))
CLASSES = np.arange(30) % 2
HOT = np.eye(2, dtype=np.float32)[CLASSES]
LENGTH = 80


@pytest.fixture
def x():
    """Thirty tracks of three chunks and a rest: the energy of a chunk is early or late; test tracks are louder."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 3, 80, 40)).astype(np.float32)
    for track in range(30):
        x[track, :, 40 * (track % 2) : 40 * (track % 2) + 40] += 2
    x[24:] += 5
    return np.concatenate([x.reshape(30, 240, 40), np.full((30, 17, 40), 1e3, np.float32)], axis=1)


def divided(x, *found, rng=0):
    return chunks.divide(x, LENGTH, SPLIT, np.random.default_rng(rng), faults=found)


def test_tracks_are_cut_into_chunks_that_do_not_overlap():
    values = np.arange(2 * 17 * 3, dtype=np.float32).reshape(2, 17, 3)
    found = chunks.places(np.array([1, 0]), np.array([2, 3]), 5)
    assert found.tolist() == [[1, 0], [1, 5], [1, 10], [0, 0], [0, 5]]
    cut = chunks.Chunks(values, 5, found, found[:0], 0.0, 1.0).take(found)
    np.testing.assert_array_equal(cut[:3].reshape(15, 3), values[1, :15])
    np.testing.assert_array_equal(cut[3:].reshape(10, 3), values[0, :10])


def test_each_band_is_normalised_by_itself_on_request(x):
    x = x * np.arange(1, 41, dtype=np.float32)
    found = chunks.divide(x, LENGTH, SPLIT, np.random.default_rng(0), by_band=True)
    normal = found.take(found.train).reshape(-1, 40)
    np.testing.assert_allclose(normal.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(normal.std(axis=0), 1, atol=1e-3)


def test_a_sound_division_keeps_tracks_apart_and_test_tracks_out(x):
    found = divided(x)
    assert set(found.train[:, 0]) == set(SPLIT.train) and set(found.validation[:, 0]) == set(SPLIT.validation)
    assert len(found.train) == 54 and len(found.validation) == 18
    normal = found.take(found.train)
    assert normal.mean() == pytest.approx(0, abs=1e-4) and normal.std() == pytest.approx(1, abs=1e-4)


def test_the_leak_puts_a_track_on_both_sides_and_nothing_else(x):
    found = divided(x, faults.LEAK)
    assert len(found.train) == 64 and len(found.validation) == 8, "one chunk of nine"
    assert set(found.train[:, 0]) & set(found.validation[:, 0])
    both = Counter(map(tuple, np.concatenate([found.train, found.validation]).tolist()))
    assert both == Counter((track, 80 * part) for track in range(24) for part in range(3)), (
        "each chunk once, no test track"
    )
    learnt = [x[row, start : start + LENGTH].mean() for row, start in found.train]
    assert found.mean == pytest.approx(np.mean(learnt), rel=1e-5)


def test_normalisation_by_all_tracks_reads_the_test_tracks(x):
    sound, whole = divided(x), divided(x, faults.WHOLE)
    np.testing.assert_array_equal(sound.train, whole.train)
    assert whole.mean == pytest.approx(x[:, :240].mean(), rel=1e-5) and whole.mean > sound.mean + 0.5


def test_protocols_switch_faults_on_one_by_one_or_as_in_the_paper():
    alone = {"leak": ("leak",), "whole": ("whole",), "tries": ("tries",)}
    assert {"sound": (), "paper": ("leak", "whole")} | alone == faults.RHYTHM
    assert faults.TIMBRE["paper"] == ("threshold", "last_tag") and faults.TIMBRE["sound"] == ()


def test_the_majority_wins_and_of_equals_the_earliest():
    """Python's Counter.most_common, with which the originals count, breaks ties in the same way."""
    votes = np.random.default_rng(0).integers(0, 4, (200, 5))
    expected = [Counter(row).most_common(1)[0][0] for row in votes.tolist()]
    np.testing.assert_array_equal(evaluation.majority(votes), expected)


def test_a_training_repeats_and_learns(x):
    fitted = training.Trained(lambda: systems.SYSTEMS["time"].build(2))
    found = divided(x)
    first = fitted.fit(found, HOT, epochs=12, seed=1)
    predicted = fitted.outputs(found, found.validation).argmax(axis=1)
    np.testing.assert_array_equal(predicted, np.repeat(CLASSES[SPLIT.validation], 3))
    weights = fitted.model.get_weights()
    assert fitted.fit(found, HOT, epochs=12, seed=1) == first
    for one, other in zip(weights, fitted.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_training_stops_without_improvement_and_keeps_the_best_epoch(x):
    fitted, losses = training.Trained(lambda: systems.SYSTEMS["frequency_32"].build(2)), iter([3.0, 2.0, 4.0, 5.0, 1.0])
    kept = []
    fitted._loss = lambda *args: kept.append(fitted.model.get_weights()) or next(losses)
    found = divided(x)
    assert fitted.fit(found, HOT, epochs=5, patience=2) == 2 and len(kept) == 4
    for one, other in zip(fitted.model.get_weights(), kept[1], strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", ["time", "sigmoid"])
def test_the_validation_loss_is_that_of_keras(name, x):
    def build():
        model = systems.SYSTEMS["time"].build(2)
        if name == "time":
            return model
        return keras.Model(model.input, keras.layers.Dense(2, "sigmoid")(model.layers[-2].output))

    fitted, found = training.Trained(build), divided(x)
    loss = keras.losses.get("binary_crossentropy" if fitted.independent else "categorical_crossentropy")
    expected = loss(HOT[found.validation[:, 0]], fitted.outputs(found, found.validation))
    assert fitted._loss(found, HOT, np.ones(30)) == pytest.approx(float(np.mean(expected)), rel=1e-5)
    assert fitted.independent == (name == "sigmoid")


def test_a_loss_that_is_not_finite_ends_the_training(x):
    fitted, losses = training.Trained(lambda: systems.SYSTEMS["time"].build(2)), iter([0.5, 0.4, np.nan, 0.3])
    fitted.model.train_on_batch = lambda *batch: next(losses)
    found = divided(x)  # 54 chunks: two batches an epoch
    with pytest.raises(training.Diverged, match="not finite after 2 epochs"):
        fitted.fit(found, HOT, epochs=3)


@pytest.fixture(scope="module")
def tracks(tmp_path_factory):
    """Two classes of three tracks on each of three folds; one track is shorter than a chunk of 5.8 s."""
    home, made = tmp_path_factory.mktemp("tracks"), []
    for label, frequency in (("low", 300), ("high", 2000)):
        for index in range(6):
            path = home / f"{label}-{index}.wav"
            soundfile.write(path, tone(frequency, 1.0 if index == 0 else 2.5, seed=index), 16_000)
            made.append(Clip(path, (label,), fold=1 + index % 3))
    return made


def evaluated(tracks, names, done=lambda **fields: False, **changed):
    settings = evaluation.settings(
        tracks, scale="smoke", systems=names, protocol=changed.pop("protocol", "sound"), seed=0, draws=1, epochs=0
    )
    return [row for rows in evaluation.evaluate(tracks, **settings | changed, done=done) for row in rows]


def test_every_system_is_trained_on_tracks_of_any_length(tracks):
    names = ["black_box", "time_frequency_init", "frequency_30", "o_net_2", "p_net"]  # one of each builder
    rows = evaluated(tracks, ",".join(names))
    assert [row["system"] for row in rows] == names
    for row in rows:
        tested, labels = row["predicted"]
        assert row["metric"] == "accuracy" and row["fold"] == 1 and set(labels) <= {"low", "high"}
        assert {tracks[index].fold for index in tested} == {1} and row["train_size"] == 4
        assert row["value"] == np.mean([tracks[i].label == label for i, label in zip(tested, labels, strict=True)])


def test_records_that_exist_are_not_made_again_and_the_others_are_the_same(tracks):
    every = {"system": "time", "protocol": "sound", "fold": 2, "seed": 0}
    rows = evaluated(tracks, "time", folds=None)
    left = evaluated(tracks, "time", folds=None, done=lambda **fields: fields == every)
    assert [row["fold"] for row in rows] == [1, 2, 3] and [row["fold"] for row in left] == [1, 3]
    for one, other in zip([rows[0], rows[2]], left, strict=True):
        assert one["value"] == other["value"] and list(one["predicted"][1]) == list(other["predicted"][1])


def test_a_training_that_diverges_is_recorded_and_the_others_go_on(tracks, monkeypatch, capsys):
    fit = training.Trained.fit

    def broken(self, *args, **kwargs):
        if self.model.name == "time":
            raise training.Diverged("the training loss was not finite after 1 epochs")
        return fit(self, *args, **kwargs)

    monkeypatch.setattr(training.Trained, "fit", broken)
    first, second = evaluated(tracks, "time,frequency_32")
    assert first["metric"] == "diverged" and "predicted" not in first and second["metric"] == "accuracy"
    assert "Time, fold 1: the training loss was not finite after 1 epochs; the other trainings go on." in (
        capsys.readouterr().out
    )


def test_the_best_of_several_tries_on_test_tracks_is_recorded(tracks, monkeypatch):
    accuracies = iter([0.25, 1.0, 0.5, 0.25])
    classes = np.array([clip.label == "low" for clip in tracks]).astype(int)

    def tried(fitted, name, chunks, targets, part, epochs, patience, seed):
        right = next(accuracies) * len(part.test)
        return np.where(np.arange(len(part.test)) < right, classes[part.test], 1 - classes[part.test])

    monkeypatch.setattr(evaluation, "_tried", tried)
    row, sound = evaluated(tracks, "time", protocol="tries,sound")
    assert (row["protocol"], row["value"]) == ("tries", 1.0) and (sound["protocol"], sound["value"]) == ("sound", 0.25)


def test_two_folds_leave_no_tracks_to_stop_by(tracks):
    two = [clip for clip in tracks if clip.fold < 3]
    with pytest.raises(ValueError, match="training needs validation tracks"):
        evaluated(two, "time")


def test_initialised_systems_start_from_systems_with_the_same_filters():
    for system in systems.SYSTEMS.values():
        assert system.size in ARCHITECTURES[system.network].sizes
        for other in system.starts_from:
            names = {layer.name for layer in systems.SYSTEMS[other].build(2).layers}
            assert f"{systems.SYSTEMS[other].network}_filters" in names
    assert isinstance(systems.SYSTEMS["o_p_net_8"].build(5), keras.Model)
