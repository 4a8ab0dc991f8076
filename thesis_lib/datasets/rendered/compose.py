"""Compose a piece in the style of a dance: notes in seconds, with instruments and a mix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import players
from .players import BASS, COMP, DRUM, MELODY, PAD, Grid, Note
from .styles import COMMON, Style

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
KEYS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

# Degrees of the scale, counted from 0, one per chord.
PROGRESSIONS = (
    (0, 5, 3, 4), (0, 3, 4, 0), (0, 0, 3, 4), (1, 4, 0, 0), (0, 4, 5, 3), (0, 2, 3, 4), (0, 0, 4, 4, 4, 4, 0, 0),
    (0, 5, 1, 4), (3, 4, 0, 5), (0, 0, 0, 0, 3, 3, 0, 0, 4, 3, 0, 4),
)  # fmt: skip

EQUAL_TEMPO = (90.0, 150.0)  # beats per minute

# Drum lines that can replace each other: the rhythm of the pattern stays, its timbre changes.
SUBSTITUTES = (
    ("hat", "shaker", "maracas", "cabasa", "ride", "tambourine"),
    ("claves", "wood", "stick", "agogo"),
    ("cowbell", "wood", "ride", "agogo"),
    ("snare", "stick", "clap", "timbale"),
    ("conga", "low_bongo", "mid_tom", "low_timbale"),
    ("slap", "high_bongo", "high_tom"),
    ("kick", "low_tom", "low_conga"),
)


@dataclass(frozen=True)
class Groove:
    """The rhythm of a piece: drum lines by name, a bass line and a comping pattern, in the notation of `styles`."""

    drums: dict[str, str]
    bass: str
    comp: str


@dataclass(frozen=True)
class Piece:
    """Notes, and what is needed to play them.

    Attributes:
        notes: sorted by their start.
        programs: General MIDI program of each channel that plays; the kit for channel 9.
        levels: volume of each channel, 0 to 127.
        bpm: beats per minute.
        metre: beats per bar.
        key: tonic and mode, such as `Eb minor`.
        start: time of the first bar in seconds: just after 0, or negative if the clip starts within the piece.
    """

    notes: tuple[Note, ...]
    programs: dict[int, int]
    levels: dict[int, int]
    bpm: float
    metre: int
    key: str
    start: float


def written(style: Style, number: int) -> Groove:
    """Return a pattern of a style as it is written down."""
    return Groove(style.drums[number], style.bass[number], style.comp[number])


def vary(style: Style, base: Groove, rng: np.random.Generator) -> Groove:
    """Vary a base pattern of a style with ornaments, ghost notes and other instruments.

    Accented strokes, bass and comping do not change, because they characterise the dance.
    """
    lines = {}
    for name, line in base.drums.items():
        strokes = list(line)
        for step, stroke in enumerate(line):
            pickup = line[(step + 1) % len(line)] == "X"
            if stroke == "x" and rng.random() < 0.12:
                strokes[step] = str(rng.choice((".", "g")))
            elif stroke == "." and name not in ("crash", "claves") and rng.random() < (0.2 if pickup else 0.05):
                strokes[step] = "g"
        options = [other for family in SUBSTITUTES if name in family for other in family]
        if options and rng.random() < 0.15:
            name = str(rng.choice(options))
        while name in lines:  # two lines never share an instrument
            name = str(rng.choice(SUBSTITUTES[0] + SUBSTITUTES[4]))
        lines[name] = "".join(strokes)
    if rng.random() < 0.3:  # an ornament for any dance: quiet and even
        on, off = str(rng.choice(("g.", "gg", "x.", "xg")))
        beat = on + off if style.steps == 2 else f"{on}.{off}."
        lines.setdefault(str(rng.choice(("shaker", "tambourine", "maracas", "triangle"))), beat * style.metre)
    return Groove(lines, base.bass, base.comp)


def compose(
    style: Style, groove: Groove, rng: np.random.Generator, *, seconds: float, tempo: str = "own",
    instruments: str = "own",
) -> Piece:  # fmt: skip
    """Compose an excerpt of a piece over a groove, from its start or some bars later.

    Args:
        style: the dance.
        groove: its pattern, from `vary`.
        rng: random generator for everything that differs between two pieces with the same pattern.
        seconds: duration of the excerpt.
        tempo: "own" for the tempo of the dance, "equal" for `EQUAL_TEMPO`, the same for all dances.
        instruments: "own" for mostly those that are typical of the dance, "shuffled" for those of `COMMON` only.

    Returns:
        A piece whose notes start between 0 and `seconds`.

    Raises:
        ValueError: `seconds` is not positive.
    """
    if not seconds > 0:
        raise ValueError(f"seconds must be positive; got seconds={seconds}.")
    own = style.usual if rng.random() < 0.92 else style.bpm
    bpm = float(np.round(rng.uniform(*(own if tempo == "own" else EQUAL_TEMPO)), 1))
    beat = 60 / bpm
    start = 0.05 if rng.random() < 0.25 else -float(rng.uniform(0, 4 * style.metre * beat))
    n_bars = int(np.ceil((seconds - start) / (style.metre * beat))) + 1
    fast = style.metre * beat < 1.5  # seconds per bar
    minor, tonic = bool(rng.random() < style.minor), int(rng.integers(12))
    scale = MINOR if minor else MAJOR
    chords = harmony(n_bars, scale, rng, fast=fast)
    plan, fills = _arrange(n_bars, rng, fast=fast)
    swing, jitter = rng.uniform(*style.swing), rng.uniform(0.002, 0.01)
    grid = Grid(style.metre, style.steps, beat, start, swing, jitter, rng)
    notes = [
        *players.drums(groove.drums, grid, plan[DRUM], fills),
        *players.bass(groove.bass, grid, plan[BASS], chords, tonic),
        *players.comp(groove.comp, grid, plan[COMP], chords, tonic, tones=int(rng.integers(3, 5))),
        *players.pad(grid, plan[PAD], chords, tonic),
        *players.melody(_leaning(groove, grid), grid, plan[MELODY], chords, scale, tonic, staccato=style.staccato),
    ]
    heard = sorted((n for n in notes if 0 <= n.start < seconds), key=lambda n: (n.start, n.channel, n.pitch))
    programs, levels = _orchestrate(style, rng, typical=0.85 if instruments == "own" else 0.0)
    mode = "minor" if minor else "major"
    return Piece(tuple(heard), programs, levels, bpm, style.metre, f"{KEYS[tonic]} {mode}", start)


def harmony(n_bars: int, scale: tuple[int, ...], rng: np.random.Generator, *, fast: bool) -> np.ndarray:
    """Draw the seventh chords of a progression: (bars, 4) in semitones above the tonic, from the root up."""
    degrees = np.array(PROGRESSIONS[int(rng.integers(len(PROGRESSIONS)))])
    bars_each = int(rng.choice((2, 4))) if fast else int(rng.choice((1, 2)))
    degrees = degrees[np.arange(n_bars) // bars_each % len(degrees)]
    chords = np.array([[scale[(d + 2 * i) % 7] + 12 * ((d + 2 * i) // 7) for i in range(4)] for d in degrees])
    if scale == MINOR:
        chords[degrees == 4, 1] += 1  # the leading note
    return chords


def _arrange(n_bars: int, rng: np.random.Generator, *, fast: bool) -> tuple[dict[int, np.ndarray], np.ndarray]:
    """Draw who plays in which bar, {channel: (bars,) of bool}, and which bars end in a fill, (bars,) of bool."""
    section = np.arange(n_bars) // (8 if fast else 4)
    present = {DRUM: rng.random() < 0.9, BASS: True, COMP: True, PAD: rng.random() < 0.35, MELODY: rng.random() < 0.9}
    plan = {channel: np.full(n_bars, bool(is_in)) for channel, is_in in present.items()}
    if rng.random() < 0.3:  # the piece builds up: few players in the first section
        silent = ((MELODY, PAD), (DRUM, MELODY), (BASS, DRUM), (COMP, MELODY))[int(rng.integers(4))]
        for channel in silent:
            plan[channel] &= section > 0
    for number in range(1, section[-1] + 1):
        if rng.random() < 0.25:  # one player pauses, but never both chords and bass
            plan[int(rng.choice((MELODY, COMP, BASS, PAD, DRUM)))][section == number] = False
    last_of_section = np.append(np.diff(section) > 0, False)
    fills = last_of_section & (rng.random(n_bars) < 0.6)
    if present[DRUM] and rng.random() < 0.3:  # a break: only drums for a bar
        alone = int(rng.integers(n_bars))
        for channel in plan:
            plan[channel][alone] = channel == DRUM
    return plan, fills


def _leaning(groove: Groove, grid: Grid) -> np.ndarray:
    """Weight the steps of two bars for a melody, by beats and by the rhythm of chords and bass: (2 * grid.bar,)."""
    step = np.arange(2 * grid.bar)
    weight = 0.3 + 1.0 * (step % grid.steps == 0) + 0.6 * (step % grid.bar == 0)
    for pattern in (groove.comp, groove.bass):
        weight += [0.5 * (pattern[s % len(pattern)] != ".") for s in step]
    return weight


def _orchestrate(style: Style, rng: np.random.Generator, *, typical: float) -> tuple[dict[int, int], dict[int, int]]:
    """Draw instruments and volumes of the channels.

    Args:
        style: the dance.
        rng: random generator.
        typical: probability that melody, chords and drum kit each are typical of the dance.
    """
    own = {MELODY: style.melody_programs, COMP: style.comp_programs, DRUM: style.kits}
    common = {
        MELODY: COMMON["melody"],
        COMP: COMMON["comp"],
        BASS: COMMON["bass"],
        PAD: COMMON["pad"],
        DRUM: COMMON["kit"],
    }
    pools = {
        channel: own[channel] if channel in own and rng.random() < typical else common[channel] for channel in common
    }
    programs = {channel: int(rng.choice(pool)) for channel, pool in pools.items()}
    ranges = {MELODY: (60, 100), COMP: (65, 105), BASS: (75, 115), PAD: (35, 70), DRUM: (88, 122)}
    return programs, {channel: int(rng.integers(*span)) for channel, span in ranges.items()}
