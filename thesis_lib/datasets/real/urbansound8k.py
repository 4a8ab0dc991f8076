"""Load the clips of UrbanSound8K: ten urban sounds in the ten published folds."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ..clip import Card, Clip
from . import library

CARD = Card(
    name="urbansound8k",
    title="UrbanSound8K: sounds of the street",
    task="classify ten urban sounds, one class per clip",
    proxy_for="UrbanSound8K of the thesis's chapters IV and VI (both ICASSP 2019), with the same folds",
    cannot_show="how a system performs on continuous street sound: people chose what to record, and clips were cut",
    licence="CC BY-NC 3.0",
    source="Salamon, Jacoby & Bello, 2014: A dataset and taxonomy for urban sound research; Zenodo 1203745, through "
    "soundata",
    chapters=("IV", "VI"),
    sounds="events",
    size="8,732 clips of up to 4 s, about 6 GB",
    get="run `thesis data fetch urbansound8k`, which downloads it from zenodo.org",
)
HELD = library.Held(
    CARD, "soundata", "urbansound8k", remotes=("all",), n_items=8732, tables=("metadata/UrbanSound8K.csv",)
)


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """Return the clips in the order of soundata's index; the group is the recording on freesound.org.

    Args:
        data_home: folder of the data set, or None for its usual place.
        seed: has no effect, since the folds are fixed.

    Raises:
        ValueError: the data set is missing or incomplete, or its metadata cannot be read.
    """
    pieces = library.items(HELD, data_home).values()
    with library.annotations(HELD, data_home):
        return [
            Clip(Path(piece.audio_path), (piece.class_label,), fold=int(piece.fold), group=piece.freesound_id)
            for piece in pieces
        ]


home = partial(library.home, HELD)
fetch = partial(library.fetch, HELD)
verify = partial(library.verify, HELD, clips)
