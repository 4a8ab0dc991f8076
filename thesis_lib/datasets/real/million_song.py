"""Load the clips of the Million Song Dataset with tags of Last.fm from the reader's lists.

The lists were published as Python pickles. This module does not read pickles, because a pickle can run any program.
It reads plain text in `lists/` of the data set's folder, in one of two forms:

- `train.tsv`, `validation.tsv` and `test.tsv`: one track per row with its id, the path of its audio within the folder,
  and its tags, separated by tabs;
- `index_msd.tsv` (id, path) with `train_gt_msd.tsv`, `val_gt_msd.tsv` and `test_gt_msd.tsv` (id, [0, 1, ...]), the
  files of github.com/jordipons/musicnn-training, with fifty numbers per track, one for each of `TAGS`.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from ..clip import Card, Clip
from ..splits import PARTS
from . import places

CARD = Card(
    name="million_song",
    title="Million Song Dataset: previews tagged by listeners of Last.fm",
    task="assign fifty tags (genres, eras, moods, voices); one or several per clip",
    proxy_for="the Million Song Dataset of the thesis's chapter V (ISMIR 2018), in the same split",
    cannot_show="the errors of a system exactly: listeners chose the tags freely; whether the split keeps "
    "artists apart is not known",
    licence="the lists for research; the audio is not published",
    source="Bertin-Mahieux, Ellis, Whitman & Lamere, 2011; lists by Lee and others, with the 50 most frequent tags",
    chapters=("V",),
    one_label=False,
    sounds="tags",
    size="about 240,000 previews: 201,680 for training, 11,774 for validation, 28,435 for testing",
    get="its audio cannot be downloaded: if you have it, put it anywhere in the data set's folder, and put into "
    "lists/ there either train.tsv, validation.tsv and test.tsv (id, path and tags, separated by tabs) or "
    "index_msd.tsv and the three *_gt_msd.tsv of github.com/jordipons/musicnn-training; pickled lists are not read",
)
N_CLIPS = 201_680 + 11_774 + 28_435
GROUND_TRUTH = dict(zip(PARTS, ("train_gt_msd.tsv", "val_gt_msd.tsv", "test_gt_msd.tsv"), strict=True))
TAGS = (
    "rock", "pop", "alternative", "indie", "electronic", "female vocalists", "dance", "00s", "alternative rock", "jazz",
    "beautiful", "metal", "chillout", "male vocalists", "classic rock", "soul", "indie rock", "Mellow", "electronica",
    "80s", "folk", "90s", "chill", "instrumental", "punk", "oldies", "blues", "hard rock", "ambient", "acoustic",
    "experimental", "female vocalist", "guitar", "Hip-Hop", "70s", "party", "country", "easy listening", "sexy",
    "catchy", "funk", "electro", "heavy metal", "Progressive rock", "60s", "rnb", "indie pop", "sad", "House", "happy",
)  # fmt: skip


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """Return the clips part by part, in the order of the lists.

    Args:
        data_home: folder of the data set, or None for its usual place.
        seed: has no effect, since the split is fixed.

    Raises:
        ValueError: the data set is missing or incomplete, or a list cannot be read.
    """
    folder = home(data_home)
    lists = folder / "lists"
    if (lists / "index_msd.tsv").is_file():
        rows = _from_ground_truth(lists)
    else:
        places.require(CARD, folder, [lists / f"{part}.tsv" for part in PARTS])
        rows = [
            (part, path, tuple(tag for tag in tags if tag))
            for part in PARTS
            for _, path, *tags in places.rows(lists / f"{part}.tsv", columns=2)
        ]
    paths = [places.inside(folder, path) for _, path, _ in rows]
    places.require(CARD, folder, paths)
    return [Clip(path, tags, split=part) for path, (part, _, tags) in zip(paths, rows, strict=True)]


def fetch(data_home: Path | None = None) -> None:
    """Say how to obtain the data set, which cannot be downloaded."""
    raise ValueError(f"{CARD.name}: {CARD.get}.")


def verify(data_home: Path | None = None) -> list[str]:
    """Return what is wrong with the files; each is decoded completely, which takes hours for all of them."""
    return places.complaints(clips, home(data_home), expected=N_CLIPS)


def _from_ground_truth(lists: Path) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return part, path and tags of each track from the files of musicnn-training."""
    places.require(CARD, lists, [lists / name for name in GROUND_TRUTH.values()])
    path_of = {track: path for track, path, *_ in places.rows(lists / "index_msd.tsv", columns=2)}
    found = []
    for part, name in GROUND_TRUTH.items():
        for track, flags, *_ in places.rows(lists / name, columns=2):
            try:
                has = json.loads(flags)
                found.append((part, path_of[track], tuple(tag for tag, one in zip(TAGS, has, strict=True) if one)))
            except (ValueError, TypeError, KeyError) as error:
                raise ValueError(
                    f"{lists / name}: {track} needs a path in index_msd.tsv and {len(TAGS)} numbers 0 or 1 in brackets."
                ) from error
    return found


home = partial(places.home, CARD.name, shelf=places.MUSIC)
