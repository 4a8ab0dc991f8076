"""Load recordings of jingju a cappella singing of two role types, and their phonemes.

The thesis's splits were published as code that is not copied here, and two of them overlap. This loader draws a split
by aria: a third of the recordings is for testing, a fifth of the others for validation. Recordings of one aria by
several singers are in the same part.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from ..clip import Card, Clip
from . import library

CARD = Card(
    name="jingju",
    title="Jingju (Beijing opera) singing without accompaniment, with annotated phonemes",
    task="label the phoneme of every frame of dan and laosheng singing; as clips, classify the two role types",
    proxy_for="the jingju data of the thesis's chapter III (EUSIPCO and ISMIR 2017), with another split",
    cannot_show="the papers' own splits; anything beyond 65 recordings of few singers",
    licence="CC BY-NC 4.0; recordings whose name ends in qm: isophonics.org/SingingVoiceDataset",
    source="Gong, Caro Repetto, Yang & Serra, 2018: Jingju a cappella singing dataset part 1; Zenodo 1323561, through "
    "mirdata",
    chapters=("III",),
    sounds="singing",
    has=("labels", "segments"),
    size="65 annotated recordings: 42 of dan, 23 of laosheng",
    get="run `thesis data fetch jingju`, which downloads it from zenodo.org",
)
HELD = library.Held(
    CARD, "mirdata", "compmusic_jingju_acappella", ("annotation_txt", "wav"), n_items=65, keys=("audio", "phoneme")
)
ROLES = {"danAll": "dan", "laosheng": "laosheng"}
TESTED, VALIDATED = 3, 5  # one of three is for testing, one of five of the others for validation


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """Return the recordings that have phoneme annotations, in the order of mirdata's index.

    Args:
        data_home: folder of the data set, or None for its usual place.
        seed: random seed of the split.

    Raises:
        ValueError: the data set is missing or incomplete.
    """
    paths = [Path(track.audio_path) for track in library.items(HELD, data_home).values()]
    roles = np.array([ROLES.get(path.parent.name, path.parent.name) for path in paths])
    arias = np.array([_aria(path.stem) for path in paths])
    split = np.full(len(paths), "train", dtype=object)
    for part, share in (("test", TESTED), ("validation", VALIDATED)):
        left = np.flatnonzero(split == "train")
        drawn = StratifiedGroupKFold(share, shuffle=True, random_state=seed)
        split[left[next(drawn.split(left, roles[left], arias[left]))[1]]] = part
    return [
        Clip(path, (str(role),), group=str(aria), split=part, segments=_segments(path))
        for path, role, aria, part in zip(paths, roles, arias, split, strict=True)
    ]


def _segments(path: Path) -> tuple[tuple[float, float, str], ...]:
    """Return the phonemes of a recording: onset and offset in seconds, and the X-SAMPA symbol, "" for silence.

    Args:
        path: its audio file, in the layout of mirdata.

    Raises:
        ValueError: the annotation is missing or cannot be read.
    """
    wav, role = path.parent.parent, path.parent.name
    table = wav.parent / "annotation_txt" / role / f"{path.stem}_phoneme.txt"
    with library.annotations(HELD, wav.parent):
        phonemes = library.module(HELD).load_phonemes(str(table))
    intervals = zip(phonemes.intervals, phonemes.lyrics, strict=True)
    return tuple((float(on), float(off), str(name)) for (on, off), name in intervals)


def _aria(stem: str) -> str:
    """Return the aria: "dafeh-Bi_yun_tian-Xi_xiang_ji02-qm" and "xixiangji_biyuntian" are one, opera first."""
    parts = stem.split("-")
    opera, aria = (parts[2], parts[1]) if len(parts) > 3 else stem.partition("_")[::2]
    return re.sub(r"[\d_]", "", f"{opera} {aria}").lower()


home = partial(library.home, HELD)
fetch = partial(library.fetch, HELD)
verify = partial(library.verify, HELD, clips)
