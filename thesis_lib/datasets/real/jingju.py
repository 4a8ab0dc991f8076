"""Jingju a cappella singing: seed in, annotated recordings of two role types out; clip in, its phonemes out.

The thesis's splits were published as code that is not copied here, and two of them overlap. The split of this loader
is drawn from the seed, by aria: a third of the recordings tests, a fifth of the others validates. Recordings of one
aria by several singers stay together.
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
    task="phonemes of dan and of laosheng singing, frame by frame (`segments`); as clips, the two role types",
    proxy_for="the jingju data of the thesis's chapter III (EUSIPCO and ISMIR 2017): its recordings, another split",
    cannot_show="the papers' own splits; anything beyond 65 recordings of few singers",
    licence="CC BY-NC 4.0; recordings whose name ends in qm: isophonics.org/SingingVoiceDataset",
    source="Gong, Caro Repetto, Yang & Serra, 2018: Jingju a cappella singing dataset part 1; Zenodo 1323561, through "
    "mirdata",
    chapters=("III",),
    sounds="",
    size="65 annotated recordings: 42 of dan, 23 of laosheng",
    get="run `thesis data fetch jingju`, which downloads it from zenodo.org",
)
HELD = library.Held(
    CARD, "mirdata", "compmusic_jingju_acappella", ("annotation_txt", "wav"), n_items=65, keys=("audio", "phoneme")
)
ROLES = {"danAll": "dan", "laosheng": "laosheng"}
TESTED, VALIDATED = 3, 5  # one of three tests, one of five of the others validates


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """The recordings that have phoneme annotations, in the order of mirdata's index.

    Args:
        data_home: folder of the data set.
        seed: of the drawn split.

    Raises:
        ValueError: it is not there or incomplete.
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
        Clip(path, (str(role),), group=str(aria), split=part)
        for path, role, aria, part in zip(paths, roles, arias, split, strict=True)
    ]


def segments(clip: Clip) -> list[tuple[float, float, str]]:
    """The phonemes of a recording: onset and offset in seconds, and the X-SAMPA symbol, "" for silence.

    Raises:
        ValueError: the annotation is not there or cannot be read.
    """
    wav, role = clip.path.parent.parent, clip.path.parent.name
    table = wav.parent / "annotation_txt" / role / f"{clip.path.stem}_phoneme.txt"
    with library.annotations(HELD, wav.parent):
        phonemes = library.module(HELD).load_phonemes(str(table))
    return [(float(on), float(off), name) for (on, off), name in zip(phonemes.intervals, phonemes.lyrics, strict=True)]


def _aria(stem: str) -> str:
    """What is sung: "dafeh-Bi_yun_tian-Xi_xiang_ji02-qm" and "xixiangji_biyuntian" are one aria, opera first."""
    parts = stem.split("-")
    opera, aria = (parts[2], parts[1]) if len(parts) > 3 else stem.partition("_")[::2]
    return re.sub(r"[\d_]", "", f"{opera} {aria}").lower()


home = partial(library.home, HELD)
fetch = partial(library.fetch, HELD)
verify = partial(library.verify, HELD, clips)
