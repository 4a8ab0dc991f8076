"""Check the figures and tables of the page on phonemes against records and an example with known values."""

import numpy as np
import pandas as pd
import pytest
import soundfile

from thesis_lib.pages.musically_motivated import answers, examples, phonemes, prices, results, scores
from thesis_lib.protocols.musically_motivated.singing import EXAMPLE


def records(values, protocol="sound"):
    rows = [("majority", 0.2, 0), *((name, value, size) for name, (value, size) in values.items())]
    return pd.DataFrame(
        {"system": name, "protocol": protocol, "metric": metric, "value": value * share + noise, "fold": fold, "seed": 0,
         "n_params": size}
        for name, value, size in rows
        for metric, share in (("frame accuracy", 1.0), ("mean recall", 0.5))
        for fold, noise in ((1.0, -0.01), (2.0, 0.0), (3.0, 0.01))
    )  # fmt: skip


SOUND = records({"phonemes": (0.6, 186_709), "phonemes_mlp": (0.5, 477_295)})


@pytest.fixture
def folder(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.random.default_rng(0).normal(scale=0.1, size=22_050), 22_050)
    truth, told = np.repeat([0, 1, 2], [20, 30, 50]), np.repeat([0, 1, 2], [20, 60, 20])
    np.savez(
        tmp_path / EXAMPLE, path=str(tmp_path / "a.wav"), symbols=np.array(["", "a", "s"]), truth=truth, phonemes=told,
        confused_phonemes=np.array([[20, 0, 0], [0, 30, 0], [0, 30, 20]]),
    )  # fmt: skip
    return tmp_path


def test_errors_are_red_and_symbols_stand_where_they_are_predicted(folder):
    axes = phonemes.predicted(folder).axes
    assert [axis.get_title(loc="left") for axis in axes[1:]] == ["what is sung", "Timbral"]
    bars = [(round(bar.get_x(), 2), round(bar.get_width(), 2)) for bar in axes[2].patches]
    assert bars == [(0.0, 0.2), (0.2, 0.3), (0.5, 0.3), (0.8, 0.2)]
    red = [bar.get_facecolor() != axes[2].patches[0].get_facecolor() for bar in axes[2].patches]
    assert red == [False, False, True, False]
    assert [text.get_text() for text in axes[2].texts] == ["", "a", "a", "s"]
    assert "<audio controls" in examples.listen(folder).data


def test_recall_is_per_phoneme_from_the_most_frequent_one(folder):
    axis = phonemes.recall(folder).axes[0]
    assert [tick.get_text() for tick in axis.get_yticklabels()] == ["s (50)", "a (30)", "silence (20)"]
    np.testing.assert_allclose(axis.lines[0].get_xdata(), [40, 100, 100])


def test_guessing_is_the_most_frequent_phoneme_and_no_network():
    assert phonemes.guessing(SOUND) == pytest.approx(20)
    assert list(scores.means(SOUND).index) == ["phonemes", "phonemes_mlp"]
    figure = results.accuracy_and_size({"a": SOUND}, {"a": phonemes.guessing(SOUND)})
    assert [text.get_text() for text in figure.axes[0].texts] == ["Timbral", "MLP"]


def test_the_answer_and_the_table_are_about_frames():
    said = answers.in_words({"<i>": SOUND})
    assert "&lt;i&gt;" in said and "The timbral network reaches 60.0 % correct frames with 186,709 parameters" in said
    table = results.table(SOUND)
    assert table.loc["Timbral", "the paper, jingju phonemes dan"] == pytest.approx(48.4)
    assert table.loc["MLP", "the paper, jingju phonemes dan"] == pytest.approx(28.4)
    shown = phonemes.recalls({"<b>": SOUND})
    assert "&lt;b&gt;" in shown and "30.0 [" in shown and "25.0 [" in shown and "Most frequent phoneme" in shown


def test_a_run_with_a_fault_alone_is_not_taken_for_its_baseline():
    alone = SOUND[SOUND["system"] == "majority"], SOUND[SOUND["system"] != "majority"].assign(protocol="log")
    assert scores.means(pd.concat(alone)).loc["phonemes", "mean"] == pytest.approx(60)


def test_faults_are_priced_for_networks_alone():
    faulty = pd.concat([SOUND, records({"phonemes": (0.7, 1), "phonemes_mlp": (0.6, 1)}, "overlap")])
    table = prices.prices(faulty)
    assert list(table.columns) == ["overlap"] and set(table.index) == {"Timbral", "MLP"}
    assert set(table["overlap"]) == {"+10.0 [+10.0, +10.0]"}
