"""Nothing, or the reader's own file or folder, in; a few pieces of music to listen to out."""

from __future__ import annotations

import os
from pathlib import Path

import pooch

from ...datasets.clip import Clip
from ...datasets.folder import READABLE
from ...datasets.rendered import tags

# Pieces of librosa's example audio, where it has been downloaded: how each file's name begins -> title and author.
LIBROSA = {
    "Hungarian_Dance": "Brahms, Hungarian Dance no. 5 (US Army Strings)",
    "Kevin_MacLeod_-_P_I_Tchaikovsky": "Tchaikovsky, Dance of the Sugar Plum Fairy (Kevin MacLeod)",
    "Kevin_MacLeod_-_Vibe": "Vibe Ace (Kevin MacLeod)",
    "Karissa": "Let's Go Fishin' (Karissa Hobbs)",
    "admiralbob77": "Choice, drum and bass (Admiral Bob)",
    "442789": "Pistachio Ice Cream, ragtime (Lena Orsa)",
    "147793": "Sweet Waltz (Setuniman)",
    "sorohanro": "Solo trumpet (Mihai Sorohan)",
}
AT_MOST = 8


def pieces(audio: str = "", *, at_most: int = AT_MOST, seed: int = 0) -> list[Clip]:
    """Pieces with their title as label.

    Args:
        audio: a file, or a folder; "" for librosa's example pieces where they lie on this machine, and for rendered
            pieces where they do not.
        at_most: how many.
        seed: of rendered ones.

    Returns:
        At least one clip.

    Raises:
        ValueError: no such file or folder, or a folder without audio.
    """
    if audio:
        return _own(Path(audio).expanduser())[:at_most]
    return (librosa_examples() or rendered(seed=seed, at_most=at_most))[:at_most]


def librosa_examples() -> list[Clip]:
    """What of librosa's example pieces lies in $LIBROSA_DATA_DIR, or where librosa downloads them to."""
    home = Path(os.environ.get("LIBROSA_DATA_DIR") or pooch.os_cache("librosa"))
    found = {title: sorted(home.glob(f"{name}*.ogg")) for name, title in LIBROSA.items()}
    return [Clip(paths[0], (title,)) for title, paths in found.items() if paths]


def rendered(*, seed: int, at_most: int) -> list[Clip]:
    """Pieces of the rendered tag set whose first tag differs, with their true tags."""
    first = {clip.labels[0]: clip for clip in reversed(tags.clips(n=100, seed=seed)) if clip.labels}
    return [first[label] for label in sorted(first)][:at_most]


def _own(place: Path) -> list[Clip]:
    if place.is_dir():
        files = sorted(path for path in place.rglob("*") if path.suffix.lower() in READABLE)
    else:
        files = [place] if place.is_file() else []
    if not files:
        raise ValueError(f"audio must be an audio file, or a folder that holds some; got audio={str(place)!r}.")
    return [Clip(path, (path.stem,)) for path in files]
