"""Load the clips of GTZAN: ten genres in the fault-filtered split.

Each artist is in one part of the split. The split leaves out 70 of the 1,000 tracks, which are repeated, mislabelled or
distorted.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ...files import ROOT
from ..clip import Card, Clip
from . import library

CARD = Card(
    name="gtzan",
    title="GTZAN: excerpts of ten genres, fault-filtered",
    task="classify ten genres, one class per clip",
    proxy_for="GTZAN of the thesis's chapter IV (ICASSP 2019), with the same split",
    cannot_show="how a system performs on current music, or on genres whose labels people agree on",
    licence="not stated; for research only",
    source="Tzanetakis & Cook, 2002: Musical genre classification of audio signals; through mirdata. Split: Kereliuk, "
    "Sturm & Larsen, 2015: Deep learning and music adversaries",
    chapters=("IV",),
    sounds="genre",
    size="930 of 1,000 clips of 30 s, about 1.3 GB",
    get="its server no longer answers: obtain genres.tar.gz elsewhere, put its genres/ into gtzan_genre/ "
    "of the data set's folder, and run `thesis data fetch gtzan` for the index",
)
HELD = library.Held(CARD, "mirdata", "gtzan_genre", remotes=("all",), n_items=1000)
TABLE = ROOT / "data" / "splits" / "gtzan_fault_filtered.txt"


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """Return the clips: 443 for training, 197 for validation, 290 for testing.

    Args:
        data_home: folder of the data set, or None for its usual place.
        seed: has no effect, since the split is fixed.

    Raises:
        ValueError: the data set is missing or incomplete.
    """
    parts = split()
    tracks = library.items(HELD, data_home, only=parts)
    return [Clip(Path(track.audio_path), (track.genre,), split=parts[key]) for key, track in tracks.items()]


def split() -> dict[str, str]:
    """Return the part ("train", "validation" or "test") of each track of the fault-filtered split by mirdata's id."""
    parts = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            part, genre, *runs = line.split()
            for run in runs:
                first, _, last = run.partition("-")
                parts |= {f"{genre}.{number:05d}": part for number in range(int(first), int(last or first) + 1)}
    return parts


home = partial(library.home, HELD)
fetch = partial(library.fetch, HELD)
verify = partial(library.verify, HELD, clips)
