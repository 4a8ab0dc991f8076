"""Check the page on timbre: tasks, thresholds, scores, tracks of several lengths, and whole evaluations."""

import keras
import numpy as np
import pytest
import soundfile
from conftest import tone
from sklearn.metrics import f1_score, roc_auc_score

from thesis_lib import features
from thesis_lib.datasets.clip import Clip
from thesis_lib.protocols.musically_motivated import chunks, training
from thesis_lib.protocols.musically_motivated.timbre import evaluation, scores, systems


def clip(labels, split=None):
    return Clip("x.wav", labels, split=split, fold=None if split else 1)


def test_the_task_is_read_from_the_labels():
    one = [clip(("a",), "train"), clip(("b",), "test")]
    assert scores.task(one) == scores.ONE
    assert scores.task([*one, clip(("a", "b"), "test")]) == scores.PREDOMINANT
    for learnt in (("a", "b"), ()):
        assert scores.task([*one, clip(learnt, "validation")]) == scores.TAGS
    assert scores.task([clip(("a",)), clip(("a", "b"))]) == scores.TAGS, "with folds, every clip is trained on"


def test_the_threshold_is_the_best_of_the_originals_and_relative_to_the_largest():
    np.testing.assert_allclose(scores.THRESHOLDS, [0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6])
    rng = np.random.default_rng(0)
    found, truth = rng.random((40, 5)), rng.random((40, 5)) < 0.4
    relative = found / found.max(axis=1, keepdims=True)
    expected = [f1_score(truth, relative >= one, average="micro") for one in scores.THRESHOLDS]
    assert scores.best_threshold(found, truth) == pytest.approx(scores.THRESHOLDS[int(np.argmax(expected))])
    assert scores.predominant(np.array([[0.2, 0.1, 0.05]]), 0.5).tolist() == [[True, True, False]]


def test_auc_is_over_the_tags_that_some_tracks_have_and_others_have_not():
    rng = np.random.default_rng(0)
    found, truth = rng.random((30, 4)), (rng.random((30, 4)) < 0.5).astype(float)
    truth[:, 1], truth[:, 3] = 0, 1
    expected = np.mean([roc_auc_score(truth[:, tag], found[:, tag]) for tag in (0, 2)])
    assert scores.auc(found, truth) == pytest.approx(expected)


def test_a_track_has_the_mean_of_its_own_patches():
    class Known:
        def outputs(self, chunks, places):
            return np.stack([places[:, 0] * 100.0 + places[:, 1], places[:, 1]], axis=1)

    counts = np.array([3, 1, 2])
    cut = chunks.Chunks(np.zeros((3, 30, 4)), 10, None, None, 0.0, 1.0)
    found = evaluation.track_means(Known(), cut, counts, np.array([2, 0]))
    np.testing.assert_allclose(found, [[205, 5], [10, 10]])


@pytest.fixture(scope="module")
def tracks(tmp_path_factory):
    """Two kinds of tone: three for each part, those to test longer and some with both labels."""
    home, made = tmp_path_factory.mktemp("tones"), []
    for number, split in enumerate(["train"] * 6 + ["validation"] * 4 + ["test"] * 4):
        label, other, frequency = [("low", "high", 300), ("high", "low", 2000)][number % 2]
        path = home / f"{number}.wav"
        seconds = 6.0 if split == "test" else 1.5
        soundfile.write(path, tone(frequency, seconds, seed=number), 16_000)
        made.append(Clip(path, (label, other) if number > 11 else (label,), split=split))
    return made


def evaluated(tracks, names, protocol="all", transpose=False, **changed):
    settings = evaluation.settings(
        tracks, scale="smoke", systems=names, protocol=protocol, transpose=transpose, seed=0, draws=1, epochs=0
    ) | {"seconds": 6.0}
    return [row for rows in evaluation.evaluate(tracks, **settings | changed) for row in rows]


def test_patches_are_counted_within_each_track(tracks):
    assert evaluation.n_patches(tracks, 6.0, 2.73).tolist() == [1] * 10 + [2] * 4
    assert evaluation.n_patches(tracks, 2.0, 0.75).tolist() == [2] * 14


def test_predominant_instruments_are_scored_by_f1_with_and_without_the_fault(tracks):
    rows = evaluated(tracks, "trained_7x96")
    assert [(row["protocol"], row["metric"]) for row in rows] == [
        (protocol, f"{average} F1") for protocol in ("sound", "threshold", "paper") for average in ("micro", "macro")
    ]
    assert rows[2]["value"] >= rows[0]["value"], "the best threshold on the test tracks"
    assert rows[2]["value"] == rows[4]["value"] and "predicted" not in rows[0]


def test_one_label_per_track_is_scored_by_accuracy(tracks):
    single = [Clip(one.path, one.labels[:1], split=one.split) for one in tracks]
    (row,) = evaluated(single, "trained_7x86", epochs=3)
    tested, labels = row["predicted"]
    assert row["metric"] == "accuracy" and row["protocol"] == "sound"
    assert row["value"] == np.mean([single[i].label == label for i, label in zip(tested, labels, strict=True)])


def test_tags_are_scored_by_auc_and_the_fault_leaves_the_last_one_out(tracks, monkeypatch):
    tagged = [Clip(one.path, (*one.labels, "tone"), split=one.split) for one in tracks[:6]]
    tagged += [Clip(one.path, one.labels, split=one.split) for one in tracks[6:]]
    seen = []
    monkeypatch.setattr(scores, "auc", lambda found, truth: seen.append(found.shape[1]) or 0.5)
    rows = evaluated(tagged, "tags_small")
    assert [row["protocol"] for row in rows] == ["sound", "last_tag", "paper"] and seen == [3, 2, 2]


def test_test_tracks_are_transposed_and_scored_with_the_threshold_of_the_others(tracks):
    rows = evaluated(tracks, "trained_7x96", protocol="sound", transpose=True)
    assert [row["metric"] for row in rows[2:]] == [f"micro F1, {shift:+d} semitones" for shift in evaluation.SHIFTS]
    plain = evaluated(tracks, "trained_7x96", protocol="sound")
    assert [row["value"] for row in rows[:2]] == [row["value"] for row in plain]
    single = [Clip(one.path, one.labels[:1], split=one.split) for one in tracks]
    assert len(evaluated(single, "trained_7x96", transpose=True)) == 7


def test_a_transposed_clip_has_its_partials_elsewhere(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(440, 2.0), 16_000)
    log_mel = {"sample_rate": 12_000, "seconds": 1.0, "n_mels": 96, "n_fft": 2048, "hop": 256}
    peaks = [
        features.log_mels([Clip(path, ("a",))], semitones=shift, **log_mel)[0].mean(axis=0).argmax()
        for shift in (-12, 0, 12)
    ]
    expected = []
    for frequency in (220, 440, 880):
        soundfile.write(path, tone(frequency, 2.0), 16_000)
        expected.append(features.log_mels([Clip(path, ("a",))], **log_mel)[0].mean(axis=0).argmax())
    assert peaks == expected


def test_a_softmax_cannot_learn_several_labels(tracks):
    tagged = [Clip(one.path, (*one.labels, "tone"), split=one.split) for one in tracks]
    with pytest.raises(ValueError, match="systems: instruments tells one label per clip"):
        evaluated(tagged, "tags,instruments")
    with pytest.raises(ValueError, match="protocol: last_tag is not about such clips; choose sound or threshold or"):
        evaluated(tracks, "instruments", protocol="last_tag")


def test_a_training_that_diverges_is_recorded_and_the_others_go_on(tracks, monkeypatch, capsys):
    fit = training.Trained.fit

    def broken(self, *args, **kwargs):
        if self.model.name == "vertical_7x96":
            raise training.Diverged("the training loss was not finite after 1 epochs")
        return fit(self, *args, **kwargs)

    monkeypatch.setattr(training.Trained, "fit", broken)
    rows = evaluated(tracks, "trained_7x96,trained_7x86", protocol="sound")
    assert [row["metric"] for row in rows] == ["diverged", "micro F1", "macro F1"]
    assert "7x96, fold None: the training loss was not finite" in capsys.readouterr().out


@pytest.mark.parametrize("name", systems.SYSTEMS)
def test_networks_are_built_for_any_number_of_labels_and_said_to_be_independent(name):
    model = systems.SYSTEMS[name].build(4)
    independent = model.layers[-1].activation is keras.activations.sigmoid
    assert model.output_shape == (None, 4) and independent == (name in systems.INDEPENDENT)
    assert model.input_shape[2] == systems.SYSTEMS[name].front_end.mel["n_mels"]
