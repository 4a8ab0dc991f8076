"""Check what a lead and its ensemble play: range, key, audibility and turns."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest

from thesis_lib.datasets.rendered import instruments, synth
from thesis_lib.datasets.rendered.compose import KEYS, MAJOR, MINOR, Piece
from thesis_lib.datasets.rendered.ensembles import BACKING, PRESENT, RUN_UP, SILENT, SONG, WAYS, compose
from thesis_lib.datasets.rendered.instruments import INSTRUMENTS, SPAN
from thesis_lib.datasets.rendered.players import BASS, COMP, DRUM, MELODY, Note

pytest.importorskip("tinysoundfont", reason="pip install --no-deps tinysoundfont==0.3.7")
RATE = 8000
KEYS_OF_PARTS = [
    (part, label, k)
    for part, many in (("train", 4), ("validation", 1), ("test", 4))
    for label in INSTRUMENTS
    for k in range(many)
]


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


def test_two_clips_of_a_song_are_two_places_of_it():
    one, two, other = (score(("train", "piano", k))[0] for k in (0, 1, 2))
    for first, second in ((one.band, two.band), (one.leads[0], two.leads[0])):
        assert (first.programs, first.bpm, first.key) == (second.programs, second.bpm, second.key)
        assert first.start != second.start
    assert (one.band.bpm, one.band.key) != (other.band.bpm, other.band.key)


def test_notes_lie_in_the_range_of_their_instrument():
    for key in KEYS_OF_PARTS:
        music, seconds, _ = score(key)
        for label, piece in zip(instruments.labels(key, 0), music.leads, strict=True):
            low, high = INSTRUMENTS[label].ranges[piece.programs[MELODY]]
            played = [note.pitch for note in piece.notes]
            assert low <= min(played) <= max(played) <= high
            assert max(played) - min(played) < SPAN
            assert all(-RUN_UP <= note.start < seconds for note in piece.notes)


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


def test_an_excerpt_beyond_the_song_is_refused():
    part = instruments._part("cello", "train", "official", np.random.default_rng(0))
    with pytest.raises(ValueError, match="within its song"):
        compose([part], None, [0], offset=SONG - 2, seconds=3.0)
