"""ESC-10: nothing in, the part of ESC-50 with ten classes and free clips out, in the same five folds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..clip import Clip
from . import esc50

CARD = replace(
    esc50.CARD,
    name="esc10",
    title="ESC-10: ten everyday sounds",
    task="tell ten everyday sounds apart, one class a clip",
    proxy_for="none of the thesis's own: like UrbanSound8K (chapters IV and VI), small enough for an hour",
    cannot_show="the thesis's numbers, which are on other clips; with 400 clips intervals are wide",
    licence="CC BY 3.0",
    size="400 clips of 5 s, a part of ESC-50, which is about 0.9 GB",
    get="run `thesis data fetch esc10`, which downloads ESC-50 from github.com/karolpiczak/ESC-50",
)
home, fetch, verify = esc50.home, esc50.fetch, esc50.verify  # it lies in ESC-50


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """The clips; as in `esc50.clips`, with the same errors."""
    return [clip for clip, is_esc10 in esc50.pieces(data_home) if is_esc10]
