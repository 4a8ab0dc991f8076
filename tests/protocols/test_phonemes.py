"""Check the page on phonemes: labels of frames, faults of the paper's code, and whole evaluations."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from thesis_lib.datasets import loading, splits
from thesis_lib.datasets.clip import Clip
from thesis_lib.protocols.musically_motivated import frames as cutting
from thesis_lib.protocols.musically_motivated import training
from thesis_lib.protocols.musically_motivated.phonemes import evaluation, labels, systems
from thesis_lib.protocols.musically_motivated.singing import EXAMPLE


def test_a_frame_has_the_phoneme_that_is_sung_at_its_centre():
    segments = ((0.02, 0.05, "s"), (0.05, 0.08, "a"), (0.1, 0.12, "e"))
    assert labels.label(segments, 14).tolist() == ["", "", "s", "s", "s", "a", "a", "a", "", "", "e", "e", "", ""]


@pytest.mark.parametrize(
    ("segments", "reason"),
    [
        ((), "has no phonemes"),
        (((0.0, 0.5, "a"), (0.4, 0.8, "e")), "must be in order and must not overlap"),
        (((0.5, 0.4, "a"),), "must be in order"),
        (((0.0, 0.5, "a"), (2.0, 2.5, "e")), "lasts 2.00 s and has a phoneme at 2.00 s"),
    ],
)
def test_phrases_whose_phonemes_do_not_fit_are_named(segments, reason, monkeypatch):
    monkeypatch.setattr(labels.audio, "duration", lambda path: 2.0)
    with pytest.raises(ValueError, match=reason):
        labels.check([Clip("a.wav", (), segments=segments)])


@pytest.fixture(scope="module")
def phrases(tmp_path_factory):
    home = tmp_path_factory.mktemp("phrases")
    return loading.load("rendered_singing", str(home), n=10, seconds=2.0, sample_rate=22_050)


def evaluated(phrases, names, protocol="sound", **changed):
    settings = evaluation.settings(phrases, scale="smoke", systems=names, protocol=protocol, seed=0, draws=1, epochs=0)
    return [row for rows in evaluation.evaluate(phrases, **settings | changed) for row in rows]


def test_the_patch_of_a_frame_is_centred_on_it_also_when_it_is_short(phrases):
    frames = cutting.cut(phrases[:3])
    part = splits.Split(1, np.array([0]), np.array([1]), np.array([2]))
    long, short = (frames.divide(part, length) for length in (21, 5))
    at = slice(30, 60)
    np.testing.assert_array_equal(short.take(short.train[at]), long.take(long.train[at])[:, 8:13])
    np.testing.assert_array_equal(long.take(long.train[31:61])[:, 9], long.take(long.train[at])[:, 10])
    known = np.stack([frames.patches[row, 10] for row in np.flatnonzero(frames.phrase == 0)])
    np.testing.assert_allclose(long.mean, known.mean(axis=0), rtol=1e-6)


def test_every_network_and_protocol_is_scored_and_the_most_frequent_phoneme(phrases, tmp_path):
    rows = evaluated(phrases, "phonemes,phonemes_mlp", "all", folder=tmp_path)
    assert len(rows) == 2 + 2 * 4 * 2 and all(0 <= row["value"] <= 1 for row in rows)
    assert {row["protocol"] for row in rows if row["system"] == "phonemes"} == {"sound", "overlap", "log", "paper"}
    first = {row["metric"]: row["value"] for row in rows if row["system"] == systems.MAJORITY}
    truth = {row["system"]: row for row in rows if row["metric"] == "frame accuracy" and row["protocol"] == "sound"}
    with np.load(tmp_path / EXAMPLE, allow_pickle=False) as found:
        confused = found["confused_phonemes_mlp"]
        assert len(found["truth"]) == len(found["phonemes"]) > 100
    assert np.trace(confused) / confused.sum() == pytest.approx(truth["phonemes_mlp"]["value"])
    counts = confused.sum(axis=1)
    assert first["frame accuracy"] in [pytest.approx(count / counts.sum()) for count in counts]
    assert first["mean recall"] == pytest.approx(1 / (counts > 0).sum())


def test_the_mean_recall_is_scikit_learns_balanced_accuracy():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 6, 500)
    told = np.where(rng.random(500) < 0.6, truth, rng.integers(0, 6, 500))
    assert evaluation._scored(truth, told)[1]["value"] == pytest.approx(balanced_accuracy_score(truth, told))


def test_eleven_of_fourteen_test_phrases_are_trained_on_with_the_fault_overlap():
    part = splits.Split(1, np.arange(28), np.arange(28, 33), np.arange(33, 47))
    overlapped = evaluation.overlapped(part)
    assert np.isin(part.test, overlapped.train).sum() == 11 and len(overlapped.train) == 39


def test_a_fault_in_the_test_alone_shares_the_training(phrases, monkeypatch):
    trained, fit = [], training.Trained.fit

    def counted(self, chunks, *args, **kwargs):
        trained.append(len(chunks.train))
        return fit(self, chunks, *args, **kwargs)

    monkeypatch.setattr(training.Trained, "fit", counted)
    rows = evaluated(phrases, "phonemes_mlp", "sound,log")
    assert len(trained) == 1
    evaluated(phrases, "phonemes_mlp", "all")
    assert len(trained) == 3 and trained[2] > 1.2 * trained[1]
    values = {row["protocol"]: row["value"] for row in rows if row["system"] != systems.MAJORITY}
    assert set(values) == {"sound", "log"}


def test_the_faint_logarithm_is_the_one_of_the_papers_test(phrases):
    """log(10000 x + 1) of the same power: (exp(y) - 1) / 10 + 1 of what log(100000 x + 1) = y gives."""
    loud, faint = cutting.cut(phrases[:1]), cutting.cut(phrases[:1], compression=evaluation.FAINT)
    rows = (np.arange(50), slice(None))
    np.testing.assert_allclose(
        faint.patches[rows], np.log(np.expm1(loud.patches[rows]) / 10 + 1), atol=0.02
    )  # stored in 16 bits


def test_a_training_that_diverges_is_recorded_and_the_others_go_on(phrases, monkeypatch, capsys):
    fit = training.Trained.fit

    def broken(self, *args, **kwargs):
        if self.model.name == "phonemes_small":
            raise training.Diverged("the training loss was not finite after 1 epochs")
        return fit(self, *args, **kwargs)

    monkeypatch.setattr(training.Trained, "fit", broken)
    rows = [row for row in evaluated(phrases, "phonemes_small,phonemes_mlp") if row["system"] != systems.MAJORITY]
    assert [row["metric"] for row in rows] == ["diverged", "frame accuracy", "mean recall"]
    assert "Small filters, fold 1: the training loss was not finite" in capsys.readouterr().out


def test_what_exists_is_not_trained_again(phrases):
    assert evaluated(phrases, "phonemes_mlp", done=lambda **fields: fields == {"fold": 1, "seed": 0}) == []


def test_data_without_phonemes_cannot_be_used_and_two_folds_leave_nothing_to_stop_by(phrases):
    with pytest.raises(ValueError, match="needs sung phrases with their phonemes"):
        evaluated([Clip(one.path, ("a",), fold=one.fold) for one in phrases], "phonemes_mlp")
    with pytest.raises(ValueError, match="training needs validation phrases"):
        evaluated([one for one in phrases if one.fold < 3], "phonemes_mlp")
