"""Cut tracks into chunks, and divide the chunks into those to learn from and those to stop by.

The originals cut every track into chunks that do not overlap; an incomplete last chunk is dropped. Two of their choices
let a track, or a test track, take part where it should not; each is a fault that a run can switch on to measure what it
is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...datasets.splits import Split
from ...features.store import Stored
from .faults import LEAK, WHOLE

LEAKING_SHARE = 9  # one chunk of so many stops the training, as in CBMI 2016


class Chunks(NamedTuple):
    """The chunks of a split. A chunk's place is its track and its first frame.

    Attributes:
        values: spectrograms of all tracks, (N, T, F).
        length: number of frames per chunk.
        train: places of the chunks to learn from, (n, 2).
        validation: places of the chunks that stop the training, (m, 2).
        mean: subtracted from every value; one number, or one per band.
        deviation: by which every value is then divided.
    """

    values: Stored | np.ndarray
    length: int
    train: np.ndarray
    validation: np.ndarray
    mean: float | np.ndarray
    deviation: float | np.ndarray

    def take(self, chosen: np.ndarray) -> np.ndarray:
        """Return the chunks at some places, normalised: (n, length, F)."""
        return (np.stack([self.values[row, start : start + self.length] for row, start in chosen]) - self.mean) / (
            self.deviation
        )


def divide(
    values: Stored | np.ndarray, length: int, split: Split, rng: np.random.Generator, *,
    counts: np.ndarray | None = None, by_band: bool = False, faults: Sequence[str] = (),
) -> Chunks:  # fmt: skip
    """Divide the chunks of a split's tracks.

    Args:
        values: spectrograms of all tracks, (N, T, F).
        length: number of frames per chunk, at most T.
        split: tracks to train on, to stop by and to test.
        rng: draws the chunks that stop the training, with the fault `LEAK`.
        counts: number of chunks of each track, (N,), if the tracks differ in length; by default T // length.
        by_band: whether each band is normalised by itself.
        faults: some of `LEAK` and `WHOLE`.

    Returns:
        With the fault `LEAK`, the training and validation tracks together are shuffled chunk by chunk.
    """
    counts = np.full(len(values), values.shape[1] // length) if counts is None else counts
    train, validation = (places(tracks, counts, length) for tracks in (split.train, split.validation))
    if LEAK in faults:
        both = rng.permutation(np.concatenate([train, validation]))
        train, validation = np.split(both, [len(both) - len(both) // LEAKING_SHARE])
    known = places(np.arange(len(values)), counts, length) if WHOLE in faults else train
    return Chunks(values, length, train, validation, *_moments(values, length, known, by_band))


def places(tracks: np.ndarray, counts: np.ndarray, length: int) -> np.ndarray:
    """Return track and first frame of every chunk of some tracks, track by track.

    Args:
        tracks: indices of the tracks.
        counts: number of chunks of each track of the data set, (N,).
        length: number of frames per chunk.

    Returns:
        Shape (n, 2), n = counts[tracks].sum().
    """
    found = [(track, chunk * length) for track in tracks for chunk in range(counts[track])]
    return np.array(found, dtype=int).reshape(-1, 2)


def _moments(values: Stored | np.ndarray, length: int, known: np.ndarray, by_band: bool):
    """Compute mean and deviation of the known chunks, one chunk after another: they may be larger than the memory."""
    total, squares = np.zeros(values.shape[2]), np.zeros(values.shape[2])
    for row, start in known:
        x = values[row, start : start + length].astype(np.float64)
        total, squares = total + x.sum(axis=0), squares + np.square(x).sum(axis=0)
    n = len(known) * length
    mean, square = (total / n, squares / n) if by_band else (total.mean() / n, squares.mean() / n)
    deviation = np.sqrt(np.maximum(square - mean**2, 0)) + 1e-6
    return np.float32(mean), np.float32(deviation)
