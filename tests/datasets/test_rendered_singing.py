"""Check the sung phrases: onsets where the sound changes, scores, singers, folds."""

import numpy as np
import pytest

from thesis_lib import audio
from thesis_lib.datasets import loading
from thesis_lib.datasets.rendered import singing
from thesis_lib.features import fingerprint


@pytest.fixture(scope="module")
def phrases(tmp_path_factory):
    return loading.load("rendered_singing", str(tmp_path_factory.mktemp("sung")), n=20, seconds=4.0)


def test_folds_contain_complete_singers(phrases):
    assert {clip.group for clip in phrases} == {f"singer {number}" for number in range(10)}
    by_singer = {clip.group: {one.fold for one in phrases if one.group == clip.group} for clip in phrases}
    assert all(len(folds) == 1 for folds in by_singer.values()) and len({c.fold for c in phrases}) == 5


def test_a_score_has_a_duration_for_every_onset_and_what_is_sung_deviates_from_it(phrases):
    ratios = []
    for clip in phrases:
        assert len(clip.onsets) == len(clip.durations) >= 2 and min(clip.durations) > 0
        assert clip.onsets == tuple(sorted(clip.onsets)) and clip.onsets[-1] < audio.duration(clip.path)
        sung, score = np.diff(clip.onsets), np.array(clip.durations[:-1])
        ratios += list(np.log(sung / score) - np.log(sung / score).mean())
    assert 0.1 < np.std(ratios) < 0.6


def test_a_syllable_with_a_plosive_starts_with_silence_and_a_burst():
    voice = singing.singer(0, seed=0) | {"room": 0.0, "breath": 0.0}
    one = {"vowel": "a", "beats": 1.0, "notes": [(0, 1.0)], "lasts": 1.0, "breath": 0.0}
    phrase = [one | {"consonant": "", "onset": 0.5}, one | {"consonant": "t", "onset": 1.5}]
    wave = singing.sing(phrase, voice, np.random.default_rng(0), sample_rate=22_050)
    power = [
        np.mean(wave[int(a * 22_050) : int(b * 22_050)] ** 2) for a, b in ((1.0, 1.4), (1.515, 1.525), (1.53, 1.54))
    ]
    assert power[1] < 0.05 * power[0] and power[2] > 3 * power[1]


def test_phonemes_follow_each_other_and_start_with_every_onset(phrases):
    for clip in phrases:
        starts, ends, symbols = zip(*clip.segments, strict=True)
        assert starts[1:] == ends[:-1] and set(clip.onsets) <= set(starts)
        assert set(symbols) <= {"", *singing.VOWELS, *singing.CONSONANTS}
        assert sum(symbol in singing.VOWELS for symbol in symbols) == len(clip.onsets)


@pytest.mark.parametrize(("vowel", "lower", "upper"), [("a", 900, 300), ("i", 300, 900)])
def test_vowels_have_their_formants(vowel, lower, upper):
    """The energy of "a" is around its first formant at 730 Hz, that of "i" below 300 Hz."""
    voice = singing.singer(0, seed=0) | {"room": 0.0, "tract": 1.0, "lowest": 48, "breath": 0.0}
    one = {
        "vowel": vowel,
        "consonant": "",
        "beats": 1.0,
        "notes": [(0, 1.0)],
        "lasts": 1.5,
        "breath": 0.0,
        "onset": 0.3,
    }
    wave = singing.sing([one], voice, np.random.default_rng(0), sample_rate=22_050)
    spectrum = np.abs(np.fft.rfft(wave[11_025:33_075])) ** 2
    hertz = np.fft.rfftfreq(22_050, 1 / 22_050)
    near = [spectrum[(hertz > f - 150) & (hertz < f + 150)].sum() for f in (280, 750)]
    assert (near[1] > near[0]) == (vowel == "a")


def test_phrases_do_not_depend_on_their_number(tmp_path, phrases):
    fewer = loading.load("rendered_singing", str(tmp_path), n=10, seconds=4.0)
    for one, other in zip(fewer, phrases, strict=False):
        assert one.onsets == other.onsets and one.path.read_bytes() == other.path.read_bytes()


def test_onsets_are_part_of_the_fingerprint(phrases):
    from dataclasses import replace

    moved = [replace(phrases[0], onsets=(0.0, *phrases[0].onsets[1:])), *phrases[1:]]
    assert fingerprint(moved) != fingerprint(phrases)


def test_settings_out_of_range_are_named():
    with pytest.raises(ValueError, match="needs n from 10, seconds from 2 to 60"):
        singing.clips(n=3)
