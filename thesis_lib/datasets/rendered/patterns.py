"""Compose twenty patterns of drums, bass and comping for a dance, from the five that are written down in its style.

The first five are the written ones. Every further one takes the drums of one written pattern, the bass of a second and
the comping of a third. Its strokes then move: the first stroke of a line and the accents of the drums, which
characterise the dance, stay. Others move to a neighbouring step or, where there is no rest, change or fall silent; a
stroke may be added, and a drum line may be played by another instrument.
"""

from __future__ import annotations

import numpy as np

from .compose import SUBSTITUTES, Groove, written
from .styles import DRUMS, N_PATTERNS, Style

N_COMPOSED = 20
MOVES = 0.4  # probability that a stroke moves
OTHER_INSTRUMENT = 0.3  # probability that a drum line is played by another instrument of its family
BASS_TONES, CHORDS = "358", "x"  # what may be added
LOW = (
    "kick", "low_tom", "mid_tom", "high_tom", "low_bongo", "high_bongo", "low_conga", "conga", "slap", "low_timbale",
    "timbale",
)  # fmt: skip
HIGH = tuple(name for name in DRUMS if name not in LOW)


def compose_patterns(style: Style, entropy: int) -> tuple[Groove, ...]:
    """Compose the patterns of a dance; no two have the same drums, bass line or comping.

    Args:
        style: the dance.
        entropy: a number of the dance, which seeds the composition.
    """
    found = [written(style, number) for number in range(N_PATTERNS)]
    for number in range(N_PATTERNS, N_COMPOSED):
        rng = np.random.default_rng([entropy, number, 5])
        found.append(_composed(style, number, found, rng))
    return tuple(found)


def exchange_percussion(groove: Groove, rng: np.random.Generator) -> Groove:
    """Give each drum line another instrument, whatever the dance: a drum for a drum, and any other for any other."""
    pools = {low: iter(rng.permutation(LOW if low else HIGH).tolist()) for low in (True, False)}
    drums = {next(pools[name in LOW]): line for name, line in groove.drums.items()}
    return Groove(drums, groove.bass, groove.comp)


def _composed(style: Style, number: int, known: list[Groove], rng: np.random.Generator) -> Groove:
    """Compose one pattern that differs from the known ones in drums, bass and comping."""
    # a Latin square: each written pattern lends its drums to one pattern of every five, and so on
    row = number // N_PATTERNS
    of_drums, of_bass, of_comp = ((number + step * row) % N_PATTERNS for step in (1, 2, 3))
    for _ in range(1000):
        drums = _drums(style.drums[of_drums], rng)
        bass = _moved(style.bass[of_bass], "", BASS_TONES, rng)
        comp = _moved(style.comp[of_comp], "", CHORDS, rng)
        if all(drums != one.drums and bass != one.bass and comp != one.comp for one in known):
            return Groove(drums, bass, comp)
    raise ValueError(f"a style needs lines whose strokes can move; none were found for pattern {number} of {style}.")


def _drums(lines: dict[str, str], rng: np.random.Generator) -> dict[str, str]:
    """Move strokes and exchange instruments."""
    found = {}
    for name, line in lines.items():
        family = [other for family in SUBSTITUTES if name in family for other in family]
        if family and name != "claves" and rng.random() < OTHER_INSTRUMENT:
            name = str(rng.choice([other for other in family if other not in {*found, *lines}] or [name]))
        found[name] = line if name == "claves" else _moved(line, "X", "g", rng)
    return found


def _moved(line: str, kept: str, added: str, rng: np.random.Generator) -> str:
    """Move strokes of a line to neighbouring rests and perhaps add one.

    Args:
        line: one character per step.
        kept: strokes that stay; the first stroke of the line always does.
        added: strokes of which one may be added, or replace a stroke that cannot move.
        rng: random generator.
    """
    strokes, first = list(line), len(line) - len(line.lstrip("."))
    for step, stroke in enumerate(line):
        if stroke == "." or stroke in kept or step == first or rng.random() > MOVES:
            continue
        rests = [at for at in (step - 1, step + 1) if 0 < at < len(line) and strokes[at] == "."]
        if rests:
            strokes[int(rng.choice(rests))], strokes[step] = stroke, "."
        else:
            strokes[step] = str(rng.choice([*added, "."]))
    rests = [at for at in range(1, len(line)) if strokes[at] == "."]
    if rests and rng.random() < 0.5:
        strokes[int(rng.choice(rests))] = str(rng.choice(list(added)))
    return "".join(strokes)
