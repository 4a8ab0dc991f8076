"""Compose scores in which instruments lead and a band accompanies them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from . import players, synth
from .compose import KEYS, MAJOR, MINOR, Groove, Piece, harmony, vary, written
from .players import BASS, COMP, DRUM, MELODY, PAD, Grid, Note
from .styles import N_PATTERNS, STYLES

SONG = 40.0  # seconds of music per song, of which a clip is an excerpt
RUN_UP = 2.0  # seconds rendered before the excerpt, so that it can start within a sound
COUNTER = 4  # MIDI channel of a second, softer tune
LEAP = 3  # widest interval of a tune, in steps of the scale
SILENT = {65: (64,)}  # silent pitches of a program within its range: TimGM6mb's alto saxophone

# Way of playing -> notes per second, as a multiple of the instrument's own rate.
WAYS = {
    "tune": 1.0, "long": 0.3, "runs": 2.6,  # single notes; long notes; scales
    "thirds": 0.9, "block": 0.8,  # a tune with the third below it, or with chord tones
    "broken": 2.0, "power": 1.2,  # broken chords; root and fifth
    "chords": 0.9, "strum": 1.1, "held": 0.25,  # chords: together, strummed, long
}  # fmt: skip

# General MIDI programs of the accompaniment, without the eleven instruments.
BACKING = {
    COMP: (4, 5, 6, 7, 11, 12, 15, 21, 23, 45, 46, 105, 107, 108),
    BASS: (32, 33, 34, 35, 36, 38, 39, 43, 58),
    PAD: (48, 49, 50, 51, 60, 61, 62, 89, 90, 92, 94, 95),
    DRUM: (0, 8, 16, 24, 25, 32, 40, 48),
    COUNTER: (10, 11, 13, 22, 57, 60, 68, 69, 70, 74, 75, 76, 79, 80, 81, 82, 104, 109, 111),
}
PRESENT = {DRUM: 0.6, BASS: 0.85, COMP: 0.7, PAD: 0.35, COUNTER: 0.35}  # probability that each plays
VOLUMES = {COMP: (50, 110), BASS: (55, 110), PAD: (30, 85), DRUM: (50, 120), COUNTER: (50, 110)}  # of 127


@dataclass(frozen=True)
class Instrument:
    """How an instrument is played.

    Attributes:
        ranges: lowest and highest MIDI pitch of each of its General MIDI programs.
        ways: names in `WAYS`; a name given twice is drawn twice as often.
        rate: lowest and highest number of notes per second of a tune.
        shortest: duration of its shortest notes as a fraction of the time to the next note.
    """

    ranges: dict[int, tuple[int, int]]
    ways: str
    rate: tuple[float, float]
    shortest: float


@dataclass(frozen=True)
class Part:
    """An instrument, its program, and the lowest and highest pitch that it plays."""

    instrument: Instrument
    program: int
    window: tuple[int, int]


@dataclass(frozen=True)
class Song:
    """What all players of a song share; `chords` is (bars, 4) semitones above the tonic, from the root up."""

    grid: Grid
    groove: Groove
    chords: np.ndarray
    scale: tuple[int, ...]
    tonic: int


@dataclass(frozen=True)
class Score:
    """The pieces of all players, in seconds from the start of the excerpt; notes may start up to `RUN_UP` earlier.

    Attributes:
        leads, ways: the piece of each lead, in the given order, and its way of playing.
        in_turn: whether the leads alternate instead of playing together.
        band: the accompaniment.
        bystander: the piece of another instrument that plays softly, or None.
    """

    leads: tuple[Piece, ...]
    ways: tuple[str, ...]
    in_turn: bool
    band: Piece
    bystander: Piece | None


def compose(
    leads: Sequence[Part], bystander: Part | None, entropy: Sequence[int], *, offset: float, seconds: float
) -> Score:
    """Compose a song and take an excerpt of it.

    Harmony, rhythm and band depend on `entropy` only, not on the leads and their pitches.

    Args:
        leads: one or more parts.
        bystander: the part of an instrument in the background, or None.
        entropy: integers that seed the song.
        offset: start of the excerpt in seconds from the start of the song.
        seconds: duration of the excerpt.

    Returns:
        The score.

    Raises:
        ValueError: the excerpt is not within the song.
    """
    if not 0 <= offset <= SONG - seconds:
        raise ValueError(f"an excerpt must be within its song of {SONG} s; got offset={offset}, seconds={seconds}.")
    rng = np.random.default_rng([*entropy, 1])
    song = _song(rng, offset)
    bars, turn = np.arange(len(song.chords)), int(rng.integers(1, 3))  # bars per turn of a lead
    enough = len(leads) * turn * song.grid.metre * song.grid.beat <= seconds
    in_turn = bool(rng.random() < 0.5) and len(leads) > 1 and enough
    band = _excerpt(song, *_band(song), seconds)

    def solo(number: int, part: Part) -> tuple[Piece, str]:
        # Each player has its own random stream, so the notes of one do not depend on another's.
        own = replace(song, grid=replace(song.grid, rng=np.random.default_rng([*entropy, 2 + number])))
        way = str(own.grid.rng.choice(part.instrument.ways.split()))
        playing = bars // turn % len(leads) == number if in_turn and number < len(leads) else bars >= 0
        return _excerpt(song, _lead(part, way, own, playing), {MELODY: part.program}, {MELODY: 100}, seconds), way

    pieces, ways = zip(*(solo(number, part) for number, part in enumerate(leads)), strict=True)
    return Score(pieces, ways, in_turn, band, solo(len(leads), bystander)[0] if bystander else None)


def play(piece: Piece, seconds: float, sample_rate: int) -> np.ndarray:
    """Render one piece of a score, (samples,); the excerpt can start within a sound."""
    notes = tuple(replace(note, start=note.start + RUN_UP) for note in piece.notes)
    wave = synth.render(replace(piece, notes=notes), seconds=RUN_UP + seconds, sample_rate=sample_rate)
    return wave[round(RUN_UP * sample_rate) :]


def _song(rng: np.random.Generator, offset: float) -> Song:
    """Draw rhythm and harmony; the rhythm is that of a dance."""
    style = STYLES[str(rng.choice(list(STYLES)))]
    groove = vary(style, written(style, int(rng.integers(N_PATTERNS))), rng)
    beat = 60 / float(np.round(rng.uniform(*style.usual), 1))
    bar = style.metre * beat
    scale, tonic = MINOR if rng.random() < 0.4 else MAJOR, int(rng.integers(12))
    chords = harmony(2 * int(np.ceil(SONG / bar / 2)), scale, rng, fast=bar < 1.5)
    grid = Grid(style.metre, style.steps, beat, -offset, rng.uniform(*style.swing), rng.uniform(0.002, 0.015), rng)
    return Song(grid, groove, chords, scale, tonic)


def _excerpt(song: Song, notes: list[Note], programs: dict[int, int], volumes: dict[int, int], seconds: float) -> Piece:
    """Return the piece with those notes of a player that belong to the excerpt, sorted."""
    heard = sorted((n for n in notes if -RUN_UP <= n.start < seconds), key=lambda n: (n.start, n.channel, n.pitch))
    key = f"{KEYS[song.tonic]} {'minor' if song.scale == MINOR else 'major'}"
    bpm = round(60 / song.grid.beat, 1)
    return Piece(tuple(heard), programs, volumes, bpm, song.grid.metre, key, song.grid.start)


def _band(song: Song) -> tuple[list[Note], dict[int, int], dict[int, int]]:
    """Compose notes, programs and volumes of an accompaniment of at least two players, one with bass or chords."""
    grid, chords, tonic = song.grid, song.chords, song.tonic
    rng, bars = grid.rng, np.full(len(chords), True)
    here = {channel for channel, often in PRESENT.items() if rng.random() < often}
    if not here & {BASS, COMP} or len(here) < 2:
        here |= {BASS, COMP}
    programs = {channel: int(rng.choice(BACKING[channel])) for channel in sorted(here)}
    volumes = {channel: int(rng.integers(*VOLUMES[channel])) for channel in sorted(here)}
    fills = (np.arange(len(bars)) % 4 == 3) & (rng.random(len(bars)) < 0.5)
    low, way = int(rng.integers(45, 66)), str(rng.choice(("tune", "long", "thirds", "runs")))
    counter = Part(Instrument({}, "", (0.8, 2.0), 0.5), 0, (low, low + 18))
    play = {
        COMP: lambda: players.comp(song.groove.comp, grid, bars, chords, tonic, tones=int(rng.integers(3, 5))),
        BASS: lambda: players.bass(song.groove.bass, grid, bars, chords, tonic),
        PAD: lambda: players.pad(grid, bars, chords, tonic),
        COUNTER: lambda: [replace(note, channel=COUNTER) for note in _lead(counter, way, song, bars)],
        DRUM: lambda: players.drums(song.groove.drums, grid, bars, fills),
    }
    return [note for channel in sorted(here) for note in play[channel]()], programs, volumes


def _lead(part: Part, way: str, song: Song, playing: np.ndarray) -> list[Note]:
    """Compose what one instrument plays in its bars, (bars,) of bool: within its window, on channel `MELODY`.

    Every such bar has a note in its first two beats. A window spans at least an octave, so it contains tones of each
    chord.
    """
    grid, tonic, rng = song.grid, song.tonic, song.grid.rng
    window = range(part.window[0], part.window[1] + 1)
    inside = np.array([pitch for pitch in window if pitch not in SILENT.get(part.program, ())])
    rate = rng.uniform(*part.instrument.rate) * WAYS[way]
    length = max(rng.uniform(part.instrument.shortest, 1.0), 0.85 * (way in ("long", "held")))
    loud = rng.uniform(55, 112)
    motifs = [_rhythm(grid, rate, even=way in ("runs", "broken")) for _ in range(2)]
    degrees = inside[np.isin((inside - tonic) % 12, song.scale)]
    pitch, direction, notes = int(rng.choice(degrees)), 1, []
    for bar, chord in enumerate(song.chords):
        tones = inside[np.isin((inside - tonic) % 12, chord[:3] % 12)]
        ladder = tones if way in ("broken", "chords", "strum", "held") else degrees
        for step, steps in motifs[(0, 0, 1, 0)[bar // 2 % 4]][bar % 2]:
            if rng.random() < 0.12:
                direction = -direction
            move = direction if way in ("runs", "broken") else int(rng.integers(-LEAP, LEAP + 1))
            at = int(np.abs(ladder - pitch).argmin())
            if not 0 <= at + move < len(ladder):
                move, direction = -move, -direction
            pitch = int(ladder[np.clip(at + move, 0, len(ladder) - 1)])
            if step % grid.steps == 0 and way != "runs":  # on the beat, the nearest chord tone
                pitch = int(tones[np.abs(tones - pitch).argmin()])
            if playing[bar]:
                accent = 8 * (step == 0) - 4 * (step % grid.steps != 0)
                for rank, sounding in enumerate(_voices(way, pitch, tones, degrees, (tonic + chord[0]) % 12)):
                    late = 0.02 * rank if way == "strum" else 0.0  # seconds
                    note = grid.note(bar, step, length * steps, sounding, loud + accent, MELODY)
                    notes.append(replace(note, start=note.start + late))
    return notes


def _rhythm(grid: Grid, rate: float, *, even: bool) -> list[list[tuple[int, int]]]:
    """Draw positions and lengths in steps of the notes of two bars, at about `rate` notes per second."""
    typical, bars = grid.steps / (grid.beat * rate), []
    for _ in range(2):
        step, places = grid.steps * int(grid.rng.random() < 0.15), []
        while step < grid.bar:
            factor = 1.0 if even else grid.rng.choice((0.5, 1.0, 1.0, 1.5, 2.0))
            steps = min(max(1, round(typical * factor)), grid.bar - step)
            places.append((step, steps))
            step += steps + grid.steps * int(grid.rng.random() < 0.06)  # an occasional pause
        bars.append(places)
    return bars


def _voices(way: str, pitch: int, tones: np.ndarray, degrees: np.ndarray, root: int) -> list[int]:
    """Return the pitches that sound together, from the lowest, around `pitch`.

    `tones` are the chord tones within the window, `degrees` the tones of the scale, and `root` is a pitch class.
    """
    if way == "thirds":
        below = degrees[degrees < pitch]
        return [int(below[-2]), pitch] if len(below) > 1 else [pitch]
    if way == "block":
        return [*tones[tones < pitch - 2][-2:].tolist(), pitch]
    if way in ("chords", "strum", "held"):
        lowest = max(0, int(np.searchsorted(tones, pitch)) - 3)
        return tones[lowest : lowest + 4].tolist()
    if way == "power":
        first = int(degrees[0] + (root - degrees[0]) % 12)
        return [first] + [first + more for more in (7, 12) if first + more <= degrees[-1]]
    return [pitch]
