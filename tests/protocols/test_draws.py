"""Check several draws of random weights: scores, records and intervals."""

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from thesis_lib.datasets import folder
from thesis_lib.pages.non_trained import accuracies as plots
from thesis_lib.protocols.non_trained import evaluation as random_features
from thesis_lib.records.intervals import interval_over_draws


def test_each_draw_is_scored_once_and_what_is_not_random_in_the_first_only(audio_folder):
    clips = folder.clips(audio_folder)
    settings = {"architectures": ["7x96"], "classifiers": ["svm", "elm", "knn"], "n_features": 8, "seconds": 1.0}
    rows = [row for rows in random_features.evaluate(clips, seed=5, draws=2, **settings) for row in rows]
    counted = pd.DataFrame(rows).groupby(["system", "classifier", "seed"]).size()
    each = 2 * 3  # protocols, folds
    expected = {("7x96", kind, seed): each for kind in ("svm", "elm", "knn") for seed in (5, 6)}
    expected |= {("mfcc", "svm", 5): each, ("mfcc", "knn", 5): each, ("mfcc", "elm", 5): each, ("mfcc", "elm", 6): each}
    assert counted.to_dict() == expected
    have = {(row["system"], row["classifier"], row["seed"]) for row in rows if row["seed"] == 5}
    left = random_features.evaluate(
        clips, seed=5, draws=2, done=lambda system, classifier, seed: (system, classifier, seed) in have, **settings
    )
    assert {row["seed"] for rows in left for row in rows} == {6}


def test_the_interval_over_draws_is_scipys():
    values = [0.61, 0.7, 0.66]
    found, expected = interval_over_draws(values), scipy.stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert np.isnan(interval_over_draws([0.5]).low) and interval_over_draws([0.5]).mean == 0.5


def table(draws):
    rng = np.random.default_rng(0)
    rows = [
        {"system": system, "classifier": "svm", "protocol": protocol, "seed": seed, "fold": fold,
         "value": value + 0.01 * rng.normal()}
        for system, value in (("vgg", 0.7), ("frame_level", 0.3), ("temporal", 0.501), ("mfcc", 0.5))
        for seed in range(draws if system != "mfcc" else 1)
        for protocol in ("best_of_grid", "nested")
        for fold in range(5)
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize("draws", [1, 4])
def test_what_beats_the_baseline_and_what_does_not(draws):
    records = table(draws)
    found = plots.against_baseline(records)["SVM"]
    assert found["verdict"].to_dict() == {
        "VGG": "beats it", "Temporal": "undecided", "Frame-level": "is beaten",
    }  # fmt: skip
    nested = records.query("protocol == 'nested'").groupby("system")["value"].mean()
    above = 100 * (nested["vgg"] - nested["mfcc"])
    assert found.loc["VGG", "points above"].startswith(f"{above:+.1f} [")


def test_intervals_of_the_figure_are_over_draws_where_there_are_several():
    records = table(4)
    axis = plots.accuracies(records).axes[0]
    by_draw = records.query("system == 'vgg' and protocol == 'nested'").groupby("seed")["value"].mean()
    low, high = 100 * np.array(interval_over_draws(by_draw)[1:])
    drawn = [line.get_xdata() for line in axis.lines if len(line.get_xdata()) == 2]
    assert any(np.allclose(sorted(ends), [low, high]) for ends in drawn)


def test_what_front_ends_lose_from_one_variant_to_the_other_is_paired_by_draw():
    plain, other = table(4), table(4)
    other["value"] -= 0.1 + 0.02 * other["seed"]  # the same weights lose 10, 12, 14 and 16 points
    found = plots.lost({"plain": plain, "shuffled": other})["points lost, shuffled"]
    low, high = scipy.stats.ttest_1samp([10, 12, 14, 16], 0).confidence_interval(0.95)
    assert found.to_dict() == dict.fromkeys(
        ("VGG", "Temporal", "Frame-level"), f"+13.0 [{low:+.1f}, {high:+.1f}]"
    ) | {"MFCC statistics": "+10.0"}  # fmt: skip
    drawn = plots.variants({"plain": plain, "shuffled": other}, chance=0.2).axes[0]
    assert [text.get_text() for text in drawn.get_legend().get_texts()] == ["plain", "shuffled", "chance"]
