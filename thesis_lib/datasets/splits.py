"""Clips in, what is trained on, validated on and tested on out: official folds and splits as rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .clip import Clip


class Split(NamedTuple):
    """Indices of clips, each an array of whole numbers; `name` is the tested fold, or "test" for a fixed split."""

    name: str
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def splits(clips: Sequence[Clip]) -> list[Split]:
    """Every split that a dataset defines.

    A dataset with a fixed split has one. With folds, each is tested once, the next one (after the last, the first)
    validates, and the others train: the rule of UrbanSound8K in "Training neural audio classifiers with few data"
    (Pons, Serrà & Serra, ICASSP 2019), where the validation fold is left out of training even when it goes unused.

    Args:
        clips: with a `split` each, or a `fold` each.

    Returns:
        The splits in the order of the folds.

    Raises:
        ValueError: clips without either, fewer than three folds, nothing to train or test on, or a group on two sides.
    """
    if all(clip.split for clip in clips):
        return [_checked(clips, "test", *(_where([clip.split == part for clip in clips]) for part in PARTS))]
    if not all(clip.fold is not None for clip in clips):
        raise ValueError("every clip needs a fold, or every clip a split; some have neither.")
    of_clip = np.array([clip.fold for clip in clips])
    folds = np.unique(of_clip).tolist()
    if len(folds) < 3:
        raise ValueError(f"one fold tests, one validates and the others train: 3 are needed; got {len(folds)}.")
    found = []
    for fold, following in zip(folds, [*folds[1:], folds[0]], strict=True):
        train = _where((of_clip != fold) & (of_clip != following))
        found.append(_checked(clips, str(fold), train, _where(of_clip == following), _where(of_clip == fold)))
    return found


PARTS = ("train", "validation", "test")


def _where(mask: Sequence[bool] | np.ndarray) -> np.ndarray:
    return np.flatnonzero(mask)


def _checked(clips: Sequence[Clip], name: str, *parts: np.ndarray) -> Split:
    split = Split(name, *parts)
    if not len(split.train) or not len(split.test):
        raise ValueError("a split needs clips to train on and clips to test on.")
    groups = [{clips[index].group for index in part} - {None} for part in parts]
    if shared := groups[0] & groups[1] | groups[0] & groups[2] | groups[1] & groups[2]:
        raise ValueError(f"group {min(shared)!r} stands on both sides of a split; a group belongs to one side.")
    return split
