"""Check trained front-ends: initial weights of the random ones, equal after each reset, and learning."""

import keras
import numpy as np
import pandas as pd
import pytest
import scipy.stats

from thesis_lib.datasets import Clip, folder
from thesis_lib.datasets.splits import splits
from thesis_lib.models import of_chapter
from thesis_lib.pages.non_trained import proxy
from thesis_lib.protocols.non_trained import trained
from thesis_lib.protocols.non_trained.sizes import at_size
from thesis_lib.records.intervals import rank_correlation


def noise(n=40, frames=60):
    """Two classes of log-mels that differ in ten bands only."""
    rng = np.random.default_rng(0)
    inputs, targets = rng.normal(-40, 10, (n, frames, 96)).astype(np.float32), np.arange(n) % 2
    inputs[targets == 1, :, 30:40] += 30
    return inputs, targets


@pytest.mark.parametrize("name", of_chapter("IV"))
def test_training_begins_at_the_values_of_the_random_front_end(name):
    training = trained.Training(name, 28, 0.5, 3)
    inputs = np.random.default_rng(0).normal(size=(4, *training.model.input_shape[1:])).astype(np.float32)
    training.fit(inputs, np.arange(4) % 3, np.arange(4), epochs=0, seed=4)
    keras.utils.set_random_seed(4)
    random = at_size(name, 28, 0.5)
    for ours, theirs in zip(training.model.layers, random.layers, strict=False):
        for first, second in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_array_equal(first, second)
    assert len(training.model.layers) == len(random.layers) + 1


def test_it_learns_and_a_seed_gives_the_same_training():
    inputs, targets = noise()
    training, train, test = trained.Training("7x96", 28, 0.6, 2), np.arange(30), np.arange(30, 40)
    found = []
    for _ in range(2):
        training.fit(inputs, targets, train, epochs=60, seed=0)
        found.append(training.predict(inputs, test))
    np.testing.assert_allclose(*found, atol=1e-4)
    assert (found[0].argmax(axis=1) == targets[test]).all()
    np.testing.assert_allclose(found[0].sum(axis=1), 1, atol=1e-5)
    training.fit(inputs, targets, train, epochs=60, seed=1)
    assert not np.allclose(training.predict(inputs, test), found[0], atol=1e-4)


def test_inputs_are_normalised_by_what_is_trained_on_alone():
    inputs, targets = noise()
    inputs[30:] += 1000
    training = trained.Training("7x96", 28, 0.6, 2)
    training.fit(inputs, targets, np.arange(30), epochs=1, seed=0)
    mean, deviation = training._norm
    assert (mean, deviation) == pytest.approx((inputs[:30].mean(), inputs[:30].std()), rel=1e-4)


def test_a_clip_is_judged_by_the_mean_over_its_crops():
    inputs, targets = noise()
    training = trained.Training("temporal", 28, 0.6, 2)
    training.fit(inputs, targets, np.arange(30), epochs=1, seed=0)
    length = training.model.input_shape[1]
    starts = [0, (inputs.shape[1] - length) // 2, inputs.shape[1] - length]
    mean, deviation = training._norm
    crops = [(inputs[33:36, start : start + length] - mean) / deviation for start in starts]
    expected = np.mean([training.model.predict(crop, verbose=0) for crop in crops], axis=0)
    np.testing.assert_allclose(training.predict(inputs, np.arange(33, 36)), expected, atol=1e-5)


def test_records_of_every_fold_and_what_is_there_is_left_out(audio_folder):
    clips = folder.clips(audio_folder)
    settings = {"architectures": ["7x96", "sample_level"], "n_features": 28, "seconds": 1.0, "seed": 0, "epochs": 12}
    rows = [row for rows in trained.evaluate(clips, **settings) for row in rows]
    assert [(row["system"], row["fold"]) for row in rows] == [
        (n, f) for n in settings["architectures"] for f in (1, 2, 3)
    ]
    assert {row["train_size"] for row in rows} == {8} and {row["protocol"] for row in rows} == {"trained"}
    assert np.mean([row["value"] for row in rows if row["system"] == "7x96"]) == 1, "low and high tones"
    have = {(row["system"], row["fold"]) for row in rows[:4]}
    left = trained.evaluate(clips, done=lambda system, protocol, fold: (system, fold) in have, **settings)
    assert [(row["system"], row["fold"], row["value"]) for rows in left for row in rows] == [
        (row["system"], row["fold"], pytest.approx(row["value"], abs=0.3)) for row in rows[4:]
    ]
    assert len(list(trained.evaluate(clips, folds=1, **settings | {"epochs": 1}))) == 2


def test_a_fixed_split_trains_on_its_training_part_alone():
    clips = [Clip("x", ("a",), split=part) for part in ("train", "validation", "test", "train", "test")]
    (split,) = splits(clips, validate=False)
    assert split.fold is None and split.train.tolist() == [0, 3] and split.test.tolist() == [2, 4]


def test_rank_correlation_is_scipys_and_its_interval_covers():
    x, y = [1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 7, 5]
    found = rank_correlation(x, y)
    assert found.mean == pytest.approx(scipy.stats.spearmanr(x, y).statistic)
    half = 1.959964 * np.sqrt((1 + found.mean**2 / 2) / 3)
    assert np.arctanh([found.low, found.high]) == pytest.approx(
        np.arctanh(found.mean) + np.array([-half, half]), abs=1e-5
    )
    rng, rho = np.random.default_rng(0), 0.6
    truth = 6 / np.pi * np.arcsin(rho / 2)  # Spearman's of two normal variables
    covered = []
    for _ in range(1000):
        a, b = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], 30).T
        found = rank_correlation(a, b)
        covered.append(found.low < truth < found.high)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.025)
    assert np.isnan(rank_correlation([1, 2, 3, 4], [1, 2, 3, 4]).low)
    with pytest.raises(ValueError, match="two pairs; got 1"):
        rank_correlation([1], [2])


def test_random_and_trained_stand_side_by_side_on_the_same_folds():
    rows = [
        {"system": system, "protocol": protocol, "seed": seed, "fold": fold, "value": value, "n_params": 7}
        for system, of in (("vgg", (0.8, 0.9)), ("temporal", (0.5, 0.4)), ("7x96", (0.6, 0.7)), ("7x86", (0.7, 0.6)))
        for protocol, value, seeds in (("nested", of[0], (0, 1)), ("trained", of[1], (0,)))
        for seed in seeds
        for fold in ((1, 2, 3) if protocol == "nested" else (1,))
    ]
    rows += [row | {"fold": fold, "value": 0.0} for row in rows if row["protocol"] == "nested" for fold in (4, 5)]
    records = pd.DataFrame(rows)
    table = proxy.both_ways(records)
    assert "80.0" in proxy.table(records).to_html() and "Timbral" not in proxy.table(records).to_html()
    assert table.loc["vgg"].tolist() == pytest.approx([80, 90, 7]) and len(table) == 4
    assert "4 front-ends" in proxy.in_words(records) and "+0.80 [" in proxy.in_words(records)
    assert "VGG at random, VGG trained, which are the same" in proxy.in_words(records)
    axis = proxy.figure(records, chance=0.1).axes[0]
    points = sorted(tuple(float(v[0]) for v in line.get_data()) for line in axis.lines[:4])
    np.testing.assert_allclose(points, [(50, 40), (60, 70), (70, 60), (80, 90)])
