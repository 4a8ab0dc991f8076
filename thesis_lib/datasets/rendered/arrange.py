"""Arrange a piece of any kind of music: notes in seconds, with instruments and a mix.

A piece follows a recipe, from which instruments, tempo, metre, harmony, rhythm and loudness are drawn. The recipes
overlap, and that of a fifth of the pieces ("free") allows nearly everything, so no property determines the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice

import numpy as np

from . import players
from .compose import KEYS, PROGRESSIONS, Piece, vary, written
from .players import BASS, COMP, DRUM, MELODY, PAD, Grid, Note
from .styles import COMMON, STYLES
from .vocabulary import ANY, INSTRUMENTS, POLYPHONIC, RECIPES, Recipe

SECOND, DRONE = 4, 5  # MIDI channels of a second voice and of a drone
LONGEST_PAUSE = 3.0  # seconds
STRANGER = 0.07  # probability that a player's instrument is drawn from all instruments
STEPS = 4  # of the grid per beat

SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10), "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10), "phrygian": (0, 1, 3, 5, 7, 8, 10), "bhairav": (0, 1, 4, 5, 7, 8, 11),
    "open": (0, 2, 2, 5, 7, 9, 10),
}  # fmt: skip

# One word is one beat of four steps, in the notation of `styles`; the words are repeated.
DRUMS = {
    "four": {"kick": "X...", "clap": ".... x...", "open_hat": "..x."},
    "house": {"kick": "X...", "hat": "x.xx", "snare": ".... X...", "shaker": "g.x."},
    "rock": {"kick": "X... .... x.x. ....", "snare": ".... X...", "hat": "x.x."},
    "heavy": {"kick": "X..x .... X.x. ...x", "snare": ".... X...", "crash": "x..."},
    "double": {"kick": "XxXx", "snare": ".... X...", "ride": "x..."},
    "half": {"kick": "X... .... .... ..x.", "snare": ".... .... X... ....", "hat": "x.x."},
    "break": {"kick": "X..x .... ..X. ....", "snare": ".... X..g .g.. X...", "hat": "x.x."},
    "swing": {"ride": "X... x.x.", "pedal": ".... x...", "kick": "g... ...."},
    "brushes": {"snare": "g.g.", "pedal": ".... x..."},
    "train": {"snare": "ggXg", "kick": "X... x..."},
    "march": {"snare": "X.xx x.x. X.xx xxxx", "low_tom": "X... ...."},
    "timpani": {"low_tom": "X... .... .... .x.x", "mid_tom": ".... .... x... ...."},
    "tabla": {"low_bongo": "X..x .... x.x. ....", "high_bongo": "..x. x.x. .x.x x.xx"},
    "shaker": {"shaker": "x.g."}, "claps": {"clap": ".... x..."},
    "hand": {"tambourine": "g.x.", "conga": "X..x ..x."},
}  # fmt: skip
COMPS = {
    "held": "h... .... .... ....", "halves": "h... ....", "beats": "x...", "off": "..x.", "pulse": "x.x.",
    "waltz": ".... x... x...", "stabs": "X..x ..x. .... x...", "charleston": "x... ..x. .... ....",
    "broken": "1.2. 3.2.", "rising": "1.2. 3.4.", "rolled": "1234 3212", "alberti": "1.3. 2.3.",
    "slow": "1... 2... 3...",
}  # fmt: skip
BASSES = {
    "long": "R... .... .... ....", "roots": "R... .... 5... ....", "walk": "R... 3... 5... a...", "eighths": "R.R.",
    "octaves": "R.8.", "off": "..R.", "synco": "R..R ..5.", "sixteenths": "RRR8",
}  # fmt: skip
TUNES = {
    "long": "x... .... .... ....", "halves": "x... ....", "runs": "x.x.", "fast": "xxxx", "riff": "x..x ..x. x.x. ....",
}  # fmt: skip

# Loudness curve -> probability, and factors at the start, in the middle and at the end of the clip.
CURVES = {
    "even": (0.86, (1, 1, 1)), "crescendo": (0.05, (0.4, 0.75, 1.2)), "fade": (0.04, (1.1, 0.7, 0.35)),
    "swell": (0.05, (0.6, 1.1, 0.6)),
}  # fmt: skip
VOLUMES = {  # lowest and highest MIDI volume of each channel
    MELODY: (65, 105), COMP: (60, 105), BASS: (70, 112), PAD: (40, 85), SECOND: (55, 95), DRONE: (45, 80),
    DRUM: (80, 120),
}  # fmt: skip


def arrange(rng: np.random.Generator, *, seconds: float, recipe: str | None = None) -> tuple[Piece, dict]:
    """Compose an excerpt of a piece; draw again if it has a long pause.

    Args:
        rng: random generator.
        seconds: duration of the excerpt.
        recipe: a key of `RECIPES`; drawn by default.

    Returns:
        A piece with at least one note that is not percussion, whose notes start between 0 and `seconds`, at most
        `LONGEST_PAUSE` or half a clip apart; and its recipe, swing and loudness curve.
    """
    names = list(RECIPES)
    weights = np.array([RECIPES[name].weight for name in names])
    while True:
        name = recipe or names[int(rng.choice(len(names), p=weights / weights.sum()))]
        piece, drawn = _compose(RECIPES[name], rng, seconds)
        pauses = np.diff([0.0, *(note.start for note in piece.notes), seconds])
        if pauses.max() < min(LONGEST_PAUSE, seconds / 2) and any(note.channel != DRUM for note in piece.notes):
            return piece, {"recipe": name} | drawn


def _compose(recipe: Recipe, rng: np.random.Generator, seconds: float) -> tuple[Piece, dict]:
    bpm, metre = float(np.round(rng.uniform(*recipe.bpm), 1)), int(rng.choice(recipe.metres))
    beat, swing = 60 / bpm, float(np.round(rng.uniform(*recipe.swing), 3))
    start = -float(rng.uniform(0, 2 * metre * beat))
    n_bars = int(np.ceil((seconds - start) / (metre * beat))) + 1
    grid = Grid(metre, STEPS, beat, start, swing, rng.uniform(0.002, 0.01), rng)
    scale, tonic = _word(recipe.scales, rng), int(rng.integers(12))
    chords = _harmony(n_bars, scale, rng)
    programs = _band(recipe, rng)
    notes = []
    for number, channel in enumerate(programs):
        playing = np.ones(n_bars, bool)
        if number and rng.random() < 0.2:  # enters later, or leaves
            cut = int(rng.integers(1, n_bars))
            playing[slice(None, cut) if rng.random() < 0.5 else slice(cut, None)] = False
        own = _play(channel, recipe, grid, playing, chords, scale, tonic)
        octave = 0 if channel in (DRUM, BASS) else int(rng.choice((-12, 0, 0, 0, 0, 12)))
        notes += [replace(note, pitch=note.pitch + octave) for note in own]
    octave = int(rng.choice((-12, 0, 12), p=(0.12, 0.76, 0.12)))
    level, curve = rng.uniform(*recipe.level), str(rng.choice(list(CURVES), p=[p for p, _ in CURVES.values()]))
    heard = _heard(notes, seconds, octave, lambda at: level * np.interp(at / seconds, (0, 0.5, 1), CURVES[curve][1]))
    levels = {channel: int(rng.integers(*VOLUMES[channel])) for channel in programs}
    piece = Piece(heard, programs, levels, bpm, metre, f"{KEYS[tonic]} {scale}", start)
    return piece, {"swing": swing, "curve": curve}


def _band(recipe: Recipe, rng: np.random.Generator) -> dict[int, int]:
    """Draw the program of each channel that plays, the leading one first."""
    parts = {
        MELODY: recipe.lead, COMP: recipe.comp, BASS: recipe.bass, PAD: recipe.pad, SECOND: recipe.second,
        DRONE: recipe.drone,
    }  # fmt: skip
    if rng.random() < recipe.solo:
        alone = _word(f"{recipe.lead} {recipe.comp}".replace("-", ""), rng)
        hands = [MELODY, COMP] if alone in POLYPHONIC.split() else [MELODY]
        hands = hands[-1:] if rng.random() < 0.2 else hands
        return dict.fromkeys(hands, int(rng.choice(INSTRUMENTS[alone])))
    band = {channel: name for channel, words in parts.items() if (name := _word(words, rng)) != "-"}
    band = {channel: _word(ANY, rng) if rng.random() < STRANGER else name for channel, name in band.items()}
    programs = {channel: int(rng.choice(INSTRUMENTS[name])) for channel, name in band.items()}
    return programs | {DRUM: int(rng.choice(COMMON["kit"]))}


def _play(
    channel: int, recipe: Recipe, grid: Grid, playing: np.ndarray, chords: np.ndarray, scale: str, tonic: int
) -> list[Note]:
    """Compose the notes of one player."""
    rng, degrees = grid.rng, SCALES[scale]
    if channel == DRUM:
        return _drums(_word(recipe.drums, rng), grid, playing)
    if channel == COMP:
        line = _bar(COMPS[_word(recipe.comps, rng)], grid)
        return players.comp(line, grid, playing, chords, tonic, tones=int(rng.integers(3, 5)))
    if channel == BASS:
        return players.bass(_bar(BASSES[_word(recipe.basses, rng)], grid), grid, playing, chords, tonic)
    if channel == PAD:
        return players.pad(grid, playing, chords, tonic)
    if channel == DRONE:
        length = grid.time(len(playing), 0) - grid.start
        pitches = (48 + tonic, 55 + tonic)[: int(rng.integers(1, 3))]
        return [Note(grid.start, length, pitch, 70, DRONE) for pitch in pitches]
    tune = _word(recipe.tunes, rng)
    if tune != "tune":
        return _figure(_bar(TUNES[tune], grid), channel, grid, playing, chords, degrees, tonic)
    leaning = np.tile(0.3 + (np.arange(grid.bar) % STEPS == 0) + 0.4 * (np.arange(grid.bar) % 2 == 0), 2)
    notes = players.melody(leaning, grid, playing, chords, degrees, tonic, staccato=rng.uniform(0.4, 1.0))
    return [replace(note, channel=channel) for note in notes]


def _figure(
    line: str, channel: int, grid: Grid, playing: np.ndarray, chords: np.ndarray, scale: tuple[int, ...], tonic: int
) -> list[Note]:
    """Compose a voice with one rhythm that moves along the scale, or repeats the same bar."""
    rng, places = grid.rng, [step for step, stroke in enumerate(line) if stroke != "."]
    moves = rng.choice((-2, -1, -1, 1, 1, 2, 0), size=(len(playing), len(places)))
    if again := rng.random() < 0.5:
        moves[:] = moves[0]
    centre, legato, degree, notes = int(rng.integers(58, 76)), rng.uniform(0.4, 1.0), 0, []
    for bar in np.flatnonzero(playing):
        degree = 0 if again else degree
        for step, after, move in zip(places, [*places[1:], grid.bar], moves[bar], strict=True):
            degree = int(np.clip(degree + move, -6, 8))
            pitch = centre + (tonic - centre) % 12 + scale[degree % 7] + 12 * (degree // 7)
            if step == 0:  # the nearest chord tone
                pitch += min(((tonic + t - pitch + 6) % 12 - 6 for t in chords[bar, :3]), key=abs)
            notes.append(grid.note(bar, step, legato * (after - step), pitch, 90, channel))
    return notes


def _drums(name: str, grid: Grid, playing: np.ndarray) -> list[Note]:
    """Compose percussion by name: a pattern of this table, or one of a dance with its ornaments; "-" is none."""
    rng = grid.rng
    if name == "-":
        return []
    if name in STYLES:
        style = STYLES[name]
        lines = vary(style, written(style, int(rng.integers(len(style.drums)))), rng).drums
        lines = {drum: line if style.steps == STEPS else "".join(f"{c}." for c in line) for drum, line in lines.items()}
    else:
        lines = {drum: _bar(words, grid) for drum, words in DRUMS[name].items()}
    return players.drums(lines, grid, playing, rng.random(len(playing)) < 0.1)


def _harmony(n_bars: int, scale: str, rng: np.random.Generator) -> np.ndarray:
    """Draw seventh chords of a common, random or nearly static progression: (bars, 4), semitones above the tonic."""
    kind, steps = rng.random(), SCALES[scale]
    known = np.array(PROGRESSIONS[int(rng.integers(len(PROGRESSIONS)))])
    degrees = known if kind < 0.5 else rng.integers(0, 7, size=8)
    if kind > 0.85 or scale in ("bhairav", "open"):
        degrees = degrees * (rng.random(len(degrees)) < 0.2)
    chords = [[steps[(d + 2 * i) % 7] + 12 * ((d + 2 * i) // 7) for i in range(4)] for d in degrees]
    return np.array(chords)[np.arange(n_bars) // int(rng.integers(1, 3)) % len(chords)]


def _heard(notes: list[Note], seconds: float, octave: int, level: Callable[[float], float]) -> tuple[Note, ...]:
    """Return the notes within the clip with their loudness; long notes that started before it start at 0."""
    found = []
    for note in notes:
        start, end = max(note.start, 0.0), note.start + note.duration
        if start < seconds and (note.start >= 0 or end > 0.5):
            velocity = int(np.clip(level(start) * note.velocity, 12, 127))
            pitch = note.pitch if note.channel == DRUM else int(np.clip(note.pitch + octave, 24, 108))
            found.append(Note(start, end - start, pitch, velocity, note.channel))
    return tuple(sorted(found, key=lambda n: (n.start, n.channel, n.pitch)))


def _bar(words: str, grid: Grid) -> str:
    return "".join(islice(cycle(words.split()), grid.metre))


def _word(words: str, rng: np.random.Generator) -> str:
    options = words.split()
    return options[int(rng.integers(len(options)))]
