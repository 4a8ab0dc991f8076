"""Locate data sets on this machine and check their files."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from tqdm import tqdm

from .. import audio
from ..files import cache_dir, expanded
from .rendered import shelf


def place(dataset: ModuleType, data_home: Path | None = None) -> Path | None:
    """Return where a data set is looked for; None for the reader's own audio, which has no usual place."""
    if hasattr(dataset, "home"):
        return dataset.home(data_home)
    if data_home:
        return expanded(data_home).absolute()
    return cache_dir() / dataset.CARD.name if dataset.CARD.rendered else None


def inventory(folder: Path | None) -> tuple[int, int]:
    """Count the audio files in a folder and their bytes; (0, 0) if the folder does not exist."""
    if folder is None or not folder.is_dir():
        return 0, 0
    sizes = [path.stat().st_size for path in audio.audio_files(folder) if path.is_file()]
    return len(sizes), sum(sizes)


def verify(dataset: ModuleType, data_home: Path | None = None) -> list[str]:
    """Check the files of a data set.

    Args:
        dataset: a value of `DATASETS`.
        data_home: folder of the data set; None for its usual place.

    Returns:
        One sentence per fault; an empty list if there is none.

    Raises:
        ValueError: the data set is missing, or its list of clips cannot be read.
    """
    if hasattr(dataset, "verify"):
        return dataset.verify(data_home)
    if dataset.CARD.rendered:
        return shelf.complaints(place(dataset, data_home))
    found = []
    for clip in tqdm(dataset.clips(data_home), "reading", unit="clip"):
        try:
            audio.load(clip.path, 12_000)
        except audio.AudioError as error:
            found.append(str(error))
    return found
