"""Settings in, clips of thirteen dances out: the eight of `dances` and the five that Extended Ballroom adds.

Patterns, folds and what is shared between them are as in `dances`, and so are the clips of its eight dances, sample by
sample. Where Extended Ballroom has from 23 to 529 tracks of a dance, here every dance has as many clips.

Each of the five has the tempo of another dance, so that tempo tells less than there. Accuracy in % over seeds 0
to 2, measured as in `dances` (40 clips a class of 15 s, 5 folds, 12 kHz), chance 7.7:

- 20 MFCC with first and second differences, mean and deviation: 5 nearest neighbours 20-23, SVM 28-30
- mean tempogram: SVM 60-64; together with MFCC 65-67; the true tempo alone 52-54
"""

from __future__ import annotations

from pathlib import Path

from ..clip import Card, Clip
from . import dances, shelf

# To be raised with any change of the table of the five; rules and sound have the version of `dances`.
COMPOSITION_VERSION = 1

CARD = Card(
    name="rendered_dances_extended",
    title="Thirteen ballroom dances, composed by rule and rendered with sampled instruments",
    task="tell thirteen dances apart: one class a clip, told mostly by tempo, metre and rhythm",
    proxy_for="Extended Ballroom (chapters III and IV)",
    cannot_show="how a system does on recordings: no voices, no studio production, no music outside these rules, and "
    "no rare classes, of which Extended Ballroom has four with 23 to 65 tracks",
    licence="made where it is used; the sound font TimGM6mb is GPL-2 and is read from the package pretty_midi",
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
    """The clips, rendered where they are not there yet: as `dances.clips`, of thirteen classes.

    Args:
        data_home: folder for the audio; by default `rendered_dances_extended` in the cache.
        per_class: clips a class.
        seconds: length of a clip.
        seed: of everything drawn at random.
        n_folds: folds, 2 to 5, of whole base patterns.
        sample_rate: in Hz.

    Returns:
        `per_class` clips of each class, class by class; the eight of `dances` first.

    Raises:
        ValueError: a setting is out of its range.
        ImportError: tinysoundfont or pretty_midi is missing and has to be installed.
    """
    settings = {"seed": seed, "seconds": seconds, "sample_rate": sample_rate}
    dances.check(per_class=per_class, n_folds=n_folds, **settings)
    folder = shelf.place(CARD.name, data_home, COMPOSITION_VERSION, dances=dances.COMPOSITION_VERSION, **settings)
    return dances.shelved(folder, dances.ALL, per_class=per_class, n_folds=n_folds, **settings)
