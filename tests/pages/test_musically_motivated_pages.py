"""Check chapter III's tables and figures against records with known values."""

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from thesis_lib.datasets import loading
from thesis_lib.models import build
from thesis_lib.pages.musically_motivated import answers, prices, results, scores, shapes, transposition
from thesis_lib.records import run

FOLDS = (1.0, 2.0, 3.0, 4.0, 5.0)
NOISE = np.array([0.0, 0.02, -0.01, 0.01, -0.02])


def records(values, protocol="sound"):
    size = {name: scores.SYSTEMS[name].build(8).count_params() for name in values}
    return pd.DataFrame(
        {"system": name, "protocol": protocol, "metric": "accuracy", "value": value + noise, "fold": fold, "seed": 0,
         "n_params": size[name]}
        for name, value in values.items()
        for fold, noise in zip(FOLDS, NOISE, strict=True)
    )  # fmt: skip


TRAINED = {"black_box": 0.8, "time": 0.7, "frequency_32": 0.4, "time_frequency": 0.81}


def test_means_have_intervals_over_folds_and_sizes():
    table = scores.means(records(TRAINED))
    assert list(table.index) == list(TRAINED), "in the order of the systems"
    assert table.loc["time", "mean"] == pytest.approx(70) and table.loc["time", "parameters"] == 7_336
    plain = scipy.stats.ttest_1samp(100 * (0.7 + NOISE), 0).confidence_interval(0.95)
    assert table.loc["time", "high"] - table.loc["time", "low"] == pytest.approx(1.5 * (plain.high - plain.low))


def test_a_fault_costs_the_paired_difference():
    both = pd.concat([records(TRAINED), records({name: v + 0.03 for name, v in TRAINED.items()}, "leak")])
    table = prices.prices(both)
    assert list(table.columns) == ["leak"] and set(table["leak"]) == {"+3.0 [+3.0, +3.0]"}
    axis = prices.price_figure(both).axes[0]
    marks = [line.get_xdata() for line in axis.lines if len(line.get_xdata()) == 4]
    np.testing.assert_allclose(marks[0], 3.0, atol=1e-9)


def test_ours_stand_beside_the_papers_numbers():
    table = results.table(records(TRAINED))
    assert table.loc["Black box", "the paper, Ballroom"] == 87.25 and table.loc["Time", "the paper, Ballroom"] == 81.79
    assert table.loc["Frequency 32", "the paper, Ballroom"] == 59.59
    assert table.loc["Time-frequency", "the paper, Ballroom"] == 86.54
    assert table.loc["Time", "here"].startswith("70.0 [")
    assert pd.isna(results.table(records({"o_net": 0.5})).loc["O", "the paper, Ballroom"])
    assert "<i>" not in results.tables({"<i>": records(TRAINED)}).data
    assert results.tables({"a": records({"o_net": 0.5, "trained_7x86": 0.5})}).data == "", "the papers state neither"


def test_the_answer_names_the_best_network_its_size_and_the_worth_of_shape():
    said = answers.in_words({"<b>dances</b>": records(TRAINED)})
    assert "&lt;b&gt;dances" in said
    assert "Time-frequency reaches 81.0 % with 196,816 parameters, more than any other network." in said
    assert " The black box reaches 80.0 % with 3,275,312 parameters." in said
    assert "From filters over frequency to filters over time, the difference is +30.0 [+30.0, +30.0] points." in said


def test_guessing_is_among_the_classes_of_the_predictions():
    """The kept records of the eight rendered dances."""
    assert scores.guessing("data/results/03_dances", run.load("data/results/03_dances")[0]) == 12.5


@pytest.mark.parametrize("protocol", ["leak", "paper"])
def test_a_run_without_the_sound_protocol_is_shown_too(protocol):
    assert scores.means(records(TRAINED, protocol)).loc["time", "mean"] == pytest.approx(70)
    assert "more than any other network" in answers.in_words({"a": records(TRAINED, protocol)})


def test_a_run_whose_trainings_all_diverged_says_so():
    broken = records(TRAINED).assign(metric="diverged")
    assert answers.in_words({"a": broken}) == "<ul><li><strong>a</strong>: every training diverged.</li></ul>"
    results.accuracy_and_size({"a": broken}, {"a": 12.5})


def test_the_figure_has_a_mark_per_network_at_its_size():
    axis = results.accuracy_and_size({"a": records(TRAINED), "b": records(TRAINED)}, {"a": 10, "b": 12.5}).axes[1]
    assert axis.get_xscale() == "log" and {text.get_text() for text in axis.texts} == {
        "Black box", "Time", "Frequency 32", "Time-frequency"
    }  # fmt: skip
    assert any(np.allclose(line.get_ydata(), 12.5) for line in axis.lines), "guessing among eight"


def test_trainings_that_diverged_are_named():
    broken = records({"time": 1.0}).assign(metric="diverged")
    assert answers.diverged(broken.iloc[:1]) == "<p>These trainings diverged and have no score: Time (fold 1).</p>"
    assert answers.diverged(records({"time": 1.0})) == ""


def test_the_drawn_filters_are_those_of_the_networks():
    for name, (drawn, _) in shapes.SHAPES.items():
        built = {layer.kernel_size for layer in build(name).layers if hasattr(layer, "kernel_size")}
        assert set(drawn) <= built, name
    clips = loading.load("rendered_dances", per_class=5, seconds=4.0, sample_rate=8_000)
    figure = shapes.filters(clips[0], ["black_box", "time", "frequency_32", "time_frequency", "p_net"])
    boxes = [(patch.get_width(), patch.get_height()) for axis in figure.axes for patch in axis.patches]
    assert boxes == [(8, 12), (60, 1), (1, 32), (60, 1), (1, 32), (46, 1), (131, 1), (216, 1)]


def test_scores_of_transposed_clips_are_drawn_over_semitones():
    rows = records({"time": 0.6, "frequency_32": 0.5})
    moved = pd.concat(
        [rows] + [
            rows.assign(metric=f"accuracy, {shift:+d} semitones", value=rows["value"] - loss)
            for shift, loss in ((-2, 0.1), (4, 0.2))
        ]
    )  # fmt: skip
    figure = transposition.transposed({"a": moved, "b": rows})
    assert [axis.get_title() for axis in figure.axes] == ["a"]
    line = figure.axes[0].lines[0]
    np.testing.assert_allclose(line.get_xdata(), [-2, 0, 4])
    np.testing.assert_allclose(line.get_ydata(), [50, 60, 40])
    assert scores.means(moved).loc["time", "mean"] == pytest.approx(60), "other figures are of untransposed clips"
    assert "no transposed clips" in transposition.transposed({"b": rows}).axes[0].texts[0].get_text()


def test_each_task_has_its_own_metric_and_paper():
    rows = records({"time": 0.6}).assign(system="instruments", metric="micro F1", n_params=61_867)
    both = pd.concat([rows, rows.assign(metric="macro F1", value=0.1)])
    assert scores.metric(both) == "micro F1" and scores.means(both).loc["instruments", "mean"] == pytest.approx(60)
    assert results.table(both).loc["Single-layer", "the paper, IRMAS"] == pytest.approx(55.9)
    assert "60.0 % micro-averaged F1 with 61,867 parameters" in answers.in_words({"a": both})
    assert scores.metric(rows.assign(metric="diverged")) == ""
    faulty = pd.concat([both, both.assign(protocol="threshold", value=both["value"] + 0.02)])
    assert "+2.0 [+2.0, +2.0]" in prices.prices_of({"<a>": faulty, "b": both}).data
    assert prices.prices_of({"b": both}).data == ""
