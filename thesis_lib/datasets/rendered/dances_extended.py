"""Compose and render clips of thirteen dances: the eight of `dances` and five more of Extended Ballroom.

Patterns, folds and what folds share are as in `dances`, and the clips of its eight dances are identical. Extended
Ballroom has 23 to 529 tracks per dance; here every dance has the same number of clips.

Each of the five has the tempo of another dance, so tempo is less informative than in `dances`. Accuracy in % for seed
0, measured as in `dances` (40 clips of 15 s per class, 5 folds, 12 kHz), chance 7.7:

- 20 MFCCs with first and second differences, mean and standard deviation: 5 nearest neighbours 28, SVM 41
- mean tempogram: SVM 57; together with MFCC 68
"""

from __future__ import annotations

from pathlib import Path

from ..clip import Card, Clip
from . import dances, shelf

# Increase after any change of the table of the five dances; rules and sound have the version of `dances`.
COMPOSITION_VERSION = 1

CARD = Card(
    name="rendered_dances_extended",
    title="Thirteen ballroom dances, composed by rule and rendered with sampled instruments",
    task="classify thirteen dances, mostly by tempo, metre and rhythm; one class per clip",
    proxy_for="Extended Ballroom (chapters III and IV)",
    cannot_show="how a system performs on recordings: no voices, no studio production, no music outside these rules, "
    "and no rare classes, of which Extended Ballroom has four with 23 to 65 tracks",
    licence="rendered locally; the sound font TimGM6mb (GPL-2) is read from the package pretty_midi",
    source="thesis_lib.datasets.rendered; classes of Extended Ballroom (Marchand & Peeters, 2016)",
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
) -> list[Clip]:
    """Return the clips of thirteen dances like `dances.clips`; render those that do not exist yet.

    Args:
        data_home: folder for the audio; by default `rendered_dances_extended` in the cache.
        per_class: number of clips per class.
        seconds: duration of a clip.
        seed: random seed.
        n_folds: number of folds, 2 to 5, of complete base patterns.
        sample_rate: in Hz.

    Returns:
        `per_class` clips of each class, in the order of the classes; the eight of `dances` first.

    Raises:
        ValueError: a setting is out of range.
        ImportError: tinysoundfont or pretty_midi is not installed.
    """
    settings = {"seed": seed, "seconds": seconds, "sample_rate": sample_rate}
    dances.check(per_class=per_class, n_folds=n_folds, **settings)
    folder = shelf.place(CARD.name, data_home, COMPOSITION_VERSION, dances=dances.COMPOSITION_VERSION, **settings)
    return dances.shelved(folder, dances.ALL, per_class=per_class, n_folds=n_folds, **settings)
