"""Settings in, clips of ten genres out: composed and rendered at first use, found again afterwards.

A genre is a recipe of `vocabulary.RECIPES`: the instruments, tempo, metre, scales, rhythms and loudness that its pieces
are drawn from. Recipes overlap, a player in fourteen takes an instrument that the recipe need not know, and no single
trait gives a genre away.

The split is fixed, in about the proportions of GTZAN's fault-filtered one (443, 197 and 290 of 930 tracks): of ten
clips of a class five train, two validate and three test.

- Not shared between the sides: pieces. Each clip is composed on its own.
- Shared: the recipes, patterns, progressions and instruments, as genres share them.

Accuracy in % on the test part, 40 clips a class of 15 s, seed 0, chance 10: SVM on statistics of MFCCs 50, nearest
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

# To be raised with any change of a rule, a table or the sound: clips of another version are then left alone.
COMPOSITION_VERSION = 1
# The number of a genre is in its seeds, so that another one may only come last.
GENRES = ("classical", "rock", "techno", "pop", "jazz", "metal", "country", "folk", "indian", "latin")
PARTS = ("train", "test", "train", "validation", "train", "test", "train", "validation", "train", "test")

CARD = Card(
    name="rendered_genres",
    title="Ten genres, composed by rule and rendered with sampled instruments",
    task="tell ten genres apart, one class a clip: by instruments, rhythm, harmony, tempo and loudness",
    proxy_for="GTZAN (chapter IV), with a fixed split in its proportions",
    cannot_show="how a system does on recordings: no singers, no studio production, and genres that are stated rules",
    licence="made where it is used; the sound font TimGM6mb is GPL-2 and is read from the package pretty_midi",
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
    """The clips, rendered where they are not there yet.

    Clip k of a class is the same however many are asked for. An interrupted rendering goes on where it stopped.

    Args:
        data_home: folder for the audio; by default `rendered_genres` in the cache.
        per_class: clips a class, at least ten.
        seconds: length of a clip.
        seed: of everything drawn at random.
        sample_rate: in Hz.

    Returns:
        `per_class` clips of each class, class by class.

    Raises:
        ValueError: a setting is out of its range.
        ImportError: tinysoundfont or pretty_midi is missing and has to be installed.
    """
    settings = {"seed": seed, "seconds": seconds, "sample_rate": sample_rate}
    check(per_class=per_class, n_folds=5, **settings)
    if per_class < len(PARTS):
        raise ValueError(f"Ten clips a class make the three parts of the split; got per_class={per_class}.")
    folder = shelf.place(CARD.name, data_home, COMPOSITION_VERSION, **settings)
    keys = {f"{genre}-{k:04d}.flac": (genre, k) for genre in GENRES for k in range(per_class)}
    shelf.shelve(folder, keys, partial(_make, **settings), sample_rate=sample_rate, title="rendering genres")
    return [Clip(folder / name, (genre,), split=PARTS[k % len(PARTS)]) for name, (genre, k) in keys.items()]


def _make(key: tuple[str, int], *, seconds: float, seed: int, sample_rate: int) -> tuple[np.ndarray, dict]:
    """Composes and plays one clip, and says what it is."""
    genre, index = key
    drawn = [seed, GENRES.index(genre), index]
    # The last word tells the streams apart: a missing word counts as zero, so it must not be zero.
    music, said = arrange(np.random.default_rng([*drawn, 1]), seconds=seconds, recipe=genre)
    room = np.random.default_rng([*drawn, 2])
    wave = synth.master(synth.render(music, seconds=seconds, sample_rate=sample_rate), room, sample_rate=sample_rate)
    return wave, {"label": genre} | said | describe(music, swing=said["swing"], seconds=seconds)
