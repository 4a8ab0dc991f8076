"""Check the tables and figures of the page on syllables against records with known values."""

import numpy as np
import pandas as pd
import pytest
import soundfile

from thesis_lib.pages.musically_motivated import examples, onsets
from thesis_lib.protocols.musically_motivated.singing import EXAMPLE
from thesis_lib.protocols.musically_motivated.syllables.systems import LABELS

FOLDS = (1.0, 2.0, 3.0)


def records(peaks, score=None, maxima=None):
    rows = []
    for decoder, values in (("peaks", peaks), ("maxima", maxima or {}), ("score", score or {})):
        for system, value in values.items():
            rows += [
                {"system": system, "classifier": decoder, "metric": metric, "value": value + noise - less, "fold": fold,
                 "seed": 0, "n_params": 1000}
                for metric, less in (("onset F, 50 ms", 0.0), ("onset F, 25 ms", 0.1))
                for fold, noise in zip(FOLDS, (-0.01, 0.0, 0.01), strict=True)
            ]  # fmt: skip
    return pd.DataFrame(rows)


ALL = records(
    {"onsets_jan": 0.6, "onsets_temporal": 0.5},
    {"onsets_jan": 0.8, "onsets_temporal": 0.9},
    {"onsets_jan": 0.7, "onsets_temporal": 0.7},
)


def test_scores_are_per_fold_in_the_order_of_the_networks():
    table = onsets.scores(ALL, "score")
    assert list(table) == ["onsets_temporal", "onsets_jan"] and list(table.index) == list(FOLDS)
    np.testing.assert_allclose(table["onsets_jan"], [79, 80, 81])
    np.testing.assert_allclose(onsets.scores(ALL, "peaks", "onset F, 25 ms")["onsets_jan"], [49, 50, 51])


def test_the_answer_names_the_best_by_each_decoder_and_what_the_score_is_worth():
    said = onsets.answers({"<i>": ALL})
    assert "&lt;i&gt;" in said and "By peaks as published, Schlüter &amp; Böck finds the onsets best (F 60.0 %)" in said
    assert "With the score, Temporal finds the onsets best (F 90.0 %)." in said
    assert "to look ahead changes F by +15.0 [+15.0, +15.0] points" in said
    assert "the score changes F by +15.0 [+15.0, +15.0] points" in said
    assert "score" not in onsets.answers({"a": records({"onsets_jan": 0.5})})
    broken = records({"onsets_jan": 0.5}).assign(metric="diverged", classifier=None)
    assert "every training diverged" in onsets.answers({"a": broken})
    assert onsets.diverged(broken).count("fold 2") == 2 and onsets.diverged(ALL) == ""


def test_the_figure_has_a_mark_per_network_and_decoder():
    axes = onsets.figure({"a": ALL, "b": records({"onsets_jan": 0.5})}).axes
    assert [text.get_text() for text in axes[0].get_yticklabels()] == ["Temporal (1,000)", "Schlüter & Böck (1,000)"]
    marks = [np.asarray(line.get_xdata(), float) for line in axes[0].lines if line.get_marker() in ("o", "s", "D")]
    np.testing.assert_allclose(marks, [[50, 60], [70, 70], [90, 80]])


def test_the_table_has_every_metric_and_decoder():
    shown = onsets.tables({"<b>": ALL})
    assert "&lt;b&gt;" in shown and "with the score" in shown and shown.count("onset F") == 2
    assert "80.0" in shown and "70.0" in shown and LABELS["onsets_timbral"] not in shown


@pytest.mark.parametrize("score", [[0.1, 0.6], []])
def test_an_example_is_drawn_from_its_file(tmp_path, score):
    soundfile.write(tmp_path / "a.wav", np.random.default_rng(0).normal(scale=0.1, size=22_050), 22_050)
    curves = {"onsets_jan": np.linspace(0, 1, 90), "onsets_fusion": np.zeros(90)}
    np.savez(tmp_path / EXAMPLE, path=str(tmp_path / "a.wav"), onsets=[0.1, 0.5], first=0.1, score=score, **curves)
    figure = onsets.example(tmp_path)
    assert [axis.get_title(loc="left") for axis in figure.axes[1:]] == [LABELS["onsets_jan"], "Temporal and timbral"]
    assert figure.axes[1].lines[0].get_xdata()[0] == pytest.approx(0.1)
    assert "<audio controls" in examples.listen(tmp_path).data
