"""Check the rendered instruments: identical samples, separate parts, ranges, and the loudest predominant."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest
import soundfile
from scipy import signal

from thesis_lib.datasets.rendered import instruments, shelf, synth
from thesis_lib.datasets.rendered.ensembles import RUN_UP
from thesis_lib.datasets.rendered.instruments import INSTRUMENTS, SPAN
from thesis_lib.datasets.rendered.players import DRUM, MELODY
from thesis_lib.datasets.splits import splits

pytest.importorskip("tinysoundfont", reason="pip install --no-deps tinysoundfont==0.3.7")
RATE = 8000
SMALL = {"per_class": 2, "seconds": 3.0, "sample_rate": RATE}
CHOSEN = [("train", "acoustic guitar", 1), ("train", "voice", 0), ("validation", "organ", 0), ("test", "violin", 0)]
PLAYED = {"seconds": 3.0, "seed": 0, "split": "official", "sample_rate": RATE}
KEYS_OF_PARTS = [
    (part, label, k)
    for part, many in (("train", 4), ("validation", 1), ("test", 4))
    for label in INSTRUMENTS
    for k in range(many)
]
ONE_CLIP = """
import sys
from pathlib import Path
from functools import cache, partial
from thesis_lib.datasets.rendered import instruments, shelf
make = partial(instruments._make, seconds=3.0, seed=0, sample_rate=8000, split="official")
shelf._make(Path(sys.argv[1]), ("test", "violin", 0), make, 8000)
"""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Some clips of a small set."""
    shelve = shelf.shelve

    def some(folder, keys, make, **kwargs):
        return shelve(folder, {name: key for name, key in keys.items() if key in CHOSEN}, make, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shelf, "shelve", some)
        clips = instruments.clips(tmp_path_factory.mktemp("instruments"), **SMALL)
    return [clip for clip in clips if clip.path.exists()]


@pytest.fixture
def unplayed(monkeypatch, tmp_path):
    """Makes a list of clips without their audio."""
    monkeypatch.setattr(shelf, "shelve", lambda *args, **kwargs: None)
    return partial(instruments.clips, tmp_path)


def key_of(clip):
    return clip.split, clip.label, int(clip.path.stem[-4:])


@cache
def score(key, seed=0, split="official"):
    return instruments.score(key, seconds=3.0, seed=seed, split=split)


def heard(piece):
    return [note for note in piece.notes if note.start + note.duration > 0]


def a_weighted_db(wave, rate):
    """Parent: the closed form of the curve (IEC 61672-1), on tenths of a second instead of the whole at once."""
    f, power = signal.welch(wave, rate, nperseg=rate // 10, noverlap=0, window="boxcar", detrend=False)
    f2 = f**2
    gain = 12194**2 * f2**2 / ((f2 + 20.6**2) * np.sqrt((f2 + 107.7**2) * (f2 + 737.9**2)) * (f2 + 12194**2))
    return 10 * np.log10(np.sum(power * (gain * 10 ** (2.0 / 20)) ** 2) * f[1])


def test_same_bytes_in_another_folder_and_another_process(rendered, tmp_path):
    clip = next(clip for clip in rendered if key_of(clip) == ("test", "violin", 0))
    subprocess.run([sys.executable, "-c", ONE_CLIP, str(tmp_path / "one.flac")], check=True)
    assert (tmp_path / "one.flac").read_bytes() == clip.path.read_bytes()
    shelf._make(tmp_path / "two.flac", ("test", "violin", 0), partial(instruments._make, **PLAYED), RATE)
    assert (tmp_path / "two.flac").read_bytes() == clip.path.read_bytes()


def test_another_seed_is_other_music():
    one, other = (score(("train", "cello", 0), seed)[0] for seed in (0, 1))
    assert one.leads[0].notes != other.leads[0].notes
    assert one.band.notes != other.band.notes


@pytest.mark.parametrize("split", ["official", "pitch"])
def test_parts_have_their_sizes_and_labels(unplayed, split):
    clips = unplayed(per_class=40, split=split)
    of_part = {part: [clip for clip in clips if clip.split == part] for part in ("train", "validation", "test")}
    assert {part: len(own) for part, own in of_part.items()} == {"train": 440, "validation": 88, "test": 154}
    for part, each in (("train", 40), ("validation", 8)):
        assert Counter(clip.labels for clip in of_part[part]) == {(label,): each for label in INSTRUMENTS}
    tested = [clip.labels for clip in of_part["test"]]
    assert Counter(map(len, tested)) == {1: 55, 2: 66, 3: 33}
    assert all(len(set(labels)) == len(labels) for labels in tested)
    assert set(Counter(labels[0] for labels in tested).values()) == {14}
    counts = Counter(label for labels in tested for label in labels)
    assert set(counts) == set(INSTRUMENTS)
    assert min(counts.values()) >= 20


def test_compositions_are_not_shared_between_parts(unplayed):
    clips = unplayed(per_class=40)
    assert len(splits(clips)) == 1  # which refuses a group on two sides
    assert set(Counter(clip.group for clip in clips if clip.split == "train").values()) == {2}
    assert set(Counter(clip.group for clip in clips if clip.split == "test").values()) == {1}
    for label in INSTRUMENTS:
        assert len({clip.group for clip in clips if clip.split == "train" and clip.label == label}) == 20
    bands = {}
    for key in KEYS_OF_PARTS:
        music = score(key)[0]
        bands.setdefault((music.band.bpm, music.band.key, *music.band.programs.values()), set()).add(key[0])
    assert all(len(parts) == 1 for parts in bands.values())


def test_a_clip_does_not_depend_on_how_many_are_asked_for(unplayed):
    few, many = ({clip.path: clip for clip in unplayed(per_class=n)} for n in (2, 20))
    assert all(many[path] == clip for path, clip in few.items())


def test_by_pitch_no_instrument_plays_a_pitch_on_both_sides():
    """From the notes, of those in the background too; the test lies just above the training."""
    low, high = ({label: set() for label in INSTRUMENTS} for _ in range(2))
    for key in KEYS_OF_PARTS:
        music, _, bystander = score(key, split="pitch")
        pieces = zip((*instruments.labels(key, 0), bystander), (*music.leads, music.bystander), strict=True)
        for label, piece in ((label, piece) for label, piece in pieces if label):
            (high if key[0] == "test" else low)[label] |= {note.pitch for note in piece.notes}
    for label, instrument in INSTRUMENTS.items():
        bottom, top = np.array(list(instrument.ranges.values())).T
        middle = (bottom.min() + top.max()) // 2
        assert max(low[label]) <= middle < min(high[label])
        assert middle - SPAN < min(low[label])
        assert max(high[label]) <= middle + SPAN


@pytest.mark.parametrize("split", ["official", "pitch"])
@pytest.mark.parametrize("key", [("train", "cello", 0), ("train", "voice", 3), ("test", "saxophone", 2)])
def test_the_predominant_are_above_the_rest_as_stated(key, split):
    """The composed notes are played alone, one player after the other, and their levels compared."""
    settings = PLAYED | {"split": split}
    music, seconds, bystander = score(key, split=split)
    stems, (wave, truth) = instruments.stems(key, **settings), instruments._make(key, **settings)
    pieces = dict(zip((*instruments.labels(key, 0), "band"), (*music.leads, music.band), strict=True))
    if bystander:
        pieces["bystander"] = music.bystander
    assert stems.keys() == pieces.keys()
    for name, piece in pieces.items():
        moved = replace(piece, notes=tuple(replace(note, start=note.start + RUN_UP) for note in piece.notes))
        alone = synth.render(moved, seconds=seconds + RUN_UP, sample_rate=RATE)[round(RUN_UP * RATE) :]
        assert np.corrcoef(alone, stems[name])[0, 1] > 0.999999
    level = {name: a_weighted_db(stem, RATE) for name, stem in stems.items()}
    leads = instruments.labels(key, 0)
    for label in leads:
        above = level[label] - level["band"]
        assert 5.5 < above < 12.5
        assert truth["predominant"][label]["level_db"] == pytest.approx(above, abs=0.5)
    if bystander:
        assert min(level[label] for label in leads) - level["bystander"] > 8.5
        assert truth["bystander"][bystander] == pytest.approx(level["bystander"] - level["band"], abs=0.5)
    of_leads, rest = sum(stems[label] for label in leads), sum(stems[name] for name in stems if name not in leads)
    bright = signal.butter(2, 300, "high", fs=RATE, output="sos")  # about where the ear hears
    wave, of_leads, rest = (signal.sosfilt(bright, x) for x in (wave, of_leads, rest))
    assert np.corrcoef(wave, of_leads)[0, 1] > np.corrcoef(wave, rest)[0, 1] + 0.3


@pytest.mark.parametrize(("frequency", "curve"), [(1000, 0.0), (100, -19.1), (250, -8.6), (4000, 1.0)])
def test_level_is_a_weighted(frequency, curve):
    """Parent: the table of IEC 61672-1; a sine of amplitude 0.5 has a mean square of -9.03 dB."""
    sine = 0.5 * np.sin(2 * np.pi * frequency * np.arange(16000) / 16000)
    assert instruments.loudness(sine, 16000) == pytest.approx(-9.03 + curve, abs=0.1)


def test_audio_sounds_and_does_not_clip(rendered):
    lengths = set()
    for clip in rendered:
        wave, rate = soundfile.read(clip.path)
        truth = shelf.truth(clip)
        assert rate == RATE
        assert len(wave) == round(truth["seconds"] * RATE)
        assert truth["seconds"] == 3.0 if clip.split != "test" else 5.0 <= truth["seconds"] <= 20.0
        lengths.add(len(wave))
        assert np.isfinite(wave).all()
        assert 10 ** (-9.1 / 20) < np.abs(wave).max() < 10 ** (-0.9 / 20)
        assert np.sqrt(np.mean(wave**2)) > 0.01
    assert len(lengths) > 1


def test_truth_says_what_is_played(rendered):
    for clip in rendered:
        truth, key = shelf.truth(clip), key_of(clip)
        music, seconds, bystander = score(key)
        assert tuple(truth["labels"]) == tuple(truth["predominant"]) == clip.labels
        assert (truth["composition"], truth["part"], truth["split"]) == (clip.group, clip.split, "official")
        for label, piece, way in zip(clip.labels, music.leads, music.ways, strict=True):
            said, pitches = truth["predominant"][label], [note.pitch for note in heard(piece)]
            assert (said["notes"], said["lowest"], said["highest"]) == (len(pitches), min(pitches), max(pitches))
            assert said["program"] == piece.programs[MELODY]
            assert said["way"] == way
            assert way in INSTRUMENTS[label].ways.split()
        assert list(truth["bystander"]) == ([bystander] if bystander else [])
        assert not set(truth["bystander"]) & set(clip.labels)
        playing = {note.channel for note in music.band.notes} - {DRUM}
        assert {music.band.programs[channel] for channel in playing} <= set(truth["band"])
        assert truth["drums"] == (DRUM in music.band.programs)
        assert (truth["key"], truth["bpm"], truth["metre"]) == (music.band.key, music.band.bpm, music.band.metre)
        assert truth["seconds"] == seconds


@pytest.mark.parametrize(
    "bad",
    [{"per_class": 1}, {"seconds": 2.0}, {"seconds": 21}, {"seconds": float("nan")}, {"seed": -1}, {"sample_rate": 0},
     {"split": "fold"}],
)  # fmt: skip
def test_bad_settings_are_refused_before_anything_is_written(bad, tmp_path):
    with pytest.raises(ValueError, match=f"got {next(iter(bad))}="):
        instruments.clips(tmp_path / "new", **bad)
    assert not (tmp_path / "new").exists()
