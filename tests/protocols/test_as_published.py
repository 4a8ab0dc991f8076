"""Check the published reading of frame-level features against a replay of the original code."""

import keras
import numpy as np
import pandas as pd
import pytest

from thesis_lib.datasets import folder
from thesis_lib.models import ARCHITECTURES
from thesis_lib.pages.non_trained import beside_paper, readings
from thesis_lib.protocols.non_trained import evaluation
from thesis_lib.protocols.non_trained.as_published import as_published
from thesis_lib.protocols.non_trained.sizes import at_size
from thesis_lib.protocols.non_trained.systems import BASELINE, requested
from thesis_lib.records.intervals import interval
from thesis_lib.records.published import random_cnns

USEFUL = {"frame_level": 899, "frame_level_many": 2243}  # counted in the original's layers: 896 + 3, 5 x 448 + 3


def replayed(maps):
    """Average maps as `main.py` of elmarc does: a row per layer, a column per entry of the layer's last axis."""
    found = np.zeros((len(maps), maps[0].shape[-1]))
    for row, layer in zip(found, maps, strict=True):
        axes = tuple(range(layer.ndim - 1))
        means = layer.mean(axis=axes)
        row[: len(means)] = means
    return found.ravel()


@pytest.mark.parametrize("name", USEFUL)
def test_it_is_what_the_original_computes(name):
    keras.utils.set_random_seed(0)
    model = at_size(name, 120, 1.0)
    front = [layer.output for layer in model.layers if layer.name.startswith("front_end") and layer.name != "front_end"]
    front = front or [model.get_layer("front_end").output]
    back = [model.get_layer(layer).output for layer in ("back_end_1", "residual_2", "residual_3")]
    wave = np.random.default_rng(0).normal(size=(1, 12_000, 1)).astype(np.float32)
    *first, one, two, three = keras.Model(model.inputs, front + back).predict(wave, verbose=0)
    # the back-end's maps are transposed to (T, C, 1)
    expected = replayed([maps[0] for maps in first] + [maps[0][..., None] for maps in (one, two, three)])
    width = ARCHITECTURES[name].sizes["small"].knobs["width"]
    found = as_published(model.predict(wave, verbose=0), width)[0]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("name", "useful"), USEFUL.items())
def test_most_of_the_published_features_are_zero(name, useful):
    size = ARCHITECTURES[name].sizes["large"]
    ones = np.ones((2, size.n_outputs), np.float32)
    assert (as_published(ones, size.knobs["width"]) != 0).sum(axis=1).tolist() == [useful] * 2
    assert (ones == 1).all(), "the stored features stay"


def test_both_readings_are_scored_from_one_extraction(audio_folder):
    clips = folder.clips(audio_folder)
    settings = {"architectures": ["7x96", "frame_level"], "classifiers": ["knn"], "n_features": 8, "seconds": 1.0}
    rows = [row for rows in evaluation.evaluate(clips, seed=0, as_published=True, **settings) for row in rows]
    assert list(dict.fromkeys(row["system"] for row in rows)) == [
        "7x96",
        "frame_level",
        "frame_level_as_published",
        "mfcc",
    ]
    counts = {row["system"]: row["n_params"] for row in rows}
    assert counts["frame_level"] == counts["frame_level_as_published"]
    labels = np.array([clip.label for clip in clips])
    for row in rows:
        tested, predicted = row["predicted"]
        assert {clips[clip].fold for clip in tested} == {row["fold"]}
        assert (labels[tested] == predicted).mean() == row["value"]
    assert requested(["frame_level"], as_published=False) == ["frame_level", BASELINE]


def records(draws=1):
    rng = np.random.default_rng(0)
    means = {"sample_level": 0.6, "frame_level_many": 0.58, "frame_level_many_as_published": 0.4, "frame_level": 0.55,
             "frame_level_as_published": 0.3}  # fmt: skip
    rows = [
        {"system": system, "classifier": "svm", "protocol": "nested", "seed": seed, "fold": fold,
         "value": mean + 0.01 * rng.normal()}
        for system, mean in means.items() for seed in range(draws) for fold in range(5)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_the_page_compares_both_readings_on_the_same_folds():
    found = records(draws=2)
    by = found.groupby(["fold", "system"])["value"].mean().unstack() * 100
    rows = readings.differences(found)["SVM"]
    expected = interval(by["frame_level_many_as_published"] - by["frame_level_as_published"])
    assert rows["Frame-level many − Frame-level", "as published"] == pytest.approx(expected)
    expected = interval(by["frame_level"] - by["frame_level_as_published"])
    assert rows["the reading, Frame-level", "all − published"] == pytest.approx(expected)
    assert "with all features: the step remains" in readings.in_words(found)
    assert readings.has_both(found) and not readings.has_both(found.query("system != 'sample_level'"))
    assert readings.table(found).shape == (6, 1)


def test_the_papers_frame_level_stands_beside_our_reading_of_its_kind():
    ours = records().assign(protocol="best_of_grid")
    row = beside_paper.table(ours, "UrbanSound8K")["SVM"].loc["Frame-level, as published"]
    paper = random_cnns().query("dataset == 'UrbanSound8K' and classifier == 'svm' and system == 'frame_level'")
    assert row["paper"] == paper["value"].item()
