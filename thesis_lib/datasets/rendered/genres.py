"""Compose and render clips of ten genres on first use.

A genre is a recipe of `vocabulary.RECIPES`: the instruments, tempo, metre, scales, rhythms and loudness from which its
pieces are drawn. Recipes overlap, one in fourteen players has an instrument outside the recipe, and no single property
identifies a genre.

The split is fixed, in about the proportions of GTZAN's fault-filtered split (443, 197 and 290 of 930 tracks): of ten
clips of a class, five are for training, two for validation and three for testing.

- Not shared between the parts: pieces. Each clip is composed separately and is a group of its own: of 40 clips per
  class, 12 are tested, which makes 120 groups, and of 70 clips per class, 21.
- Shared: the recipes, patterns, progressions and instruments, as in real genres.

Accuracy in % on the test part, 40 clips of 15 s per class, seed 0, chance 10: SVM on statistics of MFCCs 50, nearest
neighbours 41; SVM on about 120 features of random front-ends 29 (frame-level) to 43 (7x86), means of three draws.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from ..clip import Card, Clip
from . import shelf, synth
from .arrange import arrange
from .dances import check
from .tags import describe

# Increase after any change of a rule, a table or the sound, so that clips of other versions are not used.
COMPOSITION_VERSION = 1
# The index of a genre is part of its seeds, so new genres must be appended.
GENRES = ("classical", "rock", "techno", "pop", "jazz", "metal", "country", "folk", "indian", "latin")
PARTS = ("train", "test", "train", "validation", "train", "test", "train", "validation", "train", "test")

CARD = Card(
    name="rendered_genres",
    title="Ten genres, composed by rule and rendered with sampled instruments",
    task="classify ten genres by instruments, rhythm, harmony, tempo and loudness; one class per clip",
    proxy_for="GTZAN (chapter IV), with a fixed split of its proportions",
    cannot_show="how a system performs on recordings: no singers, no studio production, and genres that are defined by "
    "rules",
    licence="rendered locally; the sound font TimGM6mb (GPL-2) is read from the package pretty_midi",
    source="thesis_lib.datasets.rendered; split in the proportions of Kereliuk, Sturm & Larsen, 2015",
    chapters=("IV",),
    sounds="genre",
    rendered=True,
)


def clips(
    data_home: Path | None = None,
    *,
    per_class: int = 40,
    seconds: float = 15.0,
    seed: int = 0,
    sample_rate: int = 16000,
) -> list[Clip]:
    """Return the clips; render those that do not exist yet.

    Clip k of a class does not depend on the number of clips. An interrupted rendering continues.

    Args:
        data_home: folder for the audio; by default `rendered_genres` in the cache.
        per_class: number of clips per class, at least ten.
        seconds: duration of a clip.
        seed: random seed.
        sample_rate: in Hz.

    Returns:
        `per_class` clips of each class, in the order of the classes.

    Raises:
        ValueError: a setting is out of range.
        ImportError: tinysoundfont or pretty_midi is not installed.
    """
    settings = {"seed": seed, "seconds": seconds, "sample_rate": sample_rate}
    check(per_class=per_class, n_folds=5, **settings)
    if per_class < len(PARTS):
        raise ValueError(
            f"per_class must be at least {len(PARTS)}, to fill the parts of the split; got per_class={per_class}."
        )
    folder = shelf.place(CARD.name, data_home, COMPOSITION_VERSION, **settings)
    keys = {f"{genre}-{k:04d}.flac": (genre, k) for genre in GENRES for k in range(per_class)}
    shelf.shelve(folder, keys, partial(_make, **settings), sample_rate=sample_rate, title="rendering genres")
    return [Clip(folder / name, (genre,), split=PARTS[k % len(PARTS)]) for name, (genre, k) in keys.items()]


def _make(key: tuple[str, int], *, seconds: float, seed: int, sample_rate: int) -> tuple[np.ndarray, dict]:
    """Compose and play one clip, and describe it."""
    genre, index = key
    drawn = [seed, GENRES.index(genre), index]
    # The last word separates the streams. It must not be zero, because a missing word counts as zero.
    music, said = arrange(np.random.default_rng([*drawn, 1]), seconds=seconds, recipe=genre)
    room = np.random.default_rng([*drawn, 2])
    wave = synth.master(synth.render(music, seconds=seconds, sample_rate=sample_rate), room, sample_rate=sample_rate)
    return wave, {"label": genre} | said | describe(music, swing=said["swing"], seconds=seconds)
