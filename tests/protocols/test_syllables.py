"""Check the page on syllables: labels of frames, decoders against their definitions, scores, and whole evaluations."""

import itertools

import mir_eval
import numpy as np
import pytest
import scipy.stats

from thesis_lib.datasets import loading
from thesis_lib.datasets.clip import Clip
from thesis_lib.protocols.musically_motivated import training
from thesis_lib.protocols.musically_motivated.singing import EXAMPLE
from thesis_lib.protocols.musically_motivated.syllables import decoding, evaluation, labels, scores, systems


def test_frames_near_an_onset_are_positive_and_weigh_less_the_farther_they_are():
    positive, weights = labels.label(np.array([0.1, 0.31]), 50)
    assert np.flatnonzero(positive).tolist() == [7, 8, 9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 33, 34]
    np.testing.assert_allclose(weights[10:21], [1, 0.75, 0.5, 0.25, 0.25, 0.5, 0.75, 1, 1, 1, 1])
    np.testing.assert_allclose(weights[3:10], [1, 0.75, 0.5, 0.25, 0.25, 0.5, 0.75])


@pytest.mark.parametrize(
    ("clip", "reason"),
    [
        (Clip("a.wav", ()), "has no onsets"),
        (Clip("a.wav", (), onsets=(0.5, 2.0)), "lasts 2.00 s and has an onset at 2.00 s"),
        (Clip("a.wav", (), onsets=(0.5, 1.0), durations=(1.0,)), "1 durations for 2 onsets"),
    ],
)
def test_phrases_whose_onsets_or_score_do_not_fit_are_named(clip, reason, monkeypatch):
    monkeypatch.setattr(labels.audio, "duration", lambda path: 2.0)
    with pytest.raises(ValueError, match=reason):
        labels.check([clip])


def test_peaks_are_those_of_the_originals_rule():
    curve = decoding.smooth(np.random.default_rng(0).random(600) ** 6)
    expected, last = [], -100
    for n in range(600):
        before = curve[max(n - 2, 0) : n + 1], curve[max(n - 5, 0) : n + 1]
        if curve[n] == before[0].max() and curve[n] > before[1].mean() + 0.15 and n - last > 20:
            expected.append(n)
            last = n
    assert len(expected) > 5
    assert decoding.peaks(curve).tolist() == expected


def test_smoothing_keeps_the_place_and_the_area_of_a_peak():
    curve = np.zeros(11)
    curve[5] = 1.0
    np.testing.assert_allclose(decoding.smooth(curve)[3:8], np.hanning(5) / 2)


def test_a_fusion_multiplies_square_roots_of_stretched_curves():
    one, other = np.array([0.2, 0.6, 1.0]), np.array([0.0, 0.5, 0.25])
    np.testing.assert_allclose(decoding.fuse(one, other), np.sqrt([0 * 0, 0.5 * 1.0, 1.0 * 0.5]))


@pytest.mark.parametrize("seed", range(6))
def test_the_segmentation_is_the_most_probable_of_all(seed):
    rng = np.random.default_rng(seed)
    n, durations = 16, rng.uniform(0.5, 2.0, 4)
    curve = rng.random(n)
    means = durations * (n - 1) / durations.sum()
    best, found = -np.inf, None
    for inner in itertools.combinations(range(1, n - 1), 3):
        cuts = np.array([0, *inner, n - 1])
        lasts = np.diff(cuts)
        if (lasts > (1 + 3 * 0.35) * means).any():
            continue
        value = scipy.stats.norm.logpdf(lasts, means, 0.35 * means).sum() + np.log(curve[list(inner)]).sum()
        if value > best:
            best, found = value, cuts[:-1]
    assert decoding.segment(curve, durations).tolist() == found.tolist()


def test_a_flat_curve_is_cut_by_the_score_alone():
    assert decoding.segment(np.full(101, 0.5), np.array([1.0, 2.0, 1.0])).tolist() == [0, 25, 75]
    assert decoding.segment(np.full(9, 0.5), np.array([3.0])).tolist() == [0]
    with pytest.raises(ValueError, match="4 frames is too short for the 4 syllables"):
        decoding.segment(np.ones(4), np.ones(4))


@pytest.mark.parametrize("tolerance", scores.TOLERANCES)
def test_onsets_are_matched_as_by_mir_eval(tolerance):
    rng = np.random.default_rng(0)
    wanted = np.sort(rng.uniform(0, 10, 30))
    found = np.sort(np.concatenate([wanted[::2] + rng.normal(0, 0.03, 15), rng.uniform(0, 10, 8)]))
    expected = mir_eval.onset.f_measure(wanted, found, window=tolerance)[0]
    assert scores.f_measure([scores.onsets(wanted, found, tolerance)]) == pytest.approx(expected)
    assert scores.onsets(wanted, np.array([]), tolerance) == (0, 0, 30)


def test_counts_are_summed_over_phrases():
    counts = [scores.Counts(2, 4, 3), scores.Counts(1, 1, 2)]
    precision, recall = 3 / 5, 3 / 5
    assert scores.f_measure(counts) == pytest.approx(2 * precision * recall / (precision + recall))
    assert scores.f_measure([scores.Counts(0, 0, 0)]) == 0.0


def test_a_syllable_is_right_if_its_end_is_too():
    wanted = np.array([0.0, 1.0, 2.0])  # 1 s each: an end may be 0.2 s off
    assert scores.syllables(wanted, np.array([0.0, 1.04, 2.0]), 3.0, 0.05).hits == 3
    assert scores.syllables(wanted, np.array([0.0, 1.1, 2.0]), 3.0, 0.05).hits == 2, "the first ends 0.1 s late"
    assert scores.syllables(wanted, np.array([0.0, 1.3, 2.0]), 3.0, 0.05).hits == 1
    assert scores.syllables(wanted, np.array([0.0]), 3.0, 0.05) == (0, 1, 3)


@pytest.fixture(scope="module")
def phrases(tmp_path_factory):
    home = tmp_path_factory.mktemp("phrases")
    return loading.load("rendered_singing", str(home), n=10, seconds=2.0, sample_rate=22_050)


def evaluated(phrases, names, **changed):
    settings = evaluation.settings(phrases, scale="smoke", systems=names, seed=0, draws=1, epochs=0)
    return [row for rows in evaluation.evaluate(phrases, **settings | changed) for row in rows]


def test_every_network_and_the_fusion_are_scored_by_every_decoder(phrases, tmp_path):
    rows = evaluated(phrases, "onsets_temporal,onsets_timbral", folder=tmp_path)
    assert len(rows) == 3 * 3 * 4
    assert {row["system"] for row in rows} == {"onsets_temporal", "onsets_timbral", systems.FUSION}
    sizes = {row["system"]: row["n_params"] for row in rows}
    assert sizes[systems.FUSION] == 210_403 + 185_420
    assert all(0 <= row["value"] <= 1 and row["train_size"] == 6 for row in rows)
    with np.load(tmp_path / EXAMPLE, allow_pickle=False) as found:
        assert set(found) == {"path", "onsets", "first", "score", *sizes}
        assert len(found["score"]) == len(found["onsets"])


def test_maxima_are_where_the_curve_is_largest_and_stand_out():
    """A bump's maximum is its centre, where the published rule takes a frame on its rise; a low one is left out."""
    curve = sum(height * np.exp(-0.5 * ((np.arange(200) - at) / 4) ** 2) for at, height in ((50, 0.8), (120, 0.1)))
    assert decoding.maxima(curve).tolist() == [50]
    assert decoding.peaks(curve)[0] < 50
    near = np.maximum(curve, 0.9 * np.exp(-0.5 * ((np.arange(200) - 60) / 3) ** 2))
    assert decoding.maxima(near).tolist() == [60]  # of two within 0.2 s, the larger


def test_without_a_score_only_peaks_are_sought(phrases):
    plain = [Clip(one.path, (), fold=one.fold, onsets=one.onsets) for one in phrases]
    assert {row["classifier"] for row in evaluated(plain, "onsets_jan_deep")} == {"peaks", "maxima"}


def test_a_training_that_diverges_is_recorded_and_the_others_go_on(phrases, monkeypatch, capsys):
    fit = training.Trained.fit

    def broken(self, *args, **kwargs):
        if self.model.name == "onsets_jan":
            raise training.Diverged("the training loss was not finite after 1 epochs")
        return fit(self, *args, **kwargs)

    monkeypatch.setattr(training.Trained, "fit", broken)
    rows = evaluated(phrases, "onsets_jan,onsets_jan_deep")
    assert rows[0]["metric"] == "diverged" and len(rows) == 13
    assert "Schlüter & Böck, fold 1: the training loss was not finite" in capsys.readouterr().out


def test_data_without_onsets_cannot_be_used_and_two_folds_leave_nothing_to_stop_by(phrases):
    with pytest.raises(ValueError, match="needs sung phrases with the onsets of their syllables"):
        evaluated([Clip(one.path, ("a",), fold=one.fold) for one in phrases], "onsets_jan")
    with pytest.raises(ValueError, match="training needs validation phrases"):
        evaluated([one for one in phrases if one.fold < 3], "onsets_jan")


def test_the_first_onset_is_known_and_frames_are_seconds():
    clip = Clip("a.wav", (), onsets=(0.5, 1.0), durations=(1.0, 1.0))
    curve = np.zeros(101)
    curve[[3, 52]] = 1.0
    np.testing.assert_allclose(evaluation.decode(clip, curve, "peaks"), [0.5, 1.02])  # 0.53 s is still the first
    np.testing.assert_allclose(evaluation.decode(clip, curve, "score"), [0.5, 1.02])
