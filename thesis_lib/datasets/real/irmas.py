"""Load the clips of IRMAS: training clips with one instrument, test clips with one or several.

The test excerpts are the published ones. For validation the paper takes 15 % of the training clips at random. This
loader takes 15 % of the recordings at random, so excerpts of one recording are in the same part.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from sklearn.model_selection import GroupShuffleSplit

from ..clip import Card, Clip
from . import library

CARD = Card(
    name="irmas",
    title="IRMAS: predominant instruments in music",
    task="label eleven instruments: one label per training clip, one or several per test clip",
    proxy_for="IRMAS of the thesis's chapter III (EUSIPCO 2017)",
    cannot_show="the paper's own validation part, which was drawn without a seed; instruments that are not predominant "
    "are not labelled",
    licence="CC BY-NC-SA 3.0",
    source="Bosch, Janer, Fuhrmann & Herrera, 2012; Zenodo 1290750, through mirdata",
    chapters=("III",),
    one_label=False,
    sounds="instruments",
    size="6,705 training clips of 3 s and 2,874 test clips of 5 to 20 s",
    get="run `thesis data fetch irmas`, which downloads it from zenodo.org",
)
REMOTES = ("training_data", "testing_data_1", "testing_data_2", "testing_data_3")
HELD = library.Held(CARD, "mirdata", "irmas", REMOTES, n_items=6705 + 2874, keys=("audio", "annotation"))
VALIDATION = 0.15  # share of the training recordings


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """Return the clips in the order of mirdata's index; labels are IRMAS's three letters ("cel", "voi").

    Args:
        data_home: folder of the data set, or None for its usual place.
        seed: random seed of the validation part.

    Raises:
        ValueError: the data set is missing or incomplete, or an annotation cannot be read.
    """
    tracks = list(library.items(HELD, data_home).values())
    with library.annotations(HELD, data_home):
        labels = [tuple(dict.fromkeys(track.instrument)) for track in tracks]
    split = [track.split for track in tracks]
    groups = [_recording(Path(track.audio_path).stem, track.split) for track in tracks]
    train = [index for index, part in enumerate(split) if part == "train"]
    drawn = GroupShuffleSplit(1, test_size=VALIDATION, random_state=seed)
    for index in next(drawn.split(train, groups=[groups[index] for index in train]))[1]:
        split[train[index]] = "validation"
    return [
        Clip(Path(track.audio_path), names, group=group, split=part)
        for track, names, group, part in zip(tracks, labels, groups, split, strict=True)
    ]


def _recording(stem: str, part: str) -> str:
    """Return the recording of a clip: "[cel][cla]0001__2" is excerpt 2 of 0001, "01 - Song-8" excerpt 8 of Song."""
    number = re.search(r"(\d+)__\d+$", stem)
    return f"{part} {number[1] if number else re.sub(r'-[0-9]+$', '', stem)}"


home = partial(library.home, HELD)
fetch = partial(library.fetch, HELD)
verify = partial(library.verify, HELD, clips)
