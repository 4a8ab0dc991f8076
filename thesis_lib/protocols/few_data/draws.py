"""Draw the few labelled clips per class that all systems learn from.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 3.
Deviation: the paper draws other clips for each number of clips. Here a draw is an order of each class's training clips,
and a trial takes the first n, so the trial with five clips contains the two of the trial with two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ...datasets.clip import Clip
from ...datasets.splits import splits

COUNTS = (1, 2, 5, 10, 20, 50, 100)  # labelled clips per class


class Trial(NamedTuple):
    """The clips to learn from and to test on.

    Attributes:
        fold: the test fold, or None for a fixed split.
        draw: number of the draw.
        n: number of labelled clips per class.
        train: indices of the labelled clips, class by class, (classes * n,).
        validation: indices of the validation clips; empty if there are none.
        test: indices of the test clips.
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
    """Yield every trial of a data set, fold by fold and draw by draw.

    Args:
        clips: N clips with one label each, with folds or a fixed split.
        counts: numbers of labelled clips per class; numbers above the size of the smallest class are left out.
        draws: number of orders that are drawn for each fold.
        folds: number of folds to test, in their order; all by default.
        seed: random seed for the draws.

    Raises:
        ValueError: the smallest class has fewer clips than the smallest count.
    """
    labels = np.array([clip.label for clip in clips])
    for split in splits(clips)[:folds]:
        for draw in range(draws):
            order = _order(labels, split.train, np.random.default_rng([seed, draw, split.fold or 0]))
            fewest = min(map(len, order))
            if fewest < min(counts):
                raise ValueError(
                    f"counts must start at {fewest} clips per class or fewer, the size of the smallest training class; "
                    f"got {min(counts)}."
                )
            for n in counts:
                if n <= fewest:
                    train = np.concatenate([members[:n] for members in order])
                    yield Trial(split.fold, draw, n, train, split.validation, split.test)


def _order(labels: np.ndarray, train: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Return the training clips of each class in a random order."""
    return [rng.permutation(train[labels[train] == label]) for label in np.unique(labels)]
