"""ESC-50: nothing in, clips of fifty everyday sounds in their five published folds out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ..clip import Card, Clip
from . import library

CARD = Card(
    name="esc50",
    title="ESC-50: fifty everyday sounds",
    task="tell fifty everyday sounds apart, one class a clip",
    proxy_for="none of the thesis's own: like UrbanSound8K (chapters IV and VI), with more classes of fewer clips",
    cannot_show="the thesis's numbers, which are on other clips; with 40 clips a class intervals are wide",
    licence="CC BY-NC 3.0; the clips of ESC-10 CC BY",
    source="Piczak, 2015: ESC: Dataset for environmental sound classification; through soundata",
    chapters=("IV", "VI"),
    sounds="events",
    size="2,000 clips of 5 s, about 0.9 GB",
    get="run `thesis data fetch esc50`, which downloads it from github.com/karolpiczak/ESC-50",
)
HELD = library.Held(CARD, "soundata", "esc50", remotes=("all",), n_items=2000, tables=("meta/esc50.csv",))


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """The clips, in the order of soundata's index; the group is the recording on freesound.org.

    Args:
        data_home: folder of the data set.
        seed: without effect, since the folds are fixed.

    Raises:
        ValueError: it is not there or incomplete, or the metadata cannot be read.
    """
    return [clip for clip, _ in pieces(data_home)]


def pieces(data_home: Path | None = None) -> list[tuple[Clip, bool]]:
    """Each clip, and whether it belongs to ESC-10."""
    found = library.items(HELD, data_home).values()
    with library.annotations(HELD, data_home):
        return [
            (Clip(Path(piece.audio_path), (piece.category,), fold=int(piece.fold), group=piece.src_file), piece.esc10)
            for piece in found
        ]


home = partial(library.home, HELD)
fetch = partial(library.fetch, HELD)
verify = partial(library.verify, HELD, clips)
