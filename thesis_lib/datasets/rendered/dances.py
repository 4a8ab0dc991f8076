"""Compose and render clips of eight dances on first use.

Each dance has twenty base patterns of drums, bass and comping (`patterns`). Clip k plays pattern k % 20 with its own
ornaments and sometimes another instrument. All clips of a base pattern are one group, in one fold.

- Not shared between folds: a dance's bass lines, comping patterns and complete drum patterns.
- Shared between folds: a dance's five written patterns, of which the others are made: accents, single drum lines, and
  bass and comping before their strokes were moved; tempo range, instruments, chord progressions, and the rules for
  ornaments, fills, melody and sound. Two dances may share a bass line or a comping pattern.

Variants tell what a system uses: in `dances_equal_tempo` all dances have the same tempi, in `dances_shuffled` the same
instruments, percussion included, and in `dances_equal_shuffled` both.

Accuracy in % of what one can be told without listening, chance 12.5 (`protocols.data.listener`, 60 pieces per dance,
seed 0), and in brackets with equal tempi, with shuffled instruments, and with both:

- General MIDI programs of melody, chords and drum kit: 87 (83, 12, 12)
- which percussion instruments are played: 52 (53, 19, 18); the number of drums and of other lines is part of the rhythm
- true tempo: 75 (15, 75, 15)

Accuracy in % for seed 0 with 40 clips of 15 s per class, 5 folds, audio at 12 kHz, on standardised features, the SVM
with an RBF kernel and C=8, and in brackets as above:

- 20 MFCCs with first and second differences, mean and standard deviation: 5 nearest neighbours 38 (30, 16, 14), SVM 51
  (42, 23, 20)
- mean tempogram (hop and window 256): SVM 74 (35, 71, 31); together with MFCC 78 (49, 73, 30)
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path

import numpy as np

from ..clip import Card, Clip
from . import shelf, synth
from .compose import DRUM, Groove, Piece, compose, vary
from .patterns import N_COMPOSED, compose_patterns, exchange_percussion
from .styles import N_PATTERNS, STYLES
from .styles_extended import EXTENDED

# The index of a dance is part of its seeds, so new dances must be appended.
ALL = STYLES | EXTENDED

# Increase after any change of a rule, a table or the sound, so that clips of other versions are not used.
COMPOSITION_VERSION = 7

VARIANTS = {"tempo": ("own", "equal"), "instruments": ("own", "shuffled")}

CARD = Card(
    name="rendered_dances",
    title="Eight ballroom dances, composed by rule and rendered with sampled instruments",
    task="classify eight dances, mostly by tempo, metre and rhythm; one class per clip",
    proxy_for="Ballroom and Extended Ballroom (chapters III and IV)",
    cannot_show="how a system performs on recordings: no voices, no studio production, no music outside these rules",
    licence="rendered locally; the sound font TimGM6mb (GPL-2) is read from the package pretty_midi",
    source="thesis_lib.datasets.rendered; tempo ranges of Ballroom (Gouyon et al., 2006; Krebs et al., 2013)",
    chapters=("III", "IV"),
    sounds="rhythm",
    rendered=True,
)


def clips(
    data_home: Path | None = None,
    *,
    per_class: int = 24,
    seconds: float = 15.0,
    seed: int = 0,
    n_folds: int = 5,
    sample_rate: int = 16000,
    tempo: str = "own",
    instruments: str = "own",
) -> list[Clip]:
    """Return the clips; render those that do not exist yet.

    Clip k of a class does not depend on the number of clips. An interrupted rendering continues.

    Args:
        data_home: folder for the audio; by default `rendered_dances` in the cache.
        per_class: number of clips per class.
        seconds: duration of a clip.
        seed: random seed.
        n_folds: number of folds, 2 to 5. Each contains complete base patterns and the same number of clips of each
            class; with fewer than 5, some folds contain more patterns than others.
        sample_rate: in Hz.
        tempo: "own" for the tempo of each dance, "equal" for 90 to 150 beats per minute in all dances.
        instruments: "own" for mostly those that are typical of the dance, "shuffled" for the same in all dances. A drum
            line then keeps its rhythm and is played by any drum, or by any other percussion if it was no drum.

    Returns:
        `per_class` clips of each class, in the order of the classes.

    Raises:
        ValueError: a setting is out of range.
        ImportError: tinysoundfont or pretty_midi is not installed.
    """
    settings = {"seed": seed, "seconds": seconds, "sample_rate": sample_rate}
    check(per_class=per_class, n_folds=n_folds, **settings)
    variant = {"tempo": tempo, "instruments": instruments}
    for name, value in variant.items():
        if value not in VARIANTS[name]:
            raise ValueError(f"{name} must be {' or '.join(VARIANTS[name])}; got {name}={value!r}.")
    changed = {name: value for name, value in variant.items() if value != "own"}
    folder = shelf.place(CARD.name, data_home, COMPOSITION_VERSION, **settings, **changed)
    return shelved(folder, STYLES, per_class=per_class, n_folds=n_folds, **settings, **changed)


def shelved(
    folder: Path, labels: Iterable[str], *, per_class: int, n_folds: int, **settings: float | str
) -> list[Clip]:
    """Return the clips of some dances of `ALL` in a folder; render those that do not exist yet."""
    keys = {f"{label}-{k:04d}.flac": (label, k) for label in labels for k in range(per_class)}
    shelf.shelve(
        folder, keys, partial(_make, **settings), sample_rate=settings["sample_rate"], title="rendering dances"
    )
    return [
        Clip(folder / name, (label,), fold=fold(k, n_folds), group=_group(label, k))
        for name, (label, k) in keys.items()
    ]


@cache
def patterns(label: str) -> tuple[Groove, ...]:
    """Return the base patterns of a dance, which do not depend on the seed."""
    return compose_patterns(ALL[label], list(ALL).index(label))


def fold(index: int, n_folds: int = 5) -> int:
    """Return the fold of clip `index` of a class."""
    return 1 + index % N_PATTERNS % n_folds


def piece(
    label: str, index: int, *, seconds: float, seed: int, tempo: str = "own", instruments: str = "own"
) -> Piece:  # fmt: skip
    """Compose the piece of clip `index` of a class; the arguments are those of `clips`."""
    style, number = ALL[label], list(ALL).index(label)
    # The last word separates the streams. It must not be zero, because a missing word counts as zero.
    groove = vary(style, patterns(label)[index % N_COMPOSED], np.random.default_rng([seed, number, index, 1]))
    if instruments == "shuffled":
        groove = exchange_percussion(groove, np.random.default_rng([seed, number, index, 3]))  # 2 is the room's
    rng = np.random.default_rng([seed, number, index])
    return compose(style, groove, rng, seconds=seconds, tempo=tempo, instruments=instruments)


def check(*, per_class: int, seconds: float, seed: int, n_folds: int, sample_rate: int) -> None:
    """Raise ValueError if a setting of `clips` is out of range."""
    if not 2 <= n_folds <= N_PATTERNS:
        raise ValueError(
            f"n_folds must be from 2 to {N_PATTERNS}, because folds contain complete patterns; got n_folds={n_folds}."
        )
    if per_class < n_folds:
        raise ValueError(f"each fold needs a clip of each class; got per_class={per_class} with n_folds={n_folds}.")
    if not 3 <= seconds <= 600:
        raise ValueError(f"seconds must be from 3, about a bar of the slowest dance, to 600; got seconds={seconds}.")
    if not 8000 <= sample_rate <= 48000:
        raise ValueError(f"sample_rate must be from 8000 to 48000 Hz; got sample_rate={sample_rate}.")
    if seed < 0:
        raise ValueError(f"seed must not be negative; got seed={seed}.")


def _group(label: str, index: int) -> str:
    return f"{label}-pattern{index % N_COMPOSED}"


def _make(
    key: tuple[str, int], *, seconds: float, seed: int, sample_rate: int, **variant: str
) -> tuple[np.ndarray, dict]:
    """Compose and play one clip, and describe it."""
    label, index = key
    music = piece(label, index, seconds=seconds, seed=seed, **variant)
    room = np.random.default_rng([seed, list(ALL).index(label), index, 2])
    wave = synth.master(synth.render(music, seconds=seconds, sample_rate=sample_rate), room, sample_rate=sample_rate)
    playing = {note.channel for note in music.notes}
    return wave, {
        "label": label,
        "bpm": music.bpm,
        "metre": music.metre,
        "key": music.key,
        "pattern": _group(label, index),
        "drums": DRUM in playing,
        "programs": [music.programs[channel] for channel in sorted(playing - {DRUM})],
    }
