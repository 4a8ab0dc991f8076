"""Clips in, the few that each system may learn from out: drawn once, nested, the same for every system.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 3. There
clips are drawn anew for each number of them; here a draw is an order of each class's training clips, of which a trial
takes the first n: the five contain the two, so that more clips never mean other clips.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ...datasets.clip import Clip
from ...datasets.splits import Split, splits

COUNTS = (1, 2, 5, 10, 20, 50, 100)  # labelled clips a class


class Trial(NamedTuple):
    """What is learnt from and what is tested.

    Attributes:
        fold: the tested one; None for a fixed split.
        draw: number of the draw.
        n: labelled clips a class.
        train: their indices, class by class, (classes * n,).
        validation: indices; empty where there is no part for it.
        test: indices.
    """

    fold: int | None
    draw: int
    n: int
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def trials(
    clips: Sequence[Clip], *, counts: Sequence[int] = COUNTS, draws: int = 1, folds: int | None = None, seed: int = 0
) -> Iterator[Trial]:
    """Every trial of a data set, fold by fold and draw by draw.

    Args:
        clips: N clips of one label each, with folds or a fixed split.
        counts: labelled clips a class; those that the smallest class cannot give are left out.
        draws: orders that are drawn for each fold.
        folds: how many are tested, in their order; all by default.
        seed: of the draws.

    Raises:
        ValueError: not even the smallest count is there.
    """
    labels = np.array([clip.label for clip in clips])
    for split in parts(clips)[:folds]:
        fold = None if split.name == "test" else int(split.name)
        for draw in range(draws):
            order = _order(labels, split.train, np.random.default_rng([seed, draw, fold or 0]))
            fewest = min(map(len, order))
            if fewest < min(counts):
                raise ValueError(
                    f"{min(counts)} clips a class are asked for; the smallest class has {fewest} to learn."
                )
            for n in counts:
                if n <= fewest:
                    train = np.concatenate([members[:n] for members in order])
                    yield Trial(fold, draw, n, train, split.validation, split.test)


def parts(clips: Sequence[Clip]) -> list[Split]:
    """What is learnt from, validated on and tested: as `datasets.splits`; of two folds, one is learnt, one tested."""
    folds = sorted({clip.fold for clip in clips} - {None})
    if len(folds) != 2 or any(clip.split for clip in clips):
        return splits(clips)
    of_clip = np.array([clip.fold for clip in clips])
    nothing = np.array([], dtype=int)
    return [
        Split(str(fold), np.flatnonzero(of_clip != fold), nothing, np.flatnonzero(of_clip == fold)) for fold in folds
    ]


def _order(labels: np.ndarray, train: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """The training clips of each class of the whole set in an order drawn at random."""
    return [rng.permutation(train[labels[train] == label]) for label in np.unique(labels)]
