"""Choose example audio: the reader's, librosa's, or rendered."""

from __future__ import annotations

import os
from pathlib import Path

import pooch

from ...audio import audio_files
from ...datasets.clip import Clip
from ...datasets.rendered import tags
from ...files import expanded

# Pieces of librosa's example audio: prefix of the file's name -> title and author.
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
    """Return pieces of music labelled with their titles.

    Args:
        audio: a file or folder; "" for librosa's example pieces if they are on this machine, otherwise for rendered
            pieces.
        at_most: maximum number of pieces.
        seed: random seed for rendered pieces.

    Returns:
        At least one clip.

    Raises:
        ValueError: the file or folder does not exist, or the folder has no audio.
    """
    if audio:
        return _own(expanded(audio))[:at_most]
    return (librosa_examples() or rendered(seed=seed, at_most=at_most))[:at_most]


def librosa_examples() -> list[Clip]:
    """Return librosa's example pieces found in $LIBROSA_DATA_DIR or in librosa's cache."""
    home = Path(os.environ.get("LIBROSA_DATA_DIR") or pooch.os_cache("librosa"))
    found = {title: sorted(home.glob(f"{name}*.ogg")) for name, title in LIBROSA.items()}
    return [Clip(paths[0], (title,)) for title, paths in found.items() if paths]


def rendered(*, seed: int, at_most: int) -> list[Clip]:
    """Return pieces of the rendered tag set with different first tags, labelled with their true tags."""
    first = {clip.labels[0]: clip for clip in reversed(tags.clips(n=100, seed=seed)) if clip.labels}
    return [first[label] for label in sorted(first)][:at_most]


def _own(place: Path) -> list[Clip]:
    files = audio_files(place) if place.is_dir() else [place] if place.is_file() else []
    if not files:
        raise ValueError(f"audio must be an audio file or a folder with audio; got audio={str(place)!r}.")
    return [Clip(path, (path.stem,)) for path in files]
