"""The rendered instruments: same samples every time, honest parts, notes in range, and who is predominant is loudest."""

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
from thesis_lib.datasets.rendered.compose import KEYS, MAJOR, MINOR, Piece
from thesis_lib.datasets.rendered.ensembles import BACKING, PRESENT, RUN_UP, SILENT, SONG, WAYS, compose
from thesis_lib.datasets.rendered.instruments import INSTRUMENTS, SPAN
from thesis_lib.datasets.rendered.players import BASS, COMP, DRUM, MELODY, Note
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


def sounding(pieces, seconds):
    """Share of an excerpt in which any of the notes sounds."""
    time = np.zeros(1000, bool)
    for note in (note for piece in pieces for note in piece.notes):
        first, last = (np.array([note.start, note.start + note.duration]) * 1000 / seconds).clip(0, 1000).astype(int)
        time[first:last] = True
    return time.mean()


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
    bands = {}
    for key in KEYS_OF_PARTS:
        music = score(key)[0]
        bands.setdefault((music.band.bpm, music.band.key, *music.band.programs.values()), set()).add(key[0])
    assert all(len(parts) == 1 for parts in bands.values())


def test_two_clips_of_a_song_are_two_places_of_it():
    one, two, other = (score(("train", "piano", k))[0] for k in (0, 1, 2))
    for first, second in ((one.band, two.band), (one.leads[0], two.leads[0])):
        assert (first.programs, first.bpm, first.key) == (second.programs, second.bpm, second.key)
        assert first.start != second.start
    assert (one.band.bpm, one.band.key) != (other.band.bpm, other.band.key)


def test_a_clip_does_not_depend_on_how_many_are_asked_for(unplayed):
    few, many = ({clip.path: clip for clip in unplayed(per_class=n)} for n in (2, 20))
    assert all(many[path] == clip for path, clip in few.items())


def test_notes_lie_in_the_range_of_their_instrument():
    for key in KEYS_OF_PARTS:
        music, seconds, _ = score(key)
        for label, piece in zip(instruments.labels(key, 0), music.leads, strict=True):
            low, high = INSTRUMENTS[label].ranges[piece.programs[MELODY]]
            played = [note.pitch for note in piece.notes]
            assert low <= min(played) <= max(played) <= high
            assert max(played) - min(played) < SPAN
            assert all(-RUN_UP <= note.start < seconds for note in piece.notes)


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


def test_officially_training_and_test_share_pitches():
    everywhere = {label: {True: set(), False: set()} for label in INSTRUMENTS}
    for key in KEYS_OF_PARTS:
        for label, piece in zip(instruments.labels(key, 0), score(key)[0].leads, strict=True):
            everywhere[label][key[0] == "test"] |= {note.pitch for note in piece.notes}
    for label, (train, test) in ((label, sides.values()) for label, sides in everywhere.items()):
        assert len(train & test) >= 7, label


def test_the_arrangements_differ_in_nothing_but_pitch_and_instrument():
    for key in KEYS_OF_PARTS[::7]:
        one, other = (score(key, split=split) for split in ("official", "pitch"))
        assert one[1:] == other[1:]
        assert (one[0].band, one[0].ways, one[0].in_turn) == (other[0].band, other[0].ways, other[0].in_turn)


def test_everyone_is_heard():
    for key in KEYS_OF_PARTS:
        music, seconds, _ = score(key)
        turns = len(music.leads) if music.in_turn else 1
        assert all(sounding([piece], seconds) > 0.15 / turns for piece in music.leads)
        assert sounding([music.band], seconds) > 0.02
        assert {BASS, COMP} & set(music.band.programs)
        assert len(music.band.programs) >= 2


def test_leads_take_turns_or_play_together():
    kinds = Counter()
    for key in (key for key in KEYS_OF_PARTS if key[0] == "test"):
        music, _, _ = score(key)
        bar = 60 / music.band.bpm * music.band.metre
        bars = [
            {int((note.start - piece.start + 0.1) // bar) for note in piece.notes if note.start >= 0}
            for piece in music.leads
        ]
        shared = len(set.intersection(*bars)) if len(bars) > 1 else None
        if shared is not None:
            assert (shared == 0) == music.in_turn
        kinds[music.in_turn] += shared is not None
    assert min(kinds.values()) > 3


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


def test_leads_play_in_the_key():
    for key in KEYS_OF_PARTS:
        for piece in score(key)[0].leads:
            tonic, mode = piece.key.split()
            scale = {*(MAJOR if mode == "major" else MINOR), *([11] if mode == "minor" else [])}  # the leading note
            assert {(note.pitch - KEYS.index(tonic)) % 12 for note in piece.notes} <= scale


def test_the_tables_are_well_formed():
    assert len(INSTRUMENTS) == 11
    own = [program for instrument in INSTRUMENTS.values() for program in instrument.ranges]
    assert len(own) == len(set(own))
    assert not set(own) & {program for channel in BACKING if channel != DRUM for program in BACKING[channel]}
    assert BACKING.keys() == PRESENT.keys()
    for label, instrument in INSTRUMENTS.items():
        assert set(instrument.ways.split()) <= set(WAYS)
        assert all(high - low + 1 >= SPAN for low, high in instrument.ranges.values())
        assert instruments.pitches(label, "train", "pitch").keys() == instruments.pitches(label, "test", "pitch").keys()


def test_every_pitch_of_every_program_sounds():
    """But for those that are known to be silent in the sound font, which nobody plays."""
    silent = {}
    for instrument in INSTRUMENTS.values():
        for program, (low, high) in instrument.ranges.items():
            notes = tuple(Note(0.4 * k, 0.1, low + k, 90, MELODY) for k in range(high - low + 1))
            scale = Piece(notes, {MELODY: program}, {MELODY: 100}, 120.0, 4, "C major", 0.0)
            wave = synth.render(scale, seconds=0.4 * len(notes), sample_rate=RATE).reshape(len(notes), -1)
            quiet = np.flatnonzero(np.abs(wave[:, :800]).max(axis=1) < 1e-3)
            silent |= {program: tuple((low + quiet).tolist())} if len(quiet) else {}
    assert silent == SILENT
    for key in KEYS_OF_PARTS:
        for piece in score(key)[0].leads:
            assert not {note.pitch for note in piece.notes} & set(SILENT.get(piece.programs[MELODY], ()))


@pytest.mark.parametrize(
    "bad",
    [{"per_class": 1}, {"seconds": 2.0}, {"seconds": 21}, {"seconds": float("nan")}, {"seed": -1}, {"sample_rate": 0},
     {"split": "fold"}],
)  # fmt: skip
def test_bad_settings_are_refused_before_anything_is_written(bad, tmp_path):
    with pytest.raises(ValueError, match=f"got {next(iter(bad))}="):
        instruments.clips(tmp_path / "new", **bad)
    assert not (tmp_path / "new").exists()


def test_an_excerpt_beyond_the_song_is_refused():
    part = instruments._part("cello", "train", "official", np.random.default_rng(0))
    with pytest.raises(ValueError, match="within its song"):
        compose([part], None, [0], offset=SONG - 2, seconds=3.0)
