"""IRMAS: seed in, clips with one instrument to learn from and with several to be tested on out.

The test excerpts are the published ones. For validation the paper takes 15 % of the training clips at random; here it
is 15 % of the recordings, drawn from the seed, so that excerpts of one recording stay together.
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
    task="eleven instruments: one label a training clip, one or several a test clip",
    proxy_for="IRMAS of the thesis's chapter III (EUSIPCO 2017), the data themselves",
    cannot_show="the paper's own validation part, which was drawn without a seed; instruments that play along without "
    "being predominant are not labelled",
    licence="CC BY-NC-SA 3.0",
    source="Bosch, Janer, Fuhrmann & Herrera, 2012; Zenodo 1290750, through mirdata",
    chapters=("III",),
    sounds="instruments",
    size="6,705 training clips of 3 s and 2,874 test clips of 5 to 20 s",
    get="run `thesis data fetch irmas`, which downloads it from zenodo.org",
)
REMOTES = ("training_data", "testing_data_1", "testing_data_2", "testing_data_3")
HELD = library.Held(CARD, "mirdata", "irmas", REMOTES, n_items=6705 + 2874, keys=("audio", "annotation"))
VALIDATION = 0.15  # of the training recordings


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """The clips, in the order of mirdata's index; labels are IRMAS's three letters ("cel", "voi").

    Args:
        data_home: folder of the data set.
        seed: of the drawn validation part.

    Raises:
        ValueError: it is not there or incomplete, or an annotation cannot be read.
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
    """What a clip was cut from: "[cel][cla]0001__2" is the second excerpt of 0001, "01 - Song-8" the eighth of Song."""
    number = re.search(r"(\d+)__\d+$", stem)
    return f"{part} {number[1] if number else re.sub(r'-[0-9]+$', '', stem)}"


home = partial(library.home, HELD)
fetch = partial(library.fetch, HELD)
verify = partial(library.verify, HELD, clips)
