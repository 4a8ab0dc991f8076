"""Check the rendered genres: identical samples, a fixed split, and pieces that follow their rules."""

from collections import Counter

import numpy as np
import pytest
import soundfile

from thesis_lib.datasets.rendered import arrange, genres, shelf
from thesis_lib.datasets.rendered.vocabulary import INSTRUMENTS, RECIPES

pytest.importorskip("tinysoundfont", reason="pip install --no-deps tinysoundfont==0.3.7")
SMALL = {"per_class": 10, "seconds": 3.0}


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    return genres.clips(tmp_path_factory.mktemp("genres"), **SMALL)


def test_ten_genres_in_a_fixed_split_of_gtzans_proportions(clips):
    assert Counter(clip.label for clip in clips) == dict.fromkeys(genres.GENRES, 10)
    for genre in genres.GENRES:
        parts = Counter(clip.split for clip in clips if clip.label == genre)
        assert parts == {"train": 5, "validation": 2, "test": 3}
    of_gtzan = np.array([443, 197, 290]) / 930
    assert abs(np.array([0.5, 0.2, 0.3]) - of_gtzan).max() < 0.03
    assert {clip.fold for clip in clips} == {None}


def test_same_bytes_in_another_folder_however_many_are_asked_for(clips, tmp_path):
    more = {clip.path.name: clip.path for clip in genres.clips(tmp_path, per_class=11, seconds=3.0)}
    for clip in clips[::17]:
        assert more[clip.path.name].read_bytes() == clip.path.read_bytes()


def test_clips_sound_and_no_two_are_alike(clips):
    waves = [soundfile.read(clip.path)[0] for clip in clips]
    assert all(len(wave) == 48_000 and np.sqrt(np.mean(wave**2)) > 1e-3 and abs(wave).max() < 1 for wave in waves)
    assert len({wave.tobytes() for wave in waves}) == len(waves)


def test_pieces_keep_to_their_recipe(clips):
    for clip in clips:
        truth, recipe = shelf.truth(clip), RECIPES[clip.label]
        assert truth["label"] == truth["recipe"] == clip.label
        assert recipe.bpm[0] <= truth["bpm"] <= recipe.bpm[1] and truth["metre"] in recipe.metres
        assert truth["key"].split()[1] in recipe.scales.split()
        assert set(truth["plays"]) <= set(INSTRUMENTS)


def test_a_recipe_can_be_asked_for_and_none_is_drawn_as_before():
    music, said = arrange.arrange(np.random.default_rng(3), seconds=5.0, recipe="jazz")
    assert said["recipe"] == "jazz" and 0.6 <= said["swing"] <= 0.68 and music.bpm <= 190
    drawn = {arrange.arrange(np.random.default_rng(seed), seconds=3.0)[1]["recipe"] for seed in range(20)}
    assert len(drawn) > 5


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [({"per_class": 9}, "per_class must be at least 10.*got per_class=9"), ({"seconds": 1.0}, "got seconds=1.0")],
)
def test_a_setting_out_of_range_is_one_sentence(bad, sentence, tmp_path):
    with pytest.raises(ValueError, match=sentence):
        genres.clips(tmp_path / "new", **bad)
    assert not (tmp_path / "new").exists()
