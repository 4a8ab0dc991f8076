"""Check that chapter III's pages train at scale `paper` on small trees with the layout of the real data sets."""

import numpy as np
import pytest
from trees import audio, held, put

from thesis_lib.datasets import loading
from thesis_lib.datasets.real import ballroom, irmas, jingju
from thesis_lib.protocols.musically_motivated.phonemes import evaluation as phonemes
from thesis_lib.protocols.musically_motivated.rhythm import evaluation as rhythm
from thesis_lib.protocols.musically_motivated.timbre import evaluation as timbre


def trained(page, home, dataset, systems, protocol):
    clips = loading.load(dataset, str(home), **page.sizes("paper"))
    more = {"transpose": False} if page is timbre else {}
    settings = page.settings(
        clips, scale="paper", systems=systems, protocol=protocol, seed=0, draws=1, epochs=1, **more
    )
    assert settings["folds"] is None and settings["epochs"] == 1
    return clips, [row for rows in page.evaluate(clips, **settings | {"folds": 1}) for row in rows]


def test_ballroom(tmp_path):
    folders = ("ChaChaCha", "Jive", "Quickstep", "Rumba-American", "Samba", "Tango", "VienneseWaltz", "Waltz")
    names = [(folder, f"Media-{folder}-{k}") for folder in folders for k in range(10)]
    held(tmp_path, ballroom, {name: audio(f"B_1.0/audio/{folder}/{name}.wav") for folder, name in names})
    clips, (row,) = trained(rhythm, tmp_path, "ballroom", "time", "sound")
    assert row["metric"] == "accuracy" and row["n_params"] == 7_336, "the paper's count, with its eight classes"
    assert {clips[index].fold for index in row["predicted"][0]} == {1} and row["train_size"] == 64


def test_irmas(tmp_path):
    pieces = {}
    for number in range(40):
        label = ("cel", "gel", "voi")[number % 3]
        name = f"IRMAS-TrainingData/{label}/{number}__[{label}][nod][cla]{number:04d}__1.wav"
        pieces[f"{number:04d}__1"] = audio(name) | {"annotation": (name, None)}
    for number, (labels, song) in enumerate((("gel\t\nvoi\t\n", "02 - Song-8"), ("cel\t\n", "03 - Other-1"))):
        stem = f"IRMAS-TestingData-Part1/Part1/{song}"
        pieces[str(number)] = {"audio": (f"{stem}.wav", None), "annotation": (f"{stem}.txt", labels)}
    held(tmp_path, irmas, pieces)
    _, rows = trained(timbre, tmp_path, "irmas", "trained_7x96", "sound,threshold")
    assert [(row["protocol"], row["metric"]) for row in rows] == [
        ("sound", "micro F1"), ("sound", "macro F1"), ("threshold", "micro F1"), ("threshold", "macro F1")
    ]  # fmt: skip
    assert rows[0]["train_size"] == 34 and all(0 <= row["value"] <= 1 for row in rows)


def test_magnatagatune(tmp_path):
    names = [f"tag {k}" for k in range(60)]
    paths = [f"{folder}/artist-album-01-song-{start}-{start + 29}.mp3" for folder in "01bcdef" for start in (0, 29)]
    rng = np.random.default_rng(0)
    rows = [(k, *(rng.random(60) < 0.5).astype(int), path) for k, path in enumerate(paths)]
    lines = ["\t".join(f'"{cell}"' for cell in row) for row in [("clip_id", *names, "mp3_path"), *rows]]
    put(tmp_path / "annotations_final.csv", "\n".join(lines))
    for path in paths:
        put(tmp_path / "mp3" / path)
    _, rows = trained(timbre, tmp_path, "magnatagatune", "tags", "all")
    assert [row["protocol"] for row in rows] == ["sound", "last_tag", "paper"]
    assert rows[0]["metric"] == "ROC-AUC" and rows[0]["n_params"] == 74_526, "the paper's count, with its fifty tags"


@pytest.mark.parametrize("page", [rhythm, timbre])
def test_what_is_missing_is_named(page, tmp_path):
    with pytest.raises(ValueError, match="ballroom is not here"):
        loading.load("ballroom", str(tmp_path / "none"), **page.sizes("paper"))


def test_jingju(tmp_path):
    text = "0.00\t0.10\tsil\n0.10\t0.15\ts\n0.15\t0.29\ta\n"
    pieces = {
        f"daxp-Aria_{letter}-Opera01-qm": audio(f"wav/danAll/daxp-Aria_{letter}-Opera01-qm.wav")
        | {"phoneme": (f"annotation_txt/danAll/daxp-Aria_{letter}-Opera01-qm_phoneme.txt", text)}
        for letter in "abcdefghi"
    }
    held(tmp_path, jingju, pieces)
    clips = loading.load("jingju", str(tmp_path), **phonemes.sizes("paper"))
    settings = phonemes.settings(
        clips, scale="paper", systems="phonemes_mlp", protocol="sound", seed=0, draws=1, epochs=1
    )
    (rows,) = phonemes.evaluate(clips, **settings)
    assert {row["metric"] for row in rows} == {"frame accuracy", "mean recall"} and rows[-1]["train_size"] == 4
