"""Load the clips of ESC-10: the ten classes of ESC-50 under a free licence, in the same five folds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..clip import Clip
from . import esc50

CARD = replace(
    esc50.CARD,
    name="esc10",
    title="ESC-10: ten everyday sounds",
    task="classify ten everyday sounds, one class per clip",
    proxy_for="no data set of the thesis: similar to UrbanSound8K (chapters IV and VI), and small enough for an hour",
    cannot_show="the numbers of the thesis, which are on other clips; with 400 clips, intervals are wide",
    licence="CC BY 3.0",
    size="400 clips of 5 s, a part of ESC-50, which is about 0.9 GB",
    get="run `thesis data fetch esc10`, which downloads ESC-50 from github.com/karolpiczak/ESC-50",
)
home, fetch, verify = esc50.home, esc50.fetch, esc50.verify  # ESC-10 is part of ESC-50


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """Return the clips; arguments and errors are those of `esc50.clips`."""
    return [clip for clip, is_esc10 in esc50.pieces(data_home) if is_esc10]
