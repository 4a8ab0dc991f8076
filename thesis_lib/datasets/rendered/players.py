"""Compose the notes of one player: drums, bass, chords, a pad or a melody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .styles import DRUMS

MELODY, COMP, BASS, PAD, DRUM = 0, 1, 2, 3, 9  # MIDI channels; General MIDI keeps 9 for percussion
LOUDNESS = {"X": 116, "x": 84, "g": 42, "h": 84}
LOWEST_BASS, LOWEST_CHORD = 28, 55  # E1 and G3, as MIDI pitches
FILL_LINES = ("snare", "high_tom", "mid_tom", "low_tom", "high_bongo", "conga", "timbale")


@dataclass(frozen=True)
class Note:
    """A note: `start` and `duration` in seconds, `pitch`, `velocity` and `channel` as in MIDI."""

    start: float
    duration: float
    pitch: int
    velocity: int
    channel: int


@dataclass(frozen=True)
class Grid:
    """A grid of steps that converts bars and steps to seconds, with swing and inaccurate timing.

    Attributes:
        metre: beats per bar.
        steps: steps per beat.
        beat: duration of a beat in seconds.
        start: time of the first bar in seconds; negative if the clip starts within the piece.
        swing: position of the off-beat within the beat; 0.5 is straight.
        jitter: standard deviation of a note's time in seconds.
        rng: random generator for timing and loudness.
    """

    metre: int
    steps: int
    beat: float
    start: float
    swing: float
    jitter: float
    rng: np.random.Generator

    @property
    def bar(self) -> int:
        """Steps per bar."""
        return self.metre * self.steps

    def time(self, bar: int, step: float) -> float:
        """Return the exact time of a step of a bar in seconds."""
        beats, part = divmod(step / self.steps, 1)
        part = part * 2 * self.swing if part < 0.5 else self.swing + (part - 0.5) * 2 * (1 - self.swing)
        return self.start + (bar * self.metre + beats + part) * self.beat

    def note(self, bar: int, step: int, length: float, pitch: int, velocity: float, channel: int) -> Note:
        """Return a note of `length` steps with small deviations in time and loudness."""
        start = self.time(bar, step) + self.jitter * self.rng.standard_normal()
        loud = int(np.clip(velocity + 7 * self.rng.standard_normal(), 20, 127))
        return Note(float(start), float(length * self.beat / self.steps), int(pitch), loud, channel)


def _strokes(pattern: str, grid: Grid, bar: int) -> list[tuple[int, str, int]]:
    """Return (step, character, steps to the next stroke) of a pattern in one bar; a pattern can have several bars."""
    line = [pattern[(bar * grid.bar + step) % len(pattern)] for step in range(grid.bar)]
    places = [step for step, stroke in enumerate(line) if stroke != "."]
    return [(a, line[a], b - a) for a, b in zip(places, [*places, grid.bar][1:], strict=True)]


def drums(lines: dict[str, str], grid: Grid, playing: np.ndarray, fills: np.ndarray) -> list[Note]:
    """Play the drum lines of a groove in the given bars, with fills in the last beats of some bars."""
    notes = []
    for bar in np.flatnonzero(playing):
        end = grid.bar - grid.steps * int(grid.rng.integers(1, 3)) if fills[bar] else grid.bar
        for name, pattern in lines.items():
            for step, stroke, _ in _strokes(pattern, grid, bar):
                if step < end and grid.rng.random() < (0.7 if stroke == "g" else 0.98):
                    notes.append(grid.note(bar, step, 1, DRUMS[name], LOUDNESS[stroke], DRUM))
        for step in range(end, grid.bar):
            if grid.rng.random() < 0.75:
                name = FILL_LINES[int(grid.rng.integers(len(FILL_LINES)))]
                notes.append(grid.note(bar, step, 1, DRUMS[name], 80 + 30 * (step - end) / grid.bar, DRUM))
    return notes


def bass(pattern: str, grid: Grid, playing: np.ndarray, chords: np.ndarray, tonic: int) -> list[Note]:
    """Play chord tones of each bar in the bass; `chords` is (bars, 4) semitones above the tonic, from the root up."""
    notes = []
    for bar in np.flatnonzero(playing):
        root, third, fifth, _ = chords[bar]
        following = chords[(bar + 1) % len(chords), 0]
        tones = {"R": root, "3": third, "5": fifth, "8": root, "a": following - 1}
        for step, stroke, length in _strokes(pattern, grid, bar):
            pitch = LOWEST_BASS + (tonic + tones[stroke] - LOWEST_BASS) % 12 + 12 * (stroke == "8")
            notes.append(grid.note(bar, step, 0.85 * length, pitch, 100 if step == 0 else 88, BASS))
    return notes


def comp(pattern: str, grid: Grid, playing: np.ndarray, chords: np.ndarray, tonic: int, *, tones: int) -> list[Note]:
    """Play chords of 3 or 4 tones around middle C: short (`x`), held (`h`) or broken (`1` to `4`)."""
    notes = []
    for bar in np.flatnonzero(playing):
        voicing = sorted(LOWEST_CHORD + (tonic + tone - LOWEST_CHORD) % 12 for tone in chords[bar, :tones])
        voicing += [voicing[0] + 12] * (4 - tones)
        for step, stroke, length in _strokes(pattern, grid, bar):
            if stroke.isdigit():
                notes.append(grid.note(bar, step, 1.5 * length, voicing[int(stroke) - 1], 82, COMP))
                continue
            held = length if stroke == "h" else min(length, 0.35 * grid.steps)
            notes += [grid.note(bar, step, held, pitch, LOUDNESS[stroke] - 8, COMP) for pitch in voicing]
    return notes


def pad(grid: Grid, playing: np.ndarray, chords: np.ndarray, tonic: int) -> list[Note]:
    """Play a soft chord in each bar."""
    return [
        grid.note(bar, 0, grid.bar, LOWEST_CHORD + (tonic + tone - LOWEST_CHORD) % 12, 60, PAD)
        for bar in np.flatnonzero(playing)
        for tone in chords[bar, :3]
    ]


def melody(
    leaning: np.ndarray, grid: Grid, playing: np.ndarray, chords: np.ndarray, scale: tuple[int, ...], tonic: int,
    *, staccato: float,
) -> list[Note]:  # fmt: skip
    """Play a tune in two-bar phrases, A A B A, that follows the rhythm of the groove and the chords.

    Args:
        leaning: weight of each step of two bars, (2 * grid.bar,).
        grid: the grid of steps.
        playing: bars in which the tune plays, (bars,) of bool.
        chords: semitones above the tonic, (bars, 4).
        scale: semitones of the seven degrees.
        tonic: pitch class of the tonic, 0 to 11.
        staccato: duration of a note as a fraction of the time to the next note.

    Returns:
        The notes in order.
    """
    rate = (
        grid.rng.uniform(1.0, 2.4) * grid.beat / grid.steps
    )  # a number of notes per second that does not depend on the tempo, as notes per step
    chance = np.clip(rate * leaning / leaning.mean(), 0, 0.95)
    phrases = []
    for _ in range(2):
        places = np.flatnonzero(grid.rng.random(2 * grid.bar) < chance)
        moves = grid.rng.choice((-2, -1, -1, 0, 1, 1, 2, 3, -3), size=2 * grid.bar)
        phrases.append((places if len(places) else np.array([0]), moves))
    centre, notes = int(grid.rng.integers(60, 76)), []
    for first in range(0, len(playing) - 1, 2):
        places, moves = phrases[(0, 0, 1, 0)[first // 2 % 4]]
        degree = 0
        for place, after in zip(places, [*places[1:], 2 * grid.bar], strict=True):
            bar, step = first + int(place) // grid.bar, int(place) % grid.bar
            degree = int(np.clip(degree + moves[place], -5, 6))
            pitch = centre + (tonic - centre) % 12 + scale[degree % 7] + 12 * (degree // 7)
            if step % grid.steps == 0:  # on the beat, the nearest chord tone
                pitch += min(((tonic + t - pitch + 6) % 12 - 6 for t in chords[bar, :3]), key=abs)
            if playing[bar]:
                notes.append(grid.note(bar, step, staccato * (after - place), pitch, 92, MELODY))
    return notes
