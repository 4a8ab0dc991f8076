"""Load the clips of MagnaTagATune: the fifty most frequent tags, in the usual split by folder.

Of the sixteen folders 0 to f, 0 to b are for training, c for validation and d to f for testing. Three clips were
published as empty files and are left out. Clips with none of the fifty tags are kept.
"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import numpy as np

from ...files import written
from ..archives import unpack
from ..clip import Card, Clip
from ..download import download, matches
from . import places

CARD = Card(
    name="magnatagatune",
    title="MagnaTagATune: excerpts of music tagged in a game",
    task="assign fifty tags (instruments, genres, moods, voices); none, one or several per clip",
    proxy_for="MagnaTagATune of the thesis's chapters III (EUSIPCO 2017) and V (ISMIR 2018), with the same split",
    cannot_show="the errors of a system exactly: many clips lack tags that apply, and some tags are synonyms; "
    "an artist may occur in several parts of the split",
    licence="CC BY-NC-SA 3.0",
    source="Law, West, Mandel, Bay & Downie, 2009: Evaluation of algorithms using games",
    chapters=("III", "V"),
    one_label=False,
    sounds="tags",
    size="25,860 clips of 29 s, about 3 GB",
    get="run `thesis data fetch magnatagatune`, which downloads it from mirg.city.ac.uk",
)
SERVER = "https://mirg.city.ac.uk/datasets/magnatagatune"
TABLE, ARCHIVE = "annotations_final.csv", "mp3.zip"
# checksums published by users of the data set; its authors published none
CHECKSUMS = {TABLE: "md5:f04fa01752a8cc64f6e1ca142a0fef1d", ARCHIVE: "md5:f12add0eb4cd6c2a3ab7e4afaf7b7467"}
ARCHIVE_PARTS = ("mp3.zip.001", "mp3.zip.002", "mp3.zip.003")
N_CLIPS, N_TAGS = 25_860, 50
SPLIT = {
    "train": "0123456789ab",
    "validation": "c",
    "test": "def",
}  # folders


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """Return the clips in the order of the annotations, with tags in the order of their frequency.

    Args:
        data_home: folder with `annotations_final.csv` and the folders 0 to f, directly or in `mp3`.
        seed: has no effect, since the split is fixed.

    Raises:
        ValueError: the data set is missing or incomplete, or its annotations cannot be read.
    """
    folder = home(data_home)
    names, paths, flags = _annotations(folder)
    places.require(CARD, folder, paths)
    # counted over the whole table, including empty clips, as is usual
    top = np.argsort(-flags.sum(axis=0), kind="stable")[:N_TAGS]
    part = {digit: name for name, digits in SPLIT.items() for digit in digits}
    return [
        Clip(path, tuple(names[column] for column in top if has[column]), split=part[path.parent.name])
        for path, has in zip(paths, flags, strict=True)
        if path.stat().st_size
    ]


def fetch(data_home: Path | None = None) -> None:
    """Download and unpack missing files.

    Raises:
        ValueError: a file cannot be downloaded, or differs from the published one.
    """
    folder = home(data_home)
    download(f"{SERVER}/{TABLE}", folder / TABLE, checksum=CHECKSUMS[TABLE])
    if all(path.is_file() for path in _annotations(folder)[1]):
        return
    parts = [download(f"{SERVER}/{name}", folder / name) for name in ARCHIVE_PARTS]
    with written(folder / ARCHIVE) as whole, whole.open("wb") as file:
        for path in parts:
            with path.open("rb") as source:
                shutil.copyfileobj(source, file, 1 << 20)
    is_whole = matches(folder / ARCHIVE, CHECKSUMS[ARCHIVE])
    if is_whole:
        unpack(folder / ARCHIVE, folder)
    for path in (*parts, folder / ARCHIVE):
        path.unlink()
    if not is_whole:
        raise ValueError(f"the three parts of {SERVER}/{ARCHIVE} do not make the published file; try again later.")
    places.require(CARD, folder, _annotations(folder)[1])


def verify(data_home: Path | None = None) -> list[str]:
    """Return what is wrong with the files; without published checksums of clips, each is decoded completely."""
    return places.complaints(clips, home(data_home), expected=N_CLIPS)


def _annotations(folder: Path) -> tuple[list[str], list[Path], np.ndarray]:
    """Return the tags, the paths, and which clip has which tag, a bool array of shape (clips, tags)."""
    places.require(CARD, folder, [folder / TABLE])
    (_, *names, _), *table = places.rows(folder / TABLE, columns=3)
    audio = folder / "mp3" if (folder / "mp3").is_dir() else folder
    paths = [places.inside(audio, row[-1]) for row in table]
    cells = [cell for row in table for cell in row[1:-1]]
    if not {path.parent.name for path in paths} <= set("".join(SPLIT.values())) or not set(cells) <= {"0", "1"}:
        raise ValueError(
            f"{folder / TABLE} is damaged: a row is a number, a 0 or 1 a tag, and a file of the folders 0 to f."
        )
    if len(cells) != len(table) * len(names):
        raise ValueError(f"{folder / TABLE} is damaged: its rows are of different lengths; fetch {CARD.name} again.")
    return names, paths, (np.array(cells) == "1").reshape(len(table), len(names))


home = partial(places.home, CARD.name, shelf=places.MUSIC)
