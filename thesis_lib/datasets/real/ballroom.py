"""Load the clips of Ballroom: eight dances in ten stratified folds.

No list of folds was published: the thesis's code shuffled the tracks without a seed. Here the seed determines the
folds, so they are reproducible, but they are not those of the paper.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ..clip import Card, Clip
from . import library, places

CARD = Card(
    name="ballroom",
    title="Ballroom: excerpts of dance music",
    task="classify eight ballroom dances, one class per clip",
    proxy_for="Ballroom of the thesis's chapter III (CBMI 2016, ICASSP 2017)",
    cannot_show="the paper's own folds, which were never published; about a dozen clips are duplicates of others, and "
    "clips of one album occur in several folds",
    licence="CC BY-NC-SA 4.0, according to mirdata",
    source="Gouyon et al., 2006: An experimental comparison of audio tempo induction algorithms; through mirdata",
    chapters=("III",),
    sounds="rhythm",
    size="698 clips of about 30 s, about 1.8 GB",
    get="run `thesis data fetch ballroom`, which downloads it from mtg.upf.edu",
)
HELD = library.Held(CARD, "mirdata", "ballroom", remotes=("audio",), n_items=698)
N_FOLDS = 10


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """Return the clips in the order of mirdata's index.

    Args:
        data_home: folder of the data set, or None for its usual place.
        seed: random seed of the folds.

    Raises:
        ValueError: the data set is missing or incomplete.
    """
    tracks = library.items(HELD, data_home).values()
    # some releases distinguish American from international rumba; the eight classes do not
    labels = [track.genre.partition("-")[0] for track in tracks]
    fold = places.folds(CARD, labels, N_FOLDS, seed=seed)
    return [
        Clip(Path(track.audio_path), (label,), fold=number)
        for track, label, number in zip(tracks, labels, fold, strict=True)
    ]


home = partial(library.home, HELD)
fetch = partial(library.fetch, HELD)
verify = partial(library.verify, HELD, clips)
