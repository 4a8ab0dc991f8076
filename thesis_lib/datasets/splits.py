"""Split clips into training, validation and test parts, and draw folds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, StratifiedKFold

from .clip import Clip

PARTS = ("train", "validation", "test")


class Split(NamedTuple):
    """Indices of the clips of each part.

    Attributes:
        fold: the test fold, or None for a fixed split.
        train: indices of the training clips.
        validation: indices of the validation clips; empty if there are none.
        test: indices of the test clips.
    """

    fold: int | None
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def splits(clips: Sequence[Clip], *, validate: bool = True) -> list[Split]:
    """Return every split that a data set defines.

    A data set with a fixed split has one. With folds, each fold is the test part once, the next fold (after the last,
    the first) is the validation part, and the others are the training part. This is the rule for UrbanSound8K in
    "Training neural audio classifiers with few data" (Pons, Serrà & Serra, ICASSP 2019), where the validation fold is
    left out of training even when it is not used. With two folds there is no validation part.

    Args:
        clips: clips that all have a `split`, or all have a `fold`.
        validate: whether one of three or more folds is the validation part. If False, all folds but the test fold are
            the training part.

    Returns:
        The splits in the order of the folds.

    Raises:
        ValueError: clips have neither split nor fold, there is nothing to train or test on, or a group is in two parts.
    """
    if all(clip.split for clip in clips):
        return [_checked(clips, None, *(_where([clip.split == part for clip in clips]) for part in PARTS))]
    if not all(clip.fold is not None for clip in clips):
        raise ValueError("every clip needs a fold, or every clip a split; some have neither.")
    of_clip = np.array([clip.fold for clip in clips])
    folds = np.unique(of_clip).tolist()
    found = []
    for fold, following in zip(folds, [*folds[1:], folds[0]], strict=True):
        validation = (of_clip == following) & (validate and len(folds) > 2)
        train = _where((of_clip != fold) & ~validation)
        found.append(_checked(clips, fold, train, _where(validation), _where(of_clip == fold)))
    return found


def splits_to_learn(clips: Sequence[Clip], *, folds: int | None = None, called: str = "clips") -> list[Split]:
    """Return the splits of a data set for systems that stop their training by the validation part.

    Args:
        clips: as in `splits`.
        folds: number of splits, in their order; None for all.
        called: what the clips are called in the message.

    Raises:
        ValueError: a split has no validation part.
    """
    parts = splits(clips)[:folds]
    if not all(len(part.validation) for part in parts):
        raise ValueError(
            f"training needs validation {called}, and this data set has none; use three folds or more, or a split that "
            "has."
        )
    return parts


def draw_folds(
    labels: Sequence[str] | None, n_folds: int, *, groups: Sequence[str] | None = None, seed: int | None
) -> list[int]:
    """Draw folds, numbered from 1.

    Args:
        labels: label of each clip, of which every fold gets about the same share; None if clips have several labels.
        n_folds: number of folds.
        groups: group of each clip; all clips of a group get the same fold.
        seed: random seed, or None to take the clips in their order, as scikit-learn does without shuffling.

    Returns:
        The fold of each clip.
    """
    kind = StratifiedKFold if groups is None else GroupKFold if labels is None else StratifiedGroupKFold
    splitter = kind(n_folds, shuffle=seed is not None, random_state=seed)
    size = len(labels if labels is not None else groups)
    folds = np.zeros(size, dtype=int)
    for fold, (_, test) in enumerate(splitter.split(np.zeros(size), labels, groups), start=1):
        folds[test] = fold
    return folds.tolist()


def _where(mask: Sequence[bool] | np.ndarray) -> np.ndarray:
    return np.flatnonzero(mask)


def _checked(clips: Sequence[Clip], fold: int | None, *parts: np.ndarray) -> Split:
    split = Split(fold, *parts)
    if not len(split.train) or not len(split.test):
        raise ValueError("a split needs clips to train on and clips to test on.")
    groups = [{clips[index].group for index in part} - {None} for part in parts]
    if shared := groups[0] & groups[1] | groups[0] & groups[2] | groups[1] & groups[2]:
        raise ValueError(f"a group must be in one part of a split; group {min(shared)!r} is in several.")
    return split
