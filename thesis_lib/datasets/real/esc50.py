"""Load the clips of ESC-50: fifty everyday sounds in the five published folds."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ..clip import Card, Clip
from . import library

CARD = Card(
    name="esc50",
    title="ESC-50: fifty everyday sounds",
    task="classify fifty everyday sounds, one class per clip",
    proxy_for="no data set of the thesis: similar to UrbanSound8K (chapters IV and VI), with more classes and "
    "fewer clips of each",
    cannot_show="the numbers of the thesis, which are on other clips; with 40 clips per class, intervals are wide",
    licence="CC BY-NC 3.0; the clips of ESC-10 CC BY",
    source="Piczak, 2015: ESC: Dataset for environmental sound classification; through soundata",
    chapters=("IV", "VI"),
    sounds="events",
    size="2,000 clips of 5 s, about 0.9 GB",
    get="run `thesis data fetch esc50`, which downloads it from github.com/karolpiczak/ESC-50",
)
HELD = library.Held(CARD, "soundata", "esc50", remotes=("all",), n_items=2000, tables=("meta/esc50.csv",))


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """Return the clips in the order of soundata's index; the group is the recording on freesound.org.

    Args:
        data_home: folder of the data set, or None for its usual place.
        seed: has no effect, since the folds are fixed.

    Raises:
        ValueError: the data set is missing or incomplete, or its metadata cannot be read.
    """
    return [clip for clip, _ in pieces(data_home)]


def pieces(data_home: Path | None = None) -> list[tuple[Clip, bool]]:
    """Return each clip and whether it belongs to ESC-10."""
    found = library.items(HELD, data_home).values()
    with library.annotations(HELD, data_home):
        return [
            (Clip(Path(piece.audio_path), (piece.category,), fold=int(piece.fold), group=piece.src_file), piece.esc10)
            for piece in found
        ]


home = partial(library.home, HELD)
fetch = partial(library.fetch, HELD)
verify = partial(library.verify, HELD, clips)
