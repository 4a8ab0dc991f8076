"""Cut tracks into chunks, and divide the chunks into those to learn from and those to stop by.

The originals cut every track into chunks that do not overlap. Two of their choices let a track, or a test track, take
part where it should not; each is a fault that a run can switch on to measure what it is worth.
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
    """The chunks of a split.

    Attributes:
        x: all chunks of all tracks, (N, P, T, F).
        train: row and column of the chunks to learn from, (n, 2).
        validation: row and column of the chunks that stop the training, (m, 2).
        mean: subtracted from every value.
        deviation: by which every value is then divided.
    """

    x: np.ndarray
    train: np.ndarray
    validation: np.ndarray
    mean: float
    deviation: float

    def take(self, places: np.ndarray) -> np.ndarray:
        """Return some chunks, normalised: (n, T, F)."""
        return (self.x[places[:, 0], places[:, 1]] - self.mean) / self.deviation


def cut(values: Stored | np.ndarray, length: int) -> np.ndarray:
    """Cut tracks of one length into chunks that do not overlap; an incomplete last chunk is dropped.

    Args:
        values: shape (N, T, F).
        length: number of frames per chunk, at most T.

    Returns:
        Shape (N, T // length, length, F).
    """
    values = np.asarray(values[:], dtype=np.float32)
    n_chunks = values.shape[1] // length
    return values[:, : n_chunks * length].reshape(len(values), n_chunks, length, values.shape[2])


def divide(x: np.ndarray, split: Split, rng: np.random.Generator, faults: Sequence[str] = ()) -> Chunks:
    """Divide the chunks of a split's tracks.

    Args:
        x: all chunks, (N, P, T, F).
        split: tracks to train on, to stop by and to test.
        rng: draws the chunks that stop the training, with the fault `LEAK`.
        faults: some of `FAULTS`.

    Returns:
        With the fault `LEAK`, the training and validation tracks together are shuffled chunk by chunk.
    """
    train, validation = (places(tracks, x.shape[1]) for tracks in (split.train, split.validation))
    if LEAK in faults:
        both = rng.permutation(np.concatenate([train, validation]))
        train, validation = np.split(both, [len(both) - len(both) // LEAKING_SHARE])
    known = x if WHOLE in faults else x[train[:, 0], train[:, 1]]
    return Chunks(x, train, validation, float(known.mean()), float(known.std()) + 1e-6)


def places(tracks: np.ndarray, n_chunks: int) -> np.ndarray:
    """Return row and column of every chunk of some tracks, track by track: (len(tracks) * n_chunks, 2)."""
    return np.stack([np.repeat(tracks, n_chunks), np.tile(np.arange(n_chunks), len(tracks))], axis=1)
