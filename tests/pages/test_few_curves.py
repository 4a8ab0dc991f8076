"""Check statistics of curves and pairs on records with a known outcome."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import scipy.stats

from thesis_lib.pages.few_data import advice as few_advice
from thesis_lib.pages.few_data import curves as few_curves
from thesis_lib.pages.few_data import pairs as few_pairs
from thesis_lib.records import intervals as metrics

FOLDS, COUNTS = (1, 2, 3, 4, 5), (1, 2, 4, 8)


def records(values, folds=FOLDS, draws=1, noise=0.0, seed=0):
    """Accuracies by system, one for each of `COUNTS`, in every fold."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        [
            {"system": system, "n_per_class": n, "fold": fold, "seed": draw, "value": value + noise * rng.normal(),
             "n_params": None if system.startswith("nn") else 100, "seconds": 0.5}
            for system, by_count in values.items()
            for n, value in zip(COUNTS, by_count, strict=True)
            for fold in folds
            for draw in range(draws)
        ]
    )  # fmt: skip


def over_draws(trials):
    return metrics.interval_over_draws(100 * trials.groupby("seed")["value"].mean())


def test_intervals_are_over_folds_where_there_are_three_and_over_draws_otherwise():
    many = records({"sb_cnn": (0.1, 0.2, 0.3, 0.4)}, draws=3, noise=0.05)
    at = many[many["n_per_class"] == 4]
    assert few_curves.estimated(at) == pytest.approx(metrics.interval(100 * at.groupby("fold")["value"].mean()))
    two = at[at["fold"] <= 2]
    assert few_curves.estimated(two) == pytest.approx(over_draws(two))
    assert np.isnan(few_curves.estimated(two[two["seed"] == 0]).low)
    split = at.assign(fold=None)
    assert few_curves.estimated(split) == pytest.approx(over_draws(split))


def test_a_paired_test_is_the_one_of_its_interval():
    rng = np.random.default_rng(0)
    for differences in (rng.normal(0.3, 1, 5), rng.normal(1, 1, 10)):
        p = metrics.paired_p(differences)
        low = metrics.interval(differences, confidence=1 - p)
        assert min(abs(low.low), abs(low.high)) == pytest.approx(0, abs=1e-9)
        k = len(differences)  # without the correction it is the test of SciPy
        t = scipy.stats.ttest_1samp(differences, 0).statistic / np.sqrt((1 / k + 1 / (k - 1)) * k)
        assert p == pytest.approx(2 * scipy.stats.t.sf(abs(t), k - 1))
    assert np.isnan(metrics.paired_p([1.0]))
    assert metrics.paired_p([0.0, 0.0]) == 1 and metrics.paired_p([1.0, 1.0]) == 0


def test_every_pair_is_tested_on_the_same_trials():
    rng, shared = np.random.default_rng(1), {}
    better = records({"nn_mfcc": (0.3, 0.4, 0.5, 0.6), "sb_cnn": (0.35, 0.45, 0.55, 0.65)})
    for index, row in better.iterrows():  # a fold is hard or easy for both: only a paired test sees the difference
        hard = shared.setdefault((row["fold"], row["n_per_class"]), 0.2 * rng.normal())
        better.loc[index, "value"] += hard + 0.01 * rng.normal()
    found = few_pairs.pairs(better)
    assert len(found) == len(COUNTS) and (found["p"] < 0.05).all() and (found["mean"] < 0).all()
    assert found["of_all"].tolist() == found["p"].tolist(), "one pair at each number of clips"
    four = {name: (0.3, 0.3, 0.3, 0.3) for name in ("nn_mfcc", "sb_cnn", "few_vgg", "few_timbre")}
    found = few_pairs.pairs(records(four, noise=0.05))
    for _, at in found.groupby("n_per_class"):
        assert len(at) == 6
        np.testing.assert_allclose(at["of_all"], scipy.stats.false_discovery_control(at["p"]))
    missing = better[(better["system"] != "sb_cnn") | (better["n_per_class"] < 8)]
    assert few_pairs.pairs(missing)["n_per_class"].tolist() == [1, 2, 4]


def test_what_transfer_is_worth_is_read_off_the_best_other_curve():
    table = few_advice.worth(
        records(
            {
                "few_vgg": (0.10, 0.20, 0.40, 0.40),
                "sb_cnn": (0.20, 0.15, 0.30, 0.60),
                "nn_musicnn": (0.9, 0.9, 0.9, 0.9),  # pretrained, so not among the systems to match
                "transfer_musicnn": (0.20, 0.30, 0.50, 0.70),
            }
        )
    )
    clips = table.set_index("n_per_class")["clips"]
    assert clips[1] == 1
    assert clips[2] == pytest.approx(2 * np.sqrt(2)), "halfway from 2 to 4 on the logarithm, 0.20 to 0.40"
    assert clips[4] == pytest.approx(4 * np.sqrt(2)), "the better of both at 8"
    assert np.isnan(clips[8]), "never reached"
    assert table["alone"].tolist() == pytest.approx([20, 20, 40, 60])
    assert table["to_folds"].tolist()[:3] == pytest.approx(clips.tolist()[:3]) and np.isinf(table["to_folds"].iloc[3])
    words = few_advice.worth_in_words(records({"few_vgg": (0.1, 0.2, 0.3, 0.4), "transfer_musicnn": (0.9,) * 4}))
    assert set(words["clips it would need"]) == {"more than 8"}
    assert few_advice.worth(records({"few_vgg": (0.1, 0.2, 0.3, 0.4)})).empty


def test_figures_and_tables_show_what_is_there():
    some = records({"nn_mfcc": (0.3, 0.4, 0.5, 0.6), "transfer_musicnn": (0.5, 0.6, 0.7, 0.8)}, noise=0.02)
    figure = few_curves.curves(some, chance=0.1)
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["nearest neighbour, MFCC", "softmax on frozen musicnn"]
    table = few_curves.table(some)
    assert table.columns.tolist() == [*(f"{n} per class" for n in COUNTS), "learnt parameters", "seconds per fit"]
    assert table.loc["nearest neighbour, MFCC", "learnt parameters"] == "–"
    value, low, high = metrics.interval(100 * some.query("system == 'nn_mfcc' and n_per_class == 2")["value"])
    assert table.loc["nearest neighbour, MFCC", "2 per class"] == f"{value:.1f} [{low:.1f}, {high:.1f}]"
    figure = few_pairs.differences(some, 4)
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert texts == {"+20*", "-20*"} or {text.strip("*") for text in texts} <= {
        "+19",
        "-19",
        "+20",
        "-20",
        "+21",
        "-21",
    }
    plt.close("all")


def test_advice_is_the_best_its_range_and_the_quickest_that_is_as_good():
    values = {
        "nn_mfcc": (0.30, 0.30, 0.30, 0.30),
        "few_vgg": (0.20, 0.30, 0.50, 0.99),
        "nn_musicnn": (0.60, 0.61, 0.62, 0.63),
        "transfer_musicnn": (0.61, 0.75, 0.85, 0.85),
    }
    some = records(values, noise=0.01, seed=3)
    some.loc[some["system"] == "nn_musicnn", "seconds"] = 0.1
    some.loc[some["system"] == "few_vgg", "seconds"] = 60.0
    table = few_advice.advice(some)
    assert table["best"].tolist() == ["transfer_musicnn", "transfer_musicnn", "transfer_musicnn", "few_vgg"]
    assert table.loc[1, "quickest"] == "nn_musicnn", "a point behind the best, and quicker"
    assert table["quickest"].tolist()[1:] == table["best"].tolist()[1:]
    assert table["alone"].tolist() == ["nn_mfcc", table.loc[2, "alone"], "few_vgg", "few_vgg"]
    at = 100 * some.query("system == 'transfer_musicnn' and n_per_class == 4")["value"]
    assert (table.loc[4, "low"], table.loc[4, "high"]) == pytest.approx(tuple(np.quantile(at, [0.1, 0.9])))
    sentence = few_advice.advice_for(some, 5)
    assert sentence.startswith("With 5 labelled clips per class (the nearest number tried is 4): softmax on fro")
    assert sentence.endswith(
        f"Expect {table.loc[4, 'low']:.0f} to {table.loc[4, 'high']:.0f} % correct on similar sounds."
    )
    assert few_advice.advice_for(some, 1).endswith("at most 3 points worse: nearest neighbour, musicnn.")
    assert (
        few_advice.advice_in_words(some).loc["8 clips per class", "without pretraining"]
        == "VGG (98\N{NO-BREAK SPACE}%)"
    )
    only = few_advice.advice_in_words(some[some["system"] == "nn_musicnn"])
    assert set(only["without pretraining"]) == {"–"}


def test_the_embedding_is_drawn_with_its_prototypes():
    rng = np.random.default_rng(0)
    labels = np.arange(30) % 3
    found = {
        "before": rng.normal(size=(30, 10)), "after": rng.normal(size=(30, 10)) + 5 * np.eye(10)[labels],
        "prototypes": 5 * np.eye(10)[:3], "labels": labels, "names": np.array(["a", "b", "c"]),
    }  # fmt: skip
    before, after = few_curves.embedding(found).axes
    assert len(before.collections) == len(after.collections) == 3 and len(after.lines) == 3 and not before.lines
    centres = [collection.get_offsets().mean(axis=0) for collection in after.collections]
    for centre, line in zip(centres, after.lines, strict=True):
        away = [np.linalg.norm(other - line.get_xydata()[0]) for other in centres]
        assert centres[int(np.argmin(away))] is centre
    plt.close("all")
