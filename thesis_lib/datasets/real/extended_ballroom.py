"""Load the clips of Extended Ballroom: thirteen dances in ten folds.

As in the thesis's code the folds are scikit-learn's StratifiedKFold(10), unshuffled. They depend on the order of the
clips and on scikit-learn's version, and neither was published: the order here is that of the paths.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ..clip import Card, Clip
from . import places

CARD = Card(
    name="extended_ballroom",
    title="Extended Ballroom: excerpts of dance music",
    task="classify thirteen ballroom dances, one class per clip",
    proxy_for="Extended Ballroom of the thesis's chapter IV (ICASSP 2019)",
    cannot_show="the paper's own folds, whose order of clips was never published; its classes differ much in size",
    licence="not stated; for research only",
    source="Marchand & Peeters, 2016: The extended ballroom dataset",
    chapters=("IV",),
    sounds="rhythm",
    size="4,180 clips of 30 s",
    get="obtain it from its authors, and put the thirteen folders of mp3 (Chacha to Wcswing) into the data set's "
    "folder, which `thesis data list extended_ballroom` shows",
)
CLASSES = (
    "Chacha", "Foxtrot", "Jive", "Pasodoble", "Quickstep", "Rumba", "Salsa",
    "Samba", "Slowwaltz", "Tango", "Viennesewaltz", "Waltz", "Wcswing",
)  # fmt: skip
AUDIO = (".mp3", ".wav", ".flac", ".ogg")
N_CLIPS, N_FOLDS = 4180, 10


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """Return the clips class by class; a class has the name of its folder.

    Args:
        data_home: folder of the data set, or None for its usual place.
        seed: has no effect, since the folds are not drawn.

    Raises:
        ValueError: the data set is missing, or a class has fewer clips than there are folds.
    """
    folder = home(data_home)
    places.require(CARD, folder, [])
    if missing := [name for name in CLASSES if not (folder / name).is_dir()]:
        raise ValueError(
            f"{CARD.name} in {folder} is incomplete: the folder {missing[0]} (one of {len(missing)}) is missing. "
            f"{places.sentence(CARD.get)}"
        )
    paths = [
        path
        for name in CLASSES
        for path in sorted((folder / name).iterdir())
        if path.suffix.lower() in AUDIO and not path.name.startswith(".")
    ]
    labels = [path.parent.name for path in paths]
    fold = places.folds(CARD, labels, N_FOLDS, seed=None)
    return [Clip(path, (label,), fold=number) for path, label, number in zip(paths, labels, fold, strict=True)]


def fetch(data_home: Path | None = None) -> None:
    """Say how to obtain the data set, which cannot be downloaded."""
    raise ValueError(f"{CARD.name} cannot be downloaded: {CARD.get}.")


def verify(data_home: Path | None = None) -> list[str]:
    """Return what is wrong with the files; without published checksums, each is decoded completely."""
    return places.complaints(clips, home(data_home), expected=N_CLIPS)


home = partial(places.home, CARD.name, shelf=places.MUSIC)
