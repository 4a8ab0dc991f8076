"""A data set in, what of it is on this machine and whether it is sound out."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import soundfile
from tqdm import tqdm

from .. import audio
from ..files import cache_dir
from .rendered import shelf

AUDIO = {f".{name.lower()}" for name in soundfile.available_formats()} - {".raw"} | {".aif", ".opus"}


def place(dataset: ModuleType, data_home: Path | None = None) -> Path | None:
    """Where a data set is looked for; None for the reader's own audio, which has no usual place."""
    if hasattr(dataset, "home"):
        return dataset.home(data_home)
    if data_home:
        return Path(data_home).expanduser().absolute()
    return cache_dir() / dataset.CARD.name if is_rendered(dataset) else None


def is_rendered(dataset: ModuleType) -> bool:
    """Whether its clips are made at first use, as many as are asked for."""
    return dataset.CARD.rendered


def inventory(folder: Path | None) -> tuple[int, int]:
    """Audio files under a folder, and their bytes; (0, 0) where there is none."""
    if folder is None or not folder.is_dir():
        return 0, 0
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.suffix.lower() in AUDIO and path.is_file()]
    return len(sizes), sum(sizes)


def verify(dataset: ModuleType, data_home: Path | None = None) -> list[str]:
    """What is wrong with the files of a data set, one sentence each; nothing when all is well.

    Args:
        dataset: a value of `DATASETS`.
        data_home: where it lies; None for its usual place.

    Raises:
        ValueError: it is not there, or its list of clips cannot be read.
    """
    if hasattr(dataset, "verify"):
        return dataset.verify(data_home)
    if is_rendered(dataset):
        return shelf.complaints(place(dataset, data_home))
    found = []
    for clip in tqdm(dataset.clips(data_home), "reading", unit="clip"):
        try:
            audio.load(clip.path, 12_000)
        except audio.AudioError as error:
            found.append(str(error))
    return found
