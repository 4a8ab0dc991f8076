"""Find data sets on disk, read their tables, and report missing files.

All loaders of real data sets use this module. They read only the data set's folder: a name in a table or an index
that leads out of the folder is an error.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

import joblib
import numpy as np
from tqdm import tqdm

from ... import audio
from ...files import expanded
from ..clip import Card, Clip
from ..splits import draw_folds

MUSIC, SOUNDS = "mir_datasets", "sound_datasets"  # where mirdata and soundata keep data sets in the home folder


def home(name: str, data_home: Path | None = None, *, shelf: str, kept_as: str | None = None) -> Path:
    """Return the folder of a data set: `data_home`, or $THESIS_DATA/NAME, or the place used by mirdata and soundata.

    Args:
        name: name of the data set, as in `-p dataset=name`.
        data_home: folder given by the reader, or None.
        shelf: `MUSIC` or `SOUNDS`.
        kept_as: name of the folder there, or None if it is `name`.
    """
    if data_home:
        return expanded(data_home).absolute()
    if root := os.environ.get("THESIS_DATA"):
        return expanded(root).absolute() / name
    return Path.home() / shelf / (kept_as or name)


def inside(folder: Path, name: str) -> Path:
    """Return the path of a file named by a table; raise ValueError if it leads out of the data set's folder."""
    if any(path.anchor or ".." in path.parts for path in (PurePosixPath(name), PureWindowsPath(name))):
        raise ValueError(f"{name!r} leads out of {folder}, where every file of the data set has to be.")
    return folder / name


def sentence(text: str) -> str:
    """Return a card's `get` as a sentence."""
    return f"{text[0].upper()}{text[1:]}."


def require(card: Card, folder: Path, paths: Iterable[Path]) -> None:
    """Raise ValueError with the next step if a data set or some of its files are missing."""
    paths = list(paths)
    if not folder.is_dir():
        raise ValueError(f"{card.name} is not here: it was looked for in {folder}. {sentence(card.get)}")
    if missing := [path for path in paths if not path.is_file()]:
        raise ValueError(
            f"{card.name} in {folder} is incomplete: {len(missing):,} of {len(paths):,} files are missing, the first "
            f"is {missing[0].relative_to(folder)}. {sentence(card.get)}"
        )


def rows(table: Path, *, columns: int, header: bool = False) -> list[list[str]]:
    """Return the rows of a table of tab-separated text.

    Args:
        table: path of a file in UTF-8.
        columns: smallest number of columns of a row.
        header: whether to skip the first row.

    Raises:
        ValueError: the table cannot be read, or a row is too short.
    """
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            found = [row for row in csv.reader(file, delimiter="\t") if row][int(header) :]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{table} cannot be read as a table in UTF-8 ({error}); get it again.") from error
    if short := [row for row in found if len(row) < columns]:
        raise ValueError(f"{table}: every row needs {columns} columns, separated by tabs; see the row {short[0]!r}.")
    return found


def folds(card: Card, labels: Sequence[str], n_folds: int, *, seed: int | None) -> list[int]:
    """Return the number of a stratified fold for each clip, from 1.

    Args:
        card: card of the data set, for the message.
        labels: labels of the clips.
        n_folds: number of folds.
        seed: random seed; None keeps the order of the clips, like scikit-learn without shuffling.

    Raises:
        ValueError: a class has fewer clips than there are folds.
    """
    names, counts = np.unique(labels, return_counts=True)
    if not len(names) or counts.min() < n_folds:
        few = f"{names[counts.argmin()]} has {counts.min()}" if len(names) else "there is none"
        raise ValueError(f"{card.name}: each class needs a clip in each of {n_folds} folds; {few}.")
    return draw_folds(labels, n_folds, seed=seed)


def complaints(clips: Callable[[Path], list[Clip]], folder: Path, *, expected: int | None = None) -> list[str]:
    """Return what is wrong with a data set without published checksums; every file is decoded completely.

    Args:
        clips: function `clips` of the data set's module.
        folder: folder of the data set.
        expected: number of clips of the complete data set, or None if it is not known.
    """
    try:
        found = clips(folder)
    except ValueError as error:
        return [str(error)]
    jobs = (joblib.delayed(_complaint)(clip.path) for clip in found)
    done = joblib.Parallel(n_jobs=-1, prefer="threads", return_as="generator")(jobs)
    said = [complaint for complaint in tqdm(done, "reading", len(found), unit="clip") if complaint]
    if expected is not None and len(found) != expected:
        said.insert(0, f"{len(found):,} clips are here; the published data set has {expected:,}.")
    return said


def _complaint(path: Path) -> str | None:
    try:
        audio.load(path, 12_000)
    except audio.AudioError as error:
        return str(error)
    return None
