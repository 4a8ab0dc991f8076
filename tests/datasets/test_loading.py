"""Check loading of a data set at a given size, and the card of the reader's own clips."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from thesis_lib.datasets import loading
from thesis_lib.datasets.clip import Clip
from thesis_lib.datasets.rendered import shelf


@pytest.fixture
def folder(tmp_path):
    home = tmp_path / "birds"
    for label, count in (("wren", 6), ("robin", 5)):
        (home / label).mkdir(parents=True)
        for number in range(count):
            seconds = 1 + number / 10
            noise = np.random.default_rng(number).normal(0, 0.1, int(8000 * seconds))
            soundfile.write(home / label / f"{number}.wav", noise, 8000)
    return home


def test_own_clips_are_named_after_their_folder_or_as_the_reader_says(folder):
    assert loading.card("folder", str(folder)).name == "birds"
    named = loading.card("folder", str(folder), data_name="dawn", sounds="events")
    assert (named.name, named.sounds) == ("dawn", "events")


def test_the_readers_description_does_not_change_the_card_of_a_published_data_set():
    card = loading.card("esc50", data_name="mine", sounds="genre")
    assert (card.name, card.sounds) == ("esc50", "events")


def test_own_clips_are_limited_per_class(folder):
    clips = loading.load("folder", str(folder), at_most=3)
    assert Counter(clip.label for clip in clips) == {"wren": 3, "robin": 3}
    assert len(loading.load("folder", str(folder))) == 11


def test_rendered_clips_have_the_number_per_class_that_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("THESIS_CACHE", str(tmp_path))
    clips = loading.load("rendered_dances", per_class=5, seconds=4.0)
    assert set(Counter(clip.label for clip in clips).values()) == {5} and len({clip.label for clip in clips}) == 8


def test_thinning_takes_clips_from_all_folds_in_turn():
    clips = [Clip(Path(f"{fold}-{number}"), ("a",), fold=fold) for fold in (1, 2, 3) for number in range(5)]
    kept = loading.thin(clips, 4)
    assert [clip.path.name for clip in kept] == ["1-0", "2-0", "3-0", "1-1"]
    assert loading.thin(clips, None) == clips


@pytest.mark.parametrize(("longest", "shortest", "expected"), [(9.0, 0.0, 1.5), (1.2, 0.0, 1.2), (9.0, 2.0, 2.0)])
def test_the_common_length_is_the_longest_clips_within_limits(folder, longest, shortest, expected):
    clips = loading.load("folder", str(folder))
    assert loading.common_length(clips, longest, shortest=shortest) == expected


@pytest.mark.parametrize("name", ["rendered_dances", "rendered_genres", "rendered_instruments", "rendered_events"])
def test_a_rendered_class_has_twenty_groups(name, monkeypatch, tmp_path):
    """Groups, not clips, set the width of every interval; a clip without a group is its own."""
    monkeypatch.setattr(shelf, "shelve", lambda *args, **kwargs: None)
    clips = loading.load(name, str(tmp_path), per_class=40)
    for label in {clip.label for clip in clips}:
        assert len({clip.group or clip.path for clip in clips if clip.label == label}) >= 20
