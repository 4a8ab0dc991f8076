"""Load the clips of a data set at a given size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .. import audio
from ..files import expanded
from . import DATASETS
from .clip import Card, Clip


def load(
    dataset: str, data_home: str = "", *, per_class: int = 40, n: int = 300, seconds: float | None = None,
    at_most: int | None = None, seed: int = 0, sample_rate: int | None = None,
) -> list[Clip]:  # fmt: skip
    """Load the clips of a data set.

    Args:
        dataset: a key of `DATASETS`.
        data_home: folder of the data set; "" for its usual place.
        per_class: number of clips per class to render.
        n: number of clips to render of a data set of tags or singing, which has no classes.
        seconds: duration of the clips to render, or None for the data set's own.
        at_most: number of clips per class to keep of a data set that is not rendered; None keeps all.
        seed: random seed for rendering and for drawing folds.
        sample_rate: in Hz, of the clips to render, or None for the data set's own.

    Raises:
        ValueError: the data set is not there, or cannot be used.
    """
    module, home = DATASETS[dataset], expanded(data_home) if data_home else None
    if not module.CARD.rendered:
        return thin(module.clips(home, seed=seed), at_most)
    size = {"n": n} if module.CARD.sounds in ("tags", "singing") else {"per_class": per_class}
    if seconds is not None and module.CARD.length is None:
        size["seconds"] = seconds
    if sample_rate is not None:
        size["sample_rate"] = sample_rate
    return module.clips(home, seed=seed, **size)


def card(dataset: str, data_home: str = "", *, data_name: str = "", sounds: str = "") -> Card:
    """Return the card of a data set; the reader's own clips carry the reader's description.

    Args:
        dataset: a key of `DATASETS`.
        data_home: folder or table of the data set.
        data_name: name of the reader's own data in records; "" for the name of its folder or table.
        sounds: the kind of sound in the reader's own data, as in `Card`.
    """
    found = DATASETS[dataset].CARD
    if not found.own:
        return found
    name = data_name or expanded(data_home).absolute().stem
    return replace(found, name=name, sounds=sounds)


def thin(clips: Sequence[Clip], at_most: int | None) -> list[Clip]:
    """Keep at most a given number of clips per class, taken in turn from its folds or parts; None keeps all.

    The class of a clip with several labels is the first of them; clips without labels are a class, too.
    """
    if at_most is None:
        return list(clips)
    kept: list[Clip] = []
    for label in sorted({clip.labels[:1] for clip in clips}):
        by_fold: dict[int | str, list[Clip]] = {}
        for clip in clips:
            if clip.labels[:1] == label:
                by_fold.setdefault(clip.split or clip.fold, []).append(clip)
        turns = [(turn, fold, clip) for fold, members in by_fold.items() for turn, clip in enumerate(members)]
        kept += [clip for _, _, clip in sorted(turns, key=lambda item: item[:2])[:at_most]]
    return kept


def common_length(clips: Sequence[Clip], longest: float, *, shortest: float = 0.0) -> float:
    """Return the duration in seconds to which all clips are cropped or repeated.

    That is the duration of the longest clip, limited to the range from `shortest` to `longest`.
    """
    seconds = max(audio.duration(clip.path) for clip in clips)
    return round(float(np.clip(seconds, shortest, longest)), 3)
